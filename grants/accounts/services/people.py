"""Offices and people: made once, never deleted; a person's sessions and second factor can be ended at once."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Person, SignInLink
from grants.core import audit
from workflows.actors import Actor
from workflows.errors import Invalid

OFFICE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,19}")


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


def end_sessions(
    session: Session, person: Person, office: Office | None, *, actor: Actor, now: datetime, reason: str
) -> None:
    """Sign the person out everywhere, from their next request on; links already sent stop working too."""
    person.session_epoch += 1
    void_links(session, person, now)
    session.flush()
    record(session, person, office, "end-sessions", actor=actor, now=now, reason=reason)


def void_links(session: Session, person: Person, now: datetime) -> None:
    """Spend every one-time link of this person that is still open."""
    session.execute(
        sa.update(SignInLink)
        .where(SignInLink.person_id == person.id, SignInLink.spent_at.is_(None))
        .values(spent_at=now)
        .execution_options(synchronize_session=False)
    )


def reset_second_factor(
    session: Session, person: Person, office: Office | None, *, actor: Actor, now: datetime, reason: str
) -> None:
    """Let the person set their code up anew at the next sign-in, as after a lost phone; ends every session."""
    person.totp_secret = person.totp_confirmed_at = person.totp_last_step = None
    record(session, person, office, "reset-second-factor", actor=actor, now=now, reason=reason)
    end_sessions(session, person, office, actor=actor, now=now, reason=reason)


def record(
    session: Session,
    person: Person,
    office: Office | None,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **detail: Any,
) -> None:
    """Write what happened to a person's account to the audit trail."""
    audit.record(
        session,
        subject_type="person",
        subject_id=person.id,
        action=action,
        actor=actor,
        at=now,
        office_id=None if office is None else office.id,
        reason=reason,
        detail=detail,
    )
