"""The sample's rounds that are running now: one to apply to, one with its markers, one to come, one without an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from grants.applications import services as applications
from grants.applications.models import Application
from grants.applications.queries import paper_of
from grants.assessment import services as assessment
from grants.assessment.models import Assignment
from grants.eligibility import services as eligibility
from grants.funds import services as funds
from grants.funds.models import Round
from grants.sample.answers import FULL, PROJECTS, QUIZ, WHOLE
from grants.sample.dates import at, round_definition
from grants.sample.help import offer_help
from grants.sample.papers import keep_papers
from grants.sample.people import Cast
from workflows.actors import Actor
from workflows.assignment import Interest
from workflows.deadlines import london_date
from workflows.document import DocumentKind
from workflows.rules.eligibility import Outcome

# Score and words for each criterion; none is extreme, so none needs twenty words.
MARKS = {
    "C1": (4, "Local figures and a survey, both recent."),
    "C2": (3, "Fits the theme; the link to the area is loose."),
    "C3": (4, "A clear plan and the right people."),
    "C4": (3, "Outcomes are named, targets are loose."),
    "C5": (4, "The costs are right for what they buy."),
    "C6": (3, "Some of it will last."),
}


def set_up(session: Session, cast: Cast, name: str, dates: Mapping[str, datetime], *, made: datetime) -> Round:
    """Make, approve and publish a round from its file, and open it when its time has come by `made`."""
    definition = round_definition(name, dates)
    office = cast.offices[definition.office]
    manager = cast.actor(f"{office.code}.manager-1")
    when = {"actor": manager, "now": made}
    round_ = funds.create_round(session, office, definition, create_missing=True, **when)
    funds.approve_round(session, round_, **when)
    funds.publish_round(session, round_, **when)
    return round_


def load_open_round(session: Session, cast: Cast, *, now: datetime) -> None:
    """A round open for three more weeks, with a bid that came in and one that was begun this morning."""
    dates = {"opens_at": at(now, -10, 9), "closes_at": at(now, 21, 17)}
    round_ = set_up(session, cast, "csf-r4", dates, made=at(now, -25))
    funds.open_due_rounds(session, at(now, -10, 9))
    papers = keep_papers(session, cast, 5, now=at(now, -9, 18))
    keep_papers(session, cast, 1, now=at(now, -1, 18))
    constitution = papers[DocumentKind.GOVERNING_DOCUMENT]
    file = {"document_id": constitution.id, "name": constitution.file_name, "sha256": constitution.sha256}
    send_bid(session, cast, round_, 5, at(now, -3, 15), ["East Leicester"], more={"D1": [file]})
    _begin_draft(session, cast, round_, now)
    offer_help(session, cast, round_, now=now)


def _begin_draft(session: Session, cast: Cast, round_: Round, now: datetime) -> None:
    moment = now - timedelta(hours=2)
    when: dict[str, Any] = {"actor": cast.actor("group-1.lead"), "now": moment, "received_at": moment}
    draft = applications.start_application(session, round_, cast.groups[1], QUIZ, **when)
    begun = {code: WHOLE[code] for code in ("O7", "O8", "O9", "P1", "P2")}
    applications.save_answers(session, draft, {**begun, "P1": "Music in the park"}, **when)


def load_coming_rounds(session: Session, cast: Cast, *, now: datetime) -> None:
    """A round that opens in two weeks, and a fund that takes bids at any time."""
    set_up(session, cast, "caf-w2", {"opens_at": at(now, 14, 9), "closes_at": at(now, 56, 17)}, made=at(now, -5))
    set_up(session, cast, "caf-open", {"opens_at": at(now, -60, 9)}, made=at(now, -65))
    funds.open_due_rounds(session, at(now, -60, 9))


def send_bid(
    session: Session,
    cast: Cast,
    round_: Round,
    group: int,
    sent: datetime,
    areas: list[str],
    *,
    more: Mapping[str, Any] | None = None,
) -> Application:
    """A whole bid of this group, begun three days before it was sent."""
    begun = max(sent - timedelta(days=3), round_.opens_at or sent)
    lead = cast.actor(f"group-{group}.lead")
    organisation = cast.groups[group]
    quiz = QUIZ | {"E1": organisation.kind}
    application = applications.start_application(
        session, round_, organisation, quiz, actor=lead, now=begun, received_at=begun
    )
    title, summary = PROJECTS[group]
    starts_on = london_date(sent) + timedelta(days=120)
    dates = {"P9a": starts_on.isoformat(), "P9b": (starts_on + timedelta(days=300)).isoformat()}
    own = {"O1": organisation.name, "P1": title, "P2": summary, "P7": areas}
    answers = _asked(session, round_, quiz | dates | own | _plan(starts_on) | dict(more or {}))
    applications.save_answers(session, application, answers, actor=lead, now=begun, received_at=begun)
    applications.submit_application(session, application, actor=lead, now=sent, received_at=sent)
    return application


def _asked(session: Session, round_: Round, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that the round's form has questions for: those of the short form, or of the full one."""
    kinds = {question.code: str(question.kind) for question in paper_of(session, round_).questions}
    whole = {**WHOLE, **FULL} if kinds.get("B2") == "table" else WHOLE
    return {code: value for code, value in {**whole, **answers}.items() if code in kinds}


def _plan(starts_on: date) -> dict[str, Any]:
    """What hangs on the day on which the work starts."""
    by = [(starts_on + timedelta(days=days)).isoformat() for days in (0, 90, 290)]
    steps = ("The first evening", "Volunteers trained", "What changed, written up")
    return {"P10": [{"what": what, "by": day} for what, day in zip(steps, by, strict=True)], "X2b": by[0]} | {
        "S2b": (starts_on - timedelta(days=200)).isoformat(),
        "S5b": (starts_on + timedelta(days=365)).isoformat(),
        "O9c": (starts_on - timedelta(days=250)).isoformat(),
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
    places = {2: "East Leicester", 3: "East Leicester", 5: "West Leicester", 6: "Charnwood", 8: "Charnwood"}
    bids = {
        group: send_bid(session, cast, round_, group, at(now, -30 + group), [area]) for group, area in places.items()
    }
    funds.close_due_rounds(session, closes)
    while applications.start_due_checks(session, at(now, -19)):
        pass
    _check(session, cast, bids, now)
    del bids[8]
    _mark(session, cast, round_, bids, now)


def _check(session: Session, cast: Cast, bids: Mapping[int, Application], now: datetime) -> None:
    officer, second = cast.actor("llr.officer-1"), cast.actor("llr.manager-1")
    when: dict[str, Any] = {"actor": officer, "now": at(now, -16)}
    for group, bid in bids.items():
        lines = eligibility.run_rules(session, bid, **when)
        for line in lines:
            if line.outcome in {None, Outcome.REFER}:
                _settle(session, bid, line.rule.code, is_broken=group == 8 and line.rule.code == "ER12", when=when)
        if group == 8:
            reason = "Most of the money would pay for the society's own shop front."
            eligibility.propose_disqualification(session, bid, ["ER12"], reason, **when)
            eligibility.confirm_disqualification(session, bid, actor=second, now=at(now, -15))
        else:
            eligibility.pass_checks(session, bid, **when)


def _settle(session: Session, bid: Application, code: str, *, is_broken: bool, when: Mapping[str, Any]) -> None:
    outcome = Outcome.FAIL if is_broken else Outcome.PASS
    note = "Pays for fittings of a shop." if is_broken else "Seen in the papers."
    eligibility.settle_rule(session, bid, code, outcome, note, **when)


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
