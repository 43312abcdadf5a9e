"""Work that is not a page: deciding a hundred bids, sweeping ten thousand reminders, exporting, starting cold."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.client import visitor_for
from benchmarks.data import QUESTIONS, actor, add_submissions, know_the_data
from benchmarks.report import Report
from benchmarks.returns import add_due_returns
from benchmarks.scene import Bench
from benchmarks.server import PeakMemory
from grants.decisions import services as decisions
from grants.extensions import db
from grants.funds.models import Round
from grants.monitoring.services import remind_due_returns
from tests.queries import counted

EXPORTS = 3
# Eight columns of the bid, and its answers.
COLUMNS = 8 + QUESTIONS
MOST_GROWTH_MB = 50


@dataclass(slots=True)
class Figures:
    """What a piece of work took: seconds, queries, and how many MB this process grew meanwhile."""

    seconds: float = 0
    queries: int = 0
    grown_mb: float = 0


@contextmanager
def clocked() -> Iterator[Figures]:
    """Fill the figures with what is done inside."""
    figures, memory = Figures(), PeakMemory()
    with counted(db.session) as statements:
        start = time.perf_counter()
        yield figures
        figures.seconds = time.perf_counter() - start
    figures.grown_mb = memory.grown_mb()
    figures.queries = len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET TRANS"))])


def measure(bench: Bench, report: Report) -> None:
    """Measure each job on data of its own; they change what they touch."""
    with bench.app.app_context():
        _decide(bench, report)
        size = 1_000 if bench.is_quick else 10_000
        _remind(bench, report, size)
        _export(bench, report, size)
        db.session.remove()
        db.engine.dispose()


def _decide(bench: Bench, report: Report) -> None:
    found = [_decide_one(bench, round_id) for round_id in bench.scene.decision_round_ids]
    seconds, queries = median(each.seconds for each in found), max(each.queries for each in found)
    report.figure(
        "decide 100 applications at once",
        f"{seconds:.2f} s, grew {max(each.grown_mb for each in found):.0f} MB",
        "under 1 s, at most 40 queries",
        seconds < 1 and queries <= 40,
        queries=str(queries),
    )


def _decide_one(bench: Bench, round_id: int) -> Figures:
    round_ = db.session.get_one(Round, round_id)
    manager, decider = actor(db.session, bench.scene.officer), actor(db.session, bench.scene.decider)
    now = datetime.now(UTC)
    decision = decisions.raise_decision(db.session, round_, actor=manager, now=now)
    db.session.commit()
    reasons = {item.application_id: "Fewer young people drawn into violence." for item in decision.items}
    if len(reasons) != 100:
        raise RuntimeError(f"{len(reasons)} bids to decide")
    db.session.expire_all()
    with clocked() as figures:
        decisions.approve_decision(db.session, decision, reasons, "No interest.", actor=decider, now=now)
        db.session.commit()
    return figures


def _remind(bench: Bench, report: Report, size: int) -> None:
    add_due_returns(db.session, bench.scene.lists[size], size)
    know_the_data(db.session)
    db.session.expunge_all()
    now, done = datetime.now(UTC), 0
    with clocked() as figures:
        while batch := remind_due_returns(db.session, now):
            db.session.commit()
            done += batch
    if done != size:
        raise RuntimeError(f"{done} of {size} reminded")
    report.figure(
        f"reminder sweep over {size:,} due returns",
        f"{figures.seconds:.2f} s, grew {figures.grown_mb:.0f} MB",
        "under 10 s, under 300 queries, flat memory",
        figures.seconds < 10 and figures.queries < 300 and figures.grown_mb < MOST_GROWTH_MB,
        queries=str(figures.queries),
    )


def _export(bench: Bench, report: Report, size: int) -> None:
    round_id = bench.scene.lists[size]
    add_submissions(db.session, round_id)
    know_the_data(db.session)
    db.session.remove()
    found = [_export_once(bench, round_id, size) for _ in range(EXPORTS)]
    seconds, grown = median(each.seconds for each in found), max(each.grown_mb for each in found)
    report.figure(
        f"CSV export of {size:,} applications with 40 answers",
        f"{seconds:.2f} s, grew {grown:.0f} MB",
        "under 4 s, streamed, flat memory",
        seconds < 4 and grown < MOST_GROWTH_MB,
        queries=str(max(each.queries for each in found)),
    )


def _export_once(bench: Bench, round_id: int, size: int) -> Figures:
    client: Any = bench.app.test_client()
    visitor = visitor_for(bench.app, bench.scene.officer)
    client.set_cookie(bench.app.config["SESSION_COOKIE_NAME"], visitor.cookie.partition("=")[2])

    def stream() -> tuple[int, int, int]:
        lines = columns = 0
        response = client.get(f"/office/rounds/{round_id}/applications.csv", buffered=False)
        for chunk in response.iter_encoded():
            columns = columns or chunk.partition(b"\n")[0].count(b",") + 1
            lines += chunk.count(b"\n")
        return response.status_code, lines, columns

    with clocked() as figures:
        status, lines, columns = Context().run(stream)
    if status != 200 or lines != size + 1 or columns < COLUMNS:
        raise RuntimeError(f"export answered {status}, {lines} lines, {columns} columns")
    return figures
