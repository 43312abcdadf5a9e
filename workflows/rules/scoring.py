"""Marks into percents: exact fractions throughout, compared exactly, and cut (never rounded up) when shown.

A bid shown as 75.0 is never below a line of 75, and one at 74.96 shows 74.9 and is below it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from workflows.errors import Invalid, Refusal
from workflows.money import Pence
from workflows.rules.budget import count_words

Percent = Fraction
Exact = int | Fraction | Decimal
Score = int | Fraction
Marks = Mapping[str, int]

MAX_SCORE: Final = 5
# The scales that a round may mark on, from lowest to highest score: ours, and those of published rubrics (the
# communities ministry's funds mark 1 to 5, 0 to 4, 0 to 3 and pass or fail). One holds for all criteria of a round.
USUAL_SCALE: Final = (0, MAX_SCORE)
SCALES: Final = (USUAL_SCALE, (1, 5), (0, 4), (0, 3), (0, 1))
WEIGHTS_SUM: Final = 100
EXTREME_SCORES: Final = frozenset({0, 1, 5})
EXTREME_MINIMUM_WORDS: Final = 20


def marker_percent(scores: Mapping[str, Score], weights: Mapping[str, int], max_score: int = MAX_SCORE) -> Percent:
    """The exact percent of one set of scores: the sum of weight x score / max.

    Every criterion must have a score and no other may. Raises Invalid: weights-not-100, score-missing,
    unknown-criterion, score-out-of-range (the last three name the `criterion`).
    """
    check_weights(weights)
    for criterion in weights:
        if criterion not in scores:
            raise Invalid("score-missing", criterion=criterion)
    for criterion, score in scores.items():
        if criterion not in weights:
            raise Invalid("unknown-criterion", criterion=criterion)
        if not 0 <= score <= max_score:
            raise Invalid("score-out-of-range", criterion=criterion, score=score, max_score=max_score)
    return sum((Fraction(weight * scores[code]) for code, weight in weights.items()), Fraction(0)) / max_score


def check_weights(weights: Mapping[str, int]) -> None:
    """Raises Invalid: weights-not-100 unless every weight is above zero and they sum to 100."""
    if sum(weights.values()) != WEIGHTS_SUM or min(weights.values()) <= 0:
        raise Invalid("weights-not-100", total=sum(weights.values()))


def mean_scores(markers: Sequence[Marks]) -> dict[str, Fraction]:
    """The exact mean for each criterion over the markers who scored it, in order of first use."""
    return {code: Fraction(sum(scores), len(scores)) for code, scores in _by_criterion(markers).items()}


def agreed_scores(moderated: Mapping[str, Score], markers: Sequence[Marks]) -> dict[str, Fraction]:
    """What the panel stands by: its own score for the criteria that it names, else the markers' mean."""
    agreed = {criterion: Fraction(score) for criterion, score in moderated.items()}
    return mean_scores(markers) | agreed


def agreed_percent(
    moderated: Mapping[str, Score],
    markers: Sequence[Marks],
    weights: Mapping[str, int],
    max_score: int = MAX_SCORE,
) -> Percent:
    """The percent of the agreed scores, exact. Raises Invalid as marker_percent does."""
    return marker_percent(agreed_scores(moderated, markers), weights, max_score)


