"""A whole round for tests, walked stage by stage through the services with the people who do it in life.

Each stage goes through the ones before it, so a test asks for the last one it needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Organisation, Person
from grants.applications import services as applications
from grants.applications.models import Application
from grants.assessment import services as assessment
from grants.assessment.models import Assignment, Panel
from grants.awards import services as awards
from grants.awards.models import Award
from grants.decisions import services as decisions
from grants.decisions.models import Decision
from grants.eligibility import services as eligibility
from grants.funds import services as funds
from grants.funds.models import Round
from grants.monitoring.models import MonitoringReturn
from grants.reviews.models import Review
from grants.reviews.queries import get_refusal
from grants.reviews.services import request_review
from tests.apps import NOW
from tests.builders import a_group, a_round, a_submitted_bid, actor_of, an_office, staff
from tests.snapshots import kept
from workflows.actors import Actor, Role
from workflows.assignment import Interest

# Scores of the bids in order: the first two above the line of 60 %, the last below.
SCORES = (5, 4, 2)
WORDS = "It says what will be done and for whom, names its evidence, and has people who have done it well before now."


@dataclass
class Stage:
    """The round and everybody in it; `now` moves on as stages pass."""

    session: Session
    office: Office
    round_: Round
    now: datetime
    people: dict[str, Person]
    groups: list[tuple[Organisation, Person]] = field(default_factory=list)
    bids: list[Application] = field(default_factory=list)
    panel: Panel | None = None
    decision: Decision | None = None

    def actor(self, name: str) -> Actor:
        """The person of this name as services take them."""
        return actor_of(self.session, self.people[name])

    def group_actor(self, index: int = 0) -> Actor:
        return actor_of(self.session, self.groups[index][1])

    @property
    def awards(self) -> list[Award]:
        return list(self.session.scalars(sa.select(Award).where(Award.office_id == self.office.id).order_by(Award.id)))

    @property
    def returns(self) -> list[MonitoringReturn]:
        own = sa.select(MonitoringReturn).where(MonitoringReturn.office_id == self.office.id)
        return list(self.session.scalars(own.order_by(MonitoringReturn.id)))


@kept
def submitted(
    session: Session,
    *,
    now: datetime = NOW,
    scores: tuple[int, ...] = SCORES,
    answers: dict[str, Any] | None = None,
    **round_: Any,
) -> Stage:
    """An open round with one bid for each score; `answers` replace some of the first bid's."""
    office = an_office(session, now=now)
    people = {
        "officer": staff(session, office, Role.OFFICER),
        "manager": staff(session, office, Role.MANAGER),
        "manager-2": staff(session, office, Role.MANAGER),
        "marker-1": staff(session, office, Role.MARKER),
        "marker-2": staff(session, office, Role.MARKER),
        "chair": staff(session, office, Role.CHAIR),
        "member": staff(session, office, Role.PANEL_MEMBER),
        "decision-maker": staff(session, office, Role.DECISION_MAKER),
    }
    stage = Stage(session, office, a_round(session, office, now=now, **round_), now, people)
    area = stage.round_.areas[0].name
    for place in range(len(scores)):
        organisation, lead = a_group(session, now=now)
        stage.groups.append((organisation, lead))
        said = {"P7": [area]} | (answers or {} if place == 0 else {})
        stage.bids.append(a_submitted_bid(session, stage.round_, organisation, lead, now=now, answers=said))
    return stage


@kept
def checking(session: Session, **options: Any) -> Stage:
    """The round has closed and its bids are being checked."""
    stage = submitted(session, **options)
    assert stage.round_.closes_at is not None
    stage.now = stage.round_.closes_at + timedelta(minutes=2)
    for duty in (funds.close_due_rounds, applications.lapse_due_drafts, applications.start_due_checks):
        while duty(session, stage.now):
            pass
    return stage


@kept
def judged(session: Session, **options: Any) -> Stage:
    """Every rule of every bid passes, by the computer or by a person; nobody has passed the bids yet."""
    stage = checking(session, **options)
    officer = stage.actor("officer")
    for bid in stage.bids:
        for result in eligibility.run_rules(session, bid, actor=officer, now=stage.now):
            if result.outcome != "pass":
                eligibility.settle_rule(
                    session, bid, result.rule.code, "pass", "Seen in the file.", actor=officer, now=stage.now
                )
    return stage


@kept
def eligible(session: Session, **options: Any) -> Stage:
    """Every bid has passed its checks."""
    stage = judged(session, **options)
    for bid in stage.bids:
        eligibility.pass_checks(session, bid, actor=stage.actor("officer"), now=stage.now)
    return stage


