"""The room: a meeting begins when its panel opens and ends when it closes; in between people come, leave and chair.

Every change raises the meeting's version, which is what everybody's page watches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.assessment.models import Panel, PanelMember
from grants.assessment.queries.facts import is_sitting, member_of
from grants.assessment.queries.panels import LOOKERS_ON
from grants.assessment.services.gates import lock_row
from grants.assessment.services.moderation import before_agreeing, require_chair
from grants.core import audit, news
from grants.meetings import queries
from grants.meetings.models import Attendance, ChairTurn, Meeting
from grants.meetings.services.minutes import write_minutes
from grants.representatives.queries import unprepared_among
from workflows.actors import Actor
from workflows.errors import NotAllowed, NotFound, TransitionRefused


@news.on("panel.in_session")
def begin_with_panel(session: Session, panels: Sequence[Panel], actor: Actor, now: datetime) -> None:
    """Each opening of a panel is a sitting of its own; one that met on paper has its minutes on paper."""
    for panel in panels:
        if not actor.on_paper:
            begin_meeting(session, panel, actor=actor, now=now)


@news.on("panel.closed")
def end_with_panel(session: Session, panels: Sequence[Panel], actor: Actor, now: datetime) -> None:
    """The sitting ends with its panel, and the minutes are written from it."""
    for panel in panels:
        meeting = queries.find_meeting(session, panel.id)
        if meeting is not None and meeting.ended_at is None:
            _end(session, meeting, actor, now)


def begin_meeting(session: Session, panel: Panel, *, actor: Actor, now: datetime) -> Meeting:
    """Open a sitting with those marked present; the chair is the actor, or the first chair who is there."""
    if not is_sitting(panel):
        raise TransitionRefused("panel-not-in-session")
    before = queries.find_meeting(session, panel.id)
    if before is not None and before.ended_at is None:
        return before
    here = [each for each in panel.members if each.is_present]
    chairs = [each.person_id for each in here if each.is_chair]
    chair = actor.person_id if actor.person_id in chairs else next(iter(chairs), None)
    meeting = Meeting(
        office_id=panel.office_id,
        panel_id=panel.id,
        number=before.number + 1 if before else 1,
        version=1,
        chair_id=chair,
        began_at=now,
        phase="",
        shows_marks=False,
    )
    session.add(meeting)
    session.flush()
    session.add_all(Attendance(meeting_id=meeting.id, person_id=each.person_id, came_at=now) for each in here)
    if chair is not None:
        session.add(ChairTurn(meeting_id=meeting.id, person_id=chair, from_at=now, reason=""))
    _note(session, panel, "meeting-began", actor, now, present=[each.person_id for each in here])
    session.flush()
    return meeting


def _end(session: Session, meeting: Meeting, actor: Actor, now: datetime) -> None:
    hold(session, meeting)
    meeting.ended_at, meeting.current_id, meeting.phase = now, None, ""
    meeting.version += 1
    session.flush()
    _note(session, meeting.panel, "meeting-ended", actor, now)
    write_minutes(session, meeting, actor=actor, now=now)
    # Who was there to the end is in the minutes; the room is empty now.
    session.execute(
        sa.update(Attendance)
        .where(Attendance.meeting_id == meeting.id, Attendance.left_at.is_(None))
        .values(left_at=now)
    )


def hold(session: Session, meeting: Meeting) -> None:
    """Keep the meeting to this transaction until it ends: two people who act at once come one after the other."""
    lock_row(session, meeting)  # type: ignore[arg-type]


def hold_running(session: Session, meeting: Meeting | None) -> Meeting:
    """The same, for what can only be done while the meeting lasts."""
    if meeting is None:
        raise TransitionRefused("no-meeting")
    hold(session, meeting)
    if meeting.ended_at is not None:
        raise TransitionRefused("meeting-over")
    return meeting


def seats_now(session: Session, meeting: Meeting) -> None:
    """Read again who is in the room: what was read before the meeting was held may be old."""
    session.refresh(meeting.panel)
    seats = sa.select(PanelMember).where(PanelMember.panel_id == meeting.panel_id)
    session.scalars(seats, execution_options={"populate_existing": True}).all()


def touch(meeting: Meeting) -> None:
    """Tell everybody's page that something changed."""
    meeting.version += 1


def _note(session: Session, panel: Panel, action: str, actor: Actor, now: datetime, **detail: Any) -> None:
    reason = detail.pop("reason", "")
    audit.record(
        session,
        subject_type="panel",
        subject_id=panel.id,
        action=action,
        actor=actor,
        at=now,
        office_id=panel.office_id,
        reason=reason,
        detail=detail,
    )


