"""A reminder is written once for each obligation, person and offset, and only a new row queues a message."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.holidays import bank_holidays
from grants.core.outbox import Delivery, Message, Reminder
from grants.core.reminders import Owed, recorded, remind
from tests.queries import counted


def owed(subject_id: int = 1, person_id: int = 7, offset: str | None = "-2d", **more: object) -> Owed:
    values = {
        "obligation": "draft",
        "subject_type": "application",
        "subject_id": subject_id,
        "person_id": person_id,
        "address": f"person-{person_id}@group.example.org",
        "office_id": 3,
        "template": "draft-reminder",
        "offset_code": offset,
    }
    return Owed(**(values | more))  # type: ignore[arg-type]


def reminders(session: Session) -> list[tuple[int, int, str, bool]]:
    rows = session.scalars(sa.select(Reminder).order_by(Reminder.subject_id, Reminder.person_id, Reminder.offset_code))
    return [(row.subject_id, row.person_id, row.offset_code, row.is_superseded) for row in rows]


def test_a_reminder_is_recorded_and_its_message_is_queued(session: Session, now: datetime) -> None:
    assert remind(session, [owed(detail={"closes": "soon"})], now=now) == 1

    assert reminders(session) == [(1, 7, "-2d", False)]
    message = session.scalars(sa.select(Message)).one()
    assert (message.template, message.address, message.person_id) == ("draft-reminder", "person-7@group.example.org", 7)
    assert (message.subject_type, message.subject_id, message.office_id) == ("application", 1, 3)
    assert message.detail == {"closes": "soon", "obligation": "draft", "offset": "-2d"}
    assert (message.delivery, message.attempts, message.next_attempt_at) == (Delivery.QUEUED, 0, now)
    assert message.message_id.startswith("<") and "@" in message.message_id


def test_the_second_sweep_does_nothing(session: Session, now: datetime) -> None:
    remind(session, [owed(), owed(2)], now=now)

    assert remind(session, [owed(), owed(2)], now=now) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2


def test_the_same_person_named_twice_gets_one_message(session: Session, now: datetime) -> None:
    remind(session, [owed(), owed()], now=now)

    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


def test_after_an_outage_the_overtaken_are_recorded_and_one_message_goes(session: Session, now: datetime) -> None:
    late = owed(offset="-4h", superseded=("-7d", "-2d"))

    assert remind(session, [late], now=now) == 1
    assert reminders(session) == [(1, 7, "-2d", True), (1, 7, "-4h", False), (1, 7, "-7d", True)]
    assert [row.detail["offset"] for row in session.scalars(sa.select(Message))] == ["-4h"]
    assert remind(session, [late], now=now) == 0


def test_what_is_only_overtaken_is_recorded_without_a_message(session: Session, now: datetime) -> None:
    assert remind(session, [owed(offset=None, superseded=("-7d",))], now=now) == 1

    assert reminders(session) == [(1, 7, "-7d", True)]
    assert session.scalars(sa.select(Message)).all() == []


def test_what_was_sent_is_never_rewritten_as_overtaken(session: Session, now: datetime) -> None:
    remind(session, [owed(offset="-7d")], now=now)
    remind(session, [owed(offset="-2d", superseded=("-7d",))], now=now)

    assert reminders(session) == [(1, 7, "-2d", False), (1, 7, "-7d", False)]


def test_offsets_already_recorded_are_read_by_subject_and_person(session: Session, now: datetime) -> None:
    remind(session, [owed(offset="-2d", superseded=("-7d",)), owed(2), owed(2, 8)], now=now)

    assert recorded(session, "draft", [1, 2, 3]) == {(1, 7): {"-7d", "-2d"}, (2, 7): {"-2d"}, (2, 8): {"-2d"}}
    assert recorded(session, "return", [1, 2]) == {}


@pytest.mark.parametrize("count", [1_000])
def test_a_thousand_are_reminded_in_a_handful_of_queries(session: Session, now: datetime, count: int) -> None:
    many = [owed(subject_id, superseded=("-7d",)) for subject_id in range(1, count + 1)]

    with counted(session) as queries:
        assert remind(session, many, now=now) == count

    # Four INSERTs of reminders and two of messages: 10,000 stay far below the 300 that the sweep may use.
    assert len(queries) <= 8, queries


def test_bank_holidays_are_those_of_england_and_wales() -> None:
    # The early May holiday of 2020 was moved to VE day; St Andrew's day is Scotland's alone.
    assert date(2020, 5, 8) in bank_holidays()
    assert date(2020, 5, 25) in bank_holidays()
    assert date(2020, 5, 4) not in bank_holidays()
    assert date(2020, 11, 30) not in bank_holidays()
