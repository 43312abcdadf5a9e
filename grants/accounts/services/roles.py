"""Roles in an office: given, ended, never deleted, and always with who and why.

An office is never left without somebody who can invite others, and nobody locks themselves out.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office, OfficeRole, Person
from grants.accounts.services.people import end_sessions, record
from workflows.actors import BESIDE_REP, OFFICE_ROLES, Actor, Role
from workflows.errors import Invalid, NotFound, TransitionRefused

# Who may invite others into an office; it always keeps one of them.
KEEPERS = frozenset({Role.ADMIN, Role.MANAGER})


def give_role(
    session: Session, person: Person, office: Office, role: Role, *, actor: Actor, now: datetime, reason: str = ""
) -> OfficeRole:
    """Let the person hold the role in this office; a role already held is left as it is.

    The first office role ends the person's sessions: those were made without the second factor that staff need.
    Refused: rep-and-staff, when a community representative would be staff of the same office.
    """
    if role not in OFFICE_ROLES:
        raise Invalid(problems={"role": "role-not-of-an-office"})
    current = sa.select(OfficeRole).where(OfficeRole.person_id == person.id, OfficeRole.ended_at.is_(None))
    held = session.scalars(current).all()
    for existing in held:
        if (existing.office_id, existing.role) == (office.id, role):
            return existing
    _refuse_rep_and_staff({each.role for each in held if each.office_id == office.id} | {role})
    if not held:
        person.session_epoch += 1
    given = OfficeRole(person_id=person.id, office_id=office.id, role=role, given_by_id=actor.person_id, started_at=now)
    session.add(given)
    session.flush()
    record(session, person, office, "give-role", actor=actor, now=now, reason=reason, role=str(role))
    return given


def end_role(
    session: Session, person: Person, office: Office, role: Role, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take one role away. Raises NotFound when it is not held, TransitionRefused when it would lock people out."""
    held = _held_here(session, person, office)
    ending = [row for row in held if row.role == role]
    if not ending:
        raise NotFound(subject="OfficeRole")
    _refuse_lock_out(session, person, office, {row.role for row in held} - {role}, ending, actor)
    ending[0].ended_at = now
    session.flush()
    record(session, person, office, "end-role", actor=actor, now=now, reason=reason, role=str(role))


def change_roles(
    session: Session,
    person: Person,
    office: Office,
    roles: Set[Role],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> None:
    """Let the person hold exactly these roles in the office. Giving comes first, so that a swap is no lock-out."""
    held = {row.role for row in _held_here(session, person, office)}
    _refuse_rep_and_staff(set(roles))
    if Role.COMMUNITY_REP in held | roles and Role.COMMUNITY_REP not in held & roles:
        # From staff to representative or back: there is no moment at which the person is both.
        _end_all(session, person, office, held - set(roles), actor=actor, now=now, reason=reason)
        held &= set(roles)
    for role in sorted(set(roles) - held):
        give_role(session, person, office, role, actor=actor, now=now, reason=reason)
    _end_all(session, person, office, held - set(roles), actor=actor, now=now, reason=reason)


def _end_all(
    session: Session, person: Person, office: Office, roles: Set[Role], *, actor: Actor, now: datetime, reason: str
) -> None:
    for role in sorted(roles):
        end_role(session, person, office, role, actor=actor, now=now, reason=reason)


def _refuse_rep_and_staff(roles: Set[Role]) -> None:
    if Role.COMMUNITY_REP in roles and roles - BESIDE_REP:
        raise TransitionRefused("rep-and-staff")


def end_access(session: Session, person: Person, office: Office, *, actor: Actor, now: datetime, reason: str) -> int:
    """Take every role in this office away and end the person's sessions; returns how many roles ended."""
    held = _held_here(session, person, office)
    if not held:
        raise NotFound(subject="OfficeRole")
    _refuse_lock_out(session, person, office, set(), held, actor)
    for row in held:
        row.ended_at = now
    session.flush()
    for row in held:
        record(session, person, office, "end-role", actor=actor, now=now, reason=reason, role=str(row.role))
    end_sessions(session, person, office, actor=actor, now=now, reason=reason)
    return len(held)


def _held_here(session: Session, person: Person, office: Office) -> list[OfficeRole]:
    # The office's row is locked first, so that two keepers who end each other's access come one after the other.
    session.execute(sa.select(Office.id).where(Office.id == office.id).with_for_update())
    return list(
        session.scalars(
            sa.select(OfficeRole)
            .where(
                OfficeRole.person_id == person.id,
                OfficeRole.office_id == office.id,
                OfficeRole.ended_at.is_(None),
            )
            .order_by(OfficeRole.id)
        )
    )


def _refuse_lock_out(
    session: Session,
    person: Person,
    office: Office,
    left: set[Role],
    ending: list[OfficeRole],
    actor: Actor,
) -> None:
    if left & KEEPERS or not {row.role for row in ending} & KEEPERS:
        return
    if person.id == actor.person_id:
        raise TransitionRefused("own-last-access")
    others = sa.select(OfficeRole.id).where(
        OfficeRole.office_id == office.id,
        OfficeRole.person_id != person.id,
        OfficeRole.role.in_(KEEPERS),
        OfficeRole.ended_at.is_(None),
    )
    if session.scalars(others.limit(1)).first() is None:
        raise TransitionRefused("last-keeper-of-office")