def truncated(percent: Percent) -> Decimal:
    """A percent cut to one decimal, as it is shown and exported: 74.96 is 74.9."""
    return Decimal(percent * 10 // 1).scaleb(-1)


def show_percent(percent: Percent) -> str:
    """The text of a percent, always with one decimal: 74.9, 75.0."""
    return str(truncated(percent))


def at_or_above_line(percent: Percent, line: Exact) -> bool:
    """Whether the exact percent reaches the line. A float is refused: 74.96 would not be 74.96."""
    return percent >= exact(line)


def exact(value: Exact) -> Fraction:
    """The value as a fraction. Raises TypeError for a float, which has lost the figure already."""
    if isinstance(value, float):
        raise TypeError("a percent must be an int, Fraction or Decimal, never a float")
    return Fraction(value)


def spread(percents: Collection[Percent]) -> Percent:
    """The distance from the lowest to the highest, in percentage points; none is zero."""
    return max(percents) - min(percents) if percents else Fraction(0)


def criterion_spread(markers: Sequence[Marks]) -> dict[str, int]:
    """For each criterion the distance in points between the lowest and the highest marker."""
    return {code: max(scores) - min(scores) for code, scores in _by_criterion(markers).items()}


@dataclass(frozen=True, slots=True)
class DiscussionLimits:
    """When a panel has to talk about a bid; points of score, percentage points and percent (our defaults)."""

    criterion_spread: int = 2
    total_spread: int = 15
    near_line: int = 5
    share_of_pot: int = 25


def must_discuss(
    markers: Sequence[Marks],
    weights: Mapping[str, int],
    *,
    line: Exact | None,
    ask_pence: Pence,
    pot_pence: Pence,
    first_time: bool = False,
    red_due_diligence: bool = False,
    max_score: int = MAX_SCORE,
    limits: DiscussionLimits | None = None,
) -> list[str]:
    """Why a bid may not be agreed en bloc, as codes in a fixed order; an empty list means that it may be.

    `markers` are the locked, complete marks. The line may not be set yet; then the two reasons that need
    one are left out. Source: our defaults, after published panel practice.
    """
    limits = limits or DiscussionLimits()
    percents = [marker_percent(marks, weights, max_score) for marks in markers]
    mean = sum(percents, Fraction(0)) / len(percents) if percents else None
    to_line = None if line is None or mean is None else mean - exact(line)
    reasons = {
        "criterion-spread": max(criterion_spread(markers).values(), default=0) >= limits.criterion_spread,
        "total-spread": spread(percents) >= limits.total_spread,
        "near-line": to_line is not None and abs(to_line) <= limits.near_line,
        "zero-score": any(score == 0 for marks in markers for score in marks.values()),
        "red-due-diligence": red_due_diligence,
        "large-ask": 100 * ask_pence > limits.share_of_pot * pot_pence,
        "first-time-below-line": first_time and to_line is not None and to_line < 0,
    }
    return [reason for reason, holds in reasons.items() if holds]


def bands(percents: Iterable[Percent], edges: Sequence[Exact]) -> dict[str, int]:
    """How many fall in each band, from the top: `>=75`, `65-75`, `<65` for edges of 75 and 65.

    A band holds its lower edge and not its upper one. Empty bands are kept, so that a report has every row.
    """
    if not edges:
        raise Invalid("no-band-edges")
    steps = sorted({exact(edge) for edge in edges}, reverse=True)
    names = [_edge_name(step) for step in steps]
    labels = [f">={names[0]}"]
    labels += [f"{low}-{high}" for high, low in pairwise(names)]
    labels += [f"<{names[-1]}"]
    counts = dict.fromkeys(labels, 0)
    for percent in percents:
        counts[labels[sum(percent < step for step in steps)]] += 1
    return counts


def justification_problem(
    score: int,
    justification: str,
    *,
    minimum_words: int = EXTREME_MINIMUM_WORDS,
    extremes: Collection[int] = EXTREME_SCORES,
) -> Refusal | None:
    """Every score needs a reason in words, and the extreme ones at least twenty of them (our default).

    Codes: justification-missing; justification-too-short with `words` and `minimum`.
    """
    words = count_words(justification)
    if words == 0:
        return Refusal("justification-missing")
    if score in extremes and words < minimum_words:
        return Refusal("justification-too-short", {"words": words, "minimum": minimum_words})
    return None


def extremes_of(least: int, most: int) -> frozenset[int]:
    """The scores of a scale that need the most words: its ends, and of the usual one also the score above nothing."""
    return EXTREME_SCORES if (least, most) == USUAL_SCALE else frozenset({least, most})


def _by_criterion(markers: Sequence[Marks]) -> dict[str, list[int]]:
    given: dict[str, list[int]] = {}
    for marks in markers:
        for criterion, score in marks.items():
            given.setdefault(criterion, []).append(score)
    return given


def _edge_name(edge: Fraction) -> str:
    if edge.denominator == 1:
        return str(edge.numerator)
    return format((Decimal(edge.numerator) / Decimal(edge.denominator)).normalize(), "f")
