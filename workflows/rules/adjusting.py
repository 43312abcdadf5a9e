"""What marks come to once severe and lenient markers are allowed for: advice beside the raw percents, never in place.

A set of marks is taken as bid + marker + criterion + chance. The parts of bids and markers are drawn towards their
mean as far as the marks are few or disagree, and what cannot be known from the marks is said with a code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Final

from workflows.rules.mixed_model import Cell, Part, Spreads, Vector
from workflows.rules.scoring import MAX_SCORE, WEIGHTS_SUM, Exact, Percent, exact
from workflows.rules.steadiness import trusted

# Our defaults: with less than this the parts cannot be told from chance, and the raw percents are all there is.
MIN_BIDS: Final = 5
MIN_MARKERS: Final = 2
MIN_SPARE_MARKS: Final = 4
MIN_UNEVEN: Final = 3
MIN_CONNECTED: Final = Fraction(3, 4)
# Rounds of setting the criteria right where some scores are missing; each brings them several times closer.
_ROUNDS: Final = 30


@dataclass(frozen=True, slots=True)
class Given:
    """One marker's scores for one bid, by criterion; a criterion may be missing."""

    bid: str
    marker: str
    scores: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AdjustedBid:
    """A bid's percents: `raw` is the exact mean of its complete sets of marks.

    The rest is None where the marks cannot tell: `value` between `low` and `high` nine times in ten, and the `chance`
    that the bid belongs at or above the line.
    """

    bid: str
    marks: int
    raw: Percent | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class MarkerPart:
    """How a marker marks, in percentage points: above zero is more generous than the rest, `uneven` the spread left.

    `uneven` is the size of what neither the bids nor the marker's severity explain; None below three bids.
    `counts` is how much their marks count for: one, or less where they clearly miss further than the others'.
    """

    marker: str
    bids: int
    lean: float
    low: float
    high: float
    uneven: float | None
    counts: float = 1.0


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The adjusted percents of a panel, or the code of why there are none: too-few-bids, too-few-markers,
    too-few-overlaps, disconnected.

    `apart` are bids that share no marker, directly or by way of others, with the rest.
    """

    code: str | None
    bids: Mapping[str, AdjustedBid]
    markers: Mapping[str, MarkerPart]
    apart: tuple[str, ...] = ()
    spreads: Spreads | None = None


def adjust(
    given: Iterable[Given],
    weights: Mapping[str, int],
    max_score: int = MAX_SCORE,
    *,
    line: Exact | None = None,
) -> Adjusted:
    """The adjusted percents of the bids from every set of marks; their order makes no difference.

    Model: Henderson's mixed model equations with the bids absorbed (Henderson, Biometrics 31, 1975), the marker and
    the bid random (Lindley & Smith, J. R. Stat. Soc. B 34, 1972). The sizes of the spreads are not fixed at one
    estimate, which for few marks is often zero; the restricted likelihood (Patterson & Thompson, Biometrika 58, 1971)
    is averaged over a grid with a half-Cauchy prior on each ratio (Gelman, Bayesian Analysis 1, 2006).
    """
    marks = sorted(given, key=lambda each: (each.bid, each.marker))
    raw = raw_percents(marks, weights, max_score)
    plain = {bid: AdjustedBid(bid, count, percent) for bid, (count, percent) in raw.items()}
    groups = connected(marks)
    largest = groups[0] if groups else frozenset()
    kept = [each for each in marks if each.bid in largest]
    code = _too_little(kept, largest, len(raw))
    if code is not None:
        return Adjusted(code, plain, {})
    bids, markers = sorted(largest), sorted({each.marker for each in kept})
    cells = _cells(kept, bids, markers, weights, max_score)
    model, trust = trusted(cells, len(bids), len(markers), rounding_variance(weights, max_score))
    at = None if line is None else float(exact(line))
    adjusted = {bid: _adjusted(plain[bid], model.bid(place), at) for place, bid in enumerate(bids)}
    missed = model.missed()
    parts = {
        each: _marker_part(each, model.marker(place), missed[place], trust[place]) for place, each in enumerate(markers)
    }
    return Adjusted(None, plain | adjusted, parts, tuple(sorted(raw.keys() - largest)), model.spreads())


def rounding_variance(weights: Mapping[str, int], max_score: int = MAX_SCORE) -> float:
    """What whole scores leave unknown of one set of marks, in squared percentage points, however well markers agree.

    A score stands for everything that rounds to it, which is spread by a twelfth of a step squared (Sheppard,
    Proc. London Math. Soc. 29, 1898).
    """
    step = WEIGHTS_SUM / max_score
    return sum((weight / WEIGHTS_SUM) ** 2 for weight in sorted(weights.values())) * step * step / 12


def _adjusted(plain: AdjustedBid, part: Part, line: float | None) -> AdjustedBid:
    value, reach = part.middle, part.reach
    chance = None if line is None else part.chance_from(line)
    return AdjustedBid(plain.bid, plain.marks, plain.raw, value, value - reach, value + reach, chance)


def _marker_part(marker: str, part: Part, missed: tuple[int, float], counts: float) -> MarkerPart:
    (bids, squares), lean, reach = missed, part.middle, part.reach
    uneven = sqrt(squares / bids) if bids >= MIN_UNEVEN else None
    return MarkerPart(marker, bids, lean, lean - reach, lean + reach, uneven, counts)


def raw_percents(
    marks: Sequence[Given], weights: Mapping[str, int], max_score: int = MAX_SCORE
) -> dict[str, tuple[int, Percent | None]]:
    """For each bid how many complete sets of marks it has and their exact mean percent."""
    found: dict[str, list[Percent]] = {}
    for each in marks:
        percents = found.setdefault(each.bid, [])
        if set(each.scores) == set(weights):
            percents.append(Fraction(sum(weights[code] * score for code, score in each.scores.items()), max_score))
    return {
        bid: (len(percents), sum(percents, Fraction(0)) / len(percents) if percents else None)
        for bid, percents in found.items()
    }


@dataclass(frozen=True, slots=True)
class PlainMarker:
    """A marker's own figures, exact and without any model, over their complete sets of marks.

    `apart` is how far their percents lie above the mean of the others' on the same bids; None where nobody else marked.
    """

    marker: str
    bids: int
    mean: Percent
    lowest: Percent
    highest: Percent
    apart: Percent | None


def plain_markers(
    given: Iterable[Given], weights: Mapping[str, int], max_score: int = MAX_SCORE
) -> dict[str, PlainMarker]:
    """Each marker's mean and range, and how they lie beside whoever marked the same bids."""
    by_bid: dict[str, dict[str, Percent]] = {}
    for each in given:
        if set(each.scores) == set(weights):
            whole = sum(weights[code] * score for code, score in each.scores.items())
            by_bid.setdefault(each.bid, {})[each.marker] = Fraction(whole, max_score)
    own: dict[str, list[Percent]] = {}
    beside: dict[str, list[Percent]] = {}
    for marks in by_bid.values():
        total = sum(marks.values(), Fraction(0))
        for marker, percent in marks.items():
            own.setdefault(marker, []).append(percent)
            if len(marks) > 1:
                beside.setdefault(marker, []).append(percent - (total - percent) / (len(marks) - 1))
    return {
        marker: PlainMarker(
            marker=marker,
            bids=len(found),
            mean=sum(found, Fraction(0)) / len(found),
            lowest=min(found),
            highest=max(found),
            apart=sum(beside[marker], Fraction(0)) / len(beside[marker]) if marker in beside else None,
        )
        for marker, found in sorted(own.items())
    }


