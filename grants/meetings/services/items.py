"""Items: put on the table, talked about, scored again and agreed; and the words, kept as they are typed.

Two people who write in one box never overwrite each other: the second is shown both texts and chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import services as assessment
from grants.assessment.models import Panel
from grants.assessment.queries.table import ModerationLine
from grants.assessment.services.moderation import Agreed, require_chair
from grants.core import audit
from grants.meetings import queries
from grants.meetings.models import Meeting, MeetingItem, MeetingWords
from grants.meetings.queries.live import READY, is_sitting_now
from grants.meetings.services.room import hold_running, require_in_room, require_quorum, seats_now, touch
from workflows.actors import Actor
from workflows.errors import NotFound, Stale, TransitionRefused

DISCUSS, RESCORE, AGREED = "discuss", "rescore", "agreed"
LONGEST_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class Dispute:
    """A box that somebody else changed meanwhile, and what it says now."""

    code: str
    theirs: MeetingWords
    mine: str


def open_item(
    session: Session,
    meeting: Meeting | None,
    application: Application,
    *,
    why: Sequence[str] = (),
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> MeetingItem:
    """Put a bid on the table; everybody's page follows. Whoever leaves for it can't put it there (NotFound)."""
    meeting = _lead(session, meeting, actor)
    if seen_version is not None and meeting.version != seen_version:
        raise Stale(subject="meeting", id=meeting.id)
    panel = _panel_of(session, meeting, application, actor)
    if application.state not in READY or not is_sitting_now(panel):
        raise TransitionRefused("item-not-ready")
    item = _item_for(session, meeting, application, why, now)
    meeting.current_id, meeting.phase = application.id, AGREED if item.agreed_at else DISCUSS
    touch(meeting)
    _note(session, application, "open-item", actor, now)
    session.flush()
    return item


def _lead(session: Session, meeting: Meeting | None, actor: Actor) -> Meeting:
    meeting = hold_running(session, meeting)
    seats_now(session, meeting)
    require_chair(meeting.panel, actor)
    require_in_room(meeting.panel, actor)
    return meeting


def _panel_of(session: Session, meeting: Meeting, application: Application, actor: Actor) -> Panel:
    panel = meeting.panel
    if panel.round_id != application.round_id or queries.leaves(session, panel, application.id, actor):
        raise NotFound(subject="application")
    return panel


def _item_for(
    session: Session, meeting: Meeting, application: Application, why: Sequence[str], now: datetime
) -> MeetingItem:
    item = queries.find_item(session, meeting, application.id)
    if item is None:
        item = MeetingItem(meeting_id=meeting.id, application=application, opened_at=now, record={"why": list(why)})
        item.is_en_bloc = False
        session.add(item)
        session.flush()
    elif item.is_en_bloc:
        # Somebody asked to talk about it after all.
        item.is_en_bloc = False
    return item


def _note(session: Session, application: Application, action: str, actor: Actor, now: datetime, **detail: Any) -> None:
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action=action,
        actor=actor,
        at=now,
        office_id=application.office_id,
        detail=detail,
    )


def set_phase(
    session: Session, meeting: Meeting | None, application: Application, phase: str, *, actor: Actor, now: datetime
) -> None:
    """From discussing to scoring again, and back; an agreed item is opened again by going back to either."""
    meeting = _lead(session, meeting, actor)
    _panel_of(session, meeting, application, actor)
    if meeting.current_id != application.id:
        raise TransitionRefused("not-on-the-table")
    if phase not in {DISCUSS, RESCORE}:
        raise NotFound(subject="phase")
    if meeting.phase != phase:
        meeting.phase = phase
        touch(meeting)
        _note(session, application, "item-phase", actor, now, phase=phase)
        session.flush()


def put_away(session: Session, meeting: Meeting | None, *, actor: Actor, now: datetime) -> None:
    """Clear the table between two items; those who had left are called back in."""
    meeting = _lead(session, meeting, actor)
    if meeting.current_id is not None:
        _note(session, session.get_one(Application, meeting.current_id), "item-phase", actor, now, phase="away")
        meeting.current_id, meeting.phase = None, ""
        touch(meeting)
        session.flush()


def save_words(
    session: Session,
    meeting: Meeting | None,
    application: Application,
    given: Mapping[str, str],
    seen: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> list[Dispute]:
    """Keep what was typed, box by box. `seen` are the marks of what the page showed (see `queries.mark_of`).

    A box that somebody else changed since is left as it is and comes back as a dispute; a box that the person left
    alone is left alone.
    """
    meeting = hold_running(session, meeting)
    require_chair(meeting.panel, actor)
    _panel_of(session, meeting, application, actor)
    item = queries.find_item(session, meeting, application.id)
    if item is None:
        raise TransitionRefused("not-on-the-table")
    standing = queries.words_of(session, [item.id])
    disputes = []
    for code, typed in given.items():
        row = standing.get((item.id, code))
        now_says, text = row.text if row else "", _clean(typed)
        if text == now_says:
            continue
        if queries.mark_of(now_says) != seen.get(code, ""):
            if row is not None and not _left_alone(text, seen.get(code, "")):
                disputes.append(Dispute(code, row, text))
            continue
        _write(session, item, row, code, text, actor, now)
    session.flush()
    return disputes


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _left_alone(text: str, seen: str) -> bool:
    """Whether the person sent back just what their page had shown."""
    return queries.mark_of(text) == seen


def _write(
    session: Session,
    item: MeetingItem,
    row: MeetingWords | None,
    code: str,
    text: str,
    actor: Actor,
    now: datetime,
) -> None:
    if row is not None and row.person_id == actor.person_id:
        row.text, row.saved_at = text, now
        return
    # Another person's words stay on the record; who has changed them, and when, is in it once for each hand.
    session.add(MeetingWords(item_id=item.id, code=code, text=text, person_id=actor.person_id, saved_at=now))
    _note(session, item.application, "item-words", actor, now, box=code)


def agree_item(
    session: Session,
    meeting: Meeting | None,
    application: Application,
    agreed: Agreed,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """The panel agrees the item on the table, with a quorum of those who stayed; its words were saved before.

    Raises Stale when another chair agreed it first, and as `save_agreed_scores` does.
    """
    meeting = _lead(session, meeting, actor)
    panel = _panel_of(session, meeting, application, actor)
    if meeting.current_id != application.id:
        raise TransitionRefused("not-on-the-table")
    session.refresh(application)
    if seen_version is not None and application.version != seen_version:
        raise Stale(subject="application", id=application.id)
    require_quorum(session, panel, application.id, actor, now)
    item = _item_for(session, meeting, application, (), now)
    assessment.save_agreed_scores(session, application, agreed, actor=actor, now=now, seen_version=seen_version)
    _settle(session, meeting, panel, item, actor, now)
    meeting.phase = AGREED
    session.flush()


def _settle(session: Session, meeting: Meeting, panel: Panel, item: MeetingItem, actor: Actor, now: datetime) -> None:
    away = queries.leaving(session, panel, item.application_id)
    here = [each.person_id for each in panel.members if each.is_present]
    item.agreed_at, item.agreed_by_id = now, actor.person_id
    item.record = item.record | {
        "present": sorted(set(here) - away),
        "left": sorted(away & set(here)),
        "chair": meeting.chair_id,
    }
    touch(meeting)
    _note(session, item.application, "agree-item", actor, now, en_bloc=item.is_en_bloc, **item.record)


def agree_en_bloc(
    session: Session,
    meeting: Meeting | None,
    applications: Sequence[Application],
    lines: Mapping[int, ModerationLine],
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> int:
    """Agree the markers' mean of all these bids together; each needs a quorum without those who leave for it.

    Refused whole (item-not-ready, not-quorate), so that the list that was read out is the list that was agreed.
    """
    meeting = _lead(session, meeting, actor)
    if seen_version is not None and meeting.version != seen_version:
        raise Stale(subject="meeting", id=meeting.id)
    for application in applications:
        panel = _panel_of(session, meeting, application, actor)
        line = lines.get(application.id)
        if application.state not in READY or line is None:
            raise TransitionRefused("item-not-ready")
        require_quorum(session, panel, application.id, actor, now)
        item = _item_for(session, meeting, application, (), now)
        item.is_en_bloc = True
        assessment.save_agreed_scores(session, application, {}, actor=actor, now=now)
        _settle(session, meeting, panel, item, actor, now)
    session.flush()
    return len(applications)
