"""Two sets of random parts, of bids and of markers, told apart from chance: the arithmetic behind adjusted percents.

The bids are solved for first, so that only as many equations are left as there are markers; nothing here knows of
rounds or rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from operator import mul
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.9

# A ratio so small that it stands for markers who are all equally severe, and the belief that they are, before any mark
# is seen (our default; without it panels that are alike lose a little to the raw mean, see benchmarks/).
_ALIKE: Final = 0.01
_ALIKE_BELIEF: Final = 0.5
# The spread of bids and of markers, each against the spread of chance: the grid over which they are averaged.
BID_RATIOS: Final = (0.15, 0.3, 0.5, 0.75, 1.0, 1.4, 2.0, 3.0, 5.0)
_MARKER_RATIOS: Final = (_ALIKE, 0.15, 0.3, 0.5, 0.75, 1.0, 1.4, 2.0, 3.0, 5.0)
_NEGLIGIBLE: Final = 1e-5
_NORMAL: Final = NormalDist()

Vector = list[float]
Grid = tuple[Sequence[float], Sequence[float]]
Matrix = list[Vector]


def _half_cauchy(ratios: Sequence[float], belief: float) -> dict[float, float]:
    """The logarithm of a half-Cauchy belief of scale one in each of these ratios, which lie evenly on a log scale."""
    parts = {ratio: ratio / (1 + ratio * ratio) for ratio in ratios}
    whole = sum(parts.values())
    return {ratio: log(belief * part / whole) for ratio, part in parts.items()}


_BID_PRIOR: Final = _half_cauchy(BID_RATIOS, 1.0)
_MARKER_PRIOR: Final = _half_cauchy(_MARKER_RATIOS[1:], 1 - _ALIKE_BELIEF) | {_ALIKE: log(_ALIKE_BELIEF)}


@dataclass(frozen=True, slots=True)
class Cell:
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


@dataclass(frozen=True, slots=True)
class Part:
    """One unknown as it is known: at each point of the grid a mean and a variance, with the point's share of belief."""

    points: tuple[tuple[float, float], ...]
    shares: Sequence[float]

    @property
    def middle(self) -> float:
        return sum(share * mean for share, (mean, _) in zip(self.shares, self.points, strict=True))

    @property
    def reach(self) -> float:
        """How far the interval goes to each side: nine times in ten the truth is within."""
        middle = self.middle
        rows = zip(self.shares, self.points, strict=True)
        variance = sum(share * (own + (mean - middle) ** 2) for share, (mean, own) in rows)
        return sqrt(variance) * _NORMAL.inv_cdf((1 + CONFIDENCE) / 2)

    def chance_from(self, line: float) -> float:
        """The chance that it is at the line or above."""
        rows = zip(self.shares, self.points, strict=True)
        return sum(share * _NORMAL.cdf((mean - line) / sqrt(own)) for share, (mean, own) in rows)


@dataclass(frozen=True, slots=True)
class Spreads:
    """The standard deviations of the three parts, in the unit of the values."""

    bids: float
    markers: float
    chance: float


