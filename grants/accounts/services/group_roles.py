"""What somebody may do in a group, changed as a whole: giving comes before taking, so that a swap is no lock-out."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime

from sqlalchemy.orm import Session

from grants.accounts.models import Organisation, Person
from grants.accounts.services.organisations import end_membership, join_organisation
from workflows.actors import Actor, Role
from workflows.errors import Invalid


def change_group_roles(
    session: Session,
    person: Person,
    organisation: Organisation,
    held: Iterable[Role],
    roles: Set[Role],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Let the person hold exactly these roles in the group, of which they hold `held`.

    Raises Invalid when none is left, for that is the end of their part, and TransitionRefused when the group would be
    left without a lead.
    """
    before = set(held)
    if not roles:
        raise Invalid(problems={"roles": "role-not-of-a-group"})
    for role in sorted(set(roles) - before):
        join_organisation(session, person, organisation, role, actor=actor, now=now)
    for role in sorted(before - set(roles)):
        end_membership(session, person, organisation, role, actor=actor, now=now, reason=reason)
