"""A timed duty as a task: run until nothing is left, committed each time, and undone when it fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from grants import clock
from grants.duties import DUTIES
from grants.extensions import db
from grants.notifications.services import give_lease_back, take_lease
from worker import names
from worker.app import celery
from worker.tasks import duties


class FakeSession:
    """Counts commits and rollbacks."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self) -> FakeSession:
        return self

    def commit(self) -> None:
        self.said.append("commit")

    def rollback(self) -> None:
        self.said.append("rollback")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeSession:
    subject = FakeSession()
    monkeypatch.setattr(db, "session", subject)
    return subject


def test_every_name_has_a_duty_and_a_task() -> None:
    celery.loader.import_default_modules()
    assert set(DUTIES) == set(names.ALL)
    assert set(names.ALL) <= set(celery.tasks)


def test_no_task_takes_arguments_so_nothing_but_its_name_is_in_the_broker() -> None:
    celery.loader.import_default_modules()
    for name in names.ALL:
        with pytest.raises(TypeError):
            celery.tasks[name].run("something")


def test_a_duty_runs_until_it_finds_nothing_and_commits_each_round(
    fake: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [500, 7, 0]
    seconds = iter(range(10))
    instants: list[object] = []

    def duty(_session: object, now: object) -> int:
        instants.append(now)
        return left.pop(0)

    start = datetime(2024, 1, 10, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "utc_now", lambda: start + timedelta(seconds=next(seconds)))
    monkeypatch.setitem(DUTIES, names.REMIND_DRAFTS, duty)
    assert duties.perform(names.REMIND_DRAFTS) == 507
    assert left == []
    assert fake.said == ["commit"] * 3
    # A claim made in the last round is believed as long as one that was made in the first.
    assert instants == [start, start + timedelta(seconds=1), start + timedelta(seconds=2)]


def test_a_duty_that_never_ends_leaves_the_rest_to_the_next_tick(
    fake: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "SECONDS_FOR_ONE_TICK", 0.05)
    monkeypatch.setitem(DUTIES, names.REMIND_DRAFTS, lambda *_: 1)
    assert duties.perform(names.REMIND_DRAFTS) >= 1


def test_a_duty_that_fails_is_undone_and_said(fake: FakeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def duty(*_: object) -> int:
        raise RuntimeError("no")

    monkeypatch.setitem(DUTIES, names.REMIND_DRAFTS, duty)
    with pytest.raises(RuntimeError):
        duties.perform(names.REMIND_DRAFTS)
    assert fake.said == ["rollback"]


@pytest.mark.parametrize("name", names.ALL)
def test_with_nothing_to_do_a_task_does_nothing(session: Session, name: str) -> None:
    assert DUTIES[name](session, datetime(2024, 1, 10, 12, tzinfo=UTC)) == 0


def test_one_runner_at_a_time_has_a_duty(session: Session, now: datetime) -> None:
    def take(owner: str, seconds: int) -> bool:
        at = now + timedelta(seconds=seconds)
        return take_lease(session, "deliver-outbox", owner, now=at, lasts=timedelta(seconds=15))

    assert take("first", 0)
    assert take("first", 10)
    assert not take("second", 24)
    # The first has died; and what it says when it wakes up again changes nothing.
    assert take("second", 25)
    give_lease_back(session, "deliver-outbox", "first")
    assert not take("first", 26)
    give_lease_back(session, "deliver-outbox", "second")
    assert take("first", 27)


def test_delivery_stands_back_while_somebody_delivers(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    left = [3, 0]
    monkeypatch.setattr(duties, "is_mail_waiting", lambda *_: True)
    monkeypatch.setitem(DUTIES, names.DELIVER_OUTBOX, lambda *_: ran.append("ran") or left.pop(0))

    assert take_lease(session, names.DELIVER_OUTBOX, "another", now=clock.utc_now(), lasts=timedelta(seconds=60))
    session.commit()
    assert duties.deliver() == 0 and ran == []

    give_lease_back(session, names.DELIVER_OUTBOX, "another")
    session.commit()
    assert duties.deliver() == 3 and ran == ["ran", "ran"]
    assert take_lease(session, names.DELIVER_OUTBOX, "another", now=clock.utc_now(), lasts=timedelta(seconds=60))


def test_a_tick_without_mail_touches_nothing(fake: FakeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "is_mail_waiting", lambda *_: False)
    monkeypatch.setitem(DUTIES, names.DELIVER_OUTBOX, lambda *_: pytest.fail("delivered"))

    assert duties.deliver() == 0
    assert fake.said == []
