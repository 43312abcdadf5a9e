"""Time after the deadline: two people, a reason, a short while, and never while others are being scored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications import services
from grants.applications.models import Application, LateTime
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.funds import services as funds
from tests import builders, stages
from workflows.actors import Actor, Role
from workflows.application import ApplicationState
from workflows.errors import Invalid, NotAllowed, TooLate, TransitionRefused
from workflows.round import RoundState

# Both clock changes: closing in the evening before, the last moment for more time in the evening after.
CLOSINGS = [datetime(2024, 3, 30, 17, tzinfo=UTC), datetime(2024, 10, 26, 16, tzinfo=UTC)]
DAY = timedelta(hours=24)
MOMENT = timedelta(microseconds=1)


@pytest.fixture(params=CLOSINGS, ids=["spring", "autumn"])
def closes_at(request: pytest.FixtureRequest) -> datetime:
    return request.param


@pytest.fixture
def bid(session: Session, closes_at: datetime) -> Application:
    """A draft of a round that has closed; it has lapsed, and the round is being checked."""
    now = closes_at - timedelta(days=9)
    office = builders.an_office(session, now=now)
    round_ = builders.a_round(session, office, now=now, closes_at=closes_at)
    made = builders.a_draft(session, round_, answers=builders.answers_to_all(), now=now)
    builders.a_submitted_bid(session, round_, now=now)
    sweep(session, closes_at + timedelta(minutes=2))
    assert (made.state, round_.state) == (ApplicationState.LAPSED, RoundState.CHECKING)
    return made


def sweep(session: Session, now: datetime) -> None:
    for duty in (funds.close_due_rounds, services.lapse_due_drafts, services.start_due_checks):
        while duty(session, now):
            pass
    session.commit()


@pytest.fixture
def officer(session: Session, bid: Application) -> Actor:
    return staff_of(session, bid, Role.OFFICER)


@pytest.fixture
def manager(session: Session, bid: Application) -> Actor:
    return staff_of(session, bid, Role.MANAGER)


def staff_of(session: Session, bid: Application, role: Role) -> Actor:
    actor = builders.actor_of(session, builders.staff(session, session.get_one(stages.Office, bid.office_id), role))
    session.commit()
    return actor


def propose(session, bid, actor, *, now, until, reason="The heating failed.", late_for=DAY) -> LateTime:
    return services.propose_late_time(session, bid, until, reason, late_for=late_for, actor=actor, now=now)


def settle(session, bid, actor, *, now, is_given=True, late_for=DAY) -> None:
    services.settle_late_time(session, bid, is_given=is_given, late_for=late_for, actor=actor, now=now)


def send(session, bid, at) -> None:
    services.submit_application(session, bid, actor=builders.actor_of(session, bid.lead), now=at, received_at=at)


def test_two_people_bring_it_back_and_it_is_sent_to_its_last_microsecond(
    session, bid, officer, manager, closes_at
) -> None:
    until, last = closes_at + timedelta(hours=30), closes_at + DAY - MOMENT
    propose(session, bid, officer, now=last - MOMENT, until=until)
    settle(session, bid, manager, now=last)
    session.commit()
    assert (bid.state, bid.deadline_extended_to) == (ApplicationState.DRAFT, until)
    trail = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject_id == bid.id, AuditEntry.action.endswith("late-time"))
        .order_by(AuditEntry.id)
    ).all()
    assert [(each.action, each.reason) for each in trail] == [
        ("propose-late-time", "The heating failed."),
        ("give-late-time", "The heating failed."),
    ]
    told = session.execute(sa.select(OutboxEntry.template, OutboxEntry.audience).order_by(OutboxEntry.id.desc())).all()
    assert [tuple(each) for each in told[:2]] == [("more-time-given", "members"), ("late-time-to-confirm", "managers")]
    # The duties leave it alone for as long as its own time lasts, and nobody starts scoring without it.
    sweep(session, until + timedelta(seconds=59))
    assert bid.state is ApplicationState.DRAFT
    with pytest.raises(TransitionRefused, match="drafts-not-lapsed-yet"):
        stages.assessment.start_scoring(session, bid.round, actor=manager, now=until)
    session.rollback()
    with pytest.raises(TooLate):
        send(session, bid, until)
    session.rollback()
    send(session, bid, until - MOMENT)
    sweep(session, until + timedelta(minutes=2))
    assert bid.state is ApplicationState.CHECKING


def test_what_is_not_sent_in_it_lapses_again(session, bid, officer, manager, closes_at) -> None:
    now, until = closes_at + timedelta(hours=1), closes_at + timedelta(hours=2)
    propose(session, bid, officer, now=now, until=until)
    settle(session, bid, manager, now=now)
    sweep(session, until + timedelta(seconds=60))
    assert bid.state is ApplicationState.LAPSED
    # Nor is it given a second time, or the short while would begin anew with each end.
    with pytest.raises(TransitionRefused, match="late-time-given-before"):
        propose(session, bid, officer, now=until + timedelta(hours=1), until=until + DAY)


def test_refused_it_stays_what_it_was_and_may_be_proposed_again(session, bid, officer, manager, closes_at) -> None:
    now, until = closes_at + timedelta(hours=1), closes_at + timedelta(hours=2)
    first = propose(session, bid, officer, now=now, until=until)
    with pytest.raises(TransitionRefused, match="late-time-proposed"):
        propose(session, bid, officer, now=now, until=until)
    session.commit()
    settle(session, bid, manager, now=now, is_given=False)
    session.commit()
    assert (bid.state, first.was_given, bid.deadline_extended_to) == (ApplicationState.LAPSED, False, None)
    with pytest.raises(TransitionRefused, match="no-late-time-proposed"):
        settle(session, bid, manager, now=now)
    session.rollback()
    assert propose(session, bid, officer, now=now, until=until).id != first.id


def test_who_may_not_and_when_not(session, bid, officer, manager, closes_at) -> None:
    now, until = closes_at + timedelta(hours=1), closes_at + timedelta(hours=40)
    with pytest.raises(TransitionRefused, match="too-late-for-more-time"):
        propose(session, bid, officer, now=closes_at + DAY, until=until)
    with pytest.raises(TransitionRefused, match="too-late-for-more-time"):
        propose(session, bid, officer, now=now, until=until, late_for=timedelta(0))
    with pytest.raises(TransitionRefused, match="deadline-not-passed"):
        propose(session, bid, officer, now=closes_at - MOMENT, until=until)
    with pytest.raises(TransitionRefused, match="reason-needed"):
        propose(session, bid, officer, now=now, until=until, reason=" ")
    with pytest.raises(Invalid):
        propose(session, bid, officer, now=now, until=now)
    with pytest.raises(NotAllowed):
        propose(session, bid, builders.actor_of(session, bid.lead), now=now, until=until)
    session.rollback()
    propose(session, bid, manager, now=now, until=until)
    session.commit()
    with pytest.raises(TransitionRefused, match="same-person"):
        settle(session, bid, manager, now=now)
    with pytest.raises(NotAllowed):
        settle(session, bid, officer, now=now)
    second = staff_of(session, bid, Role.MANAGER)
    # What was proposed in time and given too late is not given; nor once its time is over.
    with pytest.raises(TransitionRefused, match="too-late-for-more-time"):
        settle(session, bid, second, now=closes_at + DAY)
    session.rollback()
    assert bid.state is ApplicationState.LAPSED


def test_not_once_others_are_being_scored(session) -> None:
    stage = stages.scoring(session)
    round_ = stage.round_
    lapsed = stage.bids[0]
    # By hand: no duty leaves an unsent bid in a round that is being scored.
    session.execute(sa.update(Application).where(Application.id == lapsed.id).values(state="lapsed"))
    session.commit()
    now = round_.closes_at + timedelta(hours=2)
    with pytest.raises(TransitionRefused, match="scoring-has-begun"):
        propose(session, lapsed, stage.actor("officer"), now=now, until=now + DAY)


def test_a_draft_that_the_timer_has_not_reached_is_given_time_too(session, closes_at) -> None:
    now = closes_at - timedelta(days=9)
    office = builders.an_office(session, now=now)
    round_ = builders.a_round(session, office, now=now, closes_at=closes_at)
    bid = builders.a_draft(session, round_, answers=builders.answers_to_all(), now=now)
    session.commit()
    officer, manager = staff_of(session, bid, Role.OFFICER), staff_of(session, bid, Role.MANAGER)
    at = closes_at + timedelta(seconds=30)
    propose(session, bid, officer, now=at, until=closes_at + timedelta(hours=3))
    settle(session, bid, manager, now=at)
    sweep(session, closes_at + timedelta(hours=2))
    assert bid.state is ApplicationState.DRAFT
