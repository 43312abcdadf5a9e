"""`flask load-sample`: the published totals, once for each database, and never over anybody's data."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from grants.accounts.models import Installation, Office
from grants.extensions import db

LINE = (
    "Received 20 · Disqualified 6 (30.0%) · Moderated 14 · Recommended 7 (35.0% of received, 50.0% of eligible) · "
    "£99,087.00 of £100,000.00 (99.1%) · £913.00 unallocated · West Leicester 2, East Leicester 5 · mean £14,155.29"
)


@pytest.fixture
def run(app):
    return lambda *line: app.test_cli_runner().invoke(args=list(line))


def count(session, model) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_the_report_of_round_three_is_the_published_one(run):
    loaded = run("load-sample", "--now", "2026-03-18T10:00")
    assert (loaded.exit_code, loaded.stderr) == (0, "")
    report = run("report-round", "CSF-R3")
    assert (report.exit_code, report.stdout) == (0, LINE + "\n")


def test_a_second_run_changes_nothing(app, run):
    assert run("load-sample").exit_code == 0
    with app.app_context():
        before = {t.name: count(db.session, t) for t in db.metadata.sorted_tables}
    again = run("load-sample", "--now", "2027-01-01T09:00")
    assert (again.exit_code, again.stdout) == (0, "The sample is there already; nothing was changed.\n")
    with app.app_context():
        assert {t.name: count(db.session, t) for t in db.metadata.sorted_tables} == before


def test_a_database_with_other_data_is_refused(app, run):
    run("create-office", "abc", "Example Office (fictional)")
    refused = run("load-sample")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("This database holds other data")
    with app.app_context():
        assert (count(db.session, Office), count(db.session, Installation)) == (1, 0)


def test_the_sample_is_for_sample_mode_only(app, run, monkeypatch):
    monkeypatch.setitem(app.config, "SAMPLE", False)
    assert run("load-sample").exit_code == 1


def test_a_time_that_is_none_is_wrong_usage(run):
    assert run("load-sample", "--now", "soon").exit_code == 2
    assert run("load-sample", "--now", "2026-03-29T01:30").exit_code == 2, "London clocks skip it"
