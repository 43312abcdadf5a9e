"""Coming in: a link that only its button spends, the same answer for everybody, and a code for staff."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts import services as accounts
from grants.accounts.models import Person, SignInLink, TotpFailure
from grants.core.audit import AuditEntry
from grants.core.outbox import Delivery, Message
from tests.builders import a_group, a_person, actor_of, an_office, staff
from tests.pages import read_page
from workflows.actors import Role

START = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def ask(client, email, **more):
    return client.post("/sign-in", data={"email": email, **more})


def last_link(session):
    """The path of the link in the newest mail."""
    session.rollback()
    message = session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
    assert message.delivery is Delivery.QUEUED
    return message.detail["url"].removeprefix("http://127.0.0.1:8000")


def come_in(client, session, person, **more):
    """Ask for a link and press its button."""
    assert ask(client, person.email, **more).status_code == 303
    return client.post(last_link(session))


def code_for(session, person, at=None):
    session.rollback()
    secret = session.scalar(sa.select(Person.totp_secret).where(Person.id == person.id))
    return pyotp.TOTP(secret).at(at or datetime.now(UTC))


def who(client):
    with client.session_transaction() as cookie:
        return cookie.get("_user_id")


@pytest.fixture
def lead(session):
    _, lead = a_group(session)
    session.commit()
    return lead


@pytest.fixture
def officer(session):
    officer = staff(session, an_office(session), Role.OFFICER)
    session.commit()
    return officer


def test_a_known_and_an_unknown_address_get_the_same_answer(client, session, lead):
    read_page(client.get("/sign-in?next=/groups"))
    known = ask(client, f" {lead.email.upper()} ", next="/groups")
    unknown = ask(client, "nobody@elsewhere.example.org", next="/groups")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location) == (303, "/sign-in/sent")
    read_page(client.get(known.location))
    session.rollback()
    messages = session.scalars(sa.select(Message)).all()
    assert [(m.address, m.template, m.person_id) for m in messages] == [(lead.email, "sign-in-link", lead.id)]
    links = session.scalars(sa.select(SignInLink)).all()
    assert len(links) == 2, "both are counted"
    token = messages[0].detail["url"].rpartition("/")[2]
    kept = str([(row.token_hash, row.address_hash, row.client_hash) for row in links])
    assert token not in kept
    assert lead.email not in kept
    assert "127.0.0.1" not in kept


def test_something_that_is_no_address_is_shown_back(client):
    page = read_page(ask(client, "not an address"), status=422)
    assert "Enter an e-mail address" in page.text
    assert page.value("email") == "not an address"


def test_looking_at_a_link_does_not_spend_it_and_pressing_does(client, session, lead):
    ask(client, lead.email, next="/groups?a=b")
    link = last_link(session)
    for _ in range(2):
        read_page(client.get(link))
    assert who(client) is None
    done = client.post(link)
    assert (done.status_code, done.location) == (303, "/groups?a=b")
    assert who(client) == f"{lead.id}:{lead.session_epoch}"
    read_page(client.get(done.location))
    assert read_page(client.get(link), status=410)
    assert client.post(link).status_code == 410
    session.rollback()
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "sign-in")).one()
    assert (entry.subject_id, entry.actor_person_id, entry.detail) == (lead.id, lead.id, {"how": "link"})


def test_a_link_lasts_fifteen_minutes(client, session, lead, clock):
    ask(client, lead.email)
    link = last_link(session)
    clock.move_to(START + timedelta(minutes=14, seconds=59))
    assert client.get(link).status_code == 200
    clock.move_to(START + timedelta(minutes=15))
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    assert who(client) is None
    assert client.get("/sign-in/link/never-was").status_code == 410


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "/" + "x" * 400],
)
def test_a_link_never_leads_elsewhere(client, session, lead, elsewhere):
    done = come_in(client, session, lead, next=elsewhere)
    assert (done.status_code, done.location) == (303, "/")


def test_requests_are_limited_for_each_address_known_or_not(client, session, lead, clock):
    for email, octet in ((lead.email, 1), ("nobody@elsewhere.example.org", 2)):
        for number in range(5):
            environ = {"REMOTE_ADDR": f"10.0.{octet}.{number}"}
            assert client.post("/sign-in", data={"email": email}, environ_base=environ).status_code == 303
        environ = {"REMOTE_ADDR": f"10.0.{octet}.99"}
        refused = client.post("/sign-in", data={"email": email}, environ_base=environ)
        assert read_page(refused, status=429).h1 == "Too many tries"
    clock.move_to(START + timedelta(minutes=15, seconds=1))
    assert ask(client, lead.email).status_code == 303


def test_requests_are_limited_for_each_client(client, session):
    for number in range(5):
        assert ask(client, f"nobody-{number}@elsewhere.example.org").status_code == 303
    assert ask(client, "nobody-6@elsewhere.example.org").status_code == 429
    other = client.post("/sign-in", data={"email": "x@example.org"}, environ_base={"REMOTE_ADDR": "10.9.9.9"})
    assert other.status_code == 303


def test_staff_set_up_a_code_first_and_enter_one_later(client, session, officer, clock):
    done = come_in(client, session, officer, next="/privacy")
    assert (done.status_code, done.location) == (303, "/sign-in/set-up-code")
    assert who(client) is None, "the link alone must not be enough"
    page = read_page(client.get(done.location))
    session.rollback()
    secret = session.scalar(sa.select(Person.totp_secret).where(Person.id == officer.id))
    assert secret in page.text.replace(" ", "")
    assert "otpauth://totp/" in page.text
    wrong = client.post("/sign-in/code", data={"code": "000000"})
    read_page(wrong, status=422)
    assert who(client) is None
    done = client.post("/sign-in/code", data={"code": code_for(session, officer)})
    assert (done.status_code, done.location) == (303, "/privacy")
    assert who(client) == f"{officer.id}:{officer.session_epoch}"
    client.post("/sign-out")
    assert who(client) is None
    clock.shift(timedelta(minutes=1))
    done = come_in(client, session, officer)
    assert done.location == "/sign-in/code", "the secret stays once it is confirmed"
    read_page(client.get("/sign-in/code"))
    assert client.get("/sign-in/set-up-code").location == "/sign-in/code"
    assert client.post("/sign-in/code", data={"code": code_for(session, officer)}).status_code == 303
    assert who(client) is not None


def test_a_code_works_once(client, session, officer, clock):
    come_in(client, session, officer)
    code = code_for(session, officer)
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303
    client.post("/sign-out")
    come_in(client, session, officer)
    assert client.post("/sign-in/code", data={"code": code}).status_code == 422
    assert who(client) is None
    clock.shift(timedelta(seconds=30))
    spaced = code_for(session, officer)
    assert client.post("/sign-in/code", data={"code": f"{spaced[:3]} {spaced[3:]}"}).status_code == 303


def test_codes_can_not_be_guessed(client, session, officer, clock):
    come_in(client, session, officer)
    right = code_for(session, officer)
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(5):
        assert client.post("/sign-in/code", data={"code": wrong}).status_code == 422
    assert client.post("/sign-in/code", data={"code": right}).status_code == 429
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(TotpFailure.id))) == 5
    clock.shift(timedelta(minutes=15, seconds=1))
    come_in(client, session, officer)
    assert client.post("/sign-in/code", data={"code": code_for(session, officer)}).status_code == 303


def test_the_step_between_link_and_code_ends_with_the_sessions(client, session, officer, clock):
    come_in(client, session, officer)
    clock.shift(timedelta(minutes=16))
    assert client.post("/sign-in/code", data={"code": code_for(session, officer)}).location == "/sign-in"
    come_in(client, session, officer)
    accounts.end_sessions(session, officer, None, actor=actor_of(session, officer), now=START, reason="x")
    session.commit()
    assert client.get("/sign-in/code").location == "/sign-in"
    assert who(client) is None


def test_ended_sessions_end_at_the_next_request_and_open_links_with_them(client, session, lead):
    come_in(client, session, lead)
    assert client.get("/groups").status_code == 200
    ask(client, lead.email)
    link = last_link(session)
    accounts.end_sessions(session, lead, None, actor=actor_of(session, lead), now=START, reason="x")
    session.commit()
    assert client.get("/groups").location == "/sign-in?next=/groups"
    assert client.post(link).status_code == 410


def test_sessions_of_staff_last_a_day_at_work_and_of_groups_a_month(app, session, officer, lead, clock):
    staff_client, group_client = app.test_client(), app.test_client()
    come_in(staff_client, session, officer)
    staff_client.post("/sign-in/code", data={"code": code_for(session, officer)})
    come_in(group_client, session, lead)
    clock.move_to(START + timedelta(hours=11, minutes=59))
    assert staff_client.get("/groups").status_code == 403
    clock.move_to(START + timedelta(hours=12, seconds=1))
    assert staff_client.get("/groups").status_code == 302
    assert group_client.get("/groups").status_code == 200
    clock.shift(timedelta(days=29, hours=23))
    assert group_client.get("/groups").status_code == 200
    clock.shift(timedelta(days=30, seconds=1))
    assert group_client.get("/groups").status_code == 302


def test_signing_in_replaces_whoever_was_here(client, session, lead):
    other = a_person(session)
    session.commit()
    come_in(client, session, lead)
    with client.session_transaction() as cookie:
        cookie["left_behind"] = "by the first"
    come_in(client, session, other)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"].startswith(f"{other.id}:")
        assert "left_behind" not in cookie


def at_once(count, work):
    """Do the work in so many threads that start together; returns what each answered."""
    ready = threading.Barrier(count)

    def one(_):
        ready.wait()
        return work()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_a_link_pressed_five_times_at_once_signs_in_once(app, client, session, lead):
    ask(client, lead.email)
    link = last_link(session)
    session.rollback()
    statuses = at_once(5, lambda: app.test_client().post(link).status_code)
    assert sorted(statuses) == [303, 410, 410, 410, 410]


def test_codes_guessed_at_once_are_all_counted(app, client, session, officer):
    come_in(client, session, officer)
    right = code_for(session, officer)
    wrong = "111111" if right != "111111" else "222222"
    with client.session_transaction() as cookie:
        pending = cookie["pending"]
    session.rollback()

    def guess():
        visitor = app.test_client()
        with visitor.session_transaction() as cookie:
            cookie["pending"] = pending
        return visitor.post("/sign-in/code", data={"code": wrong}).status_code

    assert sorted(at_once(8, guess)) == [422] * 5 + [429] * 3


def test_requests_made_at_once_are_all_counted(app, session, lead):
    email = lead.email
    session.rollback()
    statuses = at_once(8, lambda: ask(app.test_client(), email).status_code)
    assert sorted(statuses) == [303] * 5 + [429] * 3
