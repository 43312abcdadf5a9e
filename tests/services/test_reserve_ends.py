"""The end of the reserve list: told once, the day after, to who still waits, and never before the announcement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import Recommendation
from grants.assessment.services.reserve import end_due_reserves
from grants.awards import services as awards
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from tests import stages
from tests.apps import sign_in
from tests.pages import read_page
from tests.stages import Stage
from workflows.application import ApplicationState as S
from workflows.deadlines import from_london

# One bid of the builders asks for this.
POT = 900_000
LETTERS = ("outcome-reserve", "reserve-ended")


def with_one_in_reserve(
    session: Session, walk: Callable[..., Stage] = stages.announced
) -> tuple[Stage, Application, Recommendation]:
    """The pot holds the first bid and not the second, which waits."""
    stage = walk(session, pot_pence=POT, scores=(5, 4))
    (bid,) = [each for each in stage.bids if each.state is S.RESERVE]
    row = session.scalars(sa.select(Recommendation).where(Recommendation.application_id == bid.id)).one()
    return stage, bid, row


def letters(session: Session, bid: Application) -> list[str]:
    found = sa.select(OutboxEntry.template).where(
        OutboxEntry.subject_type == "application", OutboxEntry.subject_id == bid.id, OutboxEntry.template.in_(LETTERS)
    )
    return list(session.scalars(found.order_by(OutboxEntry.id)))


def last_millisecond(day: date) -> datetime:
    return from_london(datetime.combine(day, time(23, 59, 59, 999_000)))


@pytest.mark.parametrize(
    "day",
    # In winter, on the day before the clocks go forward, and on that day, which has 23 hours.
    [date(2024, 3, 12), date(2024, 3, 30), date(2024, 3, 31)],
)
def test_the_day_lasts_until_its_last_millisecond_in_london(session: Session, day: date) -> None:
    _, bid, row = with_one_in_reserve(session)
    row.reserve_until_on = day
    last = last_millisecond(day)
    assert end_due_reserves(session, last) == 0
    assert letters(session, bid) == ["outcome-reserve"]
    assert end_due_reserves(session, last + timedelta(milliseconds=1)) == 1
    assert (bid.state, row.reserve_ended_at) == (S.RESERVE, last + timedelta(milliseconds=1))
    assert letters(session, bid) == ["outcome-reserve", "reserve-ended"]


def test_it_is_told_once(session: Session) -> None:
    _, bid, row = with_one_in_reserve(session)
    assert row.reserve_until_on is not None
    after = last_millisecond(row.reserve_until_on) + timedelta(hours=9)
    assert [end_due_reserves(session, after), end_due_reserves(session, after + timedelta(days=1))] == [1, 0]
    said = sa.select(AuditEntry).where(AuditEntry.action == "end-reserve", AuditEntry.subject_id == bid.id)
    assert len(session.scalars(said).all()) == 1
    assert letters(session, bid).count("reserve-ended") == 1


def test_a_bid_that_left_the_list_is_told_nothing(session: Session) -> None:
    stage, bid, row = with_one_in_reserve(session)
    session.execute(sa.update(Application).where(Application.id == bid.id).values(state=S.WITHDRAWN))
    assert end_due_reserves(session, stage.now + timedelta(days=400)) == 0
    assert row.reserve_ended_at is None


def test_nothing_ends_before_the_announcement_and_then_one_letter_says_all(session: Session) -> None:
    stage, bid, row = with_one_in_reserve(session, stages.decided)
    assert row.reserve_until_on is not None
    late = last_millisecond(row.reserve_until_on) + timedelta(hours=12)
    assert end_due_reserves(session, late) == 0 and letters(session, bid) == []
    awards.announce_round(session, stage.round_, actor=stage.actor("manager"), now=late)
    assert letters(session, bid) == []
    assert end_due_reserves(session, late) == 1
    assert letters(session, bid) == ["reserve-ended"]


def test_a_round_from_paper_writes_to_nobody(session: Session) -> None:
    stage, bid, _ = with_one_in_reserve(session)
    stage.round_.is_on_paper = True
    assert end_due_reserves(session, stage.now + timedelta(days=400)) == 0
    assert letters(session, bid) == ["outcome-reserve"]


def test_the_group_reads_until_when_and_that_it_is_over(session: Session, client: FlaskClient) -> None:
    stage, bid, row = with_one_in_reserve(session)
    place = stage.bids.index(bid)
    row.reserve_until_on = date(2024, 3, 30)
    session.commit()
    with time_machine.travel(datetime(2024, 3, 30, 23, 30, tzinfo=UTC), tick=False):
        sign_in(client, stage.groups[place][1])
        text = read_page(client.get(f"/applications/{bid.id}")).text
    assert "by the end of 30 March 2024, we may come back to you" in text
    with time_machine.travel(datetime(2024, 3, 31, 0, 30, tzinfo=UTC), tick=False):
        text = read_page(client.get(f"/applications/{bid.id}")).text
    assert "The reserve list ended" in text and "You are on the reserve list" not in text
