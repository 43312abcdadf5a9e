"""How long it takes to share out a large round, and to give away the bids of a marker who drops out."""

from __future__ import annotations

import random
import time

from benchmarks.report import Report
from grants.core.solver import solve
from workflows.rules.assigning import Aim, Bid, Marker, Pair, Question, chosen, loads, programme
from workflows.rules.comparing import interleaved, overlap

BIDS, MARKERS, EACH = 200, 12, 3
MOST_SECONDS = 20


def measure(report: Report) -> None:
    """200 bids and 12 markers, 3 to each bid, with interests and residents; then without one marker."""
    question = _question()
    start = time.perf_counter()
    pairs = _answer(question)
    seconds = time.perf_counter() - start
    seen = overlap(question, pairs)
    spread = sorted(loads(question, pairs).values())
    shown = f"{seconds:.2f} s; {seen.well_compared} of {seen.pairs} pairs compared; loads {spread[0]} to {spread[-1]}"
    name = f"share {BIDS} bids among {MARKERS} markers, {EACH} to each"
    report.figure(name, shown, f"under {MOST_SECONDS} s", seconds < MOST_SECONDS)
    gone = question.markers[1].key
    left = Question(
        question.bids,
        tuple(each for each in question.markers if each.key != gone),
        loose=frozenset(pair for pair in pairs if pair[1] != gone),
        barred=question.barred,
        avoided=question.avoided,
        is_mixed=True,
    )
    start = time.perf_counter()
    after = _answer(left)
    seconds = time.perf_counter() - start
    moved = len(left.loose - after)
    shown = f"{seconds:.2f} s; {len(pairs) - len(left.loose)} bids given away, {moved} others moved"
    report.figure("one of them drops out", shown, f"under {MOST_SECONDS} s", seconds < MOST_SECONDS)


def _question() -> Question:
    pick = random.Random(4)
    every = [(bid, marker) for bid in range(BIDS) for marker in range(1_000, 1_000 + MARKERS)]
    barred = frozenset(pick.sample(every, 120))
    return Question(
        tuple(Bid(key, EACH) for key in range(BIDS)),
        tuple(Marker(1_000 + number, 70, number % 3 == 0) for number in range(MARKERS)),
        barred=barred,
        avoided=frozenset(pick.sample(every, 200)) - barred,
        is_mixed=True,
    )


def _answer(question: Question) -> frozenset[Pair]:
    settled: dict[Aim, int] = {}
    pairs = question.fixed
    for aim in question.aims:
        answer = solve(programme(question, aim, settled))
        settled[aim] = int(answer.worth)
        pairs = chosen(question, answer)
    return interleaved(question, pairs)
