"""A group signs itself up: nothing exists until the link sent to the address was pressed.

Whether somebody has an account is told only to the address itself, never on a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Organisation, Person, SignUp
from grants.accounts.queries import get_actor, has_same_name
from grants.accounts.services import links
from grants.accounts.services.joining import ask_to_join
from grants.accounts.services.links import Site
from grants.accounts.services.organisations import create_organisation, join_organisation
from grants.accounts.services.people import ensure_person, normal_email
from grants.core import audit
from workflows.actors import Actor, Role
from workflows.errors import Gone

# Our default: long enough to finish tomorrow, short enough that an abandoned one is gone.
SIGN_UP_LASTS = timedelta(hours=24)


def request_sign_up(
    session: Session,
    email: str,
    person_name: str,
    organisation: Mapping[str, Any],
    next_path: str,
    *,
    client: str,
    site: Site,
    now: datetime,
) -> None:
    """Queue the link that proves the address, or a mail that says there is an account already.

    `organisation` has name, kind, charity_number, company_number and postcode; with `join_id` the person asks to be
    let into that group instead. Limited like sign-in requests.
    """
    address = normal_email(email)
    links.count_request(session, address, client=client, site=site, now=now)
    links.write_request(session, address, client=client, site=site, now=now)
    token = links.new_token()
    sign_up = SignUp(
        email=address,
        person_name=person_name.strip(),
        organisation=dict(organisation),
        next_path=next_path,
        token_hash=links.hash_of(token),
        created_at=now,
        expires_at=now + SIGN_UP_LASTS,
    )
    person = session.scalars(sa.select(Person).where(Person.email == address)).one_or_none()
    if person is not None:
        # Kept for the count alone: an account is not given a second group by whoever typed its address.
        sign_up.spent_at = now
    session.add(sign_up)
    session.flush()
    template, detail = (
        ("sign-up-link", {"url": site.url(f"/sign-up/link/{token}")} | _about(session, sign_up))
        if person is None
        else ("already-has-account", {"url": site.url("/sign-in")})
    )
    subject = ("sign_up", sign_up.id)
    links.queue(session, template, address, subject, detail, key=f"sign-up:{sign_up.id}", person=person, now=now)


def complete_sign_up(
    session: Session, token: str, *, now: datetime, site: Site
) -> tuple[Person, Organisation | None, str]:
    """Spend the link: the person, their group and both its roles; returns them and where they were going.

    Who asked to join a group that was here already gets no group yet: its leads are asked.

    Raises Gone when the link was spent, expired or never sent.
    """
    spent = session.execute(
        sa.update(SignUp)
        .where(SignUp.token_hash == links.hash_of(token), SignUp.spent_at.is_(None), SignUp.expires_at > now)
        .values(spent_at=now)
        .returning(SignUp.email, SignUp.person_name, SignUp.organisation, SignUp.next_path)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if spent is None:
        raise Gone
    person = ensure_person(session, spent.email, spent.person_name, now=now)
    actor = get_actor(session, person.id) or Actor(person_id=person.id, name=person.name)
    if join_id := spent.organisation.get("join_id"):
        ask_to_join(session, session.get_one(Organisation, join_id), actor=actor, now=now, site=site)
        return person, None, spent.next_path
    organisation = add_group(session, spent.organisation, actor=actor, now=now)
    return person, organisation, spent.next_path


def add_group(session: Session, organisation: Mapping[str, Any], *, actor: Actor, now: datetime) -> Organisation:
    """Make a group that the actor leads and may sign for."""
    person = session.get_one(Person, actor.person_id)
    made = create_organisation(session, now=now, **organisation)
    audit.record(
        session,
        subject_type="organisation",
        subject_id=made.id,
        action="create",
        actor=actor,
        at=now,
        office_id=None,
    )
    for role in (Role.LEAD, Role.SIGNATORY):
        join_organisation(session, person, made, role, actor=actor, now=now)
    return made


def _about(session: Session, sign_up: SignUp) -> dict[str, Any]:
    name = sign_up.organisation["name"]
    return {
        "hours": SIGN_UP_LASTS // timedelta(hours=1),
        "organisation": name,
        "is_joining": "join_id" in sign_up.organisation,
        "same_name": "join_id" not in sign_up.organisation and has_same_name(session, name),
    }
