"""Locking marks: a score and enough words for every criterion, kept as they were locked; only the chair lifts it.

A manager locks for a marker on paper only by stating when and how the marker confirmed the scores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.assessment import queries
from grants.assessment.models import Assignment, LockedMarks
from grants.assessment.queries.facts import assignment_facts
from grants.assessment.services.gates import finish_scoring, lock_row, store_percent
from grants.assessment.services.marking import may_bring
from grants.core import transitions
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.assignment import LOCKED_STATES
from workflows.deadlines import london_date
from workflows.errors import Invalid, NotFound, Stale


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
    if assignment.person_id is None or assignment.person_id != actor.person_id:
        raise NotFound(subject="assignment")
    _lock(session, assignment, None, seen_version, seen_marks, actor, now)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a manager who locks for a marker states: on which day and how the marker said that the scores are theirs."""

    on: date
    how: str


def lock_for_marker(
    session: Session, assignment: Assignment, said: Confirmed, *, seen_marks: int, actor: Actor, now: datetime
) -> None:
    """Lock marks that were brought in on paper, by the marker's word and the same table of what a lock needs.

    Raises Invalid (confirmed_on, how) for a statement that can't be true or says nothing, NotFound where the actor may
    not bring in this sheet or the marker has taken the bid up on the website.
    """
    if problems := _untold(assignment, said, now):
        raise Invalid(problems=problems)
    may_bring(session, assignment, actor)
    _lock(session, assignment, said, None, seen_marks, actor, now)


def _untold(assignment: Assignment, said: Confirmed, now: datetime) -> dict[str, str]:
    first = london_date(assignment.created_at)
    problems = {} if said.how.strip() else {"how": "how-confirmed-needed"}
    if not first <= said.on <= london_date(now):
        problems["confirmed_on"] = "confirmed-day-impossible"
    return problems


def _lock(
    session: Session,
    assignment: Assignment,
    said: Confirmed | None,
    seen_version: int | None,
    seen_marks: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    application = assignment.application
    lock_row(session, application)
    session.refresh(assignment)
    if seen_marks is not None and seen_marks != marks_version(assignment):
        raise Stale(subject="assignment", id=assignment.id)
    if said is not None and not assignment.is_on_paper:
        raise NotFound(subject="assignment")
    rubric = queries.rubric_of(session, assignment.round_id)
    facts = assignment_facts(session, assignment, actor=actor, now=now, rubric=rubric)
    facts = replace(facts, is_confirmed=said is not None)
    detail = {"confirmed_on": f"{said.on:%Y-%m-%d}", "confirmed_how": said.how.strip()} if said else {}
    assignment.locked_at = now
    assignment.comes_back = False
    action = "lock-for" if said else "lock"
    transitions.apply(
        session, assignment, action, facts, actor=actor, now=now, seen_version=seen_version, detail=detail
    )
    kept = _put_by(session, assignment, rubric)
    if said is not None:
        kept.locked_by_id, kept.confirmed_on, kept.confirmed_how = actor.person_id, said.on, said.how.strip()
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
