"""Pages over HTTP, each in turns with L2 on the same server: the service as two web workers serve it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from statistics import median

from benchmarks.client import Call, Client, Inside, Sender, Visitor, checked, visitor_for
from benchmarks.data import DURABLE
from benchmarks.forms import FormReader, changed
from benchmarks.limits import commit_once
from benchmarks.pairs import SAVED, Steps, Work, measured
from benchmarks.report import Report
from benchmarks.scene import Bench
from benchmarks.server import peak_memory_mb, serving, web_memory_mb
from grants.extensions import db
from tests.queries import counted

RUNS, PAIRS = 5, 30
QUICK_RUNS, QUICK_PAIRS = 3, 15
WARM_UP = 20
QUESTION_PAGE = "reach"  # eight fields of the model form
MOST_MEMORY_MB = 110
VIEWS = {"first page": "", "sorted": "?sort=ask", "filtered": "?state=eligible", "searched": "?q=lantern"}
MOST_QUERIES = 8


def measure(bench: Bench, report: Report) -> None:
    """Measure every page of the table and write the rows."""
    inside = Inside(bench.app)
    with serving(bench.environ) as (port, pid):
        table = _Table(bench, report, Client(port), inside, pid)
        table.limits()
        for work in _pages(bench):
            table.add(work)
        for work in _lists(bench):
            table.add(work, most_queries=MOST_QUERIES)
        table.compare_sizes()
        memory, peak = web_memory_mb(pid), peak_memory_mb(pid)
        report.figure(
            "a web worker after the load",
            f"{median(memory):.0f} MB (peak {peak:.0f} MB with what is shared)",
            f"under {MOST_MEMORY_MB} MB",
            median(memory) < MOST_MEMORY_MB,
        )


class _Table:
    """Fills the report from one server."""

    def __init__(self, bench: Bench, report: Report, client: Client, inside: Inside, pid: int) -> None:
        self.bench, self.report, self.client, self.inside, self.pid = bench, report, client, inside, pid
        self.runs, self.pairs = (QUICK_RUNS, QUICK_PAIRS) if bench.is_quick else (RUNS, PAIRS)

    def limit(self) -> tuple[int, bytes]:
        return self.client.get("/limits/2")

    def limits(self) -> None:
        """L1 and L2 by themselves, and what one commit costs that survives a power cut."""
        for _ in range(WARM_UP * 2):
            checked(self.limit)
        bare = Work("L1", 1, reads("/limits/1"))
        sample = measured(bare, self.limit, self.client, self.pid, runs=self.runs, pairs=self.pairs)
        self.report.figure("L1 a bare view", f"{sample.ms:.2f} ms", "", None)
        self.report.figure("L2 one query, 50 rows", f"{sample.limit_ms:.2f} ms", "", None, queries="1")
        with self.bench.app.app_context():
            times = [_once() for _ in range(DURABLE)]
            db.session.remove()
        self.report.figure("one row written and committed, without a page", f"{median(times):.2f} ms", "", None)

    def add(self, work: Work, *, most_queries: int | None = None) -> None:
        warming = work.steps(self.client)
        for _ in range(WARM_UP if work.allowed != SAVED else 3):
            checked(next(warming), work.allowed)
        queries = _queries(self.bench, work, self.inside)
        sample = measured(work, self.limit, self.client, self.pid, runs=self.runs, pairs=self._pairs(work))
        self.report.ratio(
            work.name,
            sample.ms,
            sample.ratio,
            f"at most {work.aim:g} x L2" + (f", {most_queries} queries" if most_queries else ""),
            sample.ratio <= work.aim and (most_queries is None or queries <= most_queries),
            cpu=f"{sample.cpu_ms:.2f} ms, {sample.cpu_ratio:.2f} x",
            queries=str(queries),
        )

    def compare_sizes(self) -> None:
        """The largest list in turns with the smallest, for each way of looking at it."""
        lists, officer = self.bench.scene.lists, visitor_for(self.bench.app, self.bench.scene.officer)
        smallest, largest = min(lists), max(lists)
        for name, query in VIEWS.items():
            small = list_path(lists[smallest], query)
            work = Work(name, 1.3, reads(list_path(lists[largest], query), officer))
            sample = measured(
                work,
                lambda small=small: self.client.get(small, officer),  # type: ignore[misc]
                self.client,
                self.pid,
                runs=self.runs,
                pairs=self.pairs,
            )
            self.report.ratio(
                f"officer's list, {name}: {largest:,} beside {smallest:,}",
                sample.ms,
                sample.ratio,
                f"at most 1.3 x the list of {smallest:,}",
                sample.ratio <= work.aim,
                cpu=f"{sample.cpu_ms:.2f} ms, {sample.cpu_ratio:.2f} x",
            )

    def _pairs(self, work: Work) -> int:
        # There are only so many drafts to submit.
        return self.pairs if work.name != "submit" else len(self.bench.scene.ready) // self.runs - 3


def _once() -> float:
    start = time.perf_counter()
    commit_once()
    return (time.perf_counter() - start) * 1000


def _queries(bench: Bench, work: Work, inside: Inside) -> int:
    """What one such request asks of the database, once the process is warm."""
    steps = work.steps(inside)
    checked(next(steps), work.allowed)
    call = next(steps)
    with bench.app.app_context():
        session = db.session()
        with counted(session) as statements:
            checked(call, work.allowed)
        db.session.remove()
    return len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET TRANS"))])


def reads(path: str, visitor: Visitor | None = None) -> Steps:
    def steps(sender: Sender) -> Iterator[Call]:
        while True:
            yield lambda: sender.get(path, visitor)

    return steps


def saves(path: str, visitor: Visitor, part: str, words: str) -> Steps:
    """Each save changes one answer of the page as it stands; reading the page belongs to getting ready."""

    def steps(sender: Sender) -> Iterator[Call]:
        for _ in count():
            fields, name = FormReader(sender.get(path, visitor)[1].decode()).with_field(part)
            sent = changed(fields, name, f"{words} {time.monotonic_ns()}.")
            yield lambda sent=sent: sender.post(path, sent, visitor)  # type: ignore[misc]

    return steps


def _submits(bench: Bench) -> Steps:
    waiting = [(bid, visitor_for(bench.app, lead)) for bid, lead in bench.scene.ready]

    def steps(sender: Sender) -> Iterator[Call]:
        while True:
            bid, lead = waiting.pop()
            page = sender.get(f"/applications/{bid}/check", lead)[1].decode()
            fields, path = FormReader(page).with_action("submit")
            yield lambda fields=fields, path=path, lead=lead: sender.post(path, fields, lead)  # type: ignore[misc]

    return steps


def _pages(bench: Bench) -> list[Work]:
    scene = bench.scene
    lead, officer, marker = (visitor_for(bench.app, each) for each in (scene.lead, scene.officer, scene.marker))
    questions = f"/applications/{scene.draft_id}/sections/{QUESTION_PAGE}"
    marking = f"/office/marking/{scene.assignment_ids[0]}"
    return [
        Work("public round page", 2, reads(f"/rounds/{scene.round_id}")),
        Work("task list", 2, reads(f"/applications/{scene.draft_id}", lead)),
        Work("application page", 2, reads(f"/office/applications/{scene.bid_id}", officer)),
        Work("question page with 8 fields: show", 4, reads(questions, lead)),
        Work("question page with 8 fields: save", 2, saves(questions, lead, "P14", "They chose the evenings"), SAVED),
        Work("submit", 4, _submits(bench), SAVED),
        Work("save a mark", 2, saves(marking, marker, "words_", "Sound and credible"), SAVED),
    ]


def _lists(bench: Bench) -> list[Work]:
    officer = visitor_for(bench.app, bench.scene.officer)
    return [
        Work(f"officer's list of {size:,}: {name}", 2, reads(list_path(round_id, query), officer))
        for size, round_id in bench.scene.lists.items()
        for name, query in VIEWS.items()
    ]


def list_path(round_id: int, query: str) -> str:
    return f"/office/rounds/{round_id}/applications{query}"
