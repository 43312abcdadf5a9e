"""Markers' work: who may mark, who has what, and the one bid that a marker may read when it is theirs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from grants.accounts.models import OfficeRole, Person
from grants.applications.models import Application, Submission
from grants.applications.queries.judged import Judged, judged_questions
from grants.assessment.models import Assignment, Score
from grants.assessment.queries.facts import READY, UNLOCKED
from grants.assessment.queries.interests import barred_from
from grants.assessment.queries.walk import marking_order, own_work
from grants.core.scoping import get_visible
from grants.endorsements.queries import given_after
from grants.funds.models import Criterion, Round
from grants.representatives.models import lacks_preparation
from workflows.actors import Actor, Role
from workflows.application import PASSED_CHECKS
from workflows.assignment import LOCKED_STATES, OUT, AssignmentState
from workflows.errors import NotFound


@dataclass(frozen=True, slots=True)
class MarkerLoad:
    """A marker and how much of a round is theirs."""

    person: Person
    assigned: int
    ready: int
    locked: int
    stood_aside: int


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One bid in a marker's list; `done` of `of` criteria have a score."""

    assignment: Assignment
    done: int
    of: int


def get_round(session: Session, actor: Actor, round_id: int) -> Round:
    """The round, for staff of its office."""
    return get_visible(session, Round, round_id, actor)


def get_bid(session: Session, actor: Actor, application_id: int) -> Application:
    """The bid, for staff of its office without a direct interest in it."""
    bid = get_visible(session, Application, application_id, actor, along=("round", "area"))
    if bid.office_id not in actor.office_ids or _is_barred_member(session, actor, bid):
        raise NotFound(subject="application")
    return bid


def _is_barred_member(session: Session, actor: Actor, bid: Application) -> bool:
    # As staff alone nobody reads past their direct interest; only who also belongs to a group may have come by that.
    return bool(actor.organisation_ids and barred_from(session, actor.person_id, [bid.id]))


_OWN_WORK = (
    sa.select(Assignment)
    .join(Assignment.application)
    .options(
        contains_eager(Assignment.application).options(joinedload(Application.round), joinedload(Application.area)),
        joinedload(Assignment.scores),
    )
    .where(
        Assignment.id == sa.bindparam("assignment_id"),
        Assignment.person_id == sa.bindparam("person_id"),
        Assignment.state.not_in(sorted(OUT)),
        Application.state.in_(sorted(PASSED_CHECKS)),
    )
)


def get_assignment(session: Session, actor: Actor, assignment_id: int) -> Assignment:
    """The actor's own work on a bid; one who stood aside finds nothing here any more."""
    own = {"assignment_id": assignment_id, "person_id": actor.person_id or 0}
    assignment = session.scalars(_OWN_WORK, own).unique().one_or_none()
    if assignment is None or barred_from(session, actor.person_id, [assignment.application_id]):
        raise NotFound(subject="assignment")
    return assignment


def list_queue(session: Session, actor: Actor) -> list[QueueItem]:
    """What the actor has to mark, in an order that is random for each marker and always the same for one."""
    scored = (
        sa.select(sa.func.count())
        .where(Score.assignment_id == Assignment.id, Score.score.is_not(None), Score.voided_at.is_(None))
        .scalar_subquery()
    )
    criteria = sa.select(sa.func.count()).where(Criterion.round_id == Assignment.round_id).scalar_subquery()
    rows = session.execute(
        sa.select(Assignment, scored, criteria)
        .join(Assignment.application)
        .options(contains_eager(Assignment.application).joinedload(Application.round))
        .where(*own_work(actor))
    ).all()
    items = [QueueItem(assignment, done, of) for assignment, done, of in rows]
    return sorted(items, key=lambda item: marking_order(item.assignment))


def list_markers(session: Session, office_id: int) -> list[Person]:
    """The people who hold the marker's role in the office now."""
    return list(markers_prepared(session, office_id))