def connected(marks: Sequence[Given]) -> list[frozenset[str]]:
    """The bids in groups that can be compared: two bids are in one when a chain of shared markers joins them.

    The largest first; among equals the one with the first bid. Only within a group can severity be told from merit
    (Searle, Linear Models for Unbalanced Data, 1987, on connectedness).
    """
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for each in marks:
        parent[root(("bid", each.bid))] = root(("marker", each.marker))
    groups: dict[tuple[str, str], set[str]] = {}
    for each in marks:
        groups.setdefault(root(("bid", each.bid)), set()).add(each.bid)
    return sorted((frozenset(bids) for bids in groups.values()), key=lambda bids: (-len(bids), min(bids)))


def _too_little(kept: Sequence[Given], largest: frozenset[str], of: int) -> str | None:
    markers = len({each.marker for each in kept})
    if of < MIN_BIDS:
        return "too-few-bids"
    if len(largest) < MIN_CONNECTED * of or len(largest) < MIN_BIDS:
        return "disconnected"
    if markers < MIN_MARKERS:
        return "too-few-markers"
    # What is left over once each bid and each marker has taken one mark to itself.
    if len(kept) - len(largest) - markers + 1 < MIN_SPARE_MARKS:
        return "too-few-overlaps"
    return None


def _cells(
    marks: Sequence[Given],
    bids: Sequence[str],
    markers: Sequence[str],
    weights: Mapping[str, int],
    max_score: int,
) -> list[Cell]:
    """Each set of marks as one percent, the criteria that are missing in it allowed for by how the others fare."""
    bid_places = {bid: place for place, bid in enumerate(bids)}
    marker_places = {marker: place for place, marker in enumerate(markers)}
    parts = _criterion_parts(marks, weights, max_score)
    cells = []
    for each in marks:
        share = sum(weights[code] for code in each.scores) / WEIGHTS_SUM
        if share == 0:
            continue
        over = sum(weights[code] * (100 * score / max_score - parts[code]) for code, score in each.scores.items())
        cells.append(Cell(bid_places[each.bid], marker_places[each.marker], over / (share * WEIGHTS_SUM), share))
    return cells


def _criterion_parts(marks: Sequence[Given], weights: Mapping[str, int], max_score: int) -> dict[str, float]:
    """How much each criterion runs above the whole, in points; weighted they sum to zero.

    Where every set of marks is complete they cancel, and are left at zero.
    """
    parts = dict.fromkeys(sorted(weights), 0.0)
    if all(len(each.scores) == len(weights) for each in marks):
        return parts
    for _ in range(_ROUNDS):
        over: dict[str, Vector] = {code: [] for code in parts}
        for each in marks:
            levels = {code: 100 * score / max_score - parts[code] for code, score in sorted(each.scores.items())}
            share = sum(weights[code] for code in levels)
            mean = sum(weights[code] * level for code, level in levels.items()) / share if share else 0.0
            for code, level in levels.items():
                over[code].append(level + parts[code] - mean)
        parts = {code: sum(found) / len(found) if found else 0.0 for code, found in over.items()}
        off = sum(weights[code] * part for code, part in parts.items()) / WEIGHTS_SUM
        parts = {code: part - off for code, part in parts.items()}
    return parts
