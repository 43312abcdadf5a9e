"""`./run bench panels`: simulated panels of which the truth is known, and how often each way of adding up finds it.

Each panel is made from its own seed, so that every run prints the same table; ways are compared on the same panels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt
from random import Random
from statistics import fmean, pstdev, stdev

from workflows.rules.adjusting import Given, adjust, raw_percents

WEIGHTS = {"C1": 20, "C2": 25, "C3": 20, "C4": 20, "C5": 10, "C6": 5}
MAX_SCORE = 5
# In percentage points: what bids deserve, how a marker sees one bid, how they see one criterion of it.
MIDDLE, DESERVED, SEEN, CRITERION = 60, 12, 7, 12
# Severe and lenient markers, and what a careless marker adds to each bid.
SEVERITY, CARELESS = 8, 25
# The best bids that are funded, and how many sets of marks a marker makes at most.
FUNDED, LOAD = 0.4, 24
SIZES, MARKS = (12, 30, 80, 200), (2, 3, 5)
NOISE = 2.0
# Panels of each kind: small ones vary more, and cost less.
PANELS = {12: 500, 30: 200, 80: 80, 200: 24}
# The constants of the model were chosen on panels with lower seeds.
FIRST_SEED = 20_001
# Of the largest panel.
MOST_SECONDS = 2.0

Way = Callable[[Sequence[Given]], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of panel."""

    bids: int
    marks: int
    severity: float
    is_careless: bool

    @property
    def markers(self) -> int:
        return max(self.marks + 1, -(-self.bids * self.marks // LOAD))

    @property
    def name(self) -> str:
        markers = "severe and lenient" if self.severity else "alike"
        return f"{markers}, one careless" if self.is_careless else markers


@dataclass(frozen=True, slots=True)
class Found:
    """The mean share of the right bids that each way chose, and ours less the raw mean with its standard error."""

    kind: Kind
    raw: float
    standard: float
    ours: float
    gain: float
    error: float
    within: float
    seconds: float

    @property
    def is_met(self) -> bool:
        """Never worse than the raw mean beyond noise, and better where markers differ in severity."""
        return self.gain > (NOISE if self.kind.severity else -NOISE) * self.error


def panel(kind: Kind, random: Random) -> tuple[dict[str, float], list[Given]]:
    """What each bid deserves, and the marks that it gets; loads are even and who marks what is drawn."""
    deserved = {f"bid-{place:03}": random.gauss(MIDDLE, DESERVED) for place in range(kind.bids)}
    leans = [random.gauss(0, kind.severity) for _ in range(kind.markers)]
    loads = [0] * kind.markers
    marks: list[Given] = []
    for bid, worth in deserved.items():
        for marker in sorted(range(kind.markers), key=lambda each: (loads[each], random.random()))[: kind.marks]:
            loads[marker] += 1
            astray = CARELESS if kind.is_careless and marker == 0 else 0
            level = worth + leans[marker] + random.gauss(0, sqrt(SEEN**2 + astray**2))
            scores = {code: _score(level + random.gauss(0, CRITERION)) for code in WEIGHTS}
            marks.append(Given(bid, f"marker-{marker:02}", scores))
    return deserved, marks


def _score(level: float) -> int:
    return max(0, min(MAX_SCORE, round(level * MAX_SCORE / 100)))


def raw_means(marks: Sequence[Given]) -> dict[str, float]:
    return {bid: float(percent or 0) for bid, (_, percent) in raw_percents(marks, WEIGHTS, MAX_SCORE).items()}


def standard_scores(marks: Sequence[Given]) -> dict[str, float]:
    """Each marker's percents from their own mean in their own standard deviations, and then the mean of those."""
    own: dict[str, list[float]] = {}
    for each in marks:
        own.setdefault(each.marker, []).append(_percent(each))
    scales = {marker: (fmean(found), pstdev(found) or 1.0) for marker, found in own.items()}
    given: dict[str, list[float]] = {}
    for each in marks:
        middle, scale = scales[each.marker]
        given.setdefault(each.bid, []).append((_percent(each) - middle) / scale)
    return {bid: fmean(found) for bid, found in given.items()}


def _percent(each: Given) -> float:
    return sum(WEIGHTS[code] * score for code, score in each.scores.items()) / MAX_SCORE


def best(values: Mapping[str, float]) -> frozenset[str]:
    """The bids that would be funded by these values."""
    count = max(1, round(FUNDED * len(values)))
    return frozenset(sorted(values, key=lambda bid: (-values[bid], bid))[:count])


def measured(kind: Kind, panels: int, first_seed: int = FIRST_SEED) -> Found:
    """Many panels of one kind."""
    shares: list[tuple[float, float, float]] = []
    within: list[bool] = []
    seconds = 0.0
    for seed in range(first_seed, first_seed + panels):
        deserved, marks = panel(kind, Random(seed))
        start = time.perf_counter()
        adjusted = adjust(marks, WEIGHTS, MAX_SCORE)
        seconds += time.perf_counter() - start
        raw = raw_means(marks)
        ours = {bid: raw[bid] if each.value is None else each.value for bid, each in adjusted.bids.items()}
        within += [
            each.low <= deserved[bid] <= each.high
            for bid, each in adjusted.bids.items()
            if each.low is not None and each.high is not None
        ]
        right = best(deserved)
        ways = (raw, standard_scores(marks), ours)
        shares.append(tuple(len(best(way) & right) / len(right) for way in ways))  # type: ignore[arg-type]
    gains = [ours - raw for raw, _, ours in shares]
    means = [fmean(column) for column in zip(*shares, strict=True)]
    return Found(kind, *means, fmean(gains), stdev(gains) / sqrt(panels), fmean(within or [True]), seconds / panels)


def kinds() -> list[Kind]:
    return [Kind(*each) for each in product(SIZES, MARKS, (0, SEVERITY), (False, True))]


def run(*, is_quick: bool = False) -> str:
    """The table of every kind, and what the largest panel takes beside the raw means of the same marks."""
    lines = [
        "| bids | marks each | markers | raw mean | z-score | adjusted | gain | within | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in kinds():
        found = measured(kind, PANELS[kind.bids] // (10 if is_quick else 1))
        lines.append(
            f"| {kind.bids} | {kind.marks} | {kind.markers}, {kind.name} | {found.raw:.1%} | {found.standard:.1%} "
            f"| {found.ours:.1%} | {100 * found.gain:+.2f} ± {100 * found.error:.2f} | {found.within:.0%} "
            f"| {'met' if found.is_met else 'MISSED'} |"
        )
    return "\n".join([*lines, "", largest()])


def largest() -> str:
    """Seconds for the largest kind of panel, beside adding its marks up exactly."""
    kind = Kind(SIZES[-1], MARKS[-1], SEVERITY, is_careless=True)
    _, marks = panel(kind, Random(FIRST_SEED))
    ours = min(_seconds(lambda: adjust(marks, WEIGHTS, MAX_SCORE, line=MIDDLE)) for _ in range(3))
    raw = min(_seconds(lambda: raw_means(marks)) for _ in range(3))
    met = "met" if ours < MOST_SECONDS else "MISSED"
    return (
        f"{kind.bids} bids with {kind.marks} marks each of {len(WEIGHTS)} criteria by {kind.markers} markers: "
        f"{ours:.2f} s, {ours / raw:.0f} x the raw means; aim under {MOST_SECONDS:.0f} s: {met}"
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    print(run())
