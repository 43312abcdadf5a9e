"""Reminders of drafts and offers: at their London times, to those who can act, once, and one after an outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Person
from grants.applications import services as applications
from grants.applications.models import Application
from grants.awards import services as awards
from grants.core.outbox import Reminder
from grants.funds.models import Round
from grants.notifications.sweeps import remind_drafts, remind_offers
from tests import builders, stages
from tests.mail import messages
from tests.queries import counted
from workflows.actors import Role

# A Monday in summer, so that nine in London is eight in UTC; the round closes at five in the afternoon.
CLOSES = datetime(2024, 7, 15, 16, tzinfo=UTC)
BEGAN = CLOSES - timedelta(days=20)


@pytest.fixture
def round_(session: Session) -> Round:
    made = builders.a_round(session, builders.an_office(session, now=BEGAN), now=BEGAN, closes_at=CLOSES)
    session.commit()
    return made


def a_draft(session: Session, round_: Round, now: datetime = BEGAN) -> Application:
    made = builders.a_draft(session, round_, now=now)
    session.commit()
    return made


def sent(session: Session) -> list[str]:
    return [message.detail["offset"] for message in messages(session, "draft-reminder", "offer-reminder")]


@pytest.mark.parametrize(
    ("at", "offset"),
    [
        (datetime(2024, 7, 8, 8, tzinfo=UTC), "-7d"),
        (datetime(2024, 7, 13, 8, tzinfo=UTC), "-2d"),
        (datetime(2024, 7, 15, 12, tzinfo=UTC), "-4h"),
    ],
)
def test_a_draft_is_reminded_of_at_its_times_and_once(
    session: Session, round_: Round, at: datetime, offset: str
) -> None:
    bid = a_draft(session, round_)
    before = at - timedelta(seconds=1)
    remind_drafts(session, before)
    already = sent(session)

    assert remind_drafts(session, at) == 1
    assert remind_drafts(session, at) == 0

    assert sent(session) == [*already, offset]
    message = messages(session)[-1]
    assert bid.lead is not None
    assert (message.address, message.subject_id, message.template) == (bid.lead.email, bid.id, "draft-reminder")


def test_after_an_outage_of_days_each_person_gets_one(session: Session, round_: Round) -> None:
    a_draft(session, round_)
    a_draft(session, round_)

    assert remind_drafts(session, CLOSES - timedelta(hours=3)) == 2

    assert sent(session) == ["-4h", "-4h"]
    rows = session.execute(sa.select(Reminder.offset_code, Reminder.is_superseded)).all()
    assert sorted(tuple(row) for row in rows) == [("-2d", True)] * 2 + [("-4h", False)] * 2 + [("-7d", True)] * 2


def test_once_it_is_closed_nobody_is_reminded(session: Session, round_: Round) -> None:
    a_draft(session, round_)

    assert remind_drafts(session, CLOSES) == 0
    assert sent(session) == []


def test_who_began_later_than_a_reminder_does_not_get_it_late(session: Session, round_: Round) -> None:
    a_draft(session, round_, now=datetime(2024, 7, 13, 9, tzinfo=UTC))

    assert remind_drafts(session, datetime(2024, 7, 14, 12, tzinfo=UTC)) == 0
    assert remind_drafts(session, datetime(2024, 7, 15, 12, tzinfo=UTC)) == 1
    assert sent(session) == ["-4h"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Reminder)) == 1


def test_everyone_who_writes_the_bid_is_reminded_and_who_only_signs_is_not(session: Session, round_: Round) -> None:
    bid = a_draft(session, round_)
    writer = builders.a_person(session, Role.CONTRIBUTOR, organisation=bid.organisation)
    builders.a_person(session, Role.SIGNATORY, organisation=bid.organisation)

    assert remind_drafts(session, CLOSES - timedelta(hours=4)) == 2
    assert bid.lead is not None
    assert {message.person_id for message in messages(session, "draft-reminder")} == {bid.lead.id, writer.id}


def test_a_bid_with_more_time_is_reminded_by_its_own_deadline(session: Session, round_: Round) -> None:
    bid = a_draft(session, round_)
    bid.deadline_extended_to = CLOSES + timedelta(days=3)
    session.commit()

    assert remind_drafts(session, CLOSES - timedelta(hours=4)) == 1
    assert sent(session) == ["-7d"]


def test_a_bid_that_was_sent_is_left_alone(session: Session, round_: Round) -> None:
    area = round_.areas[0].name
    bid = builders.a_submitted_bid(session, round_, now=BEGAN, answers={"P7": [area]})
    withdrawn = a_draft(session, round_)
    assert withdrawn.lead is not None
    applications.withdraw_application(
        session, withdrawn, actor=builders.actor_of(session, withdrawn.lead), now=BEGAN + timedelta(days=1)
    )
    session.commit()

    assert bid.submitted_at is not None
    assert remind_drafts(session, CLOSES - timedelta(hours=4)) == 0


def test_a_thousand_people_are_reminded_in_few_queries(session: Session, round_: Round) -> None:
    bid = a_draft(session, round_)
    many = range(1, 1_001)
    people = [{"email": f"many-{n}@group.example.org", "name": f"Member {n}", "created_at": BEGAN} for n in many]
    ids = session.scalars(sa.insert(Person).returning(Person.id), people).all()
    common = {"organisation_id": bid.organisation_id, "role": Role.CONTRIBUTOR, "started_at": BEGAN}
    session.execute(sa.insert(Membership), [common | {"person_id": person_id} for person_id in ids])
    session.commit()

    done, total = 1, 0
    with counted(session) as queries:
        while done:
            done = remind_drafts(session, CLOSES - timedelta(hours=4))
            session.commit()
            total += done

    assert total == 1_001
    # A few for each 500: the 10,000 of a large fund stay below the 300 that the sweep may use.
    assert len([each for each in queries if not each.startswith(("BEGIN", "PRAGMA"))]) <= 30


def test_an_offer_is_reminded_of_in_working_days_until_it_is_answered(session: Session) -> None:
    stage = stages.announced(session)
    session.commit()
    [first, second] = stage.awards
    assert first.offered_at is not None
    # A Wednesday, so that five working days later it is Wednesday again.
    assert first.offered_at.date().isoformat() == "2024-01-24"
    nine = datetime(2024, 1, 31, 9, tzinfo=UTC)

    assert remind_offers(session, nine - timedelta(seconds=1)) == 0
    assert remind_offers(session, nine) == 2
    assert remind_offers(session, nine) == 0

    awards.accept_offer(session, first, "Chair", "Chair", True, actor=stage.group_actor(), now=nine)
    session.commit()
    assert remind_offers(session, datetime(2024, 2, 15, tzinfo=UTC)) == 1
    assert [(each.subject_id, each.detail["offset"]) for each in messages(session, "offer-reminder")][-1] == (
        second.id,
        "+15wd",
    )
