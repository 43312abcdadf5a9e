"""Work that is not a page: deciding a hundred bids, sweeping ten thousand reminders, exporting, starting cold."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from benchmarks.client import visitor_for
from benchmarks.data import actor, add_due_returns, add_submissions
from benchmarks.report import Report
from benchmarks.scene import Bench
from grants.decisions import services as decisions
from grants.extensions import db
from grants.funds.models import Round
from grants.monitoring.services import remind_due_returns
from tests.queries import counted


@contextmanager
def clocked(figures: dict[str, float]) -> Iterator[None]:
    """Seconds, queries and peak of Python memory in MB of what is inside."""
    with counted(db.session) as statements:
        start = time.perf_counter()
        yield
        figures["seconds"] = time.perf_counter() - start
    figures["queries"] = len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET TRANS"))])


def measure(bench: Bench, report: Report) -> None:
    """Measure each job once on data of its own; they change what they touch."""
    with bench.app.app_context():
        _decide(bench, report)
        size = 1_000 if bench.is_quick else 10_000
        _remind(bench, report, size)
        _export(bench, report, size)
        db.session.remove()
        db.engine.dispose()


def _decide(bench: Bench, report: Report) -> None:
    round_ = db.session.get_one(Round, bench.scene.decision_round_id)
    manager, decider = actor(db.session, bench.scene.officer), actor(db.session, bench.scene.decider)
    now = datetime.now(UTC)
    decision = decisions.raise_decision(db.session, round_, actor=manager, now=now)
    db.session.commit()
    reasons = {item.application_id: "Fewer young people drawn into violence." for item in decision.items}
    db.session.expire_all()
    figures: dict[str, float] = {}
    with clocked(figures):
        decisions.approve_decision(db.session, decision, reasons, "No interest.", actor=decider, now=now)
        db.session.commit()
    report.figure(
        f"decide {len(reasons)} bids at once",
        f"{figures['seconds']:.2f} s, {figures['queries']:.0f} queries",
        "under 1 s, at most 40 queries",
        figures["seconds"] < 1 and figures["queries"] <= 40,
    )


def _remind(bench: Bench, report: Report, size: int) -> None:
    add_due_returns(db.session, bench.scene.lists[size], size)
    db.session.expunge_all()
    now, figures, done = datetime.now(UTC), {}, 0
    tracemalloc.start()
    with clocked(figures):
        while batch := remind_due_returns(db.session, now):
            db.session.commit()
            done += batch
    peak = tracemalloc.get_traced_memory()[1] / 1024 / 1024
    tracemalloc.stop()
    report.figure(
        f"reminder sweep over {size:,} due returns ({done:,} reminded)",
        f"{figures['seconds']:.2f} s, {figures['queries']:.0f} queries, peak {peak:.0f} MB",
        "under 10 s, under 300 queries, flat memory",
        figures["seconds"] < 10 and figures["queries"] < 300 and peak < 50 and done == size,
    )


def _export(bench: Bench, report: Report, size: int) -> None:
    round_id = bench.scene.lists[size]
    add_submissions(db.session, round_id)
    db.session.remove()
    client: Any = bench.app.test_client()
    visitor = visitor_for(bench.app, bench.scene.officer)
    client.set_cookie(bench.app.config["SESSION_COOKIE_NAME"], visitor.cookie.partition("=")[2])
    start, count = time.perf_counter(), 0
    response = client.get(f"/office/rounds/{round_id}/applications.csv", buffered=False)
    if response.status_code != 200:
        raise RuntimeError(f"export answered {response.status_code}")
    for chunk in response.iter_encoded():
        count += len(chunk)
    seconds = time.perf_counter() - start
    report.figure(
        f"CSV export of {size:,} applications with 40 answers",
        f"{seconds:.2f} s, {count / 1024 / 1024:.1f} MB",
        "under 4 s, streamed",
        seconds < 4,
    )
