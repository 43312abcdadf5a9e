"""Marks and what they come to: a percent is always computed exactly from the scores that stand, never read back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.assessment.models import Assignment, ModeratedScore, Score
from grants.core.kept import Kept
from grants.funds.models import Criterion, Round
from workflows.assignment import LOCKED_STATES, OUT, AssignmentState
from workflows.rules import moderation, scoring
from workflows.rules.moderation import ModerationRow


@dataclass(frozen=True, slots=True)
class Rubric:
    """A round's criteria in their order, with what the arithmetic needs of them."""

    criteria: tuple[Criterion, ...]

    @property
    def weights(self) -> dict[str, int]:
        return {each.code: each.weight for each in self.criteria}

    @property
    def max_score(self) -> int:
        return max((each.max_score for each in self.criteria), default=scoring.MAX_SCORE)

    @property
    def min_score(self) -> int:
        return min((each.min_score for each in self.criteria), default=0)

    @property
    def extremes(self) -> frozenset[int]:
        """The scores that need the most words."""
        return scoring.extremes_of(self.min_score, self.max_score)

    @property
    def codes(self) -> dict[int, str]:
        return {each.id: each.code for each in self.criteria}

    def find(self, code: str) -> Criterion | None:
        return next((each for each in self.criteria if each.code == code), None)


@dataclass(slots=True)
class MarkerMarks:
    """One marker's work on one bid; `scores` maps a criterion's code to the row, voided ones left out."""

    assignment_id: int
    application_id: int
    person_id: int | None
    name: str
    state: AssignmentState
    scores: dict[str, Score] = field(default_factory=dict)

    @property
    def is_locked(self) -> bool:
        return self.state in LOCKED_STATES

    @property
    def marks(self) -> dict[str, int]:
        return {code: row.score for code, row in self.scores.items() if row.score is not None}


def rubric_of(session: Session, round_id: int) -> Rubric:
    """The criteria of a round."""
    round_ = session.get(Round, round_id)
    return _rubrics.get(session, round_ and round_.form_key, lambda: _read_rubric(session, round_id))


# Marking asks this on every page and with every save.
_rubrics: Kept[Rubric] = Kept()
_CRITERIA = (
    sa.select(Criterion.__table__).where(Criterion.round_id == sa.bindparam("round_id")).order_by(Criterion.position)
)


def _read_rubric(session: Session, round_id: int) -> Rubric:
    # They may outlive the session, so they are not its own.
    return Rubric(tuple(Criterion(**row) for row in session.execute(_CRITERIA, {"round_id": round_id}).mappings()))


def marks_of(session: Session, application_ids: Collection[int], rubric: Rubric) -> dict[int, list[MarkerMarks]]:
    """Everybody's work on these bids, by bid, those who stood aside left out; one query however many."""
    rows = session.execute(
        sa.select(
            Assignment.id,
            Assignment.application_id,
            Assignment.person_id,
            Assignment.paper_marker,
            Assignment.state,
            Person.name,
            Score,
        )
        .outerjoin(Person, Person.id == Assignment.person_id)
        .outerjoin(Score, sa.and_(Score.assignment_id == Assignment.id, Score.voided_at.is_(None)))
        .where(Assignment.application_id.in_(sorted(application_ids)), Assignment.state.not_in(sorted(OUT)))
        .order_by(Assignment.id)
    )
    by_assignment: dict[int, MarkerMarks] = {}
    for assignment_id, application_id, person_id, paper, state, name, score in rows:
        work = by_assignment.setdefault(
            assignment_id, MarkerMarks(assignment_id, application_id, person_id, name or paper, state)
        )
        if score is not None and score.criterion_id in rubric.codes:
            work.scores[rubric.codes[score.criterion_id]] = score
    found: dict[int, list[MarkerMarks]] = defaultdict(list)
    for work in by_assignment.values():
        found[work.application_id].append(work)
    return found


def agreed_of(
    session: Session, application_ids: Collection[int], rubric: Rubric
) -> dict[int, dict[str, ModeratedScore]]:
    """The panel's own scores for these bids, by bid and criterion."""
    found: dict[int, dict[str, ModeratedScore]] = defaultdict(dict)
    rows = session.scalars(sa.select(ModeratedScore).where(ModeratedScore.application_id.in_(sorted(application_ids))))
    for row in rows:
        found[row.application_id][rubric.codes[row.criterion_id]] = row
    return found


def locked_marks(work: Collection[MarkerMarks], rubric: Rubric) -> list[dict[str, int]]:
    """The complete scores of the markers who have locked."""
    return [each.marks for each in work if each.is_locked and set(each.marks) == set(rubric.weights)]


def percent_from(
    agreed: Mapping[str, ModeratedScore], work: Collection[MarkerMarks], rubric: Rubric
) -> Fraction | None:
    """The exact percent of what stands now; None while a criterion has neither the panel's score nor a marker's."""
    moderated = {code: row.score for code, row in agreed.items()}
    marks = locked_marks(work, rubric)
    if not rubric.criteria or moderation.criteria_not_agreed(moderated, marks, rubric.weights):
        return None
    return scoring.agreed_percent(moderated, marks, rubric.weights, rubric.max_score)


def percents_of(session: Session, round_id: int, application_ids: Collection[int]) -> dict[int, Fraction | None]:
    """The exact percents of bids of one round; three queries however many."""
    rubric = rubric_of(session, round_id)
    work = marks_of(session, application_ids, rubric)
    agreed = agreed_of(session, application_ids, rubric)
    return {each: percent_from(agreed.get(each, {}), work.get(each, []), rubric) for each in application_ids}


def percent_of(session: Session, application: Application) -> Fraction | None:
    """The bid's exact percent, 0 to 100; None while it has not got a score for every criterion."""
    return percents_of(session, application.round_id, [application.id])[application.id]


def marker_spreads(session: Session, application: Application) -> ModerationRow:
    """Each locked marker's percent, their mean and how far they lie apart."""
    rubric = rubric_of(session, application.round_id)
    return spreads_from(marks_of(session, [application.id], rubric).get(application.id, []), rubric)


def spreads_from(work: Collection[MarkerMarks], rubric: Rubric) -> ModerationRow:
    """The same, from marks that are read already."""
    # Two people may share a name, so the arithmetic goes by the assignment.
    complete = {
        str(each.assignment_id): each.marks
        for each in work
        if each.is_locked and set(each.marks) == set(rubric.weights)
    }
    return moderation.moderation_row(complete, rubric.weights, rubric.max_score)
