"""A timed duty as a task: run until nothing is left, committed each time, and undone when it fails."""

import pytest

from grants.duties import DUTIES
from grants.extensions import db
from worker import names
from worker.app import celery
from worker.tasks import duties


class Session:
    """Counts commits and rollbacks."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def commit(self) -> None:
        self.said.append("commit")

    def rollback(self) -> None:
        self.said.append("rollback")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    subject = Session()
    monkeypatch.setattr(db, "session", subject)
    return subject


def test_every_name_has_a_duty_and_a_task() -> None:
    celery.loader.import_default_modules()
    assert set(DUTIES) == set(names.ALL)
    assert set(names.ALL) <= set(celery.tasks)


def test_a_duty_runs_until_it_finds_nothing_and_commits_each_round(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [500, 7, 0]
    instants = set()

    def duty(_session: object, now: object) -> int:
        instants.add(now)
        return left.pop(0)

    monkeypatch.setitem(DUTIES, names.REMIND_DRAFTS, duty)
    assert duties.perform(names.REMIND_DRAFTS) == 507
    assert left == []
    assert session.said == ["commit"] * 3
    assert len(instants) == 1


def test_a_duty_that_never_ends_leaves_the_rest_to_the_next_tick(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "SECONDS_FOR_ONE_TICK", 0.05)
    monkeypatch.setitem(DUTIES, names.REMIND_DRAFTS, lambda *_: 1)
    assert duties.perform(names.REMIND_DRAFTS) >= 1


def test_a_duty_that_fails_is_undone_and_said(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def duty(*_: object) -> int:
        raise RuntimeError("no")

    monkeypatch.setitem(DUTIES, names.REMIND_DRAFTS, duty)
    with pytest.raises(RuntimeError):
        duties.perform(names.REMIND_DRAFTS)
    assert session.said == ["rollback"]
