"""Pages over HTTP, beside L1 and L2 on the same server: the service as two web workers serve it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.client import Client, Visitor, median_of_runs, timed, visitor_for
from benchmarks.forms import FormReader, changed
from benchmarks.report import Report
from benchmarks.scene import Bench
from benchmarks.server import serving, web_memory_mb

REQUESTS = 60
WARM_UP = 25
QUESTION_PAGE = "reach"  # eight fields of the model form
MOST_MEMORY_MB = 110
Call = Callable[[], tuple[int, bytes]]


def measure(bench: Bench, report: Report) -> None:
    """Measure every page of the issue's table and write the rows."""
    with serving(bench.environ) as (port, pid):
        client = Client(port)
        _warm(client, bench)
        l1 = _page(lambda: client.get("/limits/1"))
        l2 = _page(lambda: client.get("/limits/2"))
        report.figure("L1 a bare view", f"{l1:.2f} ms", "", None)
        report.figure("L2 one query, 50 rows", f"{l2:.2f} ms", "", None)
        _public_and_group(client, bench, report, l2)
        _staff(client, bench, report, l2)
        _submits(client, bench, report, l2)
        memory = web_memory_mb(pid)
        middle = memory[len(memory) // 2] if memory else 0.0
        report.figure(
            "a web worker after the load", f"{middle:.0f} MB", f"under {MOST_MEMORY_MB} MB", middle < MOST_MEMORY_MB
        )


def _page(call: Call, allowed: tuple[int, ...] = (200,)) -> float:
    def run() -> Iterator[float]:
        for _ in range(REQUESTS):
            yield timed(call, allowed)

    return median_of_runs(run)


def _warm(client: Client, bench: Bench) -> None:
    officer = visitor_for(bench.app, bench.scene.officer)
    lead = visitor_for(bench.app, bench.scene.lead)
    marker = visitor_for(bench.app, bench.scene.marker)
    for path, visitor in [
        ("/limits/1", None),
        ("/limits/2", None),
        (f"/rounds/{bench.scene.round_id}", None),
        (f"/applications/{bench.scene.draft_id}", lead),
        (f"/applications/{bench.scene.draft_id}/sections/{QUESTION_PAGE}", lead),
        (f"/office/applications/{bench.scene.bid_id}", officer),
        (f"/office/rounds/{bench.scene.lists[100]}/applications", officer),
        (f"/office/marking/{bench.scene.assignment_ids[0]}", marker),
    ]:
        for _ in range(WARM_UP):
            timed(lambda path=path, visitor=visitor: client.get(path, visitor))  # type: ignore[misc]


def _public_and_group(client: Client, bench: Bench, report: Report, l2: float) -> None:
    scene, lead = bench.scene, visitor_for(bench.app, bench.scene.lead)
    report.ratio("public round page", _page(lambda: client.get(f"/rounds/{scene.round_id}")), l2, 2)
    report.ratio("task list", _page(lambda: client.get(f"/applications/{scene.draft_id}", lead)), l2, 2)
    path = f"/applications/{scene.draft_id}/sections/{QUESTION_PAGE}"
    report.ratio("question page with 8 fields: show", _page(lambda: client.get(path, lead)), l2, 4)
    report.ratio("question page with 8 fields: save", _saves(client, path, lead), l2, 2)


def _saves(client: Client, path: str, lead: Visitor) -> float:
    def run() -> Iterator[float]:
        for number in range(REQUESTS // 2):
            # Each save changes one answer of the page as it stands; reading the page is not timed.
            fields, name = FormReader(client.get(path, lead)[1].decode()).with_field("P14")
            fields = changed(fields, name, f"They chose the evenings, said {number}.")
            yield timed(lambda fields=fields: client.post(path, fields, lead), (303,))  # type: ignore[misc]

    return median_of_runs(run)


def _staff(client: Client, bench: Bench, report: Report, l2: float) -> None:
    scene, officer = bench.scene, visitor_for(bench.app, bench.scene.officer)
    report.ratio("application page", _page(lambda: client.get(f"/office/applications/{scene.bid_id}", officer)), l2, 2)
    views = {"first page": "", "sorted": "?sort=ask", "filtered": "?state=eligible", "searched": "?q=lantern"}
    times: dict[tuple[str, int], float] = {}
    for size, round_id in scene.lists.items():
        for name, query in views.items():
            path = f"/office/rounds/{round_id}/applications{query}"
            times[name, size] = _page(lambda path=path: client.get(path, officer))  # type: ignore[misc]
            report.ratio(f"officer's list of {size:,}: {name}", times[name, size], l2, 2)
    smallest, largest = min(scene.lists), max(scene.lists)
    for name in views:
        report.ratio(
            f"officer's list: {name}, {largest:,} beside {smallest:,}",
            times[name, largest],
            times[name, smallest],
            1.3,
            f"{smallest:,}",
        )
    report.ratio("save a mark", _marks(client, bench), l2, 2)


def _marks(client: Client, bench: Bench) -> float:
    marker = visitor_for(bench.app, bench.scene.marker)
    path = f"/office/marking/{bench.scene.assignment_ids[0]}"

    def run() -> Iterator[float]:
        for number in range(REQUESTS // 2):
            fields, name = FormReader(client.get(path, marker)[1].decode()).with_field("words_")
            fields = changed(fields, name, f"Sound and credible, seen {number} times.")
            yield timed(lambda fields=fields: client.post(path, fields, marker), (303,))  # type: ignore[misc]

    return median_of_runs(run)


def _submits(client: Client, bench: Bench, report: Report, l2: float) -> None:
    waiting = [(bid, visitor_for(bench.app, lead)) for bid, lead in bench.scene.ready]
    each = max(1, len(waiting) // 5)

    def run() -> Iterator[float]:
        for _ in range(each):
            bid, lead = waiting.pop()
            page = client.get(f"/applications/{bid}/check", lead)[1].decode()
            fields, path = FormReader(page).with_action("submit")
            yield timed(lambda: client.post(path, fields, lead), (303,))  # noqa: B023

    report.ratio("submit", median_of_runs(run), l2, 4)
