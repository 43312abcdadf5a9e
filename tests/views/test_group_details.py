"""The group's pages over what it keeps and what it wrote before: seen, changed, copied, and shut to everybody else."""

import re

import pytest
import time_machine

from grants.accounts import queries, services
from grants.applications import queries as bids
from tests.apps import NOW, sign_in
from tests.builders import QUIZ_PASSED, a_draft, a_group, a_person, a_round, a_submitted_bid, actor_of, an_office, staff
from tests.pages import read_page
from workflows.actors import Role

NASTY = "<script>alert(1)</script> \u202e =1+1 "


@pytest.fixture
def group(session):
    return a_group(session)


def url(group, rest=""):
    return f"/groups/{group[0].id}/details{rest}"


def values(page):
    return {name: page.value(name) for name in ("O8a", "O8", "O10", "O10a")}


def test_the_lead_writes_the_details_and_sees_them(client, session, group):
    sign_in(client, group[1])
    page = read_page(client.get(url(group)))
    assert group[0].name in page.h1
    assert "still empty" in page.text

    shown = read_page(client.get(url(group, "/people")))
    typed = {"O8a": "9", "O8": "7", "O10": "1,200", "O10a": "2", "seen": shown.value("seen")}
    response = client.post(url(group, "/people"), data=typed)
    assert (response.status_code, response.location) == (303, url(group))
    page = read_page(client.get(url(group)))
    assert "1,200" in page.text
    assert group[1].name in page.text
    changes = read_page(client.get(url(group, "/changes")))
    assert changes.text.count(f"{group[1].name}, ") == 4


def test_everything_typed_is_there_after_a_mistake(client, session, group):
    sign_in(client, group[1])
    typed = {"O1": NASTY + "Hall", "O2": NASTY, "O3": "12", "O4": "no idea"}
    page = read_page(client.post(url(group, "/name"), data=typed), 422)
    assert {code: page.value(code) for code in typed} == typed
    assert "A charity number has 6 to 8 digits" in page.text
    assert "A company number has 8 characters" in page.text


@pytest.mark.parametrize(("year", "status"), [("2024", 303), ("2025", 422), ("9999", 422), ("0001", 422), ("", 303)])
def test_the_year_of_a_group_does_not_lie_ahead(client, session, group, year, status, frozen):
    sign_in(client, group[1])
    response = client.post(url(group, "/purpose"), data={"O7": "Safer streets", "O7a": year})
    assert response.status_code == status


@pytest.fixture
def frozen():
    with time_machine.travel(NOW):
        yield


def test_two_people_at_once_the_second_is_shown_both(client, session, group):
    sign_in(client, group[1])
    seen = read_page(client.get(url(group, "/people"))).value("seen")
    client.post(url(group, "/people"), data={"O8": "7", "seen": seen})
    page = read_page(client.post(url(group, "/people"), data={"O8": "8", "O10": "3", "seen": seen}), 409)
    assert page.value("O8") == "8"
    assert "It says now: 7." in page.text

    again = client.post(url(group, "/people"), data={"O8": "8", "O10": "3", "seen": page.value("seen")})
    assert again.status_code == 303
    assert queries.details_of(session, group[0])["O8"].value == 8


def test_a_helper_sees_the_details_and_changes_nothing(client, session, group):
    sign_in(client, a_person(session, Role.CONTRIBUTOR, organisation=group[0]))
    page = read_page(client.get(url(group)))
    assert url(group, "/people") not in page.links()
    assert client.get(url(group, "/people")).status_code == 403
    assert client.post(url(group, "/people"), data={"O8": "1"}).status_code == 403


def test_another_group_and_every_office_find_nothing(client, session, group):
    office = an_office(session)
    strangers = [a_group(session)[1], staff(session, office, Role.MANAGER, Role.OFFICER, Role.ADMIN)]
    for person in strangers:
        sign_in(client, person)
        for rest in ("", "/people", "/changes", "/nonsense"):
            assert client.get(url(group, rest)).status_code == 404
        assert client.post(url(group, "/people"), data={"O8": "1"}).status_code == 404


def test_a_form_of_200_kb_is_refused_and_shown_back(client, session, group):
    sign_in(client, group[1])
    long = "x" * 200_000
    page = read_page(client.post(url(group, "/name"), data={"O1": "Hall", "O2": long, "O3": long}), 422)
    assert page.value("O2") == long


# Copying from an earlier bid


@pytest.fixture
def pair(session, group):
    source = a_submitted_bid(session, a_round(session, an_office(session)), *group)
    return a_draft(session, a_round(session, an_office(session)), *group, answers={"P1": "Mine"}), source


