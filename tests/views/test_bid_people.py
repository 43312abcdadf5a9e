"""People on a bid: named with what each may do, invited by e-mail, changed and ended by the group's lead alone."""

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts import queries as accounts
from grants.accounts.models import Person
from grants.applications import services as applications
from grants.core.audit import AuditEntry
from grants.core.outbox import Message
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_person, a_round, actor_of, an_office
from tests.pages import read_page
from workflows.actors import Role


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def draft(session, client):
    """A draft whose lead is signed in."""
    organisation, lead = a_group(session)
    made = a_draft(session, a_round(session, an_office(session)), organisation, lead)
    made.helper = a_person(session, Role.CONTRIBUTOR, organisation=organisation, name="Bid writer")
    session.commit()
    sign_in(client, lead)
    return made


def people(draft, rest=""):
    return f"/applications/{draft.id}/people{rest}"


def roles(session, person, draft):
    session.rollback()
    actor = accounts.get_actor(session, person.id)
    return {role for group, role in actor.organisation_roles if group == draft.organisation_id}


def trail(session):
    found = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_type == "organisation").order_by("id"))
    return [(entry.action, entry.detail["role"], entry.reason) for entry in found]


def test_the_task_list_leads_there_and_says_who_changed_what_last(client, session, draft):
    actor = actor_of(session, draft.helper)
    applications.save_answers(session, draft, {"P1": "Title"}, actor=actor, now=NOW, received_at=NOW)
    session.commit()
    page = read_page(client.get(f"/applications/{draft.id}"))
    assert people(draft) in page.links()
    assert "Last changed by Bid writer, 10 Jan 2024, midday" in page.text
    listed = read_page(client.get(people(draft)))
    assert "Bid writer" in listed.text and "Contributor: helps to write applications and returns" in listed.text


def test_whoever_is_invited_lands_on_the_bid(app, client, session, draft):
    data = {"name": "Second writer", "email": "second@club.example.org", "role": "contributor"}
    answer = client.post(people(draft, "/invite"), data=data)
    assert (answer.status_code, answer.location) == (303, people(draft))
    assert "Second writer" in read_page(client.get(answer.location)).text
    session.rollback()
    assert trail(session)[-1][:2] == ("join", "contributor")
    message = session.scalars(sa.select(Message).where(Message.address == data["email"])).one()
    newcomer = app.test_client()
    arrived = newcomer.post(message.detail["url"].removeprefix("http://127.0.0.1:8000"))
    assert arrived.location == f"/applications/{draft.id}"
    assert read_page(newcomer.get(f"/applications/{draft.id}/sections/project")).h1


def test_a_wrong_invitation_keeps_what_was_typed(client, session, draft):
    page = read_page(
        client.post(people(draft, "/invite"), data={"name": "Second writer", "email": "not an address"}), 422
    )
    assert (page.value("name"), page.value("email")) == ("Second writer", "not an address")
    assert session.scalar(sa.select(sa.func.count(Person.id)).where(Person.name == "Second writer")) == 0


def test_a_role_is_changed(client, session, draft):
    url = people(draft, f"/{draft.helper.id}")
    assert read_page(client.get(url)).h1 == "Bid writer"
    assert client.post(url, data={"roles": ["lead", "signatory"]}).status_code == 303
    assert roles(session, draft.helper, draft) == {Role.LEAD, Role.SIGNATORY}
    assert [each[:2] for each in trail(session)[-3:]] == [
        ("join", "lead"),
        ("join", "signatory"),
        ("leave", "contributor"),
    ]
    page = read_page(client.post(url, data={}), 422)
    assert "To take everything away, end their part instead" in page.text


def test_a_part_is_ended_with_a_reason_and_what_they_wrote_stays(app, client, session, draft):
    actor = actor_of(session, draft.helper)
    applications.save_answers(session, draft, {"P1": "Title"}, actor=actor, now=NOW, received_at=NOW)
    session.commit()
    url = people(draft, f"/{draft.helper.id}/end")
    read_page(client.post(url, data={}), 422)
    assert client.post(url, data={"reason": "Moved away"}).status_code == 303
    assert roles(session, draft.helper, draft) == set()
    assert trail(session)[-1] == ("leave", "contributor", "Moved away")
    gone = app.test_client()
    sign_in(gone, draft.helper)
    assert gone.get(f"/applications/{draft.id}").status_code in {403, 404}
    page = read_page(client.get(f"/applications/{draft.id}/sections/project/history"))
    assert "Bid writer" in page.text


def test_the_last_lead_can_be_neither_changed_nor_ended(client, session, draft):
    url = people(draft, f"/{draft.lead_person_id}")
    assert client.post(url, data={"roles": ["contributor"]}).status_code == 409
    assert client.post(f"{url}/end", data={"reason": "x"}).status_code == 409
    assert Role.LEAD in roles(session, draft.lead, draft)


def test_only_the_lead_changes_and_only_their_own_people(app, client, session, draft):
    stranger = a_group(session)[1]
    session.commit()
    helper = app.test_client()
    sign_in(helper, draft.helper)
    assert "Invite somebody" not in read_page(helper.get(people(draft))).text
    for rest in ("/invite", f"/{draft.helper.id}"):
        assert helper.get(people(draft, rest)).status_code == 403
        assert helper.post(people(draft, rest)).status_code == 403
    assert helper.post(people(draft, f"/{draft.helper.id}/end")).status_code == 403
    assert client.get(people(draft, f"/{stranger.id}")).status_code == 404
    other = app.test_client()
    sign_in(other, stranger)
    assert other.get(people(draft)).status_code == 404
