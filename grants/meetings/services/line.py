"""The line in the meeting: moved once for the whole round, after everybody has seen which bids change sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries as assessment
from grants.assessment import services
from grants.assessment.models import Panel
from grants.meetings.models import LineChange, Meeting
from grants.meetings.services.room import hold_running, require_in_room, seats_now, touch
from workflows.actors import Actor
from workflows.errors import Stale
from workflows.rules.scoring import at_or_above_line


@dataclass(frozen=True, slots=True)
class SideChange:
    """What a new line would do: the bids that it lifts over itself and those that it leaves below."""

    rose: tuple[Application, ...]
    fell: tuple[Application, ...]


def sides(session: Session, panel: Panel, to_hundredths: int) -> SideChange:
    """Every bid of the panel that changes sides, whoever may see it: a page shows only what its reader may."""
    bids = assessment.bids_of_panel(session, panel)
    percents = assessment.percents_of(session, panel.round_id, [each.id for each in bids])
    now, then = assessment.line_of(panel.round, panel), Fraction(to_hundredths, 100)
    marked = [(each, percent) for each in bids if (percent := percents[each.id]) is not None]
    sided = [(each, at_or_above_line(percent, now), at_or_above_line(percent, then)) for each, percent in marked]
    return SideChange(
        rose=tuple(each for each, was, will in sided if will and not was),
        fell=tuple(each for each, was, will in sided if was and not will),
    )


def move_line(
    session: Session,
    meeting: Meeting | None,
    to_hundredths: int,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> LineChange:
    """Move the line with the panel's reason, a quorum in the room; refused as `assessment.services.move_line` does."""
    meeting = hold_running(session, meeting)
    if seen_version is not None and meeting.version != seen_version:
        raise Stale(subject="meeting", id=meeting.id)
    panel = meeting.panel
    seats_now(session, meeting)
    require_in_room(panel, actor)
    before, change = assessment.line_of(panel.round, panel), sides(session, panel, to_hundredths)
    services.move_line(session, panel, to_hundredths, reason, actor=actor, now=now)
    row = LineChange(
        meeting_id=meeting.id,
        from_hundredths=int(before * 100),
        to_hundredths=to_hundredths,
        reason=reason.strip(),
        rose=[each.id for each in change.rose],
        fell=[each.id for each in change.fell],
        person_id=actor.person_id,
        at=now,
    )
    session.add(row)
    touch(meeting)
    session.flush()
    return row