def test_answers_are_seen_ticked_and_copied(client, session, group, pair, frozen):
    draft, source = pair
    sign_in(client, group[1])
    tasks = read_page(client.get(f"/applications/{draft.id}"))
    assert f"/applications/{draft.id}/copy" in tasks.links()
    chooser = read_page(client.get(f"/applications/{draft.id}/copy"))
    where = f"/applications/{draft.id}/copy/{source.id}"
    assert where in chooser.links()

    page = read_page(client.get(where))
    boxes = {each.attributes["value"]: "checked" in each.attributes for each in page.all("input", name="codes")}
    assert boxes["P3"] is True, "nothing is there yet"
    assert boxes["P1"] is False, "something is there"
    response = client.post(where, data={"codes": ["P3", "P4"], "seen": page.value("seen")})
    assert response.status_code == 303
    mine = bids.answers_of(session, draft)
    assert (mine["P1"], "P3" in mine, "P6" in mine) == ("Mine", True, False)


def test_nothing_ticked_copies_nothing_and_says_so(client, session, group, pair, frozen):
    draft, source = pair
    sign_in(client, group[1])
    page = read_page(client.post(f"/applications/{draft.id}/copy/{source.id}", data={}), 422)
    assert "Tick at least one" in page.text


def test_a_change_meanwhile_copies_nothing_and_keeps_the_ticks(client, session, group, pair, frozen):
    draft, source = pair
    sign_in(client, group[1])
    where = f"/applications/{draft.id}/copy/{source.id}"
    seen = read_page(client.get(where)).value("seen")
    wrong = re.sub(r"\bP3:\S*", "P3:123456789abc", seen)
    page = read_page(client.post(where, data={"codes": ["P3"], "seen": wrong}), 409)
    assert "Nothing was copied" in page.text
    ticked = [each.attributes["value"] for each in page.all("input", name="codes") if "checked" in each.attributes]
    assert ticked == ["P3"]
    assert "P3" not in bids.answers_of(session, draft)


def test_copying_is_shut_to_others(client, session, group, pair):
    draft, source = pair
    for person in (a_group(session)[1], staff(session, an_office(session), Role.MANAGER)):
        sign_in(client, person)
        for path in (f"/applications/{draft.id}/copy", f"/applications/{draft.id}/copy/{source.id}"):
            assert client.get(path).status_code == 404
        assert client.post(f"/applications/{draft.id}/copy/{source.id}", data={"codes": "P3"}).status_code == 404
    foreign = a_submitted_bid(session, draft.round)
    sign_in(client, group[1])
    assert client.get(f"/applications/{draft.id}/copy/{foreign.id}").status_code == 404
    sign_in(client, a_person(session, Role.SIGNATORY, organisation=group[0]))
    assert client.get(f"/applications/{draft.id}/copy/{source.id}").status_code == 403


def test_a_sent_bid_offers_no_copying(client, session, group, pair):
    draft, source = pair
    sign_in(client, group[1])
    assert client.get(f"/applications/{source.id}/copy").location == f"/applications/{source.id}"
    assert client.get(f"/applications/{source.id}/copy/{draft.id}").location == f"/applications/{source.id}"


# What a bid says, kept for the next one


def test_what_a_bid_says_is_offered_and_kept_when_ticked(client, session, group, pair, frozen):
    _, source = pair
    sign_in(client, group[1])
    shown = read_page(client.get(f"/applications/{source.id}"))
    where = f"/applications/{source.id}/keep-details"
    assert where in shown.links()
    page = read_page(client.get(where))
    assert "Kept now" in page.text
    assert read_page(client.post(where, data={}), 422)
    assert client.post(where, data={"codes": ["O8", "O10"]}).status_code == 303
    kept = queries.details_of(session, group[0])
    assert set(kept) == {"O1", "O8", "O10"}
    assert kept["O8"].source == source.reference


def test_the_next_bid_starts_with_it_on_the_page(client, session, group):
    services.save_details(session, group[0], {"O8": 7}, actor=actor_of(session, group[1]), now=NOW)
    draft = a_draft(session, a_round(session, an_office(session)), *group)
    sign_in(client, group[1])
    page = read_page(client.get(f"/applications/{draft.id}/sections/organisation"))
    assert page.value("O8") == "7"


def test_keeping_is_shut_to_helpers_and_others(client, session, group, pair):
    _, source = pair
    where = f"/applications/{source.id}/keep-details"
    sign_in(client, a_person(session, Role.CONTRIBUTOR, organisation=group[0]))
    assert client.post(where, data={"codes": "O8"}).status_code == 403
    assert where not in read_page(client.get(f"/applications/{source.id}")).links()
    sign_in(client, a_group(session)[1])
    assert client.post(where, data={"codes": "O8"}).status_code == 404


def test_a_bid_that_is_begun_says_that_the_details_are_filled_in(client, session, group, frozen):
    services.save_details(session, group[0], {"O8": 7}, actor=actor_of(session, group[1]), now=NOW)
    round_ = a_round(session, an_office(session))
    sign_in(client, group[1])
    quiz = read_page(client.get(f"/rounds/{round_.id}/apply"))
    ticked = [each.attributes["value"] for each in quiz.all("input", name="E1") if "checked" in each.attributes]
    assert ticked == [group[0].kind], "said at sign-up"
    for expected in (True, False):
        response = client.post(f"/rounds/{round_.id}/apply", data=QUIZ_PASSED)
        page = read_page(client.get(response.location))
        assert ("filled in already" in page.text) is expected, "once, and not when the bid was there"
