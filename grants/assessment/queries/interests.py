"""Interests: the newest declaration of a person about a bid holds, and a direct one closes the bid to them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership
from grants.applications.models import Application
from grants.assessment.models import (
    Assignment,
    InterestDeclaration,
    InterestProposal,
    ModeratedScore,
    Panel,
    PanelMember,
    Recommendation,
)
from grants.representatives.models import out_of_reach
from grants.representatives.queries import out_of_scope_pairs
from workflows.actors import Actor
from workflows.assignment import LOCKED_STATES, UNDECLARED, WORKING, Interest

MARKED = sorted(LOCKED_STATES | WORKING)


# Every page of a bid under assessment asks whether its reader may see it.
_STANDING = (
    sa.select(InterestDeclaration)
    .where(InterestDeclaration.application_id.in_(sa.bindparam("application_ids", expanding=True)))
    .order_by(InterestDeclaration.id)
)
_STANDING_OF = _STANDING.where(InterestDeclaration.person_id.in_(sa.bindparam("person_ids", expanding=True)))


def interests_of(
    session: Session, application_ids: Collection[int], person_ids: Collection[int] | None = None
) -> dict[tuple[int, int], InterestDeclaration]:
    """What stands for each (bid, person) who declared anything; one query."""
    of: dict[str, Any] = {"application_ids": sorted(application_ids)}
    statement = _STANDING
    if person_ids is not None:
        statement, of = _STANDING_OF, of | {"person_ids": sorted(person_ids)}
    return {(row.application_id, row.person_id): row for row in session.scalars(statement, of)}


def barred_from(session: Session, person_id: int | None, application_ids: Collection[int]) -> frozenset[int]:
    """The bids among these that are closed to the person: by a direct interest, or as a representative's limits say."""
    if person_id is None:
        return frozenset()
    of = {"application_ids": sorted(application_ids), "person_id": person_id}
    return frozenset(session.scalars(_BARRED_FROM, of))


def barred_in(session: Session, round_id: int, actor: Actor) -> tuple[int, ...]:
    """The bids of a round that are closed to the actor in the same ways, for lists and sums of it; mostly none."""
    if actor.person_id is None:
        return ()
    return tuple(sorted(session.scalars(_BARRED_IN, {"round_id": round_id, "person_id": actor.person_id})))


def _barred(of: sa.ColumnElement[bool]) -> sa.CompoundSelect[tuple[int]]:
    person_id = sa.bindparam("person_id", type_=sa.Integer)
    direct = (
        sa.select(InterestDeclaration.application_id)
        .join(Application, Application.id == InterestDeclaration.application_id)
        .where(of, InterestDeclaration.person_id == person_id, InterestDeclaration.interest == Interest.DIRECT)
    )
    return direct.union(sa.select(Application.id).where(of, out_of_reach(person_id)))


_BARRED_FROM = _barred(Application.id.in_(sa.bindparam("application_ids", expanding=True)))
_BARRED_IN = _barred(Application.round_id == sa.bindparam("round_id"))


def undeclared_by(session: Session, person_id: int, application_ids: Collection[int]) -> list[int]:
    """The bids among these about which the person has said nothing yet, or not all that they are asked."""
    said = {application_id for application_id, _ in interests_of(session, application_ids, [person_id])}
    asked = proposed_to(session, application_ids, [person_id])
    left = [each for each in application_ids if each not in said or (each, person_id) in asked]
    # A representative is asked nothing about bids that are not theirs to judge.
    beyond = out_of_scope_pairs(session, left, [person_id])
    return [each for each in left if (each, person_id) not in beyond]


def beyond_members(session: Session, panel: Panel, application_ids: Collection[int]) -> frozenset[tuple[int, int]]:
    """The (bid, person) pairs that a panel's representatives were not asked to judge; no query without one."""
    return out_of_scope_pairs(session, application_ids, representatives_on(panel))


def representatives_on(panel: Panel) -> list[int]:
    """The panel's community representatives, by person id."""
    return [each.person_id for each in panel.members if each.is_community_rep]


def proposed_to(
    session: Session, application_ids: Collection[int], person_ids: Collection[int]
) -> frozenset[tuple[int, int]]:
    """The (bid, person) pairs where a sign of an interest waits for the person's answer; one query."""
    rows = session.execute(_PROPOSED, {"application_ids": sorted(application_ids), "person_ids": sorted(person_ids)})
    return frozenset((bid, person) for bid, person in rows)


_PROPOSED = (
    sa.select(InterestProposal.application_id, InterestProposal.person_id)
    .where(
        InterestProposal.application_id.in_(sa.bindparam("application_ids", expanding=True)),
        InterestProposal.person_id.in_(sa.bindparam("person_ids", expanding=True)),
        InterestProposal.answered_at.is_(None),
    )
    .distinct()
)


def belonging(session: Session, person_ids: Collection[int], organisation_ids: Collection[int]) -> set[tuple[int, int]]:
    """The (person, organisation) pairs where the person belongs to the group now."""
    rows = session.execute(
        sa.select(Membership.person_id, Membership.organisation_id).where(
            Membership.ended_at.is_(None),
            Membership.person_id.in_(sorted(person_ids)),
            Membership.organisation_id.in_(sorted(organisation_ids)),
        )
    )
    return {(person_id, organisation_id) for person_id, organisation_id in rows}


def took_part(session: Session, person_id: int, application_ids: Collection[int]) -> bool:
    """Whether the person marked, chaired, moderated or declared an interest in any of these bids.

    Sitting on the round's panel is moderating. A declaration of no interest is not an interest.
    """
    ids = sorted(application_ids)
    sat = (
        sa.select(PanelMember.id)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .join(Application, Application.round_id == Panel.round_id)
        .where(PanelMember.person_id == person_id, Application.id.in_(ids))
    )
    recorded = [
        sa.select(model.id).where(model.person_id == person_id, model.application_id.in_(ids))
        for model in (ModeratedScore, Recommendation)
    ]
    marked = sa.select(Assignment.id).where(
        Assignment.person_id == person_id, Assignment.application_id.in_(ids), Assignment.state.in_(MARKED)
    )
    declared = sa.select(InterestDeclaration.id).where(
        InterestDeclaration.person_id == person_id,
        InterestDeclaration.application_id.in_(ids),
        InterestDeclaration.interest != Interest.NONE,
    )
    asked = [statement.exists() for statement in (sat, marked, declared, *recorded)]
    return bool(session.scalar(sa.select(sa.or_(*asked))))


def must_declare(session: Session, assignment: Assignment) -> bool:
    """Whether the marker still has to declare before the bid opens to them."""
    if assignment.state in UNDECLARED:
        return True
    return bool(proposed_to(session, [assignment.application_id], [assignment.person_id or 0]))
