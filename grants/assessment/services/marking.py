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
from grants.assessment.models import Assignment, LockedMarks, Score
from grants.assessment.queries.facts import assignment_facts
from grants.assessment.services.gates import finish_scoring, lock_row, store_percent
from grants.core import audit, transitions
from grants.funds.models import Criterion
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.assignment import LOCKED_STATES, AssignmentState
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
    todo = _sort_out(session, assignment, marks, actor)
    if todo.stale:
        raise Stale(subject="score", criteria=sorted(todo.stale))
    return _keep_all(session, assignment, todo, actor, now)


def keep_marks(
    session: Session, assignment: Assignment, marks: Mapping[str, Mark], *, actor: Actor, now: datetime
) -> list[str]:
    """The same, keeping all that no other window changed; returns the codes of what waits for a choice."""
    todo = _sort_out(session, assignment, marks, actor)
    _keep_all(session, assignment, todo, actor, now)
    return sorted(todo.stale)


@dataclass(frozen=True, slots=True)
class _Todo:
    """What of the marks sent differs from what is saved: to be kept, and changed by another window meanwhile."""

    criteria: dict[str, Criterion]
    rows: dict[int, Score]
    kept: dict[str, Mark]
    stale: frozenset[str]


def _sort_out(session: Session, assignment: Assignment, marks: Mapping[str, Mark], actor: Actor) -> _Todo:
    _own(assignment, actor)
    if assignment.application.state is not ApplicationState.SCORING:
        raise TransitionRefused("bid-not-in-scoring")
    rubric = queries.rubric_of(session, assignment.round_id)
    criteria = {code: _criterion(rubric, code, mark) for code, mark in marks.items()}
    rows = {row.criterion_id: row for row in assignment.scores}
    changed = {code: mark for code, mark in marks.items() if _differs(rows.get(criteria[code].id), mark)}
    stale = frozenset(code for code, mark in changed.items() if _is_stale(rows.get(criteria[code].id), mark))
    kept = {code: mark for code, mark in changed.items() if code not in stale}
    return _Todo(criteria, rows, kept, stale)


def _keep_all(session: Session, assignment: Assignment, todo: _Todo, actor: Actor, now: datetime) -> list[str]:
    _begin(session, assignment, actor, now)
    for code, mark in todo.kept.items():
        criterion = todo.criteria[code]
        _keep(session, assignment, criterion, todo.rows.get(criterion.id), mark, actor, now)
    return sorted(todo.kept)


def come_back(session: Session, assignment: Assignment, wanted: bool, *, actor: Actor) -> None:
    """The marker's own note, "not sure, come back"; it changes no mark and is on nobody's record but theirs."""
    _own(assignment, actor)
    if wanted and assignment.state in LOCKED_STATES:
        raise TransitionRefused("marks-are-locked")
    assignment.comes_back = wanted
    session.flush()


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
    assignment.comes_back = False
    transitions.apply(session, assignment, "lock", facts, actor=actor, now=now, seen_version=seen_version)
    _put_by(session, assignment, rubric)
    finish_scoring(session, application, actor=actor, now=now)


def _put_by(session: Session, assignment: Assignment, rubric: queries.Rubric) -> LockedMarks:
    """The marks as they are locked, kept beside whatever a reopening lets the marker change."""
    marks = {
        rubric.codes[row.criterion_id]: {"score": row.score, "justification": row.justification}
        for row in assignment.scores
        if row.voided_at is None and row.criterion_id in rubric.codes
    }
    held = sa.select(sa.func.count()).where(LockedMarks.assignment_id == assignment.id)
    number = (session.scalar(held) or 0) + 1
    locked_at = assignment.locked_at or assignment.created_at
    kept = LockedMarks(assignment_id=assignment.id, number=number, marks=marks, locked_at=locked_at)
    session.add(kept)
    session.flush()
    return kept


def _standing_lock(session: Session, assignment: Assignment) -> LockedMarks:
    latest = session.scalars(
        sa.select(LockedMarks)
        .where(LockedMarks.assignment_id == assignment.id, LockedMarks.reopened_at.is_(None))
        .order_by(LockedMarks.number.desc())
        .limit(1)
    ).first()
    # Marks from paper, and those locked before these rows were kept, are put by when they are first opened again.
    return latest or _put_by(session, assignment, queries.rubric_of(session, assignment.round_id))


def _others_locked(session: Session, assignment: Assignment) -> bool:
    others = sa.select(Assignment.id).where(
        Assignment.application_id == assignment.application_id,
        Assignment.id != assignment.id,
        Assignment.state.in_(sorted(LOCKED_STATES)),
    )
    return session.scalar(others.limit(1)) is not None


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
    """The chair lifts a marker's lock, with a reason; a bid that was scored goes back to its markers.

    What was locked stays as it was, and says whether the marker could see another's scores before this.
    """
    application = assignment.application
    lock_row(session, application)
    if queries.barred_from(session, actor.person_id, [application.id]):
        raise NotFound(subject="assignment")
    facts = assignment_facts(session, assignment, actor=actor, now=now, reason=reason)
    saw_others = _others_locked(session, assignment)
    earlier = _standing_lock(session, assignment) if assignment.state in LOCKED_STATES else None
    assignment.locked_at = None
    transitions.apply(
        session,
        assignment,
        "reopen",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason,
        detail={"saw_others": saw_others},
    )
    if earlier is not None:
        earlier.reopened_at, earlier.reopened_reason, earlier.saw_others = now, reason, saw_others
    if application.state in {ApplicationState.SCORED, ApplicationState.MODERATED}:
        bid = queries.application_facts(session, application, actor=actor, now=now, reason=reason)
        transitions.apply(session, application, "reopen-scoring", bid, actor=actor, now=now, reason=reason)
    store_percent(session, application)
