"""More time for one group: before its deadline, later than it, for a reason; nobody else is let in or kept waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications import services
from grants.applications.models import Application
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.funds import services as funds
from tests import builders
from workflows.actors import Actor, Role
from workflows.application import ApplicationState
from workflows.errors import Invalid, NotAllowed, TooLate, TransitionRefused
from workflows.round import RoundState

# Both clock changes: closing on the evening before, more time until the evening after.
CLOSINGS = [datetime(2024, 3, 30, 17, tzinfo=UTC), datetime(2024, 10, 26, 16, tzinfo=UTC)]


@pytest.fixture(params=CLOSINGS, ids=["spring", "autumn"])
def closes_at(request: pytest.FixtureRequest) -> datetime:
    return request.param


@pytest.fixture
def drafts(session: Session, closes_at: datetime) -> tuple[Application, Application, Actor]:
    """Two drafts of a round that closes soon, and its manager."""
    now = closes_at - timedelta(days=9)
    office = builders.an_office(session, now=now)
    round_ = builders.a_round(session, office, now=now, closes_at=closes_at)
    manager = builders.actor_of(session, builders.staff(session, office, Role.MANAGER))
    made = tuple(builders.a_draft(session, round_, answers=builders.answers_to_all(), now=now) for _ in range(2))
    session.commit()
    return made[0], made[1], manager


def submit(session: Session, bid: Application, at: datetime) -> None:
    assert bid.lead is not None
    services.submit_application(session, bid, actor=builders.actor_of(session, bid.lead), now=at, received_at=at)


def test_the_group_sends_in_its_own_time_to_the_last_microsecond(session, drafts, closes_at) -> None:
    mine, theirs, manager = drafts
    until = closes_at + timedelta(days=1)
    services.give_more_time(session, mine, until, "A flood.", actor=manager, now=closes_at - timedelta(hours=1))
    session.commit()
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "give-more-time")).one()
    assert (entry.reason, entry.detail["until"]) == ("A flood.", until.isoformat())
    told = session.scalars(sa.select(OutboxEntry).where(OutboxEntry.template == "more-time-given")).one()
    assert (told.subject_id, told.audience) == (mine.id, "members")

    later = closes_at + timedelta(minutes=5)
    funds.close_due_rounds(session, later)
    while services.lapse_due_drafts(session, later):
        pass
    assert (mine.state, theirs.state) == (ApplicationState.DRAFT, ApplicationState.LAPSED)
    # The round waits with its checks for the one that is still to come.
    services.start_due_checks(session, later)
    assert mine.round.state is RoundState.CLOSED
    with pytest.raises(TooLate):
        submit(session, mine, until)
    submit(session, mine, until - timedelta(microseconds=1))
    assert mine.state is ApplicationState.SUBMITTED
    while services.start_due_checks(session, until + timedelta(minutes=2)):
        pass
    assert (mine.state, mine.round.state) == (ApplicationState.CHECKING, RoundState.CHECKING)


def test_what_is_not_sent_in_its_own_time_lapses_too(session, drafts, closes_at) -> None:
    mine, _, manager = drafts
    until = closes_at + timedelta(hours=2)
    services.give_more_time(session, mine, until, "Ill.", actor=manager, now=closes_at - timedelta(hours=1))
    funds.close_due_rounds(session, until)
    while services.lapse_due_drafts(session, until + timedelta(seconds=59)):
        pass
    assert mine.state is ApplicationState.DRAFT
    while services.lapse_due_drafts(session, until + timedelta(seconds=61)):
        pass
    assert mine.state is ApplicationState.LAPSED


def test_never_earlier_never_after_the_end_and_never_without_a_reason(session, drafts, closes_at) -> None:
    mine, _, manager = drafts
    before = closes_at - timedelta(hours=1)
    with pytest.raises(Invalid):
        services.give_more_time(session, mine, closes_at, "Why", actor=manager, now=before)
    with pytest.raises(TransitionRefused, match="reason-needed"):
        services.give_more_time(session, mine, closes_at + timedelta(1), " ", actor=manager, now=before)
    with pytest.raises(TransitionRefused, match="deadline-passed"):
        services.give_more_time(session, mine, closes_at + timedelta(1), "Why", actor=manager, now=closes_at)
    session.rollback()
    assert mine.deadline_extended_to is None


def test_a_group_gives_itself_no_time(session, drafts, closes_at) -> None:
    mine, _, _ = drafts
    actor = builders.actor_of(session, mine.lead)
    with pytest.raises(NotAllowed):
        services.give_more_time(
            session, mine, closes_at + timedelta(1), "Why", actor=actor, now=closes_at - timedelta(hours=1)
        )
