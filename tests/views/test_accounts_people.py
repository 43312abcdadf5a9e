"""The people of an office and of a group: who may see and change them, and that a change holds at once."""

import pytest
import sqlalchemy as sa

from grants.accounts.models import OfficeRole, Person
from grants.core.audit import AuditEntry
from grants.core.outbox import Message
from grants.extensions import db
from tests.apps import sign_in
from tests.builders import a_group, a_person, actor_of, an_office, staff
from tests.pages import read_page
from workflows.actors import Role


@pytest.fixture
def office(session):
    return an_office(session, "abc")


@pytest.fixture
def manager(client, session, office):
    manager = staff(session, office, Role.MANAGER)
    session.commit()
    sign_in(client, manager)
    return manager


def reasons(session, action):
    session.rollback()
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
    return [(entry.subject_id, entry.detail.get("role"), entry.reason, entry.actor_person_id) for entry in entries]


def test_the_list_shows_who_may_do_what_here_and_nobody_from_elsewhere(client, session, office, manager):
    officer = staff(session, office, Role.OFFICER, Role.MARKER)
    foreign = staff(session, an_office(session), Role.OFFICER)
    page = read_page(client.get("/office/people"))
    assert officer.name in page.text
    assert "Grants officer, Marker" in page.text or "Marker, Grants officer" in page.text
    assert foreign.name not in page.text
    assert "People" in [link.text for link in page.all("a")], "the section is in the menu"


def test_somebody_in_two_offices_chooses_between_them(client, session, office, manager):
    other = an_office(session)
    session.add(OfficeRole(person_id=manager.id, office_id=other.id, role=Role.ADMIN, started_at=manager.created_at))
    stranger = an_office(session)
    assert other.name in read_page(client.get(f"/office/people?office={other.code}")).h1
    assert client.get(f"/office/people?office={stranger.code}").status_code == 404


def test_a_long_list_has_pages_and_few_queries(app, client, session, office, manager):
    for number in range(60):
        a_person(session, Role.MARKER, office=office, name=f"Marker {number:03}")
    session.commit()
    asked = []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", listener := lambda *row: asked.append(row[2]))
    first = read_page(client.get("/office/people"))
    sa.event.remove(engine, "before_cursor_execute", listener)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 8
    (following,) = [link for link in first.links() if "after_id" in link]
    second = read_page(client.get(following))
    names = [f"Marker {number:03}" for number in range(60)]
    assert [name in first.text for name in names] != [name in second.text for name in names]
    assert all((name in first.text) != (name in second.text) for name in names)


def test_an_invitation_gives_the_roles_and_mails_the_link(client, session, office, manager):
    read_page(client.get("/office/abc/people/invite"))
    form = {
        "name": "New officer",
        "email": "New@office.example.org",
        "roles": ["officer", "marker"],
        "reason": "New post",
    }
    page = read_page(client.post("/office/abc/people/invite", data=form | {"roles": [], "reason": ""}), status=422)
    assert "Choose at least one role" in page.text
    assert (page.value("name"), page.value("email")) == ("New officer", "New@office.example.org")
    assert client.post("/office/abc/people/invite", data=form).location == "/office/people?office=abc"
    session.rollback()
    person = session.scalars(sa.select(Person).where(Person.email == "new@office.example.org")).one()
    assert actor_of(session, person).office_roles == {(office.id, Role.OFFICER), (office.id, Role.MARKER)}
    message = session.scalars(sa.select(Message)).one()
    assert (message.template, message.address, message.office_id) == ("office-invitation", person.email, office.id)
    assert message.detail["roles"] == ["marker", "officer"]
    assert [(row[0], row[2], row[3]) for row in reasons(session, "give-role")[-2:]] == [
        (person.id, "New post", manager.id)
    ] * 2
    visitor = client.application.test_client()
    assert visitor.post(message.detail["url"].removeprefix("http://127.0.0.1:8000")).location == "/sign-in/set-up-code"


def test_roles_change_with_a_reason_and_hold_from_the_next_request(client, session, office, manager):
    officer = staff(session, office, Role.OFFICER)
    session.commit()
    theirs = client.application.test_client()
    sign_in(theirs, officer)
    assert theirs.get("/office/people").status_code == 403
    path = f"/office/abc/people/{officer.id}"
    page = read_page(client.get(f"{path}/roles"))
    assert [box.attributes["value"] for box in page.all("input", name="roles") if "checked" in box.attributes] == [
        "officer"
    ]
    refused = read_page(client.post(f"{path}/roles", data={"roles": ["manager"], "reason": " "}), status=422)
    assert [box.attributes["value"] for box in refused.all("input", name="roles") if "checked" in box.attributes] == [
        "manager"
    ]
    assert client.post(f"{path}/roles", data={"roles": ["manager"], "reason": "Promoted"}).location == path
    assert theirs.get("/office/people").status_code == 200
    assert "are changed" in read_page(client.get(path)).text
    assert reasons(session, "end-role") == [(officer.id, "officer", "Promoted", manager.id)]
    assert reasons(session, "give-role")[-1] == (officer.id, "manager", "Promoted", manager.id)


