"""Who came to a support event, and who of them later applied: the link is the address, or the name of the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Person
from grants.applications.models import Application
from grants.core.scoping import open_to
from grants.events.queries import list_sign_ups
from grants.funds.models import EventSignUp, SupportEvent
from workflows.actors import Actor
from workflows.rules.finding import folded


@dataclass(frozen=True, slots=True)
class Visitor:
    """One sign-up, with the bids that its group began in the round since."""

    sign_up: EventSignUp
    bids: Sequence[Application]


def visitors(session: Session, event: SupportEvent, actor: Actor) -> list[Visitor]:
    """Everybody who signed up, in their order; three queries."""
    found = list_sign_ups(session, event)
    began = session.scalars(
        sa.select(Application)
        .where(Application.round_id == event.round_id, open_to(Application, actor))
        .order_by(Application.reference)
    ).all()
    groups = _groups_of(session, {each.email for each in found})
    return [Visitor(each, [bid for bid in began if _is_of(bid, each, groups)]) for each in found]


def _is_of(bid: Application, sign_up: EventSignUp, groups: dict[str, set[int]]) -> bool:
    if bid.created_at < sign_up.created_at:
        return False
    named = folded(sign_up.group_name)
    return bid.organisation_id in groups.get(sign_up.email, ()) or (
        bool(named) and named == folded(bid.organisation_name)
    )


def _groups_of(session: Session, addresses: set[str]) -> dict[str, set[int]]:
    rows = session.execute(
        sa.select(Person.email, Membership.organisation_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.email.in_(sorted(addresses)), Membership.ended_at.is_(None))
    )
    found: dict[str, set[int]] = {}
    for address, organisation_id in rows:
        found.setdefault(address, set()).add(organisation_id)
    return found
