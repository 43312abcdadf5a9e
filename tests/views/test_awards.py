"""Offers as the group sees them, and awards as the office does."""

import pytest
import time_machine

from grants.extensions import db
from tests import stages
from tests.apps import sign_in
from tests.builders import a_person, an_office, staff
from tests.pages import read_page
from workflows.actors import Role
from workflows.award import AwardState


@pytest.fixture
def stage(app):
    with app.app_context():
        made = stages.announced(db.session)
        db.session.commit()
        yield made


@pytest.fixture(autouse=True)
def _in_january_2024():
    # The stage's offers are open at the stage's own time, which the views read from the clock.
    with time_machine.travel("2024-01-25T12:00:00Z", tick=True):
        yield


SIGNED = {"agreed_terms": "y", "signed_name": "Chair of the group", "signed_role": "Chair"}


def test_the_signatory_reads_accepts_and_sees_what_comes_next(stage, client):
    award = stage.awards[0]
    sign_in(client, stage.groups[0][1])
    read_page(client.get("/grants"))
    page = read_page(client.get(f"/grants/{award.id}"))
    assert "The terms in short" in page.text
    response = client.post(f"/grants/{award.id}/accept", data=SIGNED | {"seen_version": award.version})
    assert response.status_code == 303
    after = read_page(client.get(f"/grants/{award.id}"))
    assert "signed by Chair of the group" in after.text
    db.session.refresh(award)
    assert award.state is AwardState.ACCEPTED


def test_an_unsigned_acceptance_keeps_what_was_typed(stage, client):
    sign_in(client, stage.groups[0][1])
    fields = {"signed_name": "Chair of the group", "signed_role": ""}
    page = read_page(client.post(f"/grants/{stage.awards[0].id}/accept", data=fields), 422)
    assert "Tick the box to say that the group agrees" in page.text
    assert page.value("signed_name") == "Chair of the group"


def test_accepting_twice_is_told_once(stage, client):
    award = stage.awards[0]
    sign_in(client, stage.groups[0][1])
    assert client.post(f"/grants/{award.id}/accept", data=SIGNED).status_code == 303
    assert client.post(f"/grants/{award.id}/accept", data=SIGNED).status_code == 409


def test_turning_down_asks_why(stage, client):
    award = stage.awards[0]
    sign_in(client, stage.groups[0][1])
    read_page(client.get(f"/grants/{award.id}/decline"))
    read_page(client.post(f"/grants/{award.id}/decline", data={"reason": " "}), 422)
    assert client.post(f"/grants/{award.id}/decline", data={"reason": "Other money."}).status_code == 303
    assert "You turned this down" in read_page(client.get("/grants")).text


def test_another_group_finds_nothing_and_a_contributor_may_not_sign(stage, client):
    award = stage.awards[0]
    sign_in(client, stage.groups[1][1])
    read_page(client.get(f"/grants/{award.id}"), 404)
    assert client.post(f"/grants/{award.id}/accept", data=SIGNED).status_code == 404
    colleague = a_person(db.session, Role.CONTRIBUTOR, organisation=stage.groups[0][0])
    db.session.commit()
    sign_in(client, colleague)
    page = read_page(client.get(f"/grants/{award.id}"))
    assert "Someone who may sign" in page.text
    assert client.post(f"/grants/{award.id}/accept", data=SIGNED).status_code == 403


def test_an_offer_under_embargo_does_not_exist_for_the_group(app, client):
    with app.app_context():
        stage = stages.decided(db.session)
        db.session.commit()
        sign_in(client, stage.groups[0][1])
        read_page(client.get(f"/grants/{stage.awards[0].id}"), 404)
        assert "no grants here yet" in read_page(client.get("/grants")).text


def test_staff_see_the_award_and_start_it_with_real_dates(app, client):
    with app.app_context():
        stage = stages.accepted(db.session)
        db.session.commit()
        award = stage.awards[0]
        sign_in(client, stage.people["officer"])
        assert award.reference in read_page(client.get("/office/awards")).text
        page = read_page(client.get(f"/office/awards/{award.id}"))
        assert "Start the grant" in page.text
        bad = {"starts_on-day": "31", "starts_on-month": "2", "starts_on-year": "2024", "ends_on-day": "x"}
        refused = read_page(client.post(f"/office/awards/{award.id}/start", data=bad), 422)
        assert "This is not a real date" in refused.text
        assert refused.value("starts_on-day") == "31"
        good = {
            "starts_on-day": "1",
            "starts_on-month": "4",
            "starts_on-year": "2024",
            "ends_on-day": "31",
            "ends_on-month": "3",
            "ends_on-year": "2025",
            "seen_version": award.version,
        }
        assert client.post(f"/office/awards/{award.id}/start", data=good).status_code == 303
        schedule = read_page(client.get(f"/office/awards/{award.id}/returns"))
        assert schedule.text.count("Not open yet") == 4


def test_a_period_that_ends_before_it_starts_is_refused_with_its_reason(app, client):
    with app.app_context():
        stage = stages.accepted(db.session)
        db.session.commit()
        sign_in(client, stage.people["officer"])
        fields = {
            "starts_on-day": "1",
            "starts_on-month": "4",
            "starts_on-year": "2025",
            "ends_on-day": "1",
            "ends_on-month": "4",
            "ends_on-year": "2024",
        }
        page = read_page(client.post(f"/office/awards/{stage.awards[0].id}/start", data=fields), 409)
        assert "first and the last day" in page.text


def test_another_office_finds_no_award_and_history_is_its_own(stage, client):
    stranger = staff(db.session, an_office(db.session), Role.OFFICER)
    db.session.commit()
    sign_in(client, stranger)
    read_page(client.get(f"/office/awards/{stage.awards[0].id}"), 404)
    assert "No awards yet" in read_page(client.get("/office/awards")).text
    assert "recorded for your office" in read_page(client.get("/office/awards/history")).text
