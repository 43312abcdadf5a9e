"""Organisations and the people in them: who leads a group, who helps, who may sign for it, from when to when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Organisation, Person
from grants.core import audit
from workflows.actors import GROUP_ROLES, Actor, Role
from workflows.errors import Invalid, NotFound, TransitionRefused
from workflows.rules.eligibility_facts import OrgType


def create_organisation(session: Session, *, name: str, kind: str, now: datetime, **columns: Any) -> Organisation:
    """Make a group. `kind` is one of the organisation types of the application form (question E1)."""
    if not name.strip():
        raise Invalid(problems={"name": "organisation-name-needed"})
    if kind not in set(OrgType):
        raise Invalid(problems={"kind": "organisation-kind-unknown"})
    organisation = Organisation(name=name.strip(), kind=str(kind), created_at=now, **columns)
    session.add(organisation)
    session.flush()
    return organisation


def join_organisation(
    session: Session, person: Person, organisation: Organisation, role: Role, *, actor: Actor, now: datetime
) -> Membership:
    """Let the person hold the role in this group; a role already held is left as it is."""
    if role not in GROUP_ROLES:
        raise Invalid(problems={"role": "role-not-of-a-group"})
    existing = _find(session, person, organisation, role)
    if existing is not None:
        return existing
    membership = Membership(person_id=person.id, organisation_id=organisation.id, role=role, started_at=now)
    session.add(membership)
    session.flush()
    _record(session, organisation, "join", person, role, actor=actor, now=now)
    return membership


def end_membership(
    session: Session,
    person: Person,
    organisation: Organisation,
    role: Role,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Take one role in a group away. Raises TransitionRefused when the group would be left without a lead."""
    # The group's row is locked first, so that two leads who remove each other come one after the other.
    session.execute(sa.select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    membership = _find(session, person, organisation, role)
    if membership is None:
        raise NotFound(subject="Membership")
    if role == Role.LEAD and not _other_leads(session, person, organisation):
        raise TransitionRefused("last-lead-of-group")
    membership.ended_at = now
    session.flush()
    _record(session, organisation, "leave", person, role, actor=actor, now=now, reason=reason)


def _find(session: Session, person: Person, organisation: Organisation, role: Role) -> Membership | None:
    return session.scalars(
        sa.select(Membership).where(
            Membership.person_id == person.id,
            Membership.organisation_id == organisation.id,
            Membership.role == role,
            Membership.ended_at.is_(None),
        )
    ).one_or_none()


def _other_leads(session: Session, person: Person, organisation: Organisation) -> bool:
    others = sa.select(Membership.id).where(
        Membership.organisation_id == organisation.id,
        Membership.person_id != person.id,
        Membership.role == Role.LEAD,
        Membership.ended_at.is_(None),
    )
    return session.scalars(others.limit(1)).first() is not None


def _record(
    session: Session,
    organisation: Organisation,
    action: str,
    person: Person,
    role: Role,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    audit.record(
        session,
        subject_type="organisation",
        subject_id=organisation.id,
        action=action,
        actor=actor,
        at=now,
        office_id=None,
        reason=reason,
        detail={"person_id": person.id, "role": str(role)},
    )
