"""The sample's panels: one that has recommended, with its minutes signed, and one that sits now over a bid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.allocation import queries as choosing
from grants.allocation import services as allocation
from grants.assessment import services as assessment
from grants.assessment.models import Panel
from grants.decisions import services as decisions
from grants.eligibility import services as eligibility
from grants.funds.models import Round
from grants.meetings import queries as meetings
from grants.meetings import services as meeting
from grants.meetings.models import Meeting, Minutes
from grants.meetings.queries.items import NOTES
from grants.meetings.services.items import RESCORE
from grants.sample.dates import at
from grants.sample.people import Cast
from grants.sample.places import Bids, Scores, judge, mark_all, open_round, receive
from workflows.assignment import Interest

CHAIR, OFFICER, MANAGER = "llr.chair-1", "llr.officer-1", "llr.manager-1"
SEATS = (CHAIR, OFFICER, "llr.panel-1", "llr.panel-2", "llr.resident-1")
FORMER = ("llr.panel-1", 6)
WEST, EAST, CHARNWOOD = "West Leicester", "East Leicester", "Charnwood"
# Marker -> group -> the six scores.
DECIDED: Mapping[int, Mapping[int, Scores]] = {
    1: {2: (4, 4, 4, 3, 4, 3), 3: (4, 3, 4, 4, 3, 4), 4: (3, 4, 3, 3, 3, 3), 5: (5, 4, 4, 4, 4, 4)},
    2: {2: (4, 5, 4, 4, 4, 4), 3: (3, 3, 4, 3, 3, 3), 6: (3, 2, 2, 3, 2, 3)},
    3: {4: (4, 4, 4, 3, 4, 4), 5: (5, 5, 4, 5, 4, 4), 6: (2, 3, 2, 2, 3, 2)},
}
SAT_ON: Mapping[int, Mapping[int, Scores]] = {
    1: {1: (5, 4, 4, 4, 4, 4), 2: (3, 3, 3, 3, 3, 3), 3: (5, 4, 5, 4, 4, 4)},
    2: {1: (4, 4, 5, 4, 4, 3), 3: (2, 3, 2, 3, 2, 3), 6: (3, 3, 3, 4, 3, 3)},
    3: {2: (3, 4, 3, 3, 4, 3), 6: (2, 3, 3, 2, 3, 2)},
}


def load_decided_panel(session: Session, cast: Cast, *, now: datetime) -> None:
    """Round One: the panel followed one of two scenarios, its minutes are signed, and the commissioner is to decide."""
    places = {2: EAST, 3: EAST, 4: CHARNWOOD, 5: WEST, 6: CHARNWOOD}
    round_, bids = _marked(session, cast, 1, places, DECIDED, panel_on=at(now, -9), now=now)
    panel = _sit(session, cast, round_, bids, called=at(now, -14), opened=at(now, -9, 10))
    moment = at(now, -9, 11)
    chair = {"actor": cast.actor(CHAIR), "now": moment}
    _discuss(session, panel, bids, 3, "Paint alone does not make it safe; the lamps and the open days do.", **chair)
    for group in (2, 4, 5, 6):
        meeting.open_item(session, _meeting(session, panel), bids[group], **chair)
        meeting.agree_item(session, _meeting(session, panel), bids[group], {}, **chair)
    _choose(session, panel, actor=cast.actor(CHAIR), now=at(now, -9, 12))
    assessment.close_panel(session, panel, actor=cast.actor(CHAIR), now=at(now, -9, 13))
    _sign(session, cast, panel, now)
    decisions.raise_decision(session, round_, actor=cast.actor(MANAGER), now=at(now, -6))


def load_sitting_panel(session: Session, cast: Cast, *, now: datetime) -> None:
    """Round Two: the panel sits since an hour ago; one bid is agreed, one is being talked about, two wait."""
    places = {1: WEST, 2: EAST, 3: EAST, 6: CHARNWOOD}
    round_, bids = _marked(session, cast, 2, places, SAT_ON, panel_on=at(now, 0), now=now)
    opened = now - timedelta(hours=1)
    panel = _sit(session, cast, round_, bids, called=at(now, -7), opened=opened)
    chair: dict[str, Any] = {"actor": cast.actor(CHAIR), "now": opened + timedelta(minutes=10)}
    meeting.open_item(session, _meeting(session, panel), bids[1], **chair)
    meeting.agree_item(session, _meeting(session, panel), bids[1], {}, **chair)
    chair["now"] = opened + timedelta(minutes=25)
    meeting.open_item(session, _meeting(session, panel), bids[3], **chair)
    said = {NOTES: "The markers read the plan differently: is the paint to last, or to bring people together?"}
    meeting.save_words(session, _meeting(session, panel), bids[3], said, {}, **chair)


def _marked(
    session: Session,
    cast: Cast,
    number: int,
    places: Mapping[int, str],
    scores: Mapping[int, Mapping[int, Scores]],
    *,
    panel_on: datetime,
    now: datetime,
) -> tuple[Round, Bids]:
    dates = {
        "opens_at": at(panel_on, -70, 9),
        "closes_at": at(panel_on, -42, 17),
        "scoring_ends_at": at(panel_on, -12, 17),
        "panel_on": panel_on,
        "decide_by_on": at(panel_on, 14),
    }
    round_ = open_round(session, cast, number, dates, made=at(panel_on, -80))
    bids = receive(session, cast, round_, places, at(panel_on, -45))
    for bid in bids.values():
        officer = {"actor": cast.actor(OFFICER), "now": at(panel_on, -40)}
        judge(session, bid, **officer)
        eligibility.pass_checks(session, bid, **officer)
    mark_all(session, cast, round_, bids, scores, at(panel_on, -20))
    return round_, bids


def _sit(session: Session, cast: Cast, round_: Round, bids: Bids, *, called: datetime, opened: datetime) -> Panel:
    people = {key: cast.people[key].id for key in SEATS}
    seats = [
        assessment.Seat(person_id, is_chair=key == CHAIR, is_officer=key == OFFICER)
        for key, person_id in people.items()
    ]
    panel = assessment.convene_panel(session, round_, seats, actor=cast.actor(MANAGER), now=called)
    for key in SEATS:
        for group, bid in bids.items():
            # Asked about a group of the past, which the service remembers.
            words = "I left the group last year." if (key, group) == FORMER else ""
            assessment.declare_interest(session, bid, Interest.NONE, words, actor=cast.actor(key), now=called)
    assessment.open_panel(session, panel, set(people.values()), actor=cast.actor(CHAIR), now=opened)
    return panel


def _meeting(session: Session, panel: Panel) -> Meeting | None:
    return meetings.find_meeting(session, panel.id)


def _discuss(session: Session, panel: Panel, bids: Bids, group: int, words: str, **who: Any) -> None:
    """One bid is scored again, with the panel's reason."""
    sitting, bid = _meeting(session, panel), bids[group]
    meeting.open_item(session, sitting, bid, **who)
    meeting.save_words(session, sitting, bid, {NOTES: words}, {}, **who)
    meeting.set_phase(session, sitting, bid, RESCORE, **who)
    meeting.agree_item(session, sitting, bid, {"C5": (4, "The wall is free and the paint is given.")}, **who)


def _choose(session: Session, panel: Panel, **who: Any) -> None:
    allocation.save_scenario(session, panel, "Down the list", {}, **who)
    each_area = {"areas": {area: {"least_count": 1} for area in (WEST, EAST, CHARNWOOD)}}
    chosen = allocation.save_scenario(session, panel, "One in each area", each_area, **who)
    board = choosing.board_of(session, panel, who["actor"])
    reasons = dict.fromkeys(
        allocation.departures_of(board, chosen), "So that each area has at least one of the grants."
    )
    allocation.record_recommendation(session, choosing.Worked(chosen, panel), reasons, {}, **who)


def _sign(session: Session, cast: Cast, panel: Panel, now: datetime) -> None:
    own = sa.select(Minutes).join(Meeting, Meeting.id == Minutes.meeting_id).where(Meeting.panel_id == panel.id)
    minutes, chair = session.scalars(own).one(), cast.actor(CHAIR)
    last = minutes.sections[-1]
    text = f"{last.text}\nThe panel thanked the markers."
    meeting.correct_section(session, minutes, last, text, actor=chair, now=at(now, -8))
    meeting.sign_minutes(session, minutes, actor=chair, now=at(now, -7))
