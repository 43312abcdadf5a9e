"""What marks come to once severe and lenient markers are allowed for: advice beside the raw percents, never in place.

A set of marks is taken as bid + marker + criterion + chance. The parts of bids and markers are drawn towards their
mean as far as the marks are few or disagree, and what cannot be known from the marks is said with a code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log, sqrt
from operator import mul
from statistics import NormalDist
from typing import Final

from workflows.rules.scoring import MAX_SCORE, WEIGHTS_SUM, Exact, Percent, exact

# Our defaults: with less than this the parts cannot be told from chance, and the raw percents are all there is.
MIN_BIDS: Final = 5
MIN_MARKERS: Final = 2
MIN_SPARE_MARKS: Final = 4
MIN_CONNECTED: Final = Fraction(3, 4)
CONFIDENCE: Final = 0.9

# The spread of bids and of markers, each against the spread of chance: the grid over which they are averaged.
_BID_RATIOS: Final = (0.15, 0.3, 0.5, 0.75, 1.0, 1.4, 2.0, 3.0, 5.0)
_MARKER_RATIOS: Final = (0.05, 0.15, 0.3, 0.5, 0.75, 1.0, 1.4, 2.0, 3.0, 5.0)
_NEGLIGIBLE: Final = 1e-5
_ROUNDS: Final = 30
_NORMAL: Final = NormalDist()

Vector = list[float]
Matrix = list[Vector]


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
    """

    marker: str
    bids: int
    lean: float
    low: float
    high: float
    uneven: float | None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The adjusted percents of a panel, or the code of why there are none: too-few-bids, too-few-markers,
    too-few-overlaps, disconnected.

    `apart` are bids that share no marker, directly or by way of others, with the rest. The spreads are in points.
    """

    code: str | None
    bids: Mapping[str, AdjustedBid]
    markers: Mapping[str, MarkerPart]
    apart: tuple[str, ...] = ()
    bid_spread: float | None = None
    marker_spread: float | None = None
    chance_spread: float | None = None


@dataclass(frozen=True, slots=True)
class _Cell:
    bid: int
    marker: int
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class _Fit:
    """One point of the grid: the parts, what they leave unknown, and how well the point explains the marks."""

    bid_ratio: float
    marker_ratio: float
    evidence: float
    chance_variance: float
    mean: float
    markers: Vector
    factor: Matrix
    pulled: Vector


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
    panel = _Panel(kept, weights, max_score)
    bids = plain | panel.bids(plain, None if line is None else float(exact(line)))
    apart = tuple(sorted(raw.keys() - largest))
    return Adjusted(None, bids, panel.marker_parts(), apart, *panel.spreads())


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


class _Panel:
    """The marks of bids that can be compared, solved at each point of the grid."""

    def __init__(self, marks: Sequence[Given], weights: Mapping[str, int], max_score: int) -> None:
        self.bid_keys = sorted({each.bid for each in marks})
        self.marker_keys = sorted({each.marker for each in marks})
        self.cells = _cells(marks, self.bid_keys, self.marker_keys, weights, max_score)
        self.of_bid: list[list[_Cell]] = [[] for _ in self.bid_keys]
        for cell in self.cells:
            self.of_bid[cell.bid].append(cell)
        # Values are taken from their own middle, which keeps every figure small.
        self.middle = sum(cell.value * cell.weight for cell in self.cells) / sum(cell.weight for cell in self.cells)
        self.fits, self.shares = self._averaged()

    def _averaged(self) -> tuple[list[_Fit], Vector]:
        fits = [fit for ratio in _BID_RATIOS for fit in self._fits_for(ratio)]
        best = max(fit.evidence for fit in fits)
        likely = [fit for fit in fits if exp(fit.evidence - best) > _NEGLIGIBLE]
        shares = [exp(fit.evidence - best) for fit in likely]
        total = sum(shares)
        return likely, [share / total for share in shares]

    def _fits_for(self, bid_ratio: float) -> list[_Fit]:
        """Solve with this spread of the bids, and each spread of the markers."""
        size = len(self.marker_keys) + 1
        matrix: Matrix = [[0.0] * size for _ in range(size)]
        right = [0.0] * size
        squares = log_pulled = 0.0
        pulled: Vector = []
        for cells in self.of_bid:
            whole = sum(cell.weight for cell in cells) + bid_ratio**-2
            _absorb(cells, whole, self.middle, matrix, right)
            squares += sum(cell.weight * (cell.value - self.middle) ** 2 for cell in cells)
            squares -= sum(cell.weight * (cell.value - self.middle) for cell in cells) ** 2 / whole
            log_pulled += log(whole)
            pulled.append(whole)
        fixed = -log_pulled / 2 - len(self.of_bid) * log(bid_ratio) + _prior(bid_ratio)
        return [self._fit(bid_ratio, ratio, matrix, right, squares, fixed, pulled) for ratio in _MARKER_RATIOS]

    def _fit(
        self,
        bid_ratio: float,
        marker_ratio: float,
        absorbed: Matrix,
        right: Vector,
        squares: float,
        fixed: float,
        pulled: Vector,
    ) -> _Fit:
        matrix = [row[:] for row in absorbed]
        for place in range(1, len(matrix)):
            matrix[place][place] += marker_ratio**-2
        factor = _cholesky(matrix)
        half = _forward(factor, right)
        solved = _backward(factor, half)
        spare = len(self.cells) - 1
        left = max(squares - sum(map(mul, half, half)), 1e-9)
        evidence = fixed + _prior(marker_ratio) - len(self.marker_keys) * log(marker_ratio)
        evidence -= sum(log(factor[place][place]) for place in range(len(factor))) + spare / 2 * log(left)
        # The variance of Student's t, which is what is left when the size of chance is unknown too.
        variance = left / max(spare - 2, 1)
        return _Fit(bid_ratio, marker_ratio, evidence, variance, solved[0], solved[1:], factor, pulled)

    def bids(self, plain: Mapping[str, AdjustedBid], line: float | None) -> dict[str, AdjustedBid]:
        """Each bid with its adjusted percent, interval and chance."""
        told: dict[str, AdjustedBid] = {}
        for place, bid in enumerate(self.bid_keys):
            points = [self._bid_at(fit, place) for fit in self.fits]
            value, deviation = _mixed(points, self.shares)
            reach = deviation * _NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
            chance = None
            if line is not None:
                chance = sum(
                    share * _NORMAL.cdf((middle - line) / sqrt(variance))
                    for share, (middle, variance) in zip(self.shares, points, strict=True)
                )
            was = plain[bid]
            told[bid] = AdjustedBid(bid, was.marks, was.raw, value, value - reach, value + reach, chance)
        return told

    def _bid_at(self, fit: _Fit, place: int) -> tuple[float, float]:
        """The mean and the variance of what the bid deserves, at one point of the grid."""
        whole = fit.pulled[place]
        away = [0.0] * len(fit.factor)
        away[0] = 1.0
        own = 0.0
        for cell in self.of_bid[place]:
            share = cell.weight / whole
            own += share * (cell.value - self.middle - fit.mean - fit.markers[cell.marker])
            away[0] -= share
            away[cell.marker + 1] -= share
        half = _forward(fit.factor, away)
        return self.middle + fit.mean + own, fit.chance_variance * (1 / whole + sum(map(mul, half, half)))

    def marker_parts(self) -> dict[str, MarkerPart]:
        """Each marker with their lean and how uneven their marks are."""
        parts: dict[str, MarkerPart] = {}
        left = self._left_over()
        for place, marker in enumerate(self.marker_keys):
            unit = [0.0] * (len(self.marker_keys) + 1)
            unit[place + 1] = 1.0
            points = []
            for fit in self.fits:
                half = _forward(fit.factor, unit)
                points.append((fit.markers[place], fit.chance_variance * sum(map(mul, half, half))))
            lean, deviation = _mixed(points, self.shares)
            reach = deviation * _NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
            own = left[place]
            uneven = sqrt(sum(own) / len(own)) if len(own) >= 3 else None
            parts[marker] = MarkerPart(marker, len(own), lean, lean - reach, lean + reach, uneven)
        return parts

    def _left_over(self) -> list[Vector]:
        """For each marker the squares of what is left of each of their marks, scaled for what the bid's part took."""
        left: list[Vector] = [[] for _ in self.marker_keys]
        means = [
            sum(share * fit.markers[place] for fit, share in zip(self.fits, self.shares, strict=True))
            for place in range(len(self.marker_keys))
        ]
        for cells in self.of_bid:
            levels = [cell.value - means[cell.marker] for cell in cells]
            total = sum(levels)
            for cell, level in zip(cells, levels, strict=True):
                others = len(levels) - 1
                if others:
                    # A mark less the mean of the others' varies by chance alone, (k + 1) / k times.
                    away = level - (total - level) / others
                    left[cell.marker].append(away * away * others / (others + 1))
        return left

    def spreads(self) -> tuple[float, float, float]:
        """The spread of bids, of markers and of chance, in percentage points."""
        pairs = list(zip(self.fits, self.shares, strict=True))
        return (
            sqrt(sum(share * fit.chance_variance * fit.bid_ratio**2 for fit, share in pairs)),
            sqrt(sum(share * fit.chance_variance * fit.marker_ratio**2 for fit, share in pairs)),
            sqrt(sum(share * fit.chance_variance for fit, share in pairs)),
        )


