"""The sample's door and mailbox, the notices, and that neither door nor mailbox is there in a real installation."""

import pytest
import sqlalchemy as sa

from grants.core.audit import AuditEntry
from grants.core.outbox import Delivery, Message
from tests.apps import NOW
from tests.builders import a_group, a_person, an_office, staff
from tests.pages import read_page
from workflows.actors import Role


@pytest.fixture
def people(session):
    office = an_office(session, "llr")
    officer = staff(session, office, Role.OFFICER, Role.MARKER)
    organisation, lead = a_group(session)
    officer.sample_key, lead.sample_key = "llr.officer-1", "group-1.lead"
    a_person(session)
    session.commit()
    return office, officer, organisation, lead


@pytest.fixture
def real(app):
    """The same application as a real installation."""
    app.config["SAMPLE"] = False
    yield
    app.config["SAMPLE"] = True


def test_the_people_of_the_sample_each_have_a_button(client, people):
    office, officer, organisation, lead = people
    page = read_page(client.get("/sample"))
    buttons = {field.attributes["value"] for field in page.all("input", name="person")}
    assert buttons == {"llr.officer-1", "group-1.lead"}
    assert client.get("/sample?format=json").json == [
        {
            "person": "group-1.lead",
            "name": lead.name,
            "role": "Lead, Signatory",
            "office": organisation.name,
        },
        {
            "person": "llr.officer-1",
            "name": officer.name,
            "role": "Grants officer, Marker",
            "office": office.name,
        },
    ]


def test_a_button_signs_in_without_a_code(client, session, people):
    _, officer, _, lead = people
    assert client.post("/sample/sign-in", data={"person": "group-1.lead"}).status_code == 303
    assert lead.name in read_page(client.get("/groups")).text
    done = client.post("/sample/sign-in", data={"person": "llr.officer-1"})
    assert done.status_code == 303
    assert client.get("/groups").status_code == 403, "the second person took the place of the first"
    session.rollback()
    how = session.scalars(sa.select(AuditEntry.detail).where(AuditEntry.subject_id == officer.id)).all()
    assert {"how": "sample button"} in how


@pytest.mark.parametrize("person", ["", "nobody", "llr.officer-2"])
def test_nobody_else_can_be_signed_in_as(client, people, person):
    assert client.post("/sample/sign-in", data={"person": person}).status_code == 404


def test_the_button_needs_its_token(app, client, people):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post("/sample/sign-in", data={"person": "group-1.lead"}).status_code == 400
        token = read_page(client.get("/sample")).all("input", name="csrf_token")[0].attributes["value"]
        done = client.post("/sample/sign-in", data={"person": "group-1.lead", "csrf_token": token})
        assert done.status_code == 303
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def a_mail(number, text, delivery=Delivery.SENT):
    return Message(
        template="sign-in-link",
        address=f"person-{number}@group.example.org",
        subject_type="person",
        subject_id=1,
        detail={},
        dedupe_key=f"mail-{number}",
        message_id=f"<mail-{number}@safer-grants>",
        delivery=delivery,
        next_attempt_at=NOW,
        created_at=NOW,
        sent_at=NOW.replace(minute=number) if delivery is Delivery.SENT else None,
        subject_line=f"Subject {number}",
        body=text,
    )


def test_the_mailbox_shows_what_was_sent_newest_first(client, session):
    ours = "http://127.0.0.1:8000/sign-in/link/abc"
    session.add(a_mail(1, f"Press <b>this</b>:\n\n{ours}\n"))
    session.add(a_mail(2, "See https://elsewhere.example/ or http://127.0.0.1:8000.evil.example/ now"))
    session.add(a_mail(3, "Not gone yet", Delivery.QUEUED))
    session.commit()
    box = client.get("/sample/mailbox?format=json").json
    assert [mail["subject"] for mail in box] == ["Subject 2", "Subject 1"]
    assert box[1] == {
        "to": "person-1@group.example.org",
        "subject": "Subject 1",
        "message_id": "<mail-1@safer-grants>",
        "sent_at": "2024-01-10T12:01:00+00:00",
        "text": f"Press <b>this</b>:\n\n{ours}\n",
    }
    page = read_page(client.get("/sample/mailbox"))
    assert ours in page.links()
    assert not [link for link in page.links() if "elsewhere" in link or "evil" in link]
    assert "Press <b>this</b>:" in page.text, "the text is shown, not run"


@pytest.mark.parametrize("path", ["/sample", "/sample?format=json", "/sample/mailbox", "/sample/mailbox?format=json"])
def test_a_real_installation_has_no_sample_pages(client, people, real, path):
    read_page(client.get(path), status=404)
    assert client.post("/sample/sign-in", data={"person": "group-1.lead"}).status_code == 404
    assert "This is sample data" not in read_page(client.get("/privacy")).text


@pytest.mark.parametrize(
    ("path", "column"), [("/privacy", "privacy_notice"), ("/accessibility", "accessibility_statement")]
)
def test_an_office_may_say_it_in_its_own_words(client, session, path, column):
    read_page(client.get(path))
    office = an_office(session, "abc", contact_email="grants@office.example.org")
    page = read_page(client.get(f"{path}?office=ABC"))
    assert "grants@office.example.org" in page.text
    assert office.name in page.text
    setattr(office, column, "Our own words.\nOn two lines, <b>plain</b>.")
    session.commit()
    own = read_page(client.get(f"{path}?office=abc"))
    assert "Our own words. On two lines, <b>plain</b>." in own.text
    assert client.get(f"{path}?office=nope").status_code == 404
