"""A session that ends while somebody types costs them nothing, and shows what they typed to nobody else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts import services as accounts
from grants.accounts.models import KeptText
from grants.core.outbox import Message
from tests.apps import NOW
from tests.builders import a_group, an_office, staff
from tests.pages import read_page
from workflows.actors import SYSTEM, Role

TYPED = {"name": "New colleague", "email": "new@club.example.org"}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def link_for(client, session, person, next_path=""):
    client.post("/sign-in", data={"email": person.email, "next": next_path})
    session.rollback()
    message = session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
    assert message.address == person.email
    return message.detail["url"].removeprefix("http://127.0.0.1:8000")


def come_in(client, session, person, next_path=""):
    return client.post(link_for(client, session, person, next_path))


def end_sessions(session, person):
    accounts.end_sessions(session, person, None, actor=SYSTEM, now=NOW, reason="x")
    session.commit()


def kept(session):
    session.rollback()
    return session.scalars(sa.select(KeptText)).all()


@pytest.fixture
def group(session, clock):
    organisation, lead = a_group(session)
    session.commit()
    return organisation, lead, f"/groups/{organisation.id}/invite"


def test_the_text_is_on_the_same_page_after_signing_in(client, session, group):
    _, lead, page_path = group
    come_in(client, session, lead)
    end_sessions(session, lead)
    lost = client.post(page_path, data=TYPED | {"seen_version": "1"})
    assert (lost.status_code, lost.location) == (303, f"/sign-in?next={page_path}")
    assert "what you typed is kept" in read_page(client.get(lost.location)).text
    assert [(row.person_id, row.path, row.form) for row in kept(session)] == [
        (lead.id, page_path, {name: [value] for name, value in TYPED.items()})
    ]
    back = come_in(client, session, lead, page_path)
    assert back.location == page_path
    page = read_page(client.get(page_path))
    assert (page.value("name"), page.value("email")) == (TYPED["name"], TYPED["email"])
    assert "What you typed before is on this page again" in page.text
    sent = client.post(page_path, data=TYPED | {"role": "contributor"})
    assert sent.status_code == 303
    assert kept(session) == [], "sent after all, so no longer kept"
    assert read_page(client.get(page_path)).value("name") == ""


def test_another_person_in_the_same_browser_sees_none_of_it(client, session, group):
    organisation, lead, page_path = group
    other = a_group(session)[1]
    accounts.join_organisation(session, other, organisation, Role.LEAD, actor=SYSTEM, now=NOW)
    come_in(client, session, lead)
    end_sessions(session, lead)
    client.post(page_path, data=TYPED)
    come_in(client, session, other, page_path)
    page = read_page(client.get(page_path))
    assert page.value("name") == page.value("email") == ""
    assert "What you typed before" not in page.text
    assert len(kept(session)) == 1, "it still waits for the one who typed it"


def test_whoever_signed_out_on_purpose_is_forgotten(client, session, group):
    _, lead, page_path = group
    come_in(client, session, lead)
    client.post("/sign-out")
    page = read_page(client.post(page_path, data=TYPED), status=401)
    assert TYPED["name"] in page.text, "shown back, as there is nobody to keep it for"
    assert kept(session) == []
    assert client.post(page_path).location == f"/sign-in?next={page_path}", "nothing typed, nothing to show"


def test_a_forged_memory_of_who_was_here_keeps_nothing(client, session, group):
    _, lead, page_path = group
    client.set_cookie("who", f"{lead.id}.forged.value")
    assert client.post(page_path, data=TYPED).status_code == 401
    assert kept(session) == []


def test_text_is_kept_for_a_day(client, session, group, clock):
    _, lead, page_path = group
    come_in(client, session, lead)
    end_sessions(session, lead)
    client.post(page_path, data=TYPED)
    clock.shift(timedelta(hours=24))
    come_in(client, session, lead, page_path)
    assert read_page(client.get(page_path)).value("name") == ""


def test_a_later_text_for_the_same_page_takes_the_place_of_the_first(client, session, group):
    _, lead, page_path = group
    come_in(client, session, lead)
    end_sessions(session, lead)
    client.post(page_path, data=TYPED)
    client.post(page_path, data=TYPED | {"name": "Second thoughts"})
    assert [row.form["name"] for row in kept(session)] == [["Second thoughts"]]


def test_what_one_browser_may_fill_is_bounded(client, session, group):
    _, lead, page_path = group
    come_in(client, session, lead)
    end_sessions(session, lead)
    assert client.post(page_path, data=TYPED | {"name": "x" * 500_001}).status_code == 401
    for number in range(12):
        client.post(f"/groups/{number + 100}/invite", data=TYPED)
    assert len(kept(session)) == 10


def test_codes_and_tokens_are_never_kept(client, session, group):
    _, lead, page_path = group
    come_in(client, session, lead)
    end_sessions(session, lead)
    client.post(page_path, data=TYPED | {"code": "123456", "csrf_token": "old", "token": "t"})
    assert set(kept(session)[0].form) == set(TYPED)


class TestWithTokens:
    """The same with CSRF tokens on, as people have it: there the token of an ended session is what fails first."""

    @pytest.fixture(autouse=True)
    def tokens(self, app):
        app.config["WTF_CSRF_ENABLED"] = True
        yield
        app.config["WTF_CSRF_ENABLED"] = False

    def post(self, client, path, **data):
        token = read_page(client.get(path)).value("csrf_token")
        return client.post(path, data=data | {"csrf_token": token})

    def come_in(self, client, session, person, next_path):
        self.post(client, "/sign-in", email=person.email, next=next_path)
        session.rollback()
        message = session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
        return self.post(client, message.detail["url"].removeprefix("http://127.0.0.1:8000"))

    def test_an_expired_session_keeps_the_text(self, client, session, group):
        _, lead, page_path = group
        self.come_in(client, session, lead, page_path)
        token = read_page(client.get(page_path)).value("csrf_token")
        client.delete_cookie("session")
        lost = client.post(page_path, data=TYPED | {"csrf_token": token})
        assert (lost.status_code, lost.location) == (303, f"/sign-in?next={page_path}")
        assert self.come_in(client, session, lead, page_path).location == page_path
        assert read_page(client.get(page_path)).value("name") == TYPED["name"]

    def test_a_page_from_before_the_new_sign_in_keeps_the_text_and_does_nothing(self, client, session, group):
        _, lead, page_path = group
        self.come_in(client, session, lead, page_path)
        token = read_page(client.get(page_path)).value("csrf_token")
        client.delete_cookie("session")
        self.come_in(client, session, lead, page_path)
        before = session.scalar(sa.select(sa.func.count(Message.id)))
        again = client.post(page_path, data=TYPED | {"role": "contributor", "csrf_token": token})
        assert (again.status_code, again.location) == (303, page_path)
        page = read_page(client.get(page_path))
        assert page.value("name") == TYPED["name"]
        assert "This page was open for a long time" in page.text
        session.rollback()
        assert session.scalar(sa.select(sa.func.count(Message.id))) == before, "nobody was invited"

    def test_a_post_without_a_token_is_refused(self, client, session, group):
        _, lead, page_path = group
        self.come_in(client, session, lead, page_path)
        read_page(client.post(page_path, data=TYPED), status=400)
        read_page(client.post("/sign-in", data={"email": lead.email}), status=400)
        assert kept(session) == []


def test_a_code_that_staff_still_owe_shows_them_nothing_yet(client, session, clock):
    office = an_office(session)
    keeper = staff(session, office, Role.ADMIN)
    page_path = f"/office/{office.code}/people/invite"
    session.commit()
    done = come_in(client, session, keeper, page_path)
    assert done.location == "/sign-in/set-up-code"
    assert client.get(page_path).status_code == 302
