"""`flask run-due`: every timed duty once, as at a London time; for the sample alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from grants.core.outbox import Delivery
from grants.duties import DUTIES
from grants.funds.models import Round
from tests import builders
from tests.mail import messages
from workflows.round import RoundState

CLOSES = datetime(2024, 7, 15, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("SAMPLE", "1")
    monkeypatch.delenv("MAIL_URL", raising=False)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["run-due", *arguments])


def counts(result: Result) -> dict[str, int]:
    lines = [line.strip().partition(": ") for line in result.stdout.splitlines()[1:]]
    return {name: int(count) for name, _, count in lines}


def test_it_runs_every_duty_as_at_a_london_time_and_a_second_time_nothing(app: Flask, session: Session) -> None:
    began = CLOSES - timedelta(days=20)
    round_ = builders.a_round(session, builders.an_office(session), now=began, closes_at=CLOSES)
    bid = builders.a_draft(session, round_, now=began)
    session.commit()

    first = run(app, "--now", "2024-07-13T09:00")

    assert first.exit_code == 0, first.output
    assert first.stdout.startswith("As at Saturday 13 July 2024, 09:00 in London:")
    assert set(counts(first)) == set(DUTIES)
    assert counts(first)["remind-drafts"] == 1
    sent = {message.template: message for message in messages(session)}
    assert set(sent) == {"draft-saved", "draft-reminder"}
    assert {message.delivery for message in sent.values()} == {Delivery.SENT}
    assert sent["draft-reminder"].sent_at == datetime(2024, 7, 13, 8, tzinfo=UTC)
    assert bid.reference in sent["draft-reminder"].body
    assert set(counts(run(app, "--now", "2024-07-13T09:00")).values()) == {0}


def test_after_the_deadline_it_closes_the_round_and_ends_the_draft(app: Flask, session: Session) -> None:
    began = CLOSES - timedelta(days=20)
    round_ = builders.a_round(session, builders.an_office(session), now=began, closes_at=CLOSES)
    builders.a_draft(session, round_, now=began)
    session.commit()

    result = run(app, "--now", "2024-07-15T17:01")

    assert result.exit_code == 0, result.output
    session.expire_all()
    assert session.scalar(sa.select(Round.state).where(Round.id == round_.id)) in {
        RoundState.CLOSED,
        RoundState.CHECKING,
    }
    assert "application-lapsed" in {message.template for message in messages(session)}


def test_in_production_it_is_refused(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SAMPLE", False)

    result = run(app)

    assert result.exit_code == 1
    assert "sample only" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["tomorrow", "2024-13-01T09:00", "2024-03-31T01:30"])
def test_a_time_that_is_none_is_refused_in_one_line(app: Flask, session: Session, text: str) -> None:
    result = run(app, "--now", text)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{text}: ") and result.stderr.count("\n") == 1