def _cells(
    marks: Sequence[Given],
    bids: Sequence[str],
    markers: Sequence[str],
    weights: Mapping[str, int],
    max_score: int,
) -> list[_Cell]:
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
        cells.append(_Cell(bid_places[each.bid], marker_places[each.marker], over / (share * WEIGHTS_SUM), share))
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


def _absorb(cells: Sequence[_Cell], whole: float, middle: float, matrix: Matrix, right: Vector) -> None:
    """Add one bid to the equations of the markers, itself taken out of them (its row solved for)."""
    weight = sum(cell.weight for cell in cells)
    value = sum(cell.weight * (cell.value - middle) for cell in cells)
    matrix[0][0] += weight - weight * weight / whole
    right[0] += value - weight * value / whole
    for cell in cells:
        row = cell.marker + 1
        cross = cell.weight - cell.weight * weight / whole
        matrix[0][row] += cross
        matrix[row][0] += cross
        matrix[row][row] += cell.weight
        right[row] += cell.weight * (cell.value - middle) - cell.weight * value / whole
        for other in cells:
            matrix[row][other.marker + 1] -= cell.weight * other.weight / whole


def _prior(ratio: float) -> float:
    # A half-Cauchy of scale one for the ratio, told on the grid's scale of logarithms.
    return log(ratio) - log(1 + ratio * ratio)


