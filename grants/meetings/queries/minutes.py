"""The minutes as one person may read them: whoever left the room for a bid has a copy without it, which says so.

Once the round is announced everybody's copy is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from grants.applications.models import Application
from grants.assessment import queries as assessment
from grants.assessment.models import Panel
from grants.meetings.models import Meeting, Minutes, MinutesNote, MinutesSection
from grants.meetings.queries.pieces import PARTS, RESOLVED
from grants.meetings.queries.room import Sitting, away_for, find_meeting
from grants.meetings.queries.story import story_of
from workflows.actors import Actor, Scope
from workflows.errors import NotFound
from workflows.round import RoundState

ANNOUNCED = frozenset({RoundState.ANNOUNCED, RoundState.COMPLETE})
SHORTEST_TITLE = 6
LEFT_OUT = "[a bid that you left the room for]"


@dataclass(frozen=True, slots=True)
class Copy:
    """One person's copy. `sections` are the stored ones, or made on the spot while the meeting lasts."""

    sitting: Sitting
    meeting: Meeting
    minutes: Minutes | None
    sections: tuple[Any, ...]
    notes: tuple[Any, ...]
    is_whole: bool

    @property
    def scope(self) -> Scope:
        return self.sitting.scope

    @property
    def parts(self) -> list[tuple[str, list[Any]]]:
        """(heading, sections) in the order of the minutes."""
        found = [(words, [each for each in self.sections if each.part == part]) for part, words in PARTS.items()]
        return [each for each in found if each[1]]


def get_minutes(session: Session, actor: Actor, panel_id: int, number: int) -> Copy:
    """The minutes of one of the panel's sittings, as this person may read them."""
    panel = assessment.get_panel(session, actor, panel_id)
    meeting = session.scalars(
        sa.select(Meeting).where(Meeting.panel_id == panel.id, Meeting.number == number)
    ).one_or_none()
    if meeting is None:
        raise NotFound(subject="meeting")
    hidden = hidden_from(session, panel, actor)
    minutes = _stored(session, meeting)
    known = set(hidden)
    pieces = minutes.sections if minutes else [_on_the_spot(each) for each in story_of(session, meeting)]
    if hidden:
        pieces = [each for each in pieces if each.part != RESOLVED]
    notes = minutes.notes if minutes else []
    words = [word for each in hidden.values() for word in _words(each)]
    return Copy(
        sitting=Sitting(panel, find_meeting(session, panel.id)),
        meeting=meeting,
        minutes=minutes,
        sections=tuple(_without(each, words) for each in pieces if each.application_id not in known),
        notes=tuple(_note(each, words) for each in notes if each.application_id not in known),
        is_whole=not hidden,
    )


def hidden_from(session: Session, panel: Panel, actor: Actor) -> dict[int, Application]:
    """The bids that this person's copy leaves out, by id."""
    if panel.round.state in ANNOUNCED:
        return {}
    bids = {
        each.id: each
        for each in session.scalars(
            sa.select(Application).where(Application.round_id == panel.round_id, Application.submitted_at.is_not(None))
        )
    }
    away = away_for(session, panel, list(bids))
    barred = assessment.barred_from(session, actor.person_id, list(bids))
    return {key: each for key, each in bids.items() if key in barred or actor.person_id in away[key]}


def _stored(session: Session, meeting: Meeting) -> Minutes | None:
    return session.scalars(
        sa.select(Minutes)
        .options(
            selectinload(Minutes.sections).joinedload(MinutesSection.corrected_by),
            selectinload(Minutes.notes).joinedload(MinutesNote.person),
            joinedload(Minutes.meeting),
        )
        .where(Minutes.meeting_id == meeting.id)
    ).one_or_none()


def _on_the_spot(piece: Any) -> Any:
    return SimpleNamespace(
        id=None,
        part=piece.part,
        title=piece.title,
        generated=piece.text,
        corrected=None,
        corrected_by=None,
        corrected_at=None,
        text=piece.text,
        application_id=piece.application_id,
        version=0,
    )


def _words(application: Application) -> list[str]:
    said = [application.reference, application.organisation_name]
    # A title of a word such as "Art" stands in any text.
    said += [application.project_title] if len(application.project_title) >= SHORTEST_TITLE else []
    return sorted((each for each in said if each.strip()), key=len, reverse=True)


def _without(section: Any, words: list[str]) -> Any:
    """The section with what may have been written of a hidden bid taken out, also where it is not about that bid."""
    return SimpleNamespace(
        id=section.id,
        part=section.part,
        title=section.title,
        generated=_cut(section.generated, words),
        corrected=None if section.corrected is None else _cut(section.corrected, words),
        corrected_by=section.corrected_by,
        corrected_at=section.corrected_at,
        text=_cut(section.text, words),
        application_id=section.application_id,
        version=section.version,
    )


def _note(note: Any, words: list[str]) -> Any:
    return SimpleNamespace(text=_cut(note.text, words), person=note.person, at=note.at)


def _cut(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, LEFT_OUT)
    return text


@dataclass(frozen=True, slots=True)
class Part:
    """A stored section with the minutes it belongs to, for whoever corrects it."""

    copy: Copy
    minutes: Minutes
    section: MinutesSection

    @property
    def scope(self) -> Scope:
        return self.copy.scope


def get_section(session: Session, actor: Actor, panel_id: int, number: int, section_id: int) -> Part:
    """One section of stored minutes; one about a bid that the person left the room for does not exist."""
    copy = get_minutes(session, actor, panel_id, number)
    if copy.minutes is None or section_id not in {each.id for each in copy.sections}:
        raise NotFound(subject="minutes_section")
    section = next(each for each in copy.minutes.sections if each.id == section_id)
    # What a copy leaves out of a text can't be put back by whoever holds that copy.
    shown = next(each for each in copy.sections if each.id == section_id)
    if shown.text != section.text:
        raise NotFound(subject="minutes_section")
    return Part(copy, copy.minutes, section)


def corrected_when(copy: Copy) -> datetime | None:
    """The last correction, if there was any."""
    return max((each.corrected_at for each in copy.sections if each.corrected_at), default=None)
