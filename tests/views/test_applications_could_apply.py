"""Could we apply? Anybody is told at once which rules are met; nothing is stored, and the answers go on to the bid."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.core.audit import AuditEntry
from grants.extensions import db
from grants.web import carried
from tests.apps import NOW, sign_in
from tests.builders import QUIZ_PASSED, a_group, a_round, an_office
from tests.pages import read_page


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def round_(session):
    made = a_round(session, an_office(session))
    session.commit()
    return made


def path(round_):
    return f"/rounds/{round_.id}/could-we-apply"


def rows(session):
    """How many rows each table has."""
    session.rollback()
    return {
        table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) for table in db.metadata.sorted_tables
    }


def checked(page):
    found = [each for each in page.all("input", type="radio") if "checked" in each.attributes]
    return {each.attributes["name"]: each.attributes["value"] for each in found}


def test_the_rounds_page_leads_to_the_questions_before_any_sign_in(client, round_):
    assert path(round_) in read_page(client.get(f"/rounds/{round_.id}")).links()
    page = read_page(client.get(path(round_)))
    assert page.h1 == "Could we apply?"
    assert {each.attributes["name"] for each in page.all("input", type="radio")} == set(QUIZ_PASSED)
    assert checked(page) == {}


def test_a_pass_says_what_is_met_and_what_only_the_bid_can_show(client, session, round_):
    before = rows(session)
    page = read_page(client.post(path(round_), data=QUIZ_PASSED))
    assert page.h1 == "You can apply to this round"
    for words in ("A bank account in its own name", "Fits at least one priority of the round"):
        assert words in page.text
    assert page.text.index("Met") < page.text.index("A bank account") < page.text.index("What we can only see")
    assert "Not met" not in page.text
    assert checked(page) == QUIZ_PASSED
    assert rows(session) == before


@pytest.mark.parametrize(
    ("answers", "rule", "why"),
    [
        ({"E1": "individual"}, "The kind of organisation may apply", "Apply with a group"),
        ({"E2": "no"}, "The work reaches people in the area", "in the areas of this round"),
        ({"E3": "no"}, "Does not pay for work already done", "can't pay for work that is done"),
        ({"E4": "no"}, "A bank account in its own name", "needs two unrelated people"),
        ({"E5": "no"}, "No overdue return", "Send it first"),
    ],
)
def test_a_fail_says_which_rule_and_why_and_offers_no_start(client, round_, answers, rule, why):
    page = read_page(client.post(path(round_), data=QUIZ_PASSED | answers))
    assert page.h1 == "You can't apply to this round"
    assert page.text.index("Not met") < page.text.index(rule) < page.text.index(why)
    assert page.all("button", name="go") == []
    assert checked(page) == QUIZ_PASSED | answers
    # A fail can't be turned into a start by hand.
    again = client.post(path(round_), data=QUIZ_PASSED | answers | {"go": "start"})
    assert again.status_code == 200
    assert carried.COOKIE not in again.headers.get("Set-Cookie", "")


def test_a_referral_says_what_will_be_looked_at(client, round_):
    page = read_page(client.post(path(round_), data=QUIZ_PASSED | {"E4": "accountable_body"}))
    assert page.h1 == "You can apply, and we will look at something first"
    assert "Another organisation will hold the money" in page.text
    assert page.all("button", name="go")


def test_what_is_missing_is_said_and_the_rest_kept(client, round_):
    page = read_page(client.post(path(round_), data={"E2": "yes", "E1": "x" * 200_000}), 422)
    assert page.title.startswith("Error: ")
    assert "checked" in page.one("input", name="E2", value="yes").attributes


def test_start_takes_the_answers_through_the_sign_in(client, session, round_):
    group = a_group(session)
    session.commit()
    before = rows(session)
    going = client.post(path(round_), data=QUIZ_PASSED | {"E4": "accountable_body", "go": "start"})
    assert (going.status_code, going.location) == (303, f"/rounds/{round_.id}/apply")
    assert client.get(going.location).location.startswith("/sign-in?next=")
    assert rows(session) == before
    sign_in(client, group[1])
    page = read_page(client.get(going.location))
    assert "answers that you gave before are here" in page.text
    assert checked(page) == QUIZ_PASSED | {"E4": "accountable_body"}
    begun = client.post(going.location, data=QUIZ_PASSED)
    assert begun.status_code == 303
    assert client.get_cookie(carried.COOKIE, path="/rounds") is None


def test_answers_for_another_round_or_from_another_hand_are_not_taken(client, session, round_):
    other = a_round(session, an_office(session))
    session.commit()
    client.post(path(round_), data=QUIZ_PASSED | {"go": "start"})
    assert checked(read_page(client.get(path(round_)))) == QUIZ_PASSED
    assert checked(read_page(client.get(path(other)))) == {}
    client.set_cookie(carried.COOKIE, "forged.value.here", path="/rounds")
    assert checked(read_page(client.get(path(round_)))) == {}


def test_a_day_later_the_answers_are_forgotten(client, round_, clock):
    client.post(path(round_), data=QUIZ_PASSED | {"go": "start"})
    clock.move_to(NOW + timedelta(hours=25))
    assert checked(read_page(client.get(path(round_)))) == {}


def test_a_round_to_come_tells_and_offers_no_start(client, session):
    coming = a_round(session, an_office(session), opens_at=NOW + timedelta(days=1))
    session.commit()
    page = read_page(client.post(path(coming), data=QUIZ_PASSED))
    assert page.h1 == "You can apply to this round"
    assert page.all("button", name="go") == []
    assert "The round opens on" in page.text


def test_a_round_that_is_over_says_so(client, session, round_, clock):
    from grants.funds import services as funds

    later = NOW + timedelta(days=15)
    clock.move_to(later)
    funds.close_due_rounds(session, later)
    session.commit()
    assert "can't apply to this round now" in read_page(client.get(path(round_))).h1
    read_page(client.post(path(round_), data=QUIZ_PASSED), 409)
    read_page(client.get("/rounds/999/could-we-apply"), 404)


def test_asking_writes_nothing_to_the_trail(client, session, round_):
    before = session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    client.post(path(round_), data=QUIZ_PASSED)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before
