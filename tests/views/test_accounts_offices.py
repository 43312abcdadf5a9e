"""An office's details: changed by those who keep it, on the record, and never over a colleague's change."""

import pytest
import sqlalchemy as sa

from grants.accounts.models import Office
from grants.core.audit import AuditEntry
from tests.apps import sign_in
from tests.builders import an_office, staff
from tests.pages import read_page
from workflows.actors import Role

GOOD = {
    "name": "Office of the Commissioner (fictional)",
    "decision_maker_title": "Commissioner",
    "contact_email": "grants@office.example.org",
    "privacy_notice": "We keep what you send us.\nFor six years.",
    "accessibility_statement": "",
}


@pytest.fixture
def office(session, client):
    office = an_office(session, "abc")
    manager = staff(session, office, Role.MANAGER)
    session.commit()
    sign_in(client, manager)
    return office


def seen(client):
    return read_page(client.get("/office/abc/settings")).value("seen")


def test_the_details_are_changed_and_shown_where_people_read_them(client, session, office):
    response = client.post("/office/abc/settings", data=GOOD | {"seen": seen(client)})
    assert response.status_code == 303
    assert "We keep what you send us." in read_page(client.get("/privacy?office=abc")).text
    session.rollback()
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_type == "office").order_by(-AuditEntry.id))
    first = entry.first()
    assert first.action == "update"
    assert first.detail["before"]["name"] == "Office abc (fictional)"


def test_bad_input_is_named_and_kept(client, office):
    page = read_page(client.post("/office/abc/settings", data=GOOD | {"contact_email": "nobody", "name": " "}), 422)
    assert "Enter an e-mail address" in page.text
    assert "Write the name of the office" in page.text
    assert page.value("contact_email") == "nobody"
    assert page.value("privacy_notice") == GOOD["privacy_notice"]


def test_a_colleagues_change_is_not_overwritten(client, session, office):
    old = seen(client)
    assert client.post("/office/abc/settings", data=GOOD | {"seen": old}).status_code == 303
    page = read_page(client.post("/office/abc/settings", data=GOOD | {"seen": old, "name": "Mine"}), 409)
    assert "Mine" in page.text
    session.rollback()
    assert session.scalars(sa.select(Office.name).where(Office.code == "abc")).one() == GOOD["name"]


def test_an_officer_may_not_and_another_office_finds_nothing(client, session, office):
    for person, status in (
        (staff(session, office, Role.OFFICER), 403),
        (staff(session, an_office(session), Role.MANAGER), 404),
    ):
        session.commit()
        sign_in(client, person)
        assert client.get("/office/abc/settings").status_code == status
        assert client.post("/office/abc/settings", data=GOOD).status_code == status
