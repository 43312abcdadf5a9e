"""Asking for an endorsement as a group does it, and giving one as an officer does it from an e-mail on a phone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts.services import Site
from grants.endorsements import queries
from grants.endorsements.models import Endorsement
from grants.funds.models import Endorsement as Wanted
from tests.apps import NOW, SECRET, sign_in
from tests.builders import a_draft, a_group, a_person, a_round, an_office, answers_to_all
from tests.pages import read_page
from workflows.actors import Role

DAY = timedelta(days=1)
ASKED = {"asked_name": "Neighbourhood officer", "email": "officer@police.example.org"}
GIVEN = {"words": "I walk this beat.\nThis is <b>needed</b>.", "name": "PC on the beat", "position": "Officer"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def group(session):
    return a_group(session)


@pytest.fixture
def bid(session, group):
    round_ = a_round(session, an_office(session), endorsement=Wanted.WELCOME)
    made = a_draft(session, round_, *group, answers=answers_to_all())
    session.commit()
    return made


@pytest.fixture
def path(client, group, bid):
    sign_in(client, group[1])
    return f"/applications/{bid.id}/endorsements"


def asked(session):
    session.rollback()
    return session.scalars(sa.select(Endorsement).order_by(Endorsement.id.desc())).first()


def link(session):
    found = asked(session)
    return f"/endorse/{found.id}/{queries.link_token(Site('', SECRET), found)}"


def test_from_the_task_list_to_the_words_in_the_bid(client, app, session, path, bid):
    assert path in read_page(client.get(f"/applications/{bid.id}")).links()
    assert "You have asked nobody yet" in read_page(client.get(path)).text
    for _ in range(2):
        assert client.post(path, data=ASKED).location == path
    page = read_page(client.get(path))
    assert page.text.count("Waiting for an answer") == 1
    officer = app.test_client()
    page = read_page(officer.get(link(session)))
    assert page.h1 == "Safer evenings"
    # The name, the summary and the group, and nothing else of the bid.
    assert "Football and mentoring on two evenings a week." in page.text
    for private in ("nowhere to go", "0116", "£9,000", "Club manager", bid.reference):
        assert private not in page.text
    done = officer.post(link(session), data=GIVEN)
    assert (done.status_code, done.location) == (303, "/endorse/thanks")
    assert read_page(officer.get("/endorse/thanks")).h1 == "Thank you"
    page = read_page(client.get(path))
    for words in ("I walk this beat.", "This is <b>needed</b>.", "PC on the beat, Officer, 10 January 2024"):
        assert words in page.text
    # Spent: neither looked at nor sent again.
    read_page(officer.get(link(session)), 410)
    read_page(officer.post(link(session), data=GIVEN | {"words": "Other"}), 410)
    assert asked(session).words.startswith("I walk")


def test_somebody_may_rather_not(client, session, path):
    client.post(path, data=ASKED)
    assert client.post(link(session), data={"go": "decline"}).location == "/endorse/thanks"
    assert "Turned down" in read_page(client.get(path)).text
    read_page(client.get(link(session)), 410)


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": ""},
        {"words": "word " * 201},
        {"words": "x" * 200_000},
        {"name": ""},
        {"position": "\u202e" + "x" * 300},
    ],
)
def test_what_can_not_be_taken_is_shown_back(client, session, path, wrong):
    client.post(path, data=ASKED)
    typed = GIVEN | wrong
    page = read_page(client.post(link(session), data=typed), 422)
    assert page.title.startswith("Error: ")
    assert page.value("words") == typed["words"].strip()
    assert (page.value("name"), page.value("position")) == (typed["name"], typed["position"])
    assert asked(session).words == ""


@pytest.mark.parametrize(
    "email", ["", "x", "a@example.org\nBcc: b@example.org", "a@example.org,b@example.org", "a" * 200_000 + "@x.org"]
)
def test_an_address_that_is_none_is_refused(client, session, path, email):
    page = read_page(client.post(path, data=ASKED | {"email": email}), 422)
    assert page.value("asked_name") == "Neighbourhood officer"
    assert asked(session) is None


def test_the_group_sends_the_link_again_and_takes_it_back(client, session, path, clock):
    client.post(path, data=ASKED)
    number, version = asked(session).id, asked(session).version
    assert "after a day" in read_page(client.get(path)).text
    read_page(client.post(f"/endorsements/{number}/resend", data={"seen_version": version}), 409)
    clock.move_to(NOW + DAY)
    assert client.post(f"/endorsements/{number}/resend", data={"seen_version": version}).status_code == 303
    # A page that was drawn before is told.
    read_page(client.post(f"/endorsements/{number}/withdraw", data={"seen_version": version}), 409)
    assert client.post(f"/endorsements/{number}/withdraw", data={"seen_version": version + 1}).status_code == 303
    read_page(client.get(link(session)), 410)


def test_who_may_not(client, app, session, path, bid, group):
    client.post(path, data=ASKED)
    number = asked(session).id
    other = app.test_client()
    sign_in(other, a_group(session)[1])
    read_page(other.get(path), 404)
    read_page(other.post(f"/endorsements/{number}/withdraw"), 404)
    signatory = a_person(session, Role.SIGNATORY, organisation=group[0])
    session.commit()
    sign_in(other, signatory)
    read_page(other.get(path), 403)
    assert app.test_client().get(path).location.startswith("/sign-in")
    read_page(app.test_client().get(f"/endorse/{number}/nonsense"), 410)
    read_page(app.test_client().get("/endorse/99999999999999999999/x"), 404)


def test_after_the_deadline_the_link_is_over(client, session, path, clock):
    client.post(path, data=ASKED)
    clock.move_to(NOW + 14 * DAY)
    read_page(client.get(link(session)), 410)


def test_a_needed_endorsement_stops_the_sending_with_words(client, session, group):
    round_ = a_round(session, an_office(session), endorsement=Wanted.NEEDED)
    bid = a_draft(session, round_, *group, answers=answers_to_all())
    session.commit()
    sign_in(client, group[1])
    assert "Ask for the endorsement that this round needs" in read_page(client.get(f"/applications/{bid.id}")).text
    page = read_page(client.post(f"/applications/{bid.id}/submit", data={"seen_version": bid.version}), 409)
    assert "This round needs an endorsement with each bid" in page.text


def test_a_round_that_wants_none_does_not_speak_of_it(client, session, group):
    bid = a_draft(session, a_round(session, an_office(session)), *group)
    session.commit()
    sign_in(client, group[1])
    assert f"/applications/{bid.id}/endorsements" not in read_page(client.get(f"/applications/{bid.id}")).links()