def test_ended_access_holds_from_the_next_request(client, session, office, manager):
    officer = staff(session, office, Role.OFFICER, Role.ADMIN)
    session.commit()
    theirs = client.application.test_client()
    sign_in(theirs, officer)
    assert theirs.get("/office/people").status_code == 200
    path = f"/office/abc/people/{officer.id}"
    read_page(client.get(f"{path}/end-access"))
    read_page(client.post(f"{path}/end-access", data={"reason": ""}), status=422)
    assert theirs.get("/office/people").status_code == 200
    assert client.post(f"{path}/end-access", data={"reason": "Left the office"}).location == path
    assert theirs.get("/office/people").location == "/sign-in?next=/office/people"
    page = read_page(client.get(path))
    assert "may not enter this office" in page.text
    assert "Roles that ended" in page.text
    assert [row[2] for row in reasons(session, "end-sessions")] == ["Left the office"]
    sign_in(theirs, session.get(Person, officer.id, populate_existing=True))
    assert theirs.get("/office/people").status_code == 403, "signed in again, but with no role"


@pytest.mark.parametrize("change", ["end-sessions", "new-code"])
def test_somebody_is_signed_out_everywhere(client, session, office, manager, change):
    officer = staff(session, office, Role.OFFICER)
    officer.totp_secret, officer.totp_confirmed_at = "A" * 32, officer.created_at
    session.commit()
    theirs = client.application.test_client()
    sign_in(theirs, officer)
    path = f"/office/abc/people/{officer.id}"
    read_page(client.get(f"{path}/{change}"))
    assert client.post(f"{path}/{change}", data={"reason": "Lost phone"}).status_code == 303
    assert theirs.get("/groups").status_code == 302
    assert [row[2] for row in reasons(session, "end-sessions")] == ["Lost phone"]
    has_code = session.get(Person, officer.id, populate_existing=True).totp_confirmed_at is not None
    assert has_code == (change == "end-sessions")


def test_nobody_locks_themselves_out(client, session, office, manager):
    staff(session, office, Role.ADMIN)
    path = f"/office/abc/people/{manager.id}"
    refused = read_page(client.post(f"{path}/end-access", data={"reason": "Oops"}), status=409)
    assert "You can't end your own last way in" in refused.text
    assert "Oops" in [box.text for box in refused.all("textarea")], "what was typed is still there"
    assert client.post(f"{path}/roles", data={"roles": ["officer"], "reason": "Oops"}).status_code == 409
    session.rollback()
    assert actor_of(session, manager).office_roles == {(office.id, Role.MANAGER)}
    swapped = client.post(f"{path}/roles", data={"roles": ["admin"], "reason": "Swap"})
    assert swapped.status_code == 303, "one way in for another is no lock-out"


def test_a_change_that_does_not_exist_is_not_found(client, session, office, manager):
    assert client.get(f"/office/abc/people/{manager.id}/promote").status_code == 404
    assert client.get("/office/abc/people/999").status_code == 404


class TestGroups:
    """A group's own people."""

    @pytest.fixture
    def group(self, client, session):
        organisation, lead = a_group(session)
        session.commit()
        sign_in(client, lead)
        return organisation, lead

    def test_a_lead_invites_and_ends_the_part_of_others(self, client, session, group):
        organisation, lead = group
        read_page(client.get("/groups"))
        path = f"/groups/{organisation.id}/invite"
        read_page(client.get(path))
        form = {"name": "Treasurer", "email": "treasurer@club.example.org", "role": "signatory"}
        page = read_page(client.post(path, data=form | {"role": ""}), status=422)
        assert page.value("email") == form["email"]
        assert client.post(path, data=form).location == "/groups"
        session.rollback()
        message = session.scalars(sa.select(Message)).one()
        assert (message.template, message.address) == ("group-invitation", form["email"])
        joined = session.get_one(Person, message.person_id)
        assert actor_of(session, joined).organisation_roles == {(organisation.id, Role.SIGNATORY)}
        session.commit()
        visitor = client.application.test_client()
        assert visitor.post(message.detail["url"].removeprefix("http://127.0.0.1:8000")).status_code == 303
        seen = read_page(visitor.get("/groups"))
        assert "Treasurer" in seen.text
        assert not [link for link in seen.links() if link.endswith("/invite")], "only the lead invites"
        assert visitor.get(path).status_code == 403
        end = f"/groups/{organisation.id}/people/{joined.id}/end"
        read_page(client.get(end))
        assert client.post(end, data={"reason": "Stood down"}).location == "/groups"
        assert visitor.get("/groups").status_code == 403
        assert (organisation.id, "signatory", "Stood down", lead.id) in reasons(session, "leave")

    def test_the_last_lead_stays(self, client, session, group):
        organisation, lead = group
        refused = client.post(f"/groups/{organisation.id}/people/{lead.id}/end", data={"reason": "x"})
        assert "A group needs a lead" in read_page(refused, status=409).text
        session.rollback()
        assert len(actor_of(session, lead).organisation_roles) == 2
