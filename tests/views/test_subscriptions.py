"""E-mail me when it opens, as somebody without an account does it: ask, press, stop, with one page whoever asks."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts.services import Site
from grants.core.outbox import Message
from grants.subscriptions import queries
from grants.subscriptions.models import Subscription
from tests.apps import NOW, SECRET
from tests.builders import a_round, an_office
from tests.pages import read_page

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def coming(session):
    made = a_round(session, an_office(session, "alpha"), title="Round Five", opens_at=NOW + DAY)
    session.commit()
    return made


def link(session):
    session.rollback()
    return session.scalars(sa.select(Message).order_by(Message.id.desc())).first().detail["url"][21:]


def end_path(session):
    session.rollback()
    found = session.scalars(sa.select(Subscription)).one()
    return f"/news/{found.id}/end/{queries.end_token(Site('', SECRET), found)}"


def count(session):
    session.rollback()
    return session.scalar(sa.select(sa.func.count(Subscription.id)))


def subscribe(client, session, coming):
    client.post(f"/rounds/{coming.id}/news", data={"email": "reader@example.org"})
    assert client.post(link(session)).status_code == 200


def test_from_the_rounds_page_to_the_end(client, session, coming):
    assert f"/rounds/{coming.id}/news" in read_page(client.get(f"/rounds/{coming.id}")).links()
    page = read_page(client.get(f"/rounds/{coming.id}/news"))
    assert page.h1 == "E-mail me when this round opens"
    asked = client.post(f"/rounds/{coming.id}/news", data={"email": "reader@example.org"})
    assert (asked.status_code, asked.location) == (303, "/news/sent")
    assert read_page(client.get("/news/sent")).h1 == "Check your e-mail"
    path = link(session)
    # Looking changes nothing, however often a scanner looks.
    for _ in range(3):
        assert read_page(client.get(path)).h1 == "Do you want these e-mails?"
    session.rollback()
    assert session.scalars(sa.select(Subscription.confirmed_at)).one() is None
    for _ in range(2):
        assert read_page(client.post(path)).h1 == "We will e-mail you"
    session.rollback()
    assert session.scalars(sa.select(Subscription.confirmed_at)).one() == NOW
    stop = end_path(session)
    assert read_page(client.get(stop)).h1 == "Stop these e-mails?"
    for _ in range(2):
        assert read_page(client.post(stop)).h1 == "You get no more of these e-mails"
    assert read_page(client.get(stop)).h1 == "You get no more of these e-mails"
    read_page(client.post(path), 410)


def test_a_mail_program_ends_it_without_a_session_or_a_token_of_ours(app, client, session, coming):
    subscribe(client, session, coming)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        stranger = app.test_client()
        assert stranger.post(f"/rounds/{coming.id}/news", data={"email": "x@example.org"}).status_code == 400
        response = stranger.post(end_path(session), data={"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    session.rollback()
    assert session.scalars(sa.select(Subscription.ended_at)).one() == NOW


def test_a_wish_for_every_round_that_fits(client, session, coming):
    page = read_page(client.get("/news?office=alpha&area=West+Example&theme=parks"))
    assert page.value("theme") == "parks"
    assert page.one("option", value="West Example").attributes.get("selected") is not None
    sent = client.post(
        "/news", data={"email": "r@example.org", "office": "alpha", "area": "West Example", "theme": "parks"}
    )
    assert sent.location == "/news/sent"
    session.rollback()
    found = session.scalars(sa.select(Subscription)).one()
    assert (found.area, found.theme, found.round_id) == ("West Example", "parks", None)
    # Nothing that anybody typed goes to an address that did not ask.
    assert "parks" not in repr(session.scalars(sa.select(Message.detail)).all()[-1])


def test_known_and_unknown_addresses_see_the_same(client, session, coming):
    subscribe(client, session, coming)
    known = client.post(f"/rounds/{coming.id}/news", data={"email": "reader@example.org"})
    unknown = client.post(f"/rounds/{coming.id}/news", data={"email": "new@example.org"})
    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "no address",
        "a@example.org\nBcc: all@example.org",
        "a@example.org\r\nSubject: x",
        "<a@example.org>",
        "a@example.org,b@example.org",
        "\u202ea@example.org",
        "a" * 200_000 + "@example.org",
    ],
)
def test_what_is_no_address_is_refused_and_shown_back(client, session, coming, email):
    page = read_page(client.post(f"/rounds/{coming.id}/news", data={"email": email}), 422)
    assert "Enter an e-mail address" in page.text
    assert page.value("email").split() == email.split()
    assert count(session) == 0


@pytest.mark.parametrize(
    "wrong", [{"theme": "x" * 200_000}, {"office": "nowhere"}, {"area": "Nowhere"}, {"area": "x" * 200_000}]
)
def test_what_is_no_choice_or_too_long_is_refused(client, session, coming, wrong):
    read_page(client.post("/news", data={"email": "r@example.org", "office": "", "area": "", "theme": ""} | wrong), 422)
    assert count(session) == 0


def test_too_many_requests_are_refused(client, coming):
    for number in range(5):
        assert client.post(f"/rounds/{coming.id}/news", data={"email": f"r{number}@example.org"}).status_code == 303
    read_page(client.post(f"/rounds/{coming.id}/news", data={"email": "r9@example.org"}), 429)


def test_links_that_are_not_ours_or_ran_out_are_gone(client, session, coming, clock):
    client.post(f"/rounds/{coming.id}/news", data={"email": "reader@example.org"})
    path = link(session)
    read_page(client.get("/news/confirm/nonsense"), 410)
    read_page(client.post("/news/confirm/nonsense"), 410)
    session.rollback()
    number = session.scalars(sa.select(Subscription.id)).one()
    read_page(client.get(f"/news/{number}/end/nonsense"), 410)
    read_page(client.post(f"/news/{number}/end/nonsense"), 410)
    # What was deleted long ago is over for whoever presses.
    assert read_page(client.post("/news/999/end/nonsense")).h1 == "You get no more of these e-mails"
    clock.move_to(NOW + 7 * DAY)
    read_page(client.get(path), 410)
    read_page(client.post(path), 410)


def test_a_round_that_is_open_leads_to_news_of_the_next(client, session):
    open_ = a_round(session, an_office(session, "beta"))
    session.commit()
    assert client.get(f"/rounds/{open_.id}/news").location == "/news?office=beta"
    assert f"/rounds/{open_.id}/news" not in read_page(client.get(f"/rounds/{open_.id}")).links()
    read_page(client.get("/rounds/999/news"), 404)


def test_a_search_leads_to_news_of_rounds_like_it(client, coming):
    links = read_page(client.get("/rounds?office=alpha&theme=harbour")).links()
    assert "/news?theme=harbour&office=alpha" in links
