"""Where a marker stands once their own marks are locked: beside the others who have locked the same bid, unnamed.

Nothing here counts a bid that the reader has not locked: by taking one mean from another they would know it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from string import ascii_uppercase
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from grants.applications.models import Application
from grants.assessment.models import Assignment, LockedMarks
from grants.assessment.queries.marks import MarkerMarks, Rubric, marks_of, rubric_of
from grants.assessment.queries.walk import marking_order, own_work
from workflows.actors import Actor
from workflows.assignment import LOCKED_STATES
from workflows.rules import scoring

# Below this many percentage points two means are called the same (our default).
ALIKE = Fraction(3)


@dataclass(frozen=True, slots=True)
class Beside:
    """One bid as the reader sees it after their lock: their own marks, and the others' with a letter for each."""

    assignment: Assignment
    own: MarkerMarks
    others: tuple[tuple[str, MarkerMarks], ...]
    own_percent: Fraction | None
    other_percents: tuple[Fraction, ...]

    @property
    def others_mean(self) -> Fraction | None:
        return _mean(self.other_percents)


@dataclass(frozen=True, slots=True)
class Standing:
    """The reader's locked bids of a round, and how their marks lie beside the others' on the same bids."""

    bids: tuple[Beside, ...]

    @property
    def shared(self) -> tuple[Beside, ...]:
        """The bids that somebody else has locked, too."""
        return tuple(each for each in self.bids if each.other_percents and each.own_percent is not None)

    @property
    def own_percents(self) -> tuple[Fraction, ...]:
        return tuple(each.own_percent for each in self.shared if each.own_percent is not None)

    @property
    def other_percents(self) -> tuple[Fraction, ...]:
        return tuple(percent for each in self.shared for percent in each.other_percents)

    @property
    def own_mean(self) -> Fraction | None:
        return _mean(self.own_percents)

    @property
    def others_mean(self) -> Fraction | None:
        """Each bid counts once, however many marked it."""
        return _mean([each.others_mean for each in self.shared if each.others_mean is not None])

    @property
    def lean(self) -> str:
        """`higher`, `lower` or `alike`; empty while there is nothing to hold beside."""
        if self.own_mean is None or self.others_mean is None:
            return ""
        apart = self.own_mean - self.others_mean
        return "alike" if abs(apart) < ALIKE else "higher" if apart > 0 else "lower"


def _mean(percents: Collection[Fraction]) -> Fraction | None:
    return sum(percents, Fraction(0)) / len(percents) if percents else None


def beside(session: Session, assignment: Assignment, rubric: Rubric) -> Beside | None:
    """The one bid, for the marker who has locked it; None before."""
    if assignment.state not in LOCKED_STATES:
        return None
    work = marks_of(session, [assignment.application_id], rubric).get(assignment.application_id, [])
    return _beside(assignment, work, rubric)


def standing_of(session: Session, actor: Actor, round_id: int) -> Standing:
    """Every bid of the round that the actor has locked, in their own order; three queries however many."""
    rubric = rubric_of(session, round_id)
    own = session.scalars(
        sa.select(Assignment)
        .join(Assignment.application)
        .options(contains_eager(Assignment.application).joinedload(Application.round))
        .where(Assignment.round_id == round_id, Assignment.state.in_(sorted(LOCKED_STATES)), *own_work(actor))
    )
    mine = sorted(own, key=marking_order)
    work = marks_of(session, [each.application_id for each in mine], rubric)
    return Standing(tuple(_beside(each, work.get(each.application_id, []), rubric) for each in mine))


def _beside(assignment: Assignment, work: Sequence[MarkerMarks], rubric: Rubric) -> Beside:
    own = next(each for each in work if each.assignment_id == assignment.id)
    others = [each for each in work if each.is_locked and each.assignment_id != assignment.id]
    return Beside(
        assignment=assignment,
        own=own,
        others=tuple(zip(_letters(len(others)), sorted(others, key=_shuffled), strict=True)),
        own_percent=_percent(own, rubric),
        other_percents=tuple(percent for each in others if (percent := _percent(each, rubric)) is not None),
    )


def _letters(count: int) -> Iterable[str]:
    # The reader is the first.
    return (f"Marker {ascii_uppercase[number % 26]}" for number in range(1, count + 1))


def _shuffled(work: MarkerMarks) -> str:
    # So that the same letter is not the same person on every bid.
    return sha256(f"{work.application_id}:{work.assignment_id}".encode()).hexdigest()


def _percent(work: MarkerMarks, rubric: Rubric) -> Fraction | None:
    if not rubric.criteria or set(work.marks) != set(rubric.weights):
        return None
    return scoring.marker_percent(work.marks, rubric.weights, rubric.max_score)


def earlier_marks(session: Session, application_ids: Collection[int]) -> dict[int, list[LockedMarks]]:
    """What was locked and then opened again, by assignment, oldest first, for the panel."""
    found: dict[int, list[Any]] = {}
    rows = session.scalars(
        sa.select(LockedMarks)
        .join(LockedMarks.assignment)
        .where(Assignment.application_id.in_(sorted(application_ids)), LockedMarks.reopened_at.is_not(None))
        .order_by(LockedMarks.assignment_id, LockedMarks.number)
    )
    for row in rows:
        found.setdefault(row.assignment_id, []).append(row)
    return found
