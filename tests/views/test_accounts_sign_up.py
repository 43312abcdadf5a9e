"""A group joins by proving an address, and nobody else learns whether the address or the name was known."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts.models import Membership, Organisation, Person, SignUp
from grants.core.audit import AuditEntry
from grants.core.outbox import Message
from tests.apps import NOW, sign_in
from tests.builders import a_group, a_person
from tests.pages import read_page
from workflows.actors import Role

FORM = {
    "name": "Example Street Youth Club (fictional)",
    "kind": "registered_charity",
    "charity_number": " 123 4567 ",
    "company_number": "",
    "person_name": "Club secretary",
    "email": "Secretary@club.example.org",
}


def mail(session):
    session.rollback()
    return session.scalars(sa.select(Message).order_by(Message.id.desc())).first()


def path_of(message):
    return message.detail["url"].removeprefix("http://127.0.0.1:8000")


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_group_is_set_up_when_its_link_is_pressed_and_not_before(client, session):
    read_page(client.get("/sign-up?next=/groups"))
    sent = client.post("/sign-up", data=FORM | {"next": "/groups"})
    assert (sent.status_code, sent.location) == (303, "/sign-up/sent")
    read_page(client.get(sent.location))
    message = mail(session)
    assert (message.template, message.address) == ("sign-up-link", "secretary@club.example.org")
    assert message.detail["same_name"] is False
    link = path_of(message)
    read_page(client.get(link))
    assert count(session, Person) == count(session, Organisation) == 0
    done = client.post(link)
    assert (done.status_code, done.location) == (303, "/groups")
    page = read_page(client.get("/groups"))
    assert "Example Street Youth Club (fictional) is set up." in page.text
    assert "Another group with this name" not in page.text
    session.rollback()
    person = session.scalars(sa.select(Person)).one()
    organisation = session.scalars(sa.select(Organisation)).one()
    assert (person.name, person.email) == ("Club secretary", "secretary@club.example.org")
    assert (organisation.charity_number, organisation.kind) == ("1234567", "registered_charity")
    roles = session.scalars(sa.select(Membership.role).where(Membership.person_id == person.id)).all()
    assert sorted(roles) == [Role.LEAD, Role.SIGNATORY]
    trail = session.execute(sa.select(AuditEntry.subject_type, AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in trail] == [
        ("organisation", "create"),
        ("organisation", "join"),
        ("organisation", "join"),
        ("person", "sign-in"),
    ]
    assert client.post(link).status_code == client.get(link).status_code == 410
    assert count(session, Organisation) == 1


def test_an_address_with_an_account_is_told_so_by_mail_alone(client, session):
    person = a_person(session)
    known = client.post("/sign-up", data=FORM | {"email": person.email})
    unknown = client.post("/sign-up", data=FORM)
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    session.rollback()
    told = session.execute(sa.select(Message.template, Message.address).order_by(Message.id)).all()
    assert [tuple(row) for row in told] == [
        ("already-has-account", person.email),
        ("sign-up-link", "secretary@club.example.org"),
    ]
    first = session.scalars(sa.select(Message).order_by(Message.id)).first()
    assert first.detail["url"].endswith("/sign-in")
    spent = session.scalars(sa.select(SignUp).order_by(SignUp.id)).first()
    assert spent.spent_at is not None, "nobody adds a group to somebody else's account"


def test_a_name_that_exists_is_said_without_saying_whose_it_is(client, session):
    _, lead = a_group(session, FORM["name"].upper())
    client.post("/sign-up", data=FORM)
    message = mail(session)
    assert message.detail["same_name"] is True
    client.post(path_of(message))
    page = read_page(client.get("/groups"))
    assert "Another group with this name exists. If it is yours, ask its lead to invite you." in page.text
    assert lead.name not in page.text
    assert lead.email not in page.text
    assert count(session, Organisation) == 2


def test_the_link_of_a_sign_up_lasts_a_day(client, session):
    with time_machine.travel(NOW, tick=False) as clock:
        client.post("/sign-up", data=FORM)
        link = path_of(mail(session))
        clock.move_to(NOW + timedelta(hours=24))
        assert client.get(link).status_code == client.post(link).status_code == 410
    assert count(session, Organisation) == 0


def test_two_who_sign_up_with_one_address_end_as_one_person(client, session):
    client.post("/sign-up", data=FORM)
    first = path_of(mail(session))
    client.post("/sign-up", data=FORM | {"name": "Example Lane Choir (fictional)", "person_name": "Other"})
    second = path_of(mail(session))
    assert client.post(first).status_code == client.post(second).status_code == 303
    assert count(session, Person) == 1
    assert count(session, Organisation) == 2


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("name", " ", "Enter the organisation's name"),
        ("kind", "pirates", "Not a valid choice."),
        ("charity_number", "12345", "A charity number has 6 to 8 digits"),
        ("company_number", "ABC", "A company number has 8 characters"),
        ("person_name", "", "Enter your name"),
        ("email", "secretary", "Enter an e-mail address"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(client, session, field, typed, complaint):
    page = read_page(client.post("/sign-up", data=FORM | {field: typed}), status=422)
    assert complaint in page.text
    assert page.title.startswith("Error: ")
    for name in ("name", "person_name", "email", "charity_number", "company_number"):
        expected = typed if name == field else FORM[name]
        assert page.value(name).strip() == expected.strip()
    assert count(session, SignUp) == count(session, Message) == 0


@pytest.mark.parametrize(
    ("charity", "company"),
    [("1234567", ""), ("SC 012345", ""), ("nic101010", ""), ("", "1234567"), ("", "sc123456"), ("", "IP12345R")],
)
def test_numbers_are_taken_as_the_registers_write_them(client, session, charity, company):
    typed = FORM | {"charity_number": charity, "company_number": company}
    assert client.post("/sign-up", data=typed).status_code == 303
    session.rollback()
    kept = session.scalars(sa.select(SignUp)).one().organisation
    assert kept["charity_number"] == charity.replace(" ", "").upper()
    assert kept["company_number"] == {"1234567": "01234567"}.get(company, company.upper())


def test_sign_ups_are_limited_like_sign_ins(client, session):
    for _ in range(5):
        assert client.post("/sign-up", data=FORM).status_code == 303
    assert client.post("/sign-up", data=FORM).status_code == 429
    assert client.post("/sign-in", data={"email": FORM["email"]}).status_code == 429
    assert count(session, SignUp) == 5


def test_somebody_with_an_account_adds_another_group_at_once(client, session):
    person = a_person(session)
    session.commit()
    sign_in(client, person)
    assert client.get("/sign-up").location == "/groups/new"
    read_page(client.get("/groups/new"))
    page = read_page(client.post("/groups/new", data={"name": "Example Lane Choir"}), status=422)
    assert page.value("name") == "Example Lane Choir"
    group = {"name": "Example Lane Choir (fictional)", "kind": "unincorporated_group"}
    assert client.post("/groups/new", data=group).location == "/groups"
    assert "Example Lane Choir (fictional)" in read_page(client.get("/groups")).text
