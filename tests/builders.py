"""Things for tests, made by walking the services that people use; nothing here pokes a state.

Each takes the session first and everything else by name; two calls make two different things.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from grants.accounts import queries as account_queries
from grants.accounts import services as accounts
from grants.accounts.models import Office, Organisation, Person
from tests.apps import NOW
from workflows.actors import SYSTEM, Actor, Role

_numbers = count(1)


def an_office(session: Session, code: str = "", *, now: datetime = NOW, **columns: Any) -> Office:
    """An office; `columns` set what its screens would."""
    code = code or f"office-{next(_numbers)}"
    office = accounts.create_office(session, code, f"Office {code} (fictional)", actor=SYSTEM, now=now)
    for name, value in columns.items():
        setattr(office, name, value)
    session.flush()
    return office


def a_person(
    session: Session,
    *roles: Role,
    office: Office | None = None,
    organisation: Organisation | None = None,
    name: str = "",
    now: datetime = NOW,
) -> Person:
    """Somebody with these roles: those of staff in `office`, those of a group in `organisation`."""
    number = next(_numbers)
    label = name or (f"{roles[0].replace('_', ' ').capitalize()} {number}" if roles else f"Person {number}")
    person = accounts.ensure_person(session, f"person-{number}@group.example.org", label, now=now)
    for role in roles:
        if role in {Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY}:
            assert organisation is not None, f"{role} needs an organisation"
            accounts.join_organisation(session, person, organisation, role, actor=SYSTEM, now=now)
        else:
            assert office is not None, f"{role} needs an office"
            accounts.give_role(session, person, office, role, actor=SYSTEM, now=now)
    return person


def staff(session: Session, office: Office, *roles: Role, name: str = "") -> Person:
    """Somebody who holds these roles in the office."""
    return a_person(session, *roles, office=office, name=name)


def an_organisation(session: Session, name: str = "", *, now: datetime = NOW, **columns: Any) -> Organisation:
    """A group with nobody in it yet."""
    name = name or f"Example Street Group {next(_numbers)} (fictional)"
    kind = columns.pop("kind", "registered_charity")
    return accounts.create_organisation(session, name=name, kind=kind, is_fictional=True, now=now, **columns)


def a_group(session: Session, name: str = "", *, now: datetime = NOW, **columns: Any) -> tuple[Organisation, Person]:
    """A group and its lead, who may also sign for it."""
    organisation = an_organisation(session, name, now=now, **columns)
    return organisation, a_person(session, Role.LEAD, Role.SIGNATORY, organisation=organisation, now=now)


def actor_of(session: Session, person: Person) -> Actor:
    """The person as services take them, with the roles they hold now."""
    actor = account_queries.get_actor(session, person.id)
    assert actor is not None
    return actor