def record_presence(
    session: Session, meeting: Meeting | None, person_id: int, is_in: bool, *, actor: Actor, now: datetime
) -> None:
    """Somebody comes in or leaves: said by themselves, by a chair of the panel, or by the staff who minute it.

    A representative who is not prepared does not come in (refused: rep-unprepared). Said twice it changes nothing.
    When whoever holds the chair leaves, another chair who is there takes it.
    """
    meeting = hold_running(session, meeting)
    seats_now(session, meeting)
    panel = _panel(session, meeting)
    member = member_of(panel, person_id)
    if member is None:
        raise NotFound(subject="panel_member")
    if person_id != actor.person_id and not _may_minute(panel, actor):
        raise NotAllowed(needs=["chair", "officer"])
    if member.is_present is is_in:
        return
    if is_in and member.is_community_rep and unprepared_among(session, panel.round, [person_id]):
        raise TransitionRefused("rep-unprepared")
    member.is_present = is_in
    if is_in:
        session.add(Attendance(meeting_id=meeting.id, person_id=person_id, came_at=now))
    else:
        session.execute(
            sa.update(Attendance)
            .where(
                Attendance.meeting_id == meeting.id,
                Attendance.person_id == person_id,
                Attendance.left_at.is_(None),
            )
            .values(left_at=now)
        )
    _note(session, panel, "came-in" if is_in else "left-room", actor, now, person_id=person_id)
    _follow_chair(session, meeting, panel, member, actor, now)
    touch(meeting)
    session.flush()


def _follow_chair(
    session: Session, meeting: Meeting, panel: Panel, member: PanelMember, actor: Actor, now: datetime
) -> None:
    holder = member_of(panel, meeting.chair_id)
    if holder is not None and holder.is_present:
        return
    here = [each for each in panel.members if each.is_chair and each.is_present]
    if here:
        words = "The chair had left the room." if holder else ""
        _seat_chair(session, meeting, panel, here[0].person_id, words, actor, now)


def _panel(session: Session, meeting: Meeting) -> Panel:
    return session.get_one(Panel, meeting.panel_id)


def _may_minute(panel: Panel, actor: Actor) -> bool:
    seat = member_of(panel, actor.person_id)
    return bool(LOOKERS_ON & actor.roles_in(panel.scope)) or (seat is not None and seat.is_chair)


def take_chair(session: Session, meeting: Meeting | None, reason: str = "", *, actor: Actor, now: datetime) -> None:
    """Another chair of the panel goes on: whose laptop died, or who leaves for the next item. It is minuted."""
    meeting = hold_running(session, meeting)
    seats_now(session, meeting)
    panel = _panel(session, meeting)
    require_chair(panel, actor)
    require_in_room(panel, actor)
    if meeting.chair_id == actor.person_id:
        return
    _seat_chair(session, meeting, panel, actor.person_id or 0, reason.strip(), actor, now)
    touch(meeting)
    session.flush()


def _seat_chair(
    session: Session, meeting: Meeting, panel: Panel, person_id: int, reason: str, actor: Actor, now: datetime
) -> None:
    was, meeting.chair_id = meeting.chair_id, person_id
    session.add(ChairTurn(meeting_id=meeting.id, person_id=person_id, from_at=now, reason=reason))
    _note(session, panel, "took-chair", actor, now, reason=reason, before=was, person_id=person_id)


def require_in_room(panel: Panel, actor: Actor) -> None:
    """Nobody acts on the meeting from outside the room."""
    seat = member_of(panel, actor.person_id)
    if seat is None or not seat.is_present:
        raise TransitionRefused("not-in-the-room")


@before_agreeing
def require_quorum(session: Session, panel: Panel, application_id: int | None, actor: Actor, now: datetime) -> None:
    """Nothing is agreed, placed or drawn below quorum; those who leave for the bid do not count."""
    meeting = queries.find_meeting(session, panel.id)
    if meeting is None or meeting.ended_at is not None:
        return
    found = queries.quorum_of(panel, queries.leaving(session, panel, application_id), now)
    if not found.is_met:
        raise TransitionRefused("not-quorate", present=found.present, need=found.needed)


def show_marks(session: Session, meeting: Meeting | None, shows: bool, *, actor: Actor, now: datetime) -> None:
    """Put the markers' marks on the screen and on the members' pages, or take them off."""
    meeting = hold_running(session, meeting)
    panel = _panel(session, meeting)
    require_chair(panel, actor)
    if meeting.shows_marks is not shows:
        meeting.shows_marks = shows
        _note(session, panel, "show-marks" if shows else "hide-marks", actor, now)
        touch(meeting)
        session.flush()
