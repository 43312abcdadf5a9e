"""Marking: partial work is kept whatever is missing from it, and two windows never overwrite each other."""

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
from grants.core import audit, transitions
from grants.funds.models import Criterion
from workflows.actors import Actor, Role
from workflows.application import ApplicationState
from workflows.assignment import LOCKED_STATES, WORKING
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
    session: Session,
    assignment: Assignment,
    marks: Mapping[str, Mark],
    *,
    actor: Actor,
    now: datetime,
    is_brought: bool = False,
) -> list[str]:
    """Keep what was typed, by criterion code; returns the codes that changed.

    Raises Stale with the codes that another window saved meanwhile, Invalid for a score that the criterion does
    not have, and TransitionRefused where the bid or the marker is not at marking. Nothing is kept when one fails.
    `is_brought`: the actor brings in the sheet of a marker who works on paper.
    """
    may_bring(session, assignment, actor) if is_brought else _own(assignment, actor)
    todo = _sort_out(session, assignment, marks)
    if todo.stale:
        raise Stale(subject="score", criteria=sorted(todo.stale))
    return _keep_all(session, assignment, todo, actor, now, is_brought)


def keep_marks(
    session: Session, assignment: Assignment, marks: Mapping[str, Mark], *, actor: Actor, now: datetime
) -> list[str]:
    """The same, keeping all that no other window changed; returns the codes of what waits for a choice."""
    _own(assignment, actor)
    todo = _sort_out(session, assignment, marks)
    _keep_all(session, assignment, todo, actor, now)
    return sorted(todo.stale)


@dataclass(frozen=True, slots=True)
class _Todo:
    """What of the marks sent differs from what is saved: to be kept, and changed by another window meanwhile."""

    criteria: dict[str, Criterion]
    rows: dict[int, Score]
    kept: dict[str, Mark]
    stale: frozenset[str]


def _sort_out(session: Session, assignment: Assignment, marks: Mapping[str, Mark]) -> _Todo:
    if assignment.application.state is not ApplicationState.SCORING:
        raise TransitionRefused("bid-not-in-scoring")
    rubric = queries.rubric_of(session, assignment.round_id)
    criteria = {code: _criterion(rubric, code, mark) for code, mark in marks.items()}
    rows = {row.criterion_id: row for row in assignment.scores}
    changed = {code: mark for code, mark in marks.items() if _differs(rows.get(criteria[code].id), mark)}
    stale = frozenset(code for code, mark in changed.items() if _is_stale(rows.get(criteria[code].id), mark))
    kept = {code: mark for code, mark in changed.items() if code not in stale}
    return _Todo(criteria, rows, kept, stale)


def _keep_all(
    session: Session, assignment: Assignment, todo: _Todo, actor: Actor, now: datetime, is_brought: bool = False
) -> list[str]:
    _begin(session, assignment, actor, now, "begin-for" if is_brought else "begin")
    if todo.kept:
        assignment.is_on_paper = is_brought
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


def may_bring(session: Session, assignment: Assignment, actor: Actor) -> None:
    """NotFound unless the actor manages the office, and neither marks the bid nor has a direct interest in it.

    Nor where the marker has taken the bid up on the website: what they typed there is theirs alone until it is locked.
    """
    bid_id = assignment.application_id
    is_manager = Role.MANAGER in actor.roles_in(assignment.scope)
    if (
        not is_manager
        or (assignment.state in WORKING and not assignment.is_on_paper)
        or assignment.person_id in {None, actor.person_id}
        or queries.marks_any(session, actor, [bid_id])
        or queries.barred_from(session, actor.person_id, [bid_id])
    ):
        raise NotFound(subject="assignment")


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


def _begin(session: Session, assignment: Assignment, actor: Actor, now: datetime, action: str) -> None:
    # The first mark begins the marking; in any other state but that one and a reopened one the table says no.
    if assignment.state in WORKING:
        return
    facts = assignment_facts(session, assignment, actor=actor, now=now)
    transitions.apply(session, assignment, action, facts, actor=actor, now=now)


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