class Model:
    """The marks of bids that can be compared, solved at each point of the grid."""

    def __init__(
        self,
        cells: Sequence[Cell],
        bids: int,
        markers: int,
        least_variance: float,
        grid: Grid = (BID_RATIOS, _MARKER_RATIOS),
    ) -> None:
        self.cells = cells
        self.grid = grid
        self.least_variance = least_variance
        self.marker_count = markers
        self.of_bid: list[list[Cell]] = [[] for _ in range(bids)]
        for cell in cells:
            self.of_bid[cell.bid].append(cell)
        # Values are taken from their own middle, which keeps every figure small.
        self.middle = sum(cell.value * cell.weight for cell in self.cells) / sum(cell.weight for cell in self.cells)
        self.fits, self.shares = self._averaged()

    def _averaged(self) -> tuple[list[_Fit], Vector]:
        fits = [fit for ratio in self.grid[0] for fit in self._fits_for(ratio)]
        best = max(fit.evidence for fit in fits)
        likely = [fit for fit in fits if exp(fit.evidence - best) > _NEGLIGIBLE]
        shares = [exp(fit.evidence - best) for fit in likely]
        total = sum(shares)
        return likely, [share / total for share in shares]

    def _fits_for(self, bid_ratio: float) -> list[_Fit]:
        """Solve with this spread of the bids, and each spread of the markers."""
        size = self.marker_count + 1
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
        fixed = -log_pulled / 2 - len(self.of_bid) * log(bid_ratio) + _BID_PRIOR[bid_ratio]
        return [self._fit(bid_ratio, ratio, matrix, right, squares, fixed, pulled) for ratio in self.grid[1]]

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
        evidence = fixed + _MARKER_PRIOR[marker_ratio] - self.marker_count * log(marker_ratio)
        evidence -= sum(log(factor[place][place]) for place in range(len(factor))) + spare / 2 * log(left)
        # The variance of Student's t, which is what is left when the size of chance is unknown too.
        variance = max(left / max(spare - 2, 1), self.least_variance)
        return _Fit(bid_ratio, marker_ratio, evidence, variance, solved[0], solved[1:], factor, pulled)

    @property
    def evidence(self) -> float:
        """The logarithm of how well this model explains the marks, less a constant; it can be set beside another's.

        What a mark counts for is part of the model: it tells how far marks like it are expected to miss.
        """
        weights = sum(log(cell.weight) for cell in self.cells) / 2
        return max(fit.evidence for fit in self.fits) - log(max(self.shares)) + weights

    @property
    def best(self) -> Grid:
        """The point of the grid that explains the marks best, as a grid of its own."""
        place = max(range(len(self.fits)), key=lambda each: self.shares[each])
        return (self.fits[place].bid_ratio,), (self.fits[place].marker_ratio,)

    def missed(self) -> list[tuple[int, float]]:
        """For each marker how many marks they made, and the sum of the squares by which these miss what was meant.

        It is what is expected of it given the marks, at the best point: the step E of an EM algorithm (Dempster, Laird
        & Rubin, J. R. Stat. Soc. B 39, 1977).
        """
        fit = max(zip(self.shares, self.fits, strict=True), key=lambda pair: pair[0])[1]
        found = [(0, 0.0)] * self.marker_count
        for place, cells in enumerate(self.of_bid):
            whole = fit.pulled[place]
            away = [0.0] * len(fit.factor)
            away[0] = 1.0
            own = 0.0
            for cell in cells:
                share = cell.weight / whole
                own += share * (cell.value - self.middle - fit.mean - fit.markers[cell.marker])
                away[0] -= share
                away[cell.marker + 1] -= share
            for cell in cells:
                away[cell.marker + 1] += 1.0
                half = _forward(fit.factor, away)
                away[cell.marker + 1] -= 1.0
                miss = cell.value - self.middle - fit.mean - fit.markers[cell.marker] - own
                unknown = fit.chance_variance * (1 / whole + sum(map(mul, half, half)))
                count, total = found[cell.marker]
                found[cell.marker] = count + 1, total + miss * miss + unknown
        return found

    def bid(self, place: int) -> Part:
        """What the bid at this place deserves."""
        return Part(tuple(self._bid_at(fit, place) for fit in self.fits), self.shares)

    def marker(self, place: int) -> Part:
        """How far the marker at this place lies above the rest."""
        unit = [0.0] * (self.marker_count + 1)
        unit[place + 1] = 1.0
        points = []
        for fit in self.fits:
            half = _forward(fit.factor, unit)
            points.append((fit.markers[place], fit.chance_variance * sum(map(mul, half, half))))
        return Part(tuple(points), self.shares)

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

    def spreads(self) -> Spreads:
        """How large each part is, over the grid."""
        pairs = list(zip(self.fits, self.shares, strict=True))
        return Spreads(
            sqrt(sum(share * fit.chance_variance * fit.bid_ratio**2 for fit, share in pairs)),
            sqrt(sum(share * fit.chance_variance * fit.marker_ratio**2 for fit, share in pairs)),
            sqrt(sum(share * fit.chance_variance for fit, share in pairs)),
        )


def _absorb(cells: Sequence[Cell], whole: float, middle: float, matrix: Matrix, right: Vector) -> None:
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
