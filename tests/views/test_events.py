"""Support events as officers and as anybody meet them: plan, find, sign up, wait, give back, watch."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts.services import Site
from grants.events import queries, services
from grants.funds.models import EventSignUp, SupportEvent
from tests.apps import NOW, SECRET, sign_in
from tests.builders import a_group, a_plan, a_round, actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role

DAY = timedelta(days=1)
TYPED = {
    "title": "How to apply",
    "kind": "workshop",
    "about": "We go through the form.",
    "starts_on-day": "20",
    "starts_on-month": "1",
    "starts_on-year": "2024",
    "starts_time": "6pm",
    "ends_time": "19:30",
    "place": "Example Hall",
    "link": "https://call.example.org/join",
    "capacity": "1",
}
COMING = {"name": "Club secretary", "email": "reader@example.org", "group_name": "Example Club", "needs": "Large print"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def round_(session, office):
    made = a_round(session, office)
    session.commit()
    return made


@pytest.fixture
def officer(session, office):
    made = staff(session, office, Role.OFFICER)
    session.commit()
    return made


@pytest.fixture
def event(session, round_, officer):
    made = services.plan_event(session, round_, a_plan(capacity=1), actor=actor_of(session, officer), now=NOW)
    session.commit()
    return made


def stored(session):
    session.rollback()
    return session.scalars(sa.select(SupportEvent)).first()


def place_path(session):
    session.rollback()
    place = session.scalars(sa.select(EventSignUp).order_by(EventSignUp.id)).first()
    return f"/events/{place.event_id}/place/{place.id}/{queries.place_token(Site('', SECRET), place)}"


def test_an_officer_plans_an_event_and_everybody_finds_it(client, app, session, round_, officer):
    sign_in(client, officer)
    path = f"/office/rounds/{round_.id}/events"
    assert path in read_page(client.get(f"/office/rounds/{round_.id}")).links()
    assert "There is no event yet" in read_page(client.get(path)).text
    read_page(client.get(f"{path}/new"))
    made = client.post(f"{path}/new", data=TYPED)
    assert made.status_code == 303
    page = read_page(client.get(made.location))
    for words in ("Saturday 20 January 2024 at 6:00pm", "Example Hall", "0 of 1", "Nobody yet"):
        assert words in page.text
    assert "0 places taken of 1" in read_page(client.get(path)).text
    anybody = app.test_client()
    public = read_page(anybody.get(f"/rounds/{round_.id}"))
    assert "Help with your bid" in public.text
    assert f"/events/{stored(session).id}" in public.links()
    page = read_page(anybody.get(f"/events/{stored(session).id}"))
    assert "1 place left" in page.text
    # The link to join is for those who have a place.
    assert "call.example.org" not in page.html


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "Write what it is called"),
        ({"kind": ""}, "Choose what kind of event"),
        ({"starts_on-day": "31", "starts_on-month": "2"}, "not a real date"),
        ({"starts_time": "late"}, "Write a time"),
        ({"ends_time": "17:00"}, "It must end after it begins"),
        ({"place": "", "link": ""}, "Write the place, or the link"),
        ({"link": "javascript:alert(1)"}, "begins with https://"),
        ({"link": "https://x .org"}, "begins with https://"),
        ({"capacity": "0"}, "from 1 to 10,000"),
        ({"capacity": "many"}, "Write a whole number"),
        ({"capacity": "9" * 5_000}, "Write a whole number"),
        ({"about": "x" * 200_000}, "Use at most 5,000 characters"),
    ],
)
def test_what_can_not_be_is_said_and_the_rest_kept(client, session, round_, officer, wrong, words):
    sign_in(client, officer)
    page = read_page(client.post(f"/office/rounds/{round_.id}/events/new", data=TYPED | wrong), 422)
    assert words in page.text
    assert page.value("title") == (TYPED | wrong)["title"]
    assert page.value("place") == (TYPED | wrong)["place"]
    assert stored(session) is None


def test_an_officer_changes_cancels_and_is_told_when_late(client, session, event, officer):
    sign_in(client, officer)
    path = f"/office/events/{event.id}"
    page = read_page(client.get(f"{path}/change"))
    assert (page.value("title"), page.value("starts_time"), page.value("ends_on-day")) == ("How to apply", "12:00", "")
    version = event.version
    changed = client.post(f"{path}/change", data=TYPED | {"title": "Other", "seen_version": version})
    assert changed.location == path
    assert stored(session).title == "Other"
    read_page(client.post(f"{path}/change", data=TYPED | {"seen_version": version}), 409)
    read_page(client.post(f"{path}/cancel", data={"reason": ""}), 422)
    assert client.post(f"{path}/cancel", data={"reason": "Ill", "seen_version": version + 1}).status_code == 303
    assert "does not take place" in read_page(client.get(f"/events/{event.id}")).text
    read_page(client.post(f"{path}/cancel", data={"reason": "Ill"}), 409)


def test_who_may_not(client, session, event, round_):
    strangers = staff(session, an_office(session), Role.OFFICER, Role.MANAGER), a_group(session)[1]
    marker = staff(session, session.merge(an_office(session)), Role.MARKER)
    session.commit()
    for person in strangers:
        sign_in(client, person)
        read_page(client.get(f"/office/events/{event.id}"), 404)
        read_page(client.post(f"/office/events/{event.id}/attendance"), 404)
    sign_in(client, marker)
    read_page(client.get(f"/office/rounds/{round_.id}/events"), 404)


def test_anybody_signs_up_waits_and_gives_the_place_back(client, session, event):
    for email in ("reader@example.org", "second@example.org"):
        done = client.post(f"/events/{event.id}", data=COMING | {"email": email})
        assert (done.status_code, done.location) == (303, f"/events/{event.id}/signed-up")
    assert read_page(client.get(f"/events/{event.id}/signed-up")).h1 == "Check your e-mail"
    page = read_page(client.get(f"/events/{event.id}"))
    assert "All places are taken" in page.text
    assert "We can't promise one" in page.text
    path = place_path(session)
    for _ in range(2):
        assert read_page(client.get(path)).h1 == "Can you not come?"
    for _ in range(2):
        assert read_page(client.post(path)).h1 == "You are not coming"
    session.rollback()
    assert [each.is_waiting for each in session.scalars(sa.select(EventSignUp).order_by(EventSignUp.id))] == [
        False,
        False,
    ]
    read_page(client.get(path[:-1]), 410)
    read_page(client.post(path[:-1]), 410)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "a@example.org\nBcc: b@example.org"},
        {"email": "x" * 200_000},
        {"name": ""},
        {"name": "\u202e" + "x" * 200_000},
        {"needs": "x" * 200_000},
        {"group_name": "x" * 300},
    ],
)
def test_hostile_sign_ups_are_refused_and_shown_back(client, session, event, wrong):
    page = read_page(client.post(f"/events/{event.id}", data=COMING | wrong), 422)
    for name, value in (COMING | wrong).items():
        assert page.value(name).split() == value.split()
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(EventSignUp.id))) == 0


def test_after_it_the_officer_marks_who_came_and_posts_the_recording(client, session, event, officer, clock):
    client.post(f"/events/{event.id}", data=COMING | {"name": "<script>alert(1)</script>"})
    clock.move_to(event.ends_at)
    read_page(client.post(f"/events/{event.id}", data=COMING), 409)
    assert "This event is over" in read_page(client.get(f"/events/{event.id}")).text
    services.run_events(session, event.ends_at)
    session.commit()
    sign_in(client, officer)
    path = f"/office/events/{event.id}"
    page = read_page(client.get(path))
    assert "<script>alert(1)</script>" in page.text
    number = page.one("input", name="came").attributes["value"]
    assert client.post(f"{path}/attendance", data={"came": [number, "x", "9" * 30]}).location == path
    page = read_page(client.get(path))
    assert "checked" in page.one("input", name="came").attributes
    read_page(client.post(f"{path}/recording", data={"recording_link": "javascript:alert(1)"}), 422)
    sent = client.post(f"{path}/recording", data={"recording_link": "https://video.example.org/watch?v=1&t=2"})
    assert sent.location == path
    assert "https://video.example.org/watch?v=1&t=2" in read_page(client.get(f"/rounds/{event.round_id}")).links()
    assert "https://video.example.org/watch?v=1&t=2" in read_page(client.get(f"/events/{event.id}")).links()


def test_an_event_is_in_the_calendar_and_its_changes_count(client, session, event, officer):
    path = f"/rounds/{event.round_id}/dates.ics"
    before = client.get(path).data.decode()
    assert "SUMMARY:How to apply: Round" in before
    assert "DTSTART:20240120T120000Z" in before
    assert "call.example.org" not in before
    actor = actor_of(session, officer)
    services.change_event(session, event, a_plan(NOW + DAY), actor=actor, now=NOW)
    services.cancel_event(session, event, "Ill", actor=actor, now=NOW)
    session.commit()
    after = client.get(path).data.decode()
    assert "SEQUENCE:2" in after
    assert "STATUS:CANCELLED" in after
    assert "DTSTART:20240121T120000Z" in after


def test_the_event_of_a_draft_round_does_not_exist_for_the_public(client, session, round_, officer, office):
    manager = actor_of(session, staff(session, office, Role.MANAGER))
    from grants.funds import services as funds

    dates = {"opens_at": NOW + DAY, "closes_at": NOW + 9 * DAY}
    draft = funds.copy_round(session, round_, code="X", title="Secret", actor=manager, now=NOW, **dates)
    hidden = services.plan_event(session, draft, a_plan(), actor=manager, now=NOW)
    session.commit()
    read_page(client.get(f"/events/{hidden.id}"), 404)
    read_page(client.post(f"/events/{hidden.id}", data=COMING), 404)


def test_the_officers_page_takes_few_queries_whatever_the_number_of_sign_ups(client, session, event, officer):
    for number in range(6):
        services.sign_up(session, event, f"r{number}@example.org", "X", client=str(number), site=Site("", "k"), now=NOW)
    session.commit()
    sign_in(client, officer)
    client.get(f"/office/events/{event.id}")
    with counted(session) as statements:
        client.get(f"/office/events/{event.id}")
    assert len([each for each in statements if each.lstrip().upper().startswith("SELECT")]) <= 8
