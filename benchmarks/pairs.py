"""A page beside its limit: the two take turns on one connection, so that what else the machine does meets both.

Time is the median of several runs of paired requests; processor time is what the web processes used meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.client import Call, Client, Sender, timed
from benchmarks.server import children_of

OK = (200,)
SAVED = (303,)
Steps = Callable[[Sender], Iterator[Call]]


@dataclass(frozen=True, slots=True)
class Work:
    """One line of the table. `steps` makes requests ready; getting one ready is not timed."""

    name: str
    aim: float
    steps: Steps
    allowed: tuple[int, ...] = OK


@dataclass(frozen=True, slots=True)
class Sample:
    """Medians in milliseconds, and the medians of the runs' ratios to the limit."""

    ms: float
    limit_ms: float
    ratio: float
    cpu_ms: float
    cpu_ratio: float


def measured(work: Work, limit: Call, client: Client, server: int, *, runs: int, pairs: int) -> Sample:
    """Several runs of pairs: the limit, then the work."""
    steps, workers = work.steps(client), children_of(server)
    found = [_run(steps, work.allowed, limit, workers, pairs) for _ in range(runs)]
    ratios = [times / limits for times, limits, _, _ in found]
    cpu_ratios = [used / limits for _, _, used, limits in found]
    times, limits, used, _ = (median(column) for column in zip(*found, strict=True))
    return Sample(times, limits, median(ratios), used, median(cpu_ratios))


def _run(
    steps: Iterator[Call], allowed: tuple[int, ...], limit: Call, workers: list[int], pairs: int
) -> tuple[float, float, float, float]:
    times, limits, used, used_by_limit = [], [], [], []
    for _ in range(pairs):
        before = _cpu_ms(workers)
        limits.append(timed(limit))
        between = _cpu_ms(workers)
        used_by_limit.append(between - before)
        call = next(steps)
        before = _cpu_ms(workers)
        times.append(timed(call, allowed))
        used.append(_cpu_ms(workers) - before)
    return median(times), median(limits), median(used), median(used_by_limit)


def _cpu_ms(processes: list[int]) -> float:
    """Processor time of all threads of these processes so far, as the kernel counts it."""
    total = 0
    for process in processes:
        for tasks in Path(f"/proc/{process}/task").glob("*/schedstat"):
            try:
                total += int(tasks.read_text().split()[0])
            except OSError:
                continue
    return total / 1_000_000
