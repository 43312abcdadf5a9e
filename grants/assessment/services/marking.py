"""Marking: partial work is kept whatever is missing from it, and two windows never overwrite each other.

A lock needs a score and enough words for every criterion, and only the chair lifts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from grants.assessment import queries
from grants.assessment.models import Assignment, Score
from grants.assessment.queries.facts import assignment_facts
from grants.assessment.services.gates import finish_scoring, lock_row, store_percent
from grants.core import audit, transitions
from grants.funds.models import Criterion
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.assignment import AssignmentState
from workflows.errors import Invalid, NotFound, Stale, TransitionRefused

LONGEST_JUSTIFICATION = 10_000


@dataclass(frozen=True, slots=True)
class Mark:
    """What was typed for one criterion. `seen_version` is the saved mark's when the page was drawn; 0 for none."""

    score: int | None
    justification: str
    seen_version: int | None = None


def save_mark(
    session: Session,
    assignment: Assignment,
    criterion: str,
    score: int | None,
    justification: str,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """Keep one criterion's score and words, as far as they have come; see `save_marks`."""
    mark = Mark(score, justification, seen_version)
    save_marks(session, assignment, {criterion: mark}, actor=actor, now=now)


def save_marks(
    session: Session, assignment: Assignment, marks: Mapping[str, Mark], *, actor: Actor, now: datetime
) -> list[str]:
    """Keep what was typed, by criterion code; returns the codes that changed.

    Raises Stale with the codes that another window saved meanwhile, Invalid for a score that the criterion does
    not have, and TransitionRefused where the bid or the marker is not at marking. Nothing is kept when one fails.
    """
    _own(assignment, actor)
    if assignment.application.state is not ApplicationState.SCORING:
        raise TransitionRefused("bid-not-in-scoring")
    rubric = queries.rubric_of(session, assignment.round_id)
    criteria = {code: _criterion(rubric, code, mark) for code, mark in marks.items()}
    saved = {row.criterion_id: row for row in assignment.scores}
    changed = {code for code, mark in marks.items() if _differs(saved.get(criteria[code].id), mark)}
    stale = [code for code in marks if code in changed and _is_stale(saved.get(criteria[code].id), marks[code])]
    if stale:
        raise Stale(subject="score", criteria=stale)
    _begin(session, assignment, actor, now)
    for code in marks:
        if code in changed:
            _keep(session, assignment, criteria[code], saved.get(criteria[code].id), marks[code], actor, now)
    return sorted(changed)


def _own(assignment: Assignment, actor: Actor) -> None:
    if assignment.person_id is None or assignment.person_id != actor.person_id:
        raise NotFound(subject="assignment")


def _criterion(rubric: queries.Rubric, code: str, mark: Mark) -> Criterion:
    criterion = rubric.find(code)
    if criterion is None:
        raise Invalid("unknown-criterion", criterion=code)
    if mark.score is not None and not criterion.min_score <= mark.score <= criterion.max_score:
        raise Invalid("score-out-of-range", criterion=code, score=mark.score, max_score=criterion.max_score)
    if len(mark.justification) > LONGEST_JUSTIFICATION:
        raise Invalid("text-too-long", criterion=code, most=LONGEST_JUSTIFICATION)
    return criterion


def _differs(row: Score | None, mark: Mark) -> bool:
    if row is None:
        return mark.score is not None or bool(mark.justification.strip())
    return (row.score, row.justification) != (mark.score, mark.justification.strip())


def _is_stale(row: Score | None, mark: Mark) -> bool:
    return mark.seen_version is not None and mark.seen_version != (row.version if row else 0)


def _begin(session: Session, assignment: Assignment, actor: Actor, now: datetime) -> None:
    # The first mark begins the marking; in any other state but that one and a reopened one the table says no.
    if assignment.state in {AssignmentState.MARKING, AssignmentState.REOPENED}:
        return
    facts = assignment_facts(session, assignment, actor=actor, now=now)
    transitions.apply(session, assignment, "begin", facts, actor=actor, now=now)


def _keep(
    session: Session,
    assignment: Assignment,
    criterion: Criterion,
    row: Score | None,
    mark: Mark,
    actor: Actor,
    now: datetime,
) -> None:
    values = {"score": mark.score, "justification": mark.justification.strip(), "saved_at": now}
    if row is None:
        assignment.scores.append(Score(criterion_id=criterion.id, version=1, **values))
        session.flush()
    else:
        _compare_and_set(session, row, criterion.code, values)
    audit.record(
        session,
        subject_type="assignment",
        subject_id=assignment.id,
        action="save-mark",
        actor=actor,
        at=now,
        office_id=assignment.office_id,
        detail={"criterion": criterion.code, "score": mark.score},
    )


_KEPT = ("score", "justification", "saved_at")
_TABLE = Score.__table__
_SET = (
    sa.update(_TABLE)
    .where(_TABLE.c.id == sa.bindparam("row_id"), _TABLE.c.version == sa.bindparam("seen"))
    .values(
        version=_TABLE.c.version + 1,
        **{name: sa.bindparam(f"new_{name}", type_=_TABLE.c[name].type) for name in _KEPT},
    )
    .returning(_TABLE.c.id)
)


def _compare_and_set(session: Session, row: Score, code: str, values: dict[str, object]) -> None:
    done = session.execute(
        _SET, {"row_id": row.id, "seen": row.version} | {f"new_{name}": values[name] for name in _KEPT}
    )
    if done.first() is None:
        raise Stale(subject="score", criteria=[code])
    for name, value in {**values, "version": row.version + 1}.items():
        set_committed_value(row, name, value)


def lock_assignment(
    session: Session,
    assignment: Assignment,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    seen_marks: int | None = None,
) -> None:
    """Lock the marks: all scored and justified. The bid is scored when this was its last marker.

    `seen_marks` is `marks_version` of what the marker confirmed; Stale when another window saved since.
    """
    _own(assignment, actor)
    application = assignment.application
    lock_row(session, application)
    session.refresh(assignment)
    if seen_marks is not None and seen_marks != marks_version(assignment):
        raise Stale(subject="assignment", id=assignment.id)
    rubric = queries.rubric_of(session, assignment.round_id)
    facts = assignment_facts(session, assignment, actor=actor, now=now, rubric=rubric)
    assignment.locked_at = now
    transitions.apply(session, assignment, "lock", facts, actor=actor, now=now, seen_version=seen_version)
    finish_scoring(session, application, actor=actor, now=now)


def marks_version(assignment: Assignment) -> int:
    """A number that every save of any of the marks raises."""
    return sum(row.version for row in assignment.scores)


def reopen_assignment(
    session: Session,
    assignment: Assignment,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """The chair lifts a marker's lock, with a reason; a bid that was scored goes back to its markers."""
    application = assignment.application
    lock_row(session, application)
    if queries.barred_from(session, actor.person_id, [application.id]):
        raise NotFound(subject="assignment")
    facts = assignment_facts(session, assignment, actor=actor, now=now, reason=reason)
    assignment.locked_at = None
    transitions.apply(
        session, assignment, "reopen", facts, actor=actor, now=now, seen_version=seen_version, reason=reason
    )
    if application.state in {ApplicationState.SCORED, ApplicationState.MODERATED}:
        bid = queries.application_facts(session, application, actor=actor, now=now, reason=reason)
        transitions.apply(session, application, "reopen-scoring", bid, actor=actor, now=now, reason=reason)
    store_percent(session, application)
