"""Invitations: whoever may, gives a role and the person gets a link; the address need not have an account yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from grants.accounts.models import Office, Organisation, Person
from grants.accounts.services import links
from grants.accounts.services.links import Site
from grants.accounts.services.organisations import join_organisation
from grants.accounts.services.people import ensure_person
from grants.accounts.services.roles import give_role
from workflows.actors import Actor, Role
from workflows.errors import Invalid

DAYS = links.INVITATION_LASTS // timedelta(days=1)


def invite_to_office(
    session: Session,
    office: Office,
    email: str,
    name: str,
    roles: Iterable[Role],
    *,
    actor: Actor,
    now: datetime,
    site: Site,
    reason: str = "",
) -> tuple[Person, str]:
    """Give somebody roles in the office and queue the mail with their link; returns the person and the link."""
    wanted = sorted(set(roles))
    if not wanted:
        raise Invalid(problems={"roles": "role-not-of-an-office"})
    person = ensure_person(session, email, name, now=now)
    for role in wanted:
        give_role(session, person, office, role, actor=actor, now=now, reason=reason)
    url = _send(
        session,
        "office-invitation",
        person,
        {"office": office.name, "roles": [str(role) for role in wanted]},
        office_id=office.id,
        site=site,
        now=now,
    )
    return person, url


def invite_to_group(
    session: Session,
    organisation: Organisation,
    email: str,
    name: str,
    role: Role,
    *,
    actor: Actor,
    now: datetime,
    site: Site,
    next_path: str = "",
) -> Person:
    """Let somebody join the group and queue the mail with their link, which leads to this page of ours."""
    person = ensure_person(session, email, name, now=now)
    join_organisation(session, person, organisation, role, actor=actor, now=now)
    detail = {"organisation": organisation.name, "role": str(role)}
    _send(session, "group-invitation", person, detail, office_id=None, site=site, now=now, next_path=next_path)
    return person


def _send(
    session: Session,
    template: str,
    person: Person,
    detail: dict[str, object],
    *,
    office_id: int | None,
    site: Site,
    now: datetime,
    next_path: str = "",
) -> str:
    link, url = links.issue_invitation(session, person, site=site, now=now, next_path=next_path)
    links.queue(
        session,
        template,
        person.email,
        ("person", person.id),
        detail | {"url": url, "days": DAYS},
        key=f"{template}:{link.id}",
        person=person,
        office_id=office_id,
        now=now,
    )
    return url