def markers_prepared(session: Session, office_id: int) -> dict[Person, bool]:
    """The same, each with whether they have done what a representative does first; who is none has nothing to do."""
    rows = session.execute(
        sa.select(Person, lacks_preparation(Person.id, office_id))
        .join(OfficeRole, OfficeRole.person_id == Person.id)
        .where(OfficeRole.office_id == office_id, OfficeRole.role == Role.MARKER, OfficeRole.ended_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return {person: not lacks for person, lacks in rows}


def marker_loads(people: Collection[Person], assigned: Mapping[int, Collection[Assignment]]) -> list[MarkerLoad]:
    """Each of these people with what they have of these bids; what is shut to the reader is not among them."""
    counts: dict[int, Counter[AssignmentState]] = defaultdict(Counter)
    for rows in assigned.values():
        for row in rows:
            counts[row.person_id or 0].update([row.state])
    return [_load(person, counts[person.id]) for person in people]


def _load(person: Person, states: dict[AssignmentState, int]) -> MarkerLoad:
    def total(of: Collection[AssignmentState]) -> int:
        return sum(count for state, count in states.items() if state in of)

    return MarkerLoad(
        person=person,
        assigned=total(READY | UNLOCKED),
        ready=total(READY),
        locked=total(LOCKED_STATES),
        stood_aside=total(OUT),
    )


_ASSIGNMENTS = (
    sa.select(Assignment)
    .options(joinedload(Assignment.person))
    .where(Assignment.application_id.in_(sa.bindparam("application_ids", expanding=True)))
    .order_by(Assignment.id)
)


def assignments_of(session: Session, application_ids: Collection[int]) -> dict[int, list[Assignment]]:
    """Every assignment of these bids with its person, by bid; one query."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    rows = session.scalars(_ASSIGNMENTS, {"application_ids": sorted(application_ids)})
    for row in rows:
        found[row.application_id].append(row)
    return found


def bids_in(session: Session, round_id: int, states: Collection[Any]) -> list[Application]:
    """The round's bids in these states, by reference."""
    return list(
        session.scalars(
            sa.select(Application)
            .where(Application.round_id == round_id, Application.state.in_(sorted(states)))
            .order_by(Application.reference)
        )
    )


# What others say of a bid is meant for those who judge it.
ENCLOSED = "endorsement"


def shown_answers(session: Session, application: Application) -> list[tuple[str, Sequence[dict[str, Any]]]]:
    """What was sent, section by section, without the questions that are private; empty for a bid from paper."""
    content = session.scalar(
        sa.select(Submission.content)
        .where(Submission.application_id == application.id)
        .order_by(Submission.number.desc())
        .limit(1)
    )
    judged = judged_questions(session, application.round_id)
    # A question that is not known any more is left out: what may be shown is said, never what may not.
    items = [
        _read(item, judged) for item in content or [] if item.get("code") in judged or item.get("kind") == ENCLOSED
    ]
    items += given_after(session, application, content or [])
    return [(section, list(group)) for section, group in groupby(items, key=lambda item: item.get("section", ""))]


def _read(item: dict[str, Any], judged: Mapping[str, Judged]) -> dict[str, Any]:
    """The entry of a submission, with the criteria that read it."""
    of = judged.get(item.get("code", ""))
    return {**item, "criteria": of.criteria, "identifies": of.identifies} if of else item


def get_work(session: Session, actor: Actor, assignment_id: int) -> Assignment:
    """Anyone's work on a bid, for the office's staff who have no direct interest in the bid."""
    assignment = get_visible(session, Assignment, assignment_id, actor)
    if barred_from(session, actor.person_id, [assignment.application_id]):
        raise NotFound(subject="assignment")
    return assignment


def leaving(session: Session, round_id: int, person_id: int, shut: Collection[int]) -> list[Assignment]:
    """What can still be taken off a marker in this round, without the bids that are shut to whoever asks."""
    return list(
        session.scalars(
            sa.select(Assignment)
            .options(joinedload(Assignment.person))
            .where(
                Assignment.round_id == round_id,
                Assignment.person_id == person_id,
                Assignment.state.in_(sorted(UNLOCKED)),
                Assignment.application_id.not_in(sorted(shut)),
            )
            .order_by(Assignment.id)
        )
    )
