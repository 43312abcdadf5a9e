"""Offices, the people in them and the roles they hold: given, ended, never deleted, and always with who and why.

An office is never left without somebody who can invite others, and nobody locks themselves out.
"""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office, OfficeRole, Person, SignInLink
from grants.core import audit
from workflows.actors import OFFICE_ROLES, Actor, Role
from workflows.errors import Invalid, NotFound, TransitionRefused

OFFICE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,19}")
# Who may invite others into an office; it always keeps one of them.
KEEPERS = frozenset({Role.ADMIN, Role.MANAGER})


def create_office(session: Session, code: str, name: str, *, actor: Actor, now: datetime) -> Office:
    """Make a tenant. Raises Invalid when the code is malformed or taken, in whatever case it is written."""
    code, name = code.strip(), name.strip()
    if not OFFICE_CODE.fullmatch(code):
        raise Invalid(problems={"code": "office-code-malformed"})
    if not name:
        raise Invalid(problems={"name": "office-name-needed"})
    if session.scalar(sa.select(Office.id).where(sa.func.lower(Office.code) == code.lower())):
        raise Invalid(problems={"code": "office-code-taken"})
    office = Office(code=code, name=name, created_at=now)
    session.add(office)
    session.flush()
    audit.record(
        session,
        subject_type="office",
        subject_id=office.id,
        action="create",
        actor=actor,
        at=now,
        office_id=office.id,
        detail={"code": code},
    )
    return office


def normal_email(email: str) -> str:
    """The one spelling under which an address is kept: people type capitals that their mail server ignores."""
    return email.strip().lower()


def ensure_person(session: Session, email: str, name: str, *, now: datetime) -> Person:
    """The person with this address, made if there was none; an existing person keeps the name they have."""
    address = normal_email(email)
    person = session.scalars(sa.select(Person).where(Person.email == address)).one_or_none()
    if person is None:
        person = Person(email=address, name=name.strip() or address, created_at=now)
        session.add(person)
        session.flush()
    return person


def give_role(
    session: Session, person: Person, office: Office, role: Role, *, actor: Actor, now: datetime, reason: str = ""
) -> OfficeRole:
    """Let the person hold the role in this office; a role already held is left as it is.

    The first office role ends the person's sessions: those were made without the second factor that staff need.
    """
    if role not in OFFICE_ROLES:
        raise Invalid(problems={"role": "role-not-of-an-office"})
    current = sa.select(OfficeRole).where(OfficeRole.person_id == person.id, OfficeRole.ended_at.is_(None))
    held = session.scalars(current).all()
    for existing in held:
        if (existing.office_id, existing.role) == (office.id, role):
            return existing
    if not held:
        person.session_epoch += 1
    given = OfficeRole(person_id=person.id, office_id=office.id, role=role, given_by_id=actor.person_id, started_at=now)
    session.add(given)
    session.flush()
    _record(session, person, office, "give-role", actor=actor, now=now, reason=reason, role=role)
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
    _record(session, person, office, "end-role", actor=actor, now=now, reason=reason, role=role)


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
        _record(session, person, office, "end-role", actor=actor, now=now, reason=reason, role=row.role)
    end_sessions(session, person, office, actor=actor, now=now, reason=reason)
    return len(held)


def end_sessions(
    session: Session, person: Person, office: Office | None, *, actor: Actor, now: datetime, reason: str
) -> None:
    """Sign the person out everywhere, from their next request on; links already sent stop working too."""
    person.session_epoch += 1
    void_links(session, person, now)
    session.flush()
    _record(session, person, office, "end-sessions", actor=actor, now=now, reason=reason)


def void_links(session: Session, person: Person, now: datetime) -> None:
    """Spend every one-time link of this person that is still open."""
    session.execute(
        sa.update(SignInLink)
        .where(SignInLink.person_id == person.id, SignInLink.spent_at.is_(None))
        .values(spent_at=now)
        .execution_options(synchronize_session=False)
    )


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


def _record(
    session: Session,
    person: Person,
    office: Office | None,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    role: Role | None = None,
) -> None:
    audit.record(
        session,
        subject_type="person",
        subject_id=person.id,
        action=action,
        actor=actor,
        at=now,
        office_id=None if office is None else office.id,
        reason=reason,
        detail={} if role is None else {"role": str(role)},
    )
