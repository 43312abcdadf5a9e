"""What a panel is shown of a bid's marks, what it may agree without talking, and when it must give a reason.

The markers' own scores are never overwritten; an agreed score stands beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from workflows.rules.scoring import (
    MAX_SCORE,
    Marks,
    Percent,
    Score,
    criterion_spread,
    marker_percent,
    mean_scores,
    spread,
)


@dataclass(frozen=True, slots=True)
class ModerationRow:
    """One bid in the moderation table; spreads in points of score and in percentage points, all exact."""

    percents: dict[str, Percent]
    mean_percent: Percent | None
    spread: Percent
    mean_scores: dict[str, Fraction]
    criterion_spread: dict[str, int]


def moderation_row(
    markers: Mapping[str, Marks], weights: Mapping[str, int], max_score: int = MAX_SCORE
) -> ModerationRow:
    """The marks of one bid summed up, from each marker's name and locked, complete scores.

    Nobody's marks yet: no mean and no spread. Raises Invalid as marker_percent does.
    """
    percents = {name: marker_percent(marks, weights, max_score) for name, marks in markers.items()}
    marks = list(markers.values())
    return ModerationRow(
        percents=percents,
        mean_percent=sum(percents.values(), Fraction(0)) / len(percents) if percents else None,
        spread=spread(percents.values()),
        mean_scores=mean_scores(marks),
        criterion_spread=criterion_spread(marks),
    )


def criteria_not_agreed(
    moderated: Mapping[str, Score], markers: Sequence[Marks], weights: Mapping[str, int]
) -> tuple[str, ...]:
    """The criteria that have neither a score of the panel's nor any marker's mean to stand on."""
    known = set(moderated).union(*markers)
    return tuple(criterion for criterion in weights if criterion not in known)


def agreed_without_reason(
    moderated: Mapping[str, Score], markers: Sequence[Marks], reasons: Mapping[str, str]
) -> tuple[str, ...]:
    """The criteria where the agreed score lies outside all the markers' and no reason is written.

    A criterion that no marker scored has no range to lie outside (our default).
    """
    return tuple(
        criterion
        for criterion, agreed in moderated.items()
        if is_outside_markers(agreed, [marks[criterion] for marks in markers if criterion in marks])
        and not reasons.get(criterion, "").strip()
    )


def is_outside_markers(agreed: Score, given: Sequence[int]) -> bool:
    """Whether an agreed score is below the lowest or above the highest of the markers'."""
    return bool(given) and not min(given) <= agreed <= max(given)


def en_bloc(discussions: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The references that the panel may agree together: those with no reason from must_discuss."""
    return tuple(reference for reference, reasons in discussions.items() if not reasons)
