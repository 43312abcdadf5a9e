"""Groups that may be here already, found by public facts alone, and those who asked to be let into one."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import JoinRequest, Membership, Organisation
from grants.accounts.queries.merging import offices_by_group, offices_with
from workflows.actors import Actor, Role
from workflows.errors import NotFound
from workflows.rules.eligibility_facts import OrgType
from workflows.rules.formats import check, normal_name

MOST = 5
MOST_WAITING = 100
# Who lets others in, the first of these that a group has; a contributor may be a bid-writer from outside.
ANSWERERS = (Role.LEAD, Role.SIGNATORY)


def find_lookalikes(
    session: Session,
    *,
    name: str,
    charity_number: str = "",
    company_number: str = "",
    postcode: str = "",
    besides: int | None = None,
) -> Sequence[Organisation]:
    """Groups with the same charity or company number, or the same name and postcode, however they are written.

    One person who applied alone is never among them: their name and postcode are no public facts.
    """
    charity, company = check("charity_number", charity_number).value, check("company_number", company_number).value
    key, place = normal_name(name), check("postcode", postcode).value
    same = [Organisation.charity_number == charity] if charity else []
    same += [Organisation.company_number == company] if company else []
    same += [sa.and_(Organisation.name_key == key, Organisation.postcode == place)] if key and place else []
    if not same:
        return []
    found = sa.select(Organisation).where(
        sa.or_(*same),
        Organisation.merged_into_id.is_(None),
        Organisation.kind != OrgType.INDIVIDUAL,
        ~Organisation.is_test,
    )
    if besides is not None:
        found = found.where(Organisation.id != besides)
    return session.scalars(found.order_by(Organisation.id).limit(MOST)).all()


def list_join_requests(session: Session, organisation_ids: Sequence[int]) -> Sequence[JoinRequest]:
    """Who waits to be let into these groups, the longest first."""
    return session.scalars(
        sa.select(JoinRequest)
        .where(JoinRequest.organisation_id.in_(organisation_ids), JoinRequest.answered_at.is_(None))
        .options(joinedload(JoinRequest.person), joinedload(JoinRequest.organisation))
        .order_by(JoinRequest.id)
    ).all()


def answerers(session: Session, organisation_id: int) -> Role | None:
    """Who of a group lets others in: its leads, or where it has none those who sign for it; None where nobody can."""
    held = set(
        session.scalars(
            sa.select(Membership.role).where(
                Membership.organisation_id == organisation_id,
                Membership.role.in_(ANSWERERS),
                Membership.ended_at.is_(None),
            )
        )
    )
    return next((role for role in ANSWERERS if role in held), None)


def office_that_answers(session: Session, organisation_id: int) -> int | None:
    """The office that answers for a group that has nobody to: the only one with which it has anything.

    Whoever is let in reads all that the group has, so no office opens what another one holds.
    """
    if answerers(session, organisation_id) is not None:
        return None
    offices = offices_with(session, organisation_id)
    return next(iter(offices)) if len(offices) == 1 else None


def list_office_requests(session: Session, actor: Actor) -> list[JoinRequest]:
    """Who waits to be let into groups that an office of the actor's answers for, the longest first."""
    offices = _handled(actor)
    has_answerer = sa.exists().where(
        Membership.organisation_id == JoinRequest.organisation_id,
        Membership.role.in_(ANSWERERS),
        Membership.ended_at.is_(None),
    )
    waiting = session.scalars(
        sa.select(JoinRequest)
        .where(JoinRequest.answered_at.is_(None), ~has_answerer)
        .options(joinedload(JoinRequest.person), joinedload(JoinRequest.organisation))
        .order_by(JoinRequest.id)
        .limit(MOST_WAITING)
    ).all()
    held = offices_by_group(session, {each.organisation_id for each in waiting})
    return [each for each in waiting if len(held[each.organisation_id]) == 1 and held[each.organisation_id] <= offices]


def get_office_request(session: Session, actor: Actor, request_id: int) -> tuple[JoinRequest, int]:
    """A request that an office of the actor's answers, and the office; NotFound for any other."""
    found = session.get(JoinRequest, request_id)
    office_id = None if found is None else office_that_answers(session, found.organisation_id)
    if found is None or office_id is None or office_id not in _handled(actor):
        raise NotFound(subject="request")
    return found, office_id


def _handled(actor: Actor) -> set[int]:
    return {office_id for office_id, role in actor.office_roles if role in {Role.OFFICER, Role.MANAGER}}


def get_join_request(session: Session, actor: Actor, request_id: int) -> JoinRequest:
    """A request to a group for which the actor answers."""
    found = session.get(JoinRequest, request_id)
    if found is None or answerers(session, found.organisation_id) not in actor.roles_in(found.scope):
        raise NotFound(subject="request")
    return found
