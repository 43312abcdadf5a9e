"""Groups that may be here already, found by public facts alone, and those who asked to be let into one."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import JoinRequest, Organisation
from workflows.actors import Actor, Role
from workflows.errors import NotFound
from workflows.rules.eligibility_facts import OrgType
from workflows.rules.formats import check, normal_name

MOST = 5


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


def get_join_request(session: Session, actor: Actor, request_id: int) -> JoinRequest:
    """A request to a group that the actor leads."""
    found = session.get(JoinRequest, request_id)
    if found is None or Role.LEAD not in actor.roles_in(found.scope):
        raise NotFound(subject="request")
    return found
