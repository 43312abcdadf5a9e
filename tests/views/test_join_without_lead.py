"""A group that nobody leads: who signs for it answers, or else the one office that it applied to; never two offices."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from grants.accounts import services
from grants.accounts.models import JoinRequest, Membership
from grants.core.audit import AuditEntry
from grants.core.outbox import Message
from tests.apps import NOW, SECRET, sign_in
from tests.builders import a_draft, a_group, a_person, a_round, an_office, staff
from tests.builders import actor_of as actor_of_now
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role

SITE = services.Site("", SECRET)


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def group(session, office):
    """It has a bid with one office, and nobody in it any more."""
    organisation, lead = a_group(session, "Canal Path Watch (fictional)")
    a_draft(session, a_round(session, office), organisation, lead)
    leave_all(session, organisation)
    return organisation


def leave_all(session, organisation):
    session.execute(sa.update(Membership).where(Membership.organisation_id == organisation.id).values(ended_at=NOW))
    session.commit()
    session.expire_all()


def asks(session, organisation) -> JoinRequest:
    asking = a_person(session)
    request = services.ask_to_join(session, organisation, actor=actor_of_now(session, asking), now=NOW, site=SITE)
    session.commit()
    return request


def told(session):
    return session.execute(sa.select(Message.template, Message.person_id).order_by(Message.id)).all()


def test_the_office_that_it_applied_to_is_asked_and_answers(client, session, office, group) -> None:
    officer, manager = staff(session, office, Role.OFFICER), staff(session, office, Role.MANAGER)
    strangers = {staff(session, an_office(session), Role.OFFICER).id, staff(session, office, Role.MARKER).id}
    request = asks(session, group)
    assert {template for template, _ in told(session)} == {"join-asked-of-office"}
    asked = [person_id for _, person_id in told(session)]
    assert {officer.id, manager.id} <= set(asked)
    assert not strangers & set(asked)
    sign_in(client, officer)
    session.commit()
    url = f"/office/join-requests/{request.id}"
    with counted(session) as statements:
        page = read_page(client.get("/office/join-requests"))
    assert url in page.links()
    assert len(statements) <= 8
    assert request.person.email in read_page(client.get(url)).text
    read_page(client.post(url, data={}), 422)
    assert client.post(url, data={"answer": "lead"}).status_code == 303
    session.expire_all()
    assert actor_of_now(session, request.person).organisation_roles == {(group.id, Role.LEAD)}
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "let-in")).one()
    assert (entry.subject_id, entry.office_id, entry.actor_person_id) == (group.id, office.id, officer.id)
    assert told(session)[-1] == ("join-let-in", request.person_id)
    # From now on the group has somebody to answer, and the office has no say.
    assert client.post(url, data={"answer": "lead"}).status_code == 404
    later = asks(session, group)
    assert client.get(f"/office/join-requests/{later.id}").status_code == 404
    assert told(session)[-1] == ("join-asked", request.person_id)


def test_who_signs_for_it_comes_before_the_office(client, session, office, group) -> None:
    officer, signatory = staff(session, office, Role.OFFICER), a_person(session, Role.SIGNATORY, organisation=group)
    writer = a_person(session, Role.CONTRIBUTOR, organisation=group)
    request = asks(session, group)
    assert told(session) == [("join-asked", signatory.id)]
    for person in (officer, writer):
        sign_in(client, person)
        session.commit()
        assert client.get(f"/office/join-requests/{request.id}").status_code in {403, 404}
        assert client.post(f"/groups/requests/{request.id}", data={"answer": "lead"}).status_code in {403, 404}
    sign_in(client, signatory)
    session.commit()
    where = f"/groups/requests/{request.id}"
    assert where in read_page(client.get("/groups")).links()
    assert client.post(where, data={"answer": "lead"}).status_code == 303


def test_what_two_offices_hold_is_opened_by_neither(client, session, office, group) -> None:
    other = an_office(session)
    back = a_person(session, Role.LEAD, organisation=group)
    a_draft(session, a_round(session, other), group, back)
    leave_all(session, group)
    request = asks(session, group)
    assert told(session) == []
    for each in (office, other):
        sign_in(client, staff(session, each, Role.OFFICER, Role.MANAGER))
        session.commit()
        assert client.get(f"/office/join-requests/{request.id}").status_code == 404
        assert f"/office/join-requests/{request.id}" not in read_page(client.get("/office/join-requests")).links()


def test_another_office_finds_nothing(client, session, office, group) -> None:
    request = asks(session, group)
    sign_in(client, staff(session, an_office(session), Role.MANAGER))
    session.commit()
    assert client.post(f"/office/join-requests/{request.id}", data={"answer": "lead"}).status_code == 404
    assert session.scalars(sa.select(JoinRequest.answered_at)).one() is None
