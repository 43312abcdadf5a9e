"""How far markers agree: two figures of the field with their sources, overall and for each criterion.

Exact where they can be, and in no case changed by the order of the marks or by who is called what.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import exp, lgamma, log
from typing import Final

from workflows.rules.adjusting import Given, MarkerPart
from workflows.rules.scoring import MAX_SCORE

CONFIDENCE: Final = 0.95
# Where words begin, for one marker's marks: Koo & Li, J. Chiropr. Med. 15, 2016, have 0.5, 0.75 and 0.9 for clinicians;
# grant panels are known to agree far less, so we begin lower (our default).
POOR_BELOW: Final = 0.25
FAIR_BELOW: Final = 0.5
GOOD_BELOW: Final = 0.75
# When a marker's lean or unevenness is worth a word to the chair (our defaults): in percentage points, in bids, and
# against the spread of chance in the whole panel.
WORTH_SAYING: Final = 3.0
ENOUGH_BIDS: Final = 5
UNEVEN_FROM: Final = 1.5
_STEPS: Final = 60
_TERMS: Final = 300


class Scale(StrEnum):
    """What the distance between two scores means for Krippendorff's alpha."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Correlation:
    """An intraclass correlation with its interval; `of_means` is that of the mean of the usual number of marks."""

    value: float
    low: float
    high: float
    of_means: float
    bids: int
    marks: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a panel agrees; each is None where there is too little to tell."""

    alpha: Fraction | None
    correlation: Correlation | None
    alphas: Mapping[str, Fraction | None]
    correlations: Mapping[str, Correlation | None]


def agreement(given: Iterable[Given], weights: Mapping[str, int], max_score: int = MAX_SCORE) -> Agreement:
    """Of the whole percents the correlation, of the scores alpha over all criteria, and both by criterion.

    Alpha over all criteria sets the disagreement seen in each, by its weight, against what chance would bring in that
    criterion: one that runs high for every bid is no agreement about the bids (our default).
    """
    marks = sorted(given, key=lambda each: (each.bid, each.marker))
    by_criterion = {code: _scores_of(marks, code) for code in weights}
    parts = [(weights[code], *disagreement(found, Scale.ORDINAL)) for code, found in by_criterion.items()]
    return Agreement(
        alpha=_alpha(
            sum((weight * seen for weight, seen, _ in parts), Fraction(0)),
            sum((weight * by_chance for weight, _, by_chance in parts), Fraction(0)),
        ),
        correlation=intraclass(_percents(marks, weights, max_score)),
        alphas={code: krippendorff_alpha(found, Scale.ORDINAL) for code, found in by_criterion.items()},
        correlations={code: intraclass(found) for code, found in by_criterion.items()},
    )


def level_of(figure: Fraction | float | None) -> str:
    """A word for a figure of agreement: unknown, poor, fair, good or strong (our default, see the constants)."""
    if figure is None:
        return "unknown"
    levels = ((POOR_BELOW, "poor"), (FAIR_BELOW, "fair"), (GOOD_BELOW, "good"))
    return next((word for below, word in levels if figure < below), "strong")


def severity_of(part: MarkerPart) -> str:
    """in-line, lower or higher: said only when it is worth saying and not to be had by chance nine times in ten."""
    if abs(part.lean) < WORTH_SAYING or part.low <= 0 <= part.high:
        return "in-line"
    return "higher" if part.lean > 0 else "lower"


def consistency_of(part: MarkerPart, chance_spread: float) -> str:
    """unknown, usual or uneven: whether a marker's scores go further from the others' than scores here do."""
    if part.uneven is None or part.bids < ENOUGH_BIDS:
        return "unknown"
    return "uneven" if part.counts < 1 or part.uneven >= UNEVEN_FROM * chance_spread else "usual"


def krippendorff_alpha(units: Iterable[Sequence[int]], scale: Scale = Scale.ORDINAL) -> Fraction | None:
    """One less the disagreement seen over the disagreement that chance would bring; 1 is all, 0 no agreement.

    Each unit holds the scores that it was given, in any order; one with fewer than two says nothing. None where no
    two scores can be compared, or all are the same. Source: Krippendorff, Content Analysis, 4th ed. 2018, chapter 12.
    """
    return _alpha(*disagreement(units, scale))


def _alpha(seen: Fraction, by_chance: Fraction) -> Fraction | None:
    return 1 - seen / by_chance if by_chance else None


def disagreement(units: Iterable[Sequence[int]], scale: Scale) -> tuple[Fraction, Fraction]:
    """The mean squared distance of two scores of one unit, and of any two scores; zeros where none can be compared."""
    totals: Counter[int] = Counter()
    seen: dict[tuple[int, int], Fraction] = {}
    for unit in units:
        counts = Counter(unit)
        others = len(unit) - 1
        if others < 1:
            continue
        for one, times in counts.items():
            for two, times_two in counts.items():
                met = times * (times_two - (one == two))
                seen[one, two] = seen.get((one, two), Fraction(0)) + Fraction(met, others)
        totals.update(counts)
    whole = sum(totals.values())
    away = _distances(totals, scale)
    if whole < 2:
        return Fraction(0), Fraction(0)
    expected = sum((totals[one] * totals[two] * away[one, two] for one in totals for two in totals), Fraction(0))
    observed = sum((weight * away[pair] for pair, weight in seen.items()), Fraction(0))
    return observed / whole, expected / (whole * (whole - 1))


def _distances(totals: Mapping[int, int], scale: Scale) -> dict[tuple[int, int], Fraction]:
    """The squared distance of each two scores; on the ordinal scale, by how many scores lie between them."""
    values = sorted(totals)
    found: dict[tuple[int, int], Fraction] = {}
    for first, one in enumerate(values):
        for last in range(first, len(values)):
            two = values[last]
            if scale is Scale.INTERVAL:
                away = Fraction(two - one)
            elif scale is Scale.NOMINAL:
                away = Fraction(one != two)
            else:
                between = sum(totals[value] for value in values[first : last + 1])
                away = between - Fraction(totals[one] + totals[two], 2)
            found[one, two] = found[two, one] = away * away
    return found


def intraclass(groups: Iterable[Sequence[Fraction | int]], confidence: float = CONFIDENCE) -> Correlation | None:
    """The share of the spread of single marks that lies between bids: one-way random, ICC(1), for unequal numbers.

    Each group holds the marks of one bid. Each bid has its own markers, so that severity counts as disagreement. Source:
    Shrout & Fleiss, Psychol. Bull. 86, 1979, case 1; McGraw & Wong, Psychol. Methods 1, 1996, for the interval;
    Donner & Koval, Biometrics 36, 1980, for the number of marks per bid where they differ. None below two bids,
    without a second mark anywhere, or where all marks are the same.
    """
    found = sorted(sorted(Fraction(each) for each in group) for group in groups if len(group) > 0)
    bids, marks = len(found), sum(len(group) for group in found)
    if bids < 2 or marks <= bids:
        return None
    middle = sum((value for group in found for value in group), Fraction(0)) / marks
    means = [sum(group, Fraction(0)) / len(group) for group in found]
    between = sum((len(group) * (mean - middle) ** 2 for group, mean in zip(found, means, strict=True)), Fraction(0))
    within = sum(
        ((value - mean) ** 2 for group, mean in zip(found, means, strict=True) for value in group), Fraction(0)
    )
    usual = float(Fraction(marks * marks - sum(len(group) ** 2 for group in found), marks * (bids - 1)))
    above, below = bids - 1, marks - bids
    if between + within == 0:
        return None
    if within == 0:
        return Correlation(1.0, 1.0, 1.0, 1.0, bids, marks)
    ratio = float((between / above) / (within / below))
    tail = (1 - confidence) / 2
    low = ratio / f_quantile(1 - tail, above, below)
    high = ratio * f_quantile(1 - tail, below, above)
    return Correlation(
        value=_of_ratio(ratio, usual),
        low=_of_ratio(low, usual),
        high=_of_ratio(high, usual),
        of_means=(ratio - 1) / ratio if ratio else float("-inf"),
        bids=bids,
        marks=marks,
    )


def _of_ratio(ratio: float, usual: float) -> float:
    return (ratio - 1) / (ratio + usual - 1)


def f_quantile(chance: float, above: int, below: int) -> float:
    """The value that an F with these degrees of freedom stays under with this chance, by halving."""
    low, high = 0.0, 1.0
    while f_chance(high, above, below) < chance:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if f_chance(middle, above, below) < chance else (low, middle)
    return (low + high) / 2


def f_chance(value: float, above: int, below: int) -> float:
    """The chance that an F with these degrees of freedom stays under the value."""
    return incomplete_beta(above / 2, below / 2, above * value / (above * value + below))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22; Lentz's way of summing)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1 - (a + b) * x / (a + 1) or tiny)
    total = d
    for m in range(1, _TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            total *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * total


def _scores_of(marks: Sequence[Given], code: str) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for each in marks:
        if code in each.scores:
            found.setdefault(each.bid, []).append(each.scores[code])
    return list(found.values())


def _percents(marks: Sequence[Given], weights: Mapping[str, int], max_score: int) -> list[list[Fraction]]:
    found: dict[str, list[Fraction]] = {}
    for each in marks:
        if set(each.scores) == set(weights):
            percent = Fraction(sum(weights[code] * score for code, score in each.scores.items()), max_score)
            found.setdefault(each.bid, []).append(percent)
    return list(found.values())