@kept
def scoring(session: Session, **options: Any) -> Stage:
    """Two markers have every bid, with nothing declared yet."""
    stage = eligible(session, **options)
    manager = stage.actor("manager")
    for bid in stage.bids:
        for name in ("marker-1", "marker-2"):
            assessment.assign_marker(session, bid, stage.people[name], actor=manager, now=stage.now)
            assessment.declare_interest(session, bid, Interest.NONE, "", actor=stage.actor(name), now=stage.now)
    assessment.start_scoring(session, stage.round_, actor=manager, now=stage.now)
    return stage


@kept
def scored(session: Session, *, scores: tuple[int, ...] = SCORES, **options: Any) -> Stage:
    """Both markers have locked every bid, each with the bid's score for every criterion."""
    stage = scoring(session, scores=scores, **options)
    for assignment in _assignments(session, stage):
        name = next(key for key, person in stage.people.items() if person.id == assignment.person_id)
        score = scores[[bid.id for bid in stage.bids].index(assignment.application_id)]
        for criterion in stage.round_.criteria:
            assessment.save_mark(
                session, assignment, criterion.code, score, WORDS, actor=stage.actor(name), now=stage.now
            )
        assessment.lock_assignment(session, assignment, actor=stage.actor(name), now=stage.now)
    return stage


def _assignments(session: Session, stage: Stage) -> list[Assignment]:
    own = sa.select(Assignment).where(Assignment.round_id == stage.round_.id).order_by(Assignment.id)
    return list(session.scalars(own))


@kept
def in_session(session: Session, **options: Any) -> Stage:
    """The panel sits."""
    stage = scored(session, **options)
    people = stage.people
    seats = [
        assessment.Seat(people["chair"].id, is_chair=True),
        assessment.Seat(people["officer"].id, is_officer=True),
        assessment.Seat(people["member"].id),
    ]
    stage.panel = assessment.convene_panel(session, stage.round_, seats, actor=stage.actor("manager"), now=stage.now)
    for name in ("chair", "officer", "member"):
        for bid in stage.bids:
            assessment.declare_interest(session, bid, Interest.NONE, "", actor=stage.actor(name), now=stage.now)
    present = [seat.person_id for seat in seats]
    assessment.open_panel(session, stage.panel, present, actor=stage.actor("chair"), now=stage.now)
    return stage


@kept
def recommended(session: Session, **options: Any) -> Stage:
    """The panel agreed the markers' mean, drew the line and closed."""
    stage = in_session(session, **options)
    chair = stage.actor("chair")
    assert stage.panel is not None
    for bid in stage.bids:
        assessment.save_agreed_scores(session, bid, {}, actor=chair, now=stage.now)
    assessment.draw_the_line(session, stage.round_, actor=chair, now=stage.now)
    assessment.close_panel(session, stage.panel, actor=chair, now=stage.now)
    return stage


@kept
def with_decision_maker(session: Session, **options: Any) -> Stage:
    """The notice lies before the decision maker."""
    stage = recommended(session, **options)
    stage.decision = decisions.raise_decision(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    return stage


@kept
def decided(session: Session, **options: Any) -> Stage:
    """Approved, and not announced."""
    stage = with_decision_maker(session, **options)
    assert stage.decision is not None
    reasons = {bid.id: "Young people who are busy are less often drawn into violence." for bid in stage.bids}
    decisions.approve_decision(
        session, stage.decision, reasons, "No interest.", actor=stage.actor("decision-maker"), now=stage.now
    )
    return stage


@kept
def announced(session: Session, **options: Any) -> Stage:
    """The offers are out."""
    stage = decided(session, **options)
    awards.announce_round(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    return stage


@kept
def accepted(session: Session, **options: Any) -> Stage:
    """The first group has signed."""
    stage = announced(session, **options)
    awards.accept_offer(
        session, stage.awards[0], "Chair of the group", "Chair", True, actor=stage.group_actor(), now=stage.now
    )
    return stage


@kept
def running(session: Session, **options: Any) -> Stage:
    """The first grant runs for a year from the coming April, with its returns scheduled."""
    stage = accepted(session, **options)
    year = stage.now.year
    awards.activate_award(
        session,
        stage.awards[0],
        starts_on=date(year, 4, 1),
        ends_on=date(year + 1, 3, 31),
        actor=stage.actor("officer"),
        now=stage.now,
    )
    return stage


def a_review(stage: Stage, index: int, words: str = "Our second page was not read.", **more: Any) -> Review:
    """The group of this bid was told no and asks for a review; `more` is the time at which it came in."""
    bid, actor = stage.bids[index], stage.group_actor(index)
    refusal = get_refusal(stage.session, actor, bid.id)
    times = {"now": stage.now, "received_at": stage.now, **more}
    return request_review(stage.session, refusal, "something-missed", words, actor=actor, **times)
