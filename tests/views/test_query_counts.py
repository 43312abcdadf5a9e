"""The busiest pages ask the database little: a query too many is a query for everybody on the last evening."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts.models import Office
from grants.applications.queries import paper_of
from grants.assessment.queries import rubric_of
from grants.core import kept
from grants.eligibility import services as eligibility
from grants.funds.definition import AreaDef
from tests import stages
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_round, a_submitted_bid, an_office, answers_to_all, staff
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role

NOT_COUNTED = ("BEGIN", "PRAGMA", "SET ")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def round_(session):
    made = a_round(session, an_office(session))
    session.commit()
    return made


@pytest.fixture
def ready(session, round_, client):
    """A whole draft, with its lead signed in."""
    organisation, lead = a_group(session)
    made = a_draft(session, round_, organisation, lead, answers=answers_to_all())
    session.commit()
    sign_in(client, lead)
    return made


def queries_of(session, ask, *, status=200):
    """How many queries the second such request makes; the first one warms what the process keeps."""
    assert ask().status_code == status
    with counted(session) as statements:
        assert ask().status_code == status
    return len([each for each in statements if not each.startswith(NOT_COUNTED)])


def test_a_rounds_page_asks_for_the_round_its_office_and_its_events(session, client, round_):
    url = f"/rounds/{round_.id}"
    assert queries_of(session, lambda: client.get(url)) <= 3


@pytest.mark.parametrize("page", ["", "/sections/reach", "/check"])
def test_a_page_of_a_draft_asks_who_for_the_bid_and_for_its_answers(session, client, ready, page):
    url = f"/applications/{ready.id}{page}"
    assert queries_of(session, lambda: client.get(url)) <= 3


def test_a_save_asks_for_the_bid_once_more_under_its_lock(session, client, ready):
    url = f"/applications/{ready.id}/sections/reach"
    said = iter(["They chose the days.", "They chose the nights."])

    def save():
        page = read_page(client.get(url))
        with_words = {"P7": ["West Example"], "P14": next(said), "seen": page.value("seen"), "go": "later"}
        return client.post(url, data=with_words)

    assert queries_of(session, save, status=303) <= 3 + 7


def test_a_bids_page_for_its_officer_takes_eight_and_two_for_its_history(session, client, round_):
    bid = a_submitted_bid(session, round_)
    officer = staff(session, session.get_one(Office, round_.office_id), Role.OFFICER)
    session.commit()
    sign_in(client, officer)
    url = f"/office/applications/{bid.id}"
    assert queries_of(session, lambda: client.get(url)) <= 8 + 2


def test_sending_reads_the_bid_once_more_under_its_lock_and_nothing_else_twice(session, client, ready):
    bid = f"/applications/{ready.id}"
    seen = read_page(client.get(f"{bid}/check")).value("seen_hash")
    with counted(session) as asked:
        assert client.post(f"{bid}/submit", data={"seen_hash": seen}).status_code == 303
    reads = [each for each in asked if each.startswith("SELECT")]
    assert len(reads) <= 7
    assert len([each for each in reads if "\nFROM application " in each]) == 2
    assert len([each for each in reads if "\nFROM answer " in each]) == 1


def test_passing_a_bid_reads_its_rules_once(session, client):
    stage = stages.checking(session, scores=(5,))
    bid, who = stage.bids[0], {"actor": stage.actor("officer"), "now": stage.now}
    for line in eligibility.run_rules(session, bid, **who):
        if line.outcome != "pass":
            eligibility.settle_rule(session, bid, line.rule.code, "pass", "Seen.", **who)
    session.commit()
    with time_machine.travel(stage.now, tick=False):
        sign_in(client, stage.people["officer"])
        url = f"/office/applications/{bid.id}/eligibility/pass"
        client.get(f"/office/applications/{bid.id}/eligibility")
        with counted(session) as asked:
            assert client.post(url).status_code == 303
    assert len([each for each in asked if not each.startswith(NOT_COUNTED)]) <= 6
    assert len([each for each in asked if "\nFROM round_rule " in each]) == 1


def test_a_published_form_is_read_once_and_belongs_to_no_session(session, round_):
    first = paper_of(session, round_)
    assert all(sa.inspect(question).transient for question in first.questions)
    with counted(session) as statements:
        assert paper_of(session, round_) is first
        assert rubric_of(session, round_.id) is rubric_of(session, round_.id)
    assert len([each for each in statements if each.startswith("SELECT")]) <= 1
    kept.forget_everything()
    assert paper_of(session, round_) is not first


def test_each_round_has_its_own_form_and_one_not_published_is_read_every_time(session, round_):
    other = a_round(session, an_office(session), areas=(AreaDef(name="North Example"),))
    assert paper_of(session, other).area_names == ("North Example",)
    assert paper_of(session, round_).area_names == ("West Example", "East Example")
    other.published_at = None
    assert other.form_key is None
    assert paper_of(session, other) is not paper_of(session, other)


def test_a_session_is_signed_again_after_an_hour_and_not_with_each_page(client, ready, clock):
    name = client.application.config["SESSION_COOKIE_NAME"]

    def is_signed_again():
        response = client.get("/applications")
        assert response.status_code == 200
        return any(line.startswith(f"{name}=") for line in response.headers.getlist("Set-Cookie"))

    is_signed_again()
    assert not is_signed_again()
    clock.shift(timedelta(minutes=61))
    assert is_signed_again()
    assert not is_signed_again()


def test_a_session_whose_cookie_was_changed_is_nobodys(client, ready):
    name = client.application.config["SESSION_COOKIE_NAME"]
    client.set_cookie(name, client.get_cookie(name).value[:-2] + "xx")
    assert client.get("/applications").status_code == 302