def _mixed(points: Sequence[tuple[float, float]], shares: Sequence[float]) -> tuple[float, float]:
    """The mean and the standard deviation of the points together, each a mean and a variance."""
    mean = sum(share * middle for share, (middle, _) in zip(shares, points, strict=True))
    variance = sum(share * (own + (middle - mean) ** 2) for share, (middle, own) in zip(shares, points, strict=True))
    return mean, sqrt(variance)


def _cholesky(matrix: Matrix) -> Matrix:
    """The lower factor of a positive definite matrix, each row as long as it has figures."""
    factor: Matrix = []
    for place, row in enumerate(matrix):
        own: Vector = []
        for column in range(place):
            other = factor[column]
            own.append((row[column] - sum(map(mul, own, other))) / other[column])
        own.append(sqrt(max(row[place] - sum(map(mul, own, own)), 1e-12)))
        factor.append(own)
    return factor


def _forward(factor: Matrix, right: Sequence[float]) -> Vector:
    solved: Vector = []
    for row, value in zip(factor, right, strict=True):
        solved.append((value - sum(map(mul, row, solved))) / row[-1])
    return solved


def _backward(factor: Matrix, half: Sequence[float]) -> Vector:
    left = list(half)
    for place in range(len(factor) - 1, -1, -1):
        left[place] /= factor[place][place]
        for column in range(place):
            left[column] -= factor[place][column] * left[place]
    return left
