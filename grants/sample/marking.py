"""The sample's round that is with its markers: one bid out, one late, and interests still to be said and ruled on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from grants.accounts import services as accounts
from grants.applications import services as applications
from grants.applications.models import Application
from grants.assessment import services as assessment
from grants.assessment.models import Assignment
from grants.eligibility import services as eligibility
from grants.funds import services as funds
from grants.funds.models import Round
from grants.reviews.queries import get_refusal
from grants.reviews.services import request_review
from grants.sample.dates import at
from grants.sample.live import send_bid, set_up
from grants.sample.people import Cast
from workflows.actors import Actor, Role
from workflows.assignment import Interest
from workflows.review import Ground
from workflows.rules.eligibility import Outcome

# What an officer noted against a bid, and why it was out; the second was taken back.
OUT = {
    8: ("Pays for fittings of a shop.", "Most of the money would pay for the society's own shop front."),
    7: ("Pays for one team's coach.", "The coach would train one team and nobody else."),
}
EAST, WEST = "East Leicester", "West Leicester"
# Score and words for each criterion; none is extreme, so none needs twenty words.
MARKS = {
    "C1": (4, "Local figures and a survey, both recent."),
    "C2": (3, "Fits the theme; the link to the area is loose."),
    "C3": (4, "A clear plan and the right people."),
    "C4": (3, "Outcomes are named, targets are loose."),
    "C5": (4, "The costs are right for what they buy."),
    "C6": (3, "Some of it will last."),
}


def load_scoring_round(session: Session, cast: Cast, *, now: datetime) -> None:
    """A round that closed three weeks ago: checked, one bid disqualified, the others with their markers."""
    opens, closes = at(now, -48, 9), at(now, -20, 17)
    dates = {
        "opens_at": opens,
        "closes_at": closes,
        "scoring_ends_at": at(now, 6, 17),
        "panel_on": at(now, 12),
        "decide_by_on": at(now, 26),
    }
    round_ = set_up(session, cast, "nsg-r3", dates, made=at(now, -60))
    funds.open_due_rounds(session, opens)
    places = {2: EAST, 3: EAST, 5: WEST, 6: "Charnwood", 7: WEST, 8: "Charnwood"}
    bids = {
        group: send_bid(session, cast, round_, group, at(now, -30 + group), [area]) for group, area in places.items()
    }
    funds.close_due_rounds(session, closes)
    while applications.start_due_checks(session, at(now, -19)):
        pass
    _check(session, cast, bids, now)
    late, out = bids.pop(7), bids.pop(8)
    _mark(session, cast, round_, bids, now)
    _take_back(session, cast, late, now)
    _convene(session, cast, round_, bids, now)
    _ask_for_review(session, cast, out, now)


def _check(session: Session, cast: Cast, bids: Mapping[int, Application], now: datetime) -> None:
    officer, second = cast.actor("llr.officer-1"), cast.actor("llr.manager-1")
    when: dict[str, Any] = {"actor": officer, "now": at(now, -16)}
    for group, bid in bids.items():
        note, reason = OUT.get(group, ("", ""))
        for line in eligibility.run_rules(session, bid, **when):
            if line.outcome in {None, Outcome.REFER}:
                _settle(session, bid, line.rule.code, note if line.rule.code == "ER12" else "", when=when)
        if reason:
            eligibility.propose_disqualification(session, bid, ["ER12"], reason, **when)
            eligibility.confirm_disqualification(session, bid, actor=second, now=at(now, -15))
        else:
            eligibility.pass_checks(session, bid, **when)


def _settle(session: Session, bid: Application, code: str, note: str, *, when: Mapping[str, Any]) -> None:
    outcome = Outcome.FAIL if note else Outcome.PASS
    eligibility.settle_rule(session, bid, code, outcome, note or "Seen in the papers.", **when)


def _mark(session: Session, cast: Cast, round_: Round, bids: Mapping[int, Application], now: datetime) -> None:
    manager = cast.actor("llr.manager-1")
    pairs = [(2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (5, 2), (5, 3), (6, 1), (6, 3)]
    work: dict[tuple[int, int], Assignment] = {}
    for group, marker in pairs:
        person = cast.people[f"llr.marker-{marker}"]
        work[group, marker] = assessment.assign_marker(session, bids[group], person, actor=manager, now=at(now, -12))
    for group, marker in pairs:
        is_direct = (group, marker) == (3, 3)
        interest, words = (Interest.DIRECT, "My sister runs the group.") if is_direct else (Interest.NONE, "")
        actor = _marker(cast, marker)
        assessment.declare_interest(session, bids[group], interest, words, actor=actor, now=at(now, -11))
    assessment.start_scoring(session, round_, actor=manager, now=at(now, -10))
    # One locked, two begun, and one that was asked for since and has declared nothing yet.
    _score(session, cast, work[2, 1], len(MARKS), at(now, -4))
    assessment.lock_assignment(session, work[2, 1], actor=_marker(cast, 1), now=at(now, -4))
    _score(session, cast, work[3, 1], 2, at(now, -3))
    _score(session, cast, work[5, 2], 4, at(now, -2))
    late = cast.people["llr.marker-1"]
    assessment.assign_marker(session, bids[5], late, actor=manager, now=now - timedelta(hours=5))
    # A resident of the area, to whom it opens after the training.
    resident = cast.people["llr.resident-2"]
    assessment.assign_marker(session, bids[6], resident, actor=manager, now=at(now, -2))


def _score(session: Session, cast: Cast, assignment: Assignment, count: int, now: datetime) -> None:
    number = int(str(assignment.person.sample_key).rsplit("-", 1)[1]) if assignment.person else 0
    marks = {code: assessment.Mark(score, words) for code, (score, words) in list(MARKS.items())[:count]}
    assessment.save_marks(session, assignment, marks, actor=_marker(cast, number), now=now)


def _marker(cast: Cast, number: int) -> Actor:
    return cast.actor(f"llr.marker-{number}")


def _take_back(session: Session, cast: Cast, bid: Application, now: datetime) -> None:
    """A bid that was out and is not: one marker has it, and the second is still to be found."""
    manager = cast.actor("llr.manager-1")
    reason = "The coach is for everybody who comes, as the plan says on its second page."
    eligibility.reinstate(session, bid, reason, actor=manager, now=at(now, -4))
    assessment.assign_marker(session, bid, cast.people["llr.marker-2"], actor=manager, now=at(now, -2))


def _convene(session: Session, cast: Cast, round_: Round, bids: Mapping[int, Application], now: datetime) -> None:
    """The panel is called together: one member left a group not long ago, another lives opposite one."""
    manager = cast.actor("llr.manager-1")
    once = session, cast.people["llr.panel-1"], cast.groups[6], Role.CONTRIBUTOR
    accounts.join_organisation(*once, actor=manager, now=at(now, -300))
    accounts.end_membership(*once, actor=manager, now=at(now, -200))
    seats = [
        assessment.Seat(cast.people[key].id, is_chair=key == "llr.chair-1")
        for key in ("llr.chair-1", "llr.panel-1", "llr.panel-3", "llr.resident-1")
    ]
    assessment.convene_panel(session, round_, seats, actor=manager, now=at(now, -6))
    for bid in bids.values():
        is_near = bid is bids[2]
        interest, words = (Interest.INDIRECT, "I live opposite the hall.") if is_near else (Interest.NONE, "")
        actor = cast.actor("llr.panel-3")
        assessment.declare_interest(session, bid, interest, words, actor=actor, now=at(now, -4))


def _ask_for_review(session: Session, cast: Cast, bid: Application, now: datetime) -> None:
    actor, asked = cast.actor("group-8.lead"), at(now, -3)
    refusal = get_refusal(session, actor, bid.id)
    words = "The lamps are for the pavement and not for the shop. The second page of our plan says so."
    request_review(session, refusal, Ground.SOMETHING_MISSED, words, actor=actor, now=asked, received_at=asked)
