"""A panel in session for tests of the meeting: two chairs, an officer, two members, one of whom has an interest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from grants.assessment import services as assessment
from grants.meetings import queries, services
from grants.meetings.models import Meeting
from tests import stages
from tests.builders import staff
from tests.stages import Stage
from workflows.actors import Role
from workflows.assignment import Interest

MINUTE = timedelta(minutes=1)


def meeting_stage(session: Session, *, interested: int | None = 0, **options: Any) -> Stage:
    """In session; "member" has a direct interest in the bid of that place, "member-2" in none."""
    stage = stages.scored(session, **options)
    stage.people["chair-2"] = staff(session, stage.office, Role.CHAIR)
    stage.people["member-2"] = staff(session, stage.office, Role.PANEL_MEMBER)
    chairs, others = ("chair", "chair-2"), ("officer", "member", "member-2")
    seats = [assessment.Seat(stage.people[name].id, is_chair=True) for name in chairs]
    seats += [assessment.Seat(stage.people[name].id, is_officer=name == "officer") for name in others]
    stage.panel = assessment.convene_panel(session, stage.round_, seats, actor=stage.actor("manager"), now=stage.now)
    for name in (*chairs, *others):
        for place, bid in enumerate(stage.bids):
            direct = name == "member" and place == interested
            kind, words = (Interest.DIRECT, "Is a trustee") if direct else (Interest.NONE, "")
            assessment.declare_interest(session, bid, kind, words, actor=stage.actor(name), now=stage.now)
    here = [stage.people[name].id for name in ("chair", "officer", "member", "member-2")]
    assessment.open_panel(session, stage.panel, here, actor=stage.actor("chair"), now=stage.now)
    return stage


def meeting_of(stage: Stage) -> Meeting:
    """The meeting that runs, or ran last."""
    assert stage.panel is not None
    found = queries.find_meeting(stage.session, stage.panel.id)
    assert found is not None
    return found


def come(stage: Stage, name: str, *, by: str | None = None, leave: bool = False) -> None:
    """Somebody comes in, or leaves."""
    services.record_presence(
        stage.session,
        meeting_of(stage),
        stage.people[name].id,
        not leave,
        actor=stage.actor(by or name),
        now=stage.now,
    )


def take_up(stage: Stage, place: int, *, by: str = "chair") -> None:
    """Put a bid on the table."""
    services.open_item(stage.session, meeting_of(stage), stage.bids[place], actor=stage.actor(by), now=stage.now)


def agree(stage: Stage, place: int, agreed: dict[str, Any] | None = None, *, by: str = "chair", **options: Any) -> None:
    """Take a bid up and agree it."""
    take_up(stage, place, by=by)
    services.agree_item(
        stage.session,
        meeting_of(stage),
        stage.bids[place],
        agreed or {},
        actor=stage.actor(by),
        now=stage.now,
        **options,
    )
