"""Asking to be let into a group that is here already: who answers for it is told who asks, and nobody who they are."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import JoinRequest, Membership, OfficeRole, Organisation, Person
from grants.accounts.queries import answerers, office_that_answers
from grants.accounts.services import links
from grants.accounts.services.links import Site
from grants.accounts.services.organisations import join_organisation
from grants.core import audit
from workflows.actors import Actor, Role, Scope
from workflows.errors import NotAllowed, TooMany, TransitionRefused

# Our default: nobody belongs to more groups than that by accident, and leads are not to be pestered.
MOST_OPEN = 5


def ask_to_join(
    session: Session, organisation: Organisation, *, actor: Actor, now: datetime, site: Site
) -> JoinRequest | None:
    """Ask who answers for the group: its leads, those who sign for it, or the one office that it applied to.

    Asked twice it is one question, and somebody who is in it already gets None.
    """
    if organisation.id in actor.organisation_ids:
        return None
    person = session.get_one(Person, actor.person_id)
    session.execute(sa.select(Person.id).where(Person.id == person.id).with_for_update())
    waiting = session.scalars(
        sa.select(JoinRequest).where(JoinRequest.person_id == person.id, JoinRequest.answered_at.is_(None))
    ).all()
    found = next((each for each in waiting if each.organisation_id == organisation.id), None)
    if found is not None:
        return found
    if len(waiting) >= MOST_OPEN:
        raise TooMany
    request = JoinRequest(person_id=person.id, organisation_id=organisation.id, asked_at=now)
    session.add(request)
    session.flush()
    _record(session, request, "ask-to-join", actor, now)
    detail = {"organisation": organisation.name, "who": f"{person.name} ({person.email})", "url": site.url("/groups")}
    for each in _answerers(session, organisation.id):
        _tell(session, "join-asked", request, each, detail, now)
    office_id = office_that_answers(session, organisation.id)
    if office_id is not None:
        detail["url"] = site.url(f"/office/join-requests/{request.id}")
        for each in _officers(session, office_id):
            _tell(session, "join-asked-of-office", request, each, detail, now, office_id)
    return request


def answer_join_request(
    session: Session, request: JoinRequest, role: Role | None, *, actor: Actor, now: datetime, site: Site
) -> None:
    """Let them in with this role, or say no with None. Raises TransitionRefused when somebody has answered already."""
    if answerers(session, request.organisation_id) not in actor.roles_in(request.scope):
        raise NotAllowed()
    _answer(session, request, role, actor=actor, now=now, site=site)


def answer_for_group(
    session: Session, request: JoinRequest, role: Role | None, *, actor: Actor, now: datetime, site: Site
) -> None:
    """The same for a group that has nobody to answer, by an officer or manager of the office that stands in for it.

    The group's row is the queue, so that of two people who are let in at once the first is the group's to answer the
    second.
    """
    session.execute(sa.select(Organisation.id).where(Organisation.id == request.organisation_id).with_for_update())
    office_id = office_that_answers(session, request.organisation_id)
    if office_id is None or not actor.roles_in(Scope(office_id=office_id)) & {Role.OFFICER, Role.MANAGER}:
        raise NotAllowed()
    _answer(session, request, role, actor=actor, now=now, site=site, office_id=office_id)


def _answer(
    session: Session,
    request: JoinRequest,
    role: Role | None,
    *,
    actor: Actor,
    now: datetime,
    site: Site,
    office_id: int | None = None,
) -> None:
    answered = session.execute(
        sa.update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.answered_at.is_(None))
        .values(answered_at=now, is_let_in=role is not None, answered_by_id=actor.person_id)
        .returning(JoinRequest.id)
        .execution_options(synchronize_session=False)
    )
    if answered.one_or_none() is None:
        raise TransitionRefused("request-answered-already")
    session.refresh(request)
    person, organisation = request.person, request.organisation
    if role is not None:
        join_organisation(session, person, organisation, role, actor=actor, now=now)
    _record(session, request, "refuse-to-join" if role is None else "let-in", actor, now, office_id)
    template, path = ("join-refused", "/groups/new") if role is None else ("join-let-in", "/groups")
    detail = {"organisation": organisation.name, "url": site.url(path)}
    _tell(session, template, request, person, detail, now)


def _answerers(session: Session, organisation_id: int) -> list[Person]:
    role = answerers(session, organisation_id)
    return list(
        session.scalars(
            sa.select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.role == role,
                Membership.ended_at.is_(None),
            )
            .order_by(Person.id)
        )
    )


def _officers(session: Session, office_id: int) -> list[Person]:
    working = sa.exists().where(
        OfficeRole.person_id == Person.id,
        OfficeRole.office_id == office_id,
        OfficeRole.role.in_([Role.OFFICER, Role.MANAGER]),
        OfficeRole.ended_at.is_(None),
    )
    return list(session.scalars(sa.select(Person).where(working).order_by(Person.id)))


def _tell(
    session: Session,
    template: str,
    request: JoinRequest,
    person: Person,
    detail: dict[str, str],
    now: datetime,
    office_id: int | None = None,
) -> None:
    key = f"{template}:{request.id}:{person.id}"
    subject = ("join_request", request.id)
    links.queue(
        session, template, person.email, subject, dict(detail), key=key, person=person, now=now, office_id=office_id
    )


def _record(
    session: Session, request: JoinRequest, action: str, actor: Actor, now: datetime, office_id: int | None = None
) -> None:
    audit.record(
        session,
        subject_type="organisation",
        subject_id=request.organisation_id,
        action=action,
        actor=actor,
        at=now,
        office_id=office_id,
        detail={"person_id": request.person_id},
    )
