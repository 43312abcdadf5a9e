"""The office's messages on the screen: what could not be sent first, sent again once, and nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Person
from grants.core.audit import AuditEntry
from grants.core.outbox import Delivery, Message, new_message_id
from grants.notifications.queries import PAGE
from tests import builders
from tests.apps import sign_in
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role


@pytest.fixture
def office(session: Session) -> Office:
    return builders.an_office(session)


@pytest.fixture
def officer(session: Session, office: Office) -> Person:
    return builders.staff(session, office, Role.OFFICER)


def a_message(session: Session, office: Office, now: datetime, **values: Any) -> Message:
    message_id = new_message_id()
    columns = {
        "office_id": office.id,
        "template": "draft-reminder",
        "address": "somebody@group.example.org",
        "subject_type": "application",
        "subject_id": 1,
        "dedupe_key": message_id,
        "message_id": message_id,
        "next_attempt_at": now,
        "created_at": now,
    }
    message = Message(**(columns | values))
    session.add(message)
    session.flush()
    return message


def a_dead_one(session: Session, office: Office, now: datetime, **values: Any) -> Message:
    dead = {"delivery": Delivery.DEAD, "attempts": 8, "last_error": "550 no such mailbox"}
    return a_message(session, office, now, **(dead | values))


def test_an_office_without_messages_says_so(client: FlaskClient, session: Session, officer: Person) -> None:
    session.commit()
    sign_in(client, officer)

    page = read_page(client.get("/office/messages"))

    assert page.h1 == "Messages"
    assert "There are no messages yet." in page.text


def test_what_could_not_be_sent_comes_first(
    client: FlaskClient, session: Session, office: Office, officer: Person, now: datetime
) -> None:
    a_dead_one(session, office, now)
    a_message(session, office, now, delivery=Delivery.SENT, sent_at=now, template="offer", body="Good news.")
    session.commit()
    sign_in(client, officer)

    page = read_page(client.get("/office/messages"))

    assert "1 message could not be sent" in page.text
    assert page.text.index("Could not be sent") < page.text.index("Offer of a grant")
    assert "10 Jan 2024, midday" in page.text


def test_a_long_list_is_read_in_pages_with_few_queries(
    client: FlaskClient, session: Session, office: Office, officer: Person, now: datetime
) -> None:
    for _ in range(PAGE + 5):
        a_message(session, office, now, delivery=Delivery.SENT, sent_at=now)
    session.commit()
    sign_in(client, officer)

    with counted(session) as queries:
        first = read_page(client.get("/office/messages"))
    assert len([each for each in queries if each.startswith("SELECT")]) <= 8
    [older] = [link for link in first.links() if "before=" in link]
    second = read_page(client.get(older))

    shown = [{link for link in page.links() if link.startswith("/office/messages/")} for page in (first, second)]
    assert [len(links) for links in shown] == [PAGE, 5]
    assert not shown[0] & shown[1]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30])
def test_a_page_key_that_is_none_is_refused(
    client: FlaskClient, session: Session, officer: Person, before: str
) -> None:
    session.commit()
    sign_in(client, officer)

    read_page(client.get(f"/office/messages?before={before}"), 400)


def test_a_message_is_shown_with_what_it_said(
    client: FlaskClient, session: Session, office: Office, officer: Person, now: datetime
) -> None:
    sent = {"delivery": Delivery.SENT, "sent_at": now, "subject_line": "Not sent yet", "body": "Hello <b>you</b>"}
    message = a_message(session, office, now, **sent)
    session.commit()
    sign_in(client, officer)

    page = read_page(client.get(f"/office/messages/{message.id}"))

    assert page.h1 == "Not sent yet"
    assert "Hello <b>you</b>" in page.text
    assert message.message_id in page.text
    assert not page.all("button", type="submit") or "Send again" not in page.text


def test_an_officer_sends_a_dead_letter_again_once(
    client: FlaskClient, session: Session, office: Office, officer: Person, now: datetime
) -> None:
    message = a_dead_one(session, office, now)
    session.commit()
    sign_in(client, officer)
    page = read_page(client.get(f"/office/messages/{message.id}"))
    assert "550 no such mailbox" in page.text and "Send again" in page.text

    response = client.post(f"/office/messages/{message.id}/send-again")

    assert (response.status_code, response.headers["Location"]) == (303, f"/office/messages/{message.id}")
    assert "The message goes out again." in read_page(client.get(response.headers["Location"])).text
    session.expire_all()
    assert (message.delivery, message.attempts) == (Delivery.QUEUED, 0)
    assert session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_type == "message")).all() == [
        "send-again"
    ]
    refused = read_page(client.post(f"/office/messages/{message.id}/send-again"), 409)
    assert "somebody has sent it again already" in refused.text


def test_a_link_that_ended_is_not_offered_again(
    client: FlaskClient, session: Session, office: Office, officer: Person, now: datetime
) -> None:
    message = a_dead_one(session, office, now, template="office-invitation", subject_type="person")
    session.commit()
    sign_in(client, officer)

    assert "Send again" not in read_page(client.get(f"/office/messages/{message.id}")).text
    read_page(client.post(f"/office/messages/{message.id}/send-again"), 409)


def test_one_that_was_no_longer_needed_says_why(
    client: FlaskClient, session: Session, office: Office, officer: Person, now: datetime
) -> None:
    message = a_message(session, office, now, delivery=Delivery.NOT_OWED)
    waits = a_message(session, office, now, next_attempt_at=now + timedelta(hours=1), attempts=1)
    session.commit()
    sign_in(client, officer)

    assert "no longer true" in read_page(client.get(f"/office/messages/{message.id}")).text
    assert "Next try" in read_page(client.get(f"/office/messages/{waits.id}")).text


@pytest.mark.parametrize("address", ["/office/messages", "/office/messages/{}", "/office/messages/{}/send-again"])
def test_other_roles_and_other_offices_do_not_get_in(
    client: FlaskClient, session: Session, office: Office, now: datetime, address: str
) -> None:
    message = a_dead_one(session, office, now)
    marker = builders.staff(session, office, Role.MARKER)
    stranger = builders.staff(session, builders.an_office(session), Role.OFFICER)
    _, lead = builders.a_group(session)
    session.commit()
    path = address.format(message.id)
    call = client.post if path.endswith("again") else client.get

    sign_in(client, marker)
    read_page(call(path), 403)
    sign_in(client, stranger)
    if path == "/office/messages":
        assert "somebody@group.example.org" not in read_page(call(path)).text
    else:
        read_page(call(path), 404)
    sign_in(client, lead)
    read_page(call(path), 403 if path == "/office/messages" else 404)
    session.expire_all()
    assert message.delivery == Delivery.DEAD


def test_messages_of_no_office_are_on_nobodys_list(
    client: FlaskClient, session: Session, officer: Person, now: datetime
) -> None:
    lost = Message(
        template="sign-in-link",
        address="x@group.example.org",
        subject_type="person",
        subject_id=officer.id,
        dedupe_key="k",
        message_id="<m@safer-grants>",
        next_attempt_at=now,
        created_at=now,
    )
    session.add(lost)
    session.commit()
    sign_in(client, officer)

    assert "x@group.example.org" not in read_page(client.get("/office/messages")).text
    read_page(client.get(f"/office/messages/{lost.id}"), 404)
