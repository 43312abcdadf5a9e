"""Reading accounts: who a person is now, as the engine asks it, and the people of an office."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, OfficeRole, Person
from workflows.actors import Actor


def get_actor(session: Session, person_id: int, epoch: int | None = None) -> Actor | None:
    """The person as an actor with the roles they hold now; None when gone or when `epoch` was ended."""
    roles = (
        sa.select(
            OfficeRole.person_id,
            OfficeRole.office_id,
            sa.null().label("organisation_id"),
            OfficeRole.role.label("role"),
        )
        .where(OfficeRole.ended_at.is_(None), OfficeRole.person_id == person_id)
        .union_all(
            sa.select(Membership.person_id, sa.null(), Membership.organisation_id, Membership.role).where(
                Membership.ended_at.is_(None), Membership.person_id == person_id
            )
        )
        .subquery()
    )
    rows = session.execute(
        sa.select(Person.name, Person.session_epoch, roles.c.office_id, roles.c.organisation_id, roles.c.role)
        .outerjoin(roles, roles.c.person_id == Person.id)
        .where(Person.id == person_id)
    ).all()
    if not rows or (epoch is not None and rows[0].session_epoch != epoch):
        return None
    return Actor(
        person_id=person_id,
        name=rows[0].name,
        office_roles=frozenset((row.office_id, row.role) for row in rows if row.office_id is not None),
        organisation_roles=frozenset(
            (row.organisation_id, row.role) for row in rows if row.organisation_id is not None
        ),
    )
