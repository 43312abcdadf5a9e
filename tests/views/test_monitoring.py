"""Returns as the grantee writes them and the officer reads them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from grants.extensions import db
from grants.monitoring import services
from tests import stages
from tests.apps import sign_in
from tests.builders import an_office, staff
from tests.pages import read_page
from workflows.actors import Role
from workflows.monitoring import ReturnState

NOW = datetime(2024, 6, 25, 9, tzinfo=UTC)
WHOLE = {
    "own_rag": "green",
    "own_rag_note": "",
    "narrative": "We ran twelve sessions.",
    "people_new_count": "30",
    "people_continuing_count": "",
    "sessions_count": "12",
    "attendances_count": "1,240",
    "spend_pence": "£2,000.50",
    "spend_note": "Workers and hall",
    "lessons": "",
}


@pytest.fixture(autouse=True)
def _in_june_2024():
    # A little later than the stage's own instants, so that sessions made by the tests are young.
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        yield


@pytest.fixture
def stage(app):
    with app.app_context():
        made = stages.running(db.session)
        services.raise_due_returns(db.session, NOW)
        db.session.commit()
        yield made


def path(stage, action=""):
    return f"/returns/{stage.returns[0].id}{action}"


def office_path(stage, action=""):
    return f"/office/returns/{stage.returns[0].id}{action}"


def test_the_whole_way_from_the_schedule_to_acceptance(stage, client, app):
    lead, officer = stage.groups[0][1], stage.people["officer"]
    sign_in(client, lead)
    schedule = read_page(client.get(f"/grants/{stage.awards[0].id}/returns"))
    assert "To do" in schedule.text
    read_page(client.get(path(stage)))
    saved = client.post(path(stage), data=WHOLE | {"then": "later"})
    assert saved.status_code == 303
    page = read_page(client.get(path(stage)))
    assert page.value("spend_pence") == "2,000.50"
    assert page.value("attendances_count") == "1240"
    version = stage.session.get(type(stage.returns[0]), stage.returns[0].id, populate_existing=True).version
    finished = client.post(path(stage), data=WHOLE | {"then": "finish", "seen_version": version})
    assert finished.status_code == 303
    assert "Sign and send" in read_page(client.get(path(stage))).text
    unsigned = read_page(client.post(path(stage, "/submit"), data={"certified_name": "Chair"}), 422)
    assert "Tick the box to say that the return is true." in unsigned.text
    assert unsigned.value("certified_name") == "Chair"
    signed = {"is_certified": "y", "certified_name": "Chair"}
    assert client.post(path(stage, "/submit"), data=signed).status_code == 303

    desk = app.test_client()
    sign_in(desk, officer)
    assert "To read" in read_page(desk.get("/office/returns")).text
    read_page(desk.get(office_path(stage)))
    empty = read_page(desk.post(office_path(stage, "/query"), data={"question": " "}), 422)
    assert "Write the question." in empty.text
    assert desk.post(office_path(stage, "/query"), data={"question": "How many girls?"}).status_code == 303
    asked = read_page(client.get(path(stage)))
    assert "How many girls?" in asked.text
    assert client.post(path(stage, "/answer"), data={"answer": "Half of them."}).status_code == 303
    read_page(desk.post(office_path(stage, "/accept"), data={"feedback": "Thank you"}), 422)
    done = desk.post(office_path(stage, "/accept"), data={"rag": "green", "feedback": "Thank you"})
    assert done.status_code == 303
    db.session.expire_all()
    assert stage.returns[0].state is ReturnState.ACCEPTED
    assert "Thank you" in read_page(client.get(path(stage))).text


def test_what_is_missing_is_said_and_what_was_written_is_kept(stage, client):
    sign_in(client, stage.groups[0][1])
    response = client.post(path(stage), data={"narrative": "Half", "then": "finish"})
    assert response.status_code == 303
    page = read_page(client.get(response.location))
    assert "Say how the project is going." in page.text
    assert page.value("narrative") == "Half"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("people_new_count", "many", "Write a whole number"),
        ("people_new_count", "-3", "from 0 to 1,000,000"),
        ("spend_pence", "lots", "Write an amount in pounds"),
        ("spend_pence", "1.234", "two digits after the point"),
        ("sessions_count", "9" * 40, "Write a whole number"),
    ],
)
def test_bad_input_is_shown_back_with_what_to_do(stage, client, field, typed, words):
    sign_in(client, stage.groups[0][1])
    page = read_page(client.post(path(stage), data=WHOLE | {field: typed}), 422)
    assert words in page.text
    assert page.value(field) == typed
    assert page.value("narrative") == WHOLE["narrative"]


def test_another_group_and_another_office_find_nothing(stage, client):
    stranger = staff(db.session, an_office(db.session), Role.OFFICER)
    db.session.commit()
    sign_in(client, stage.groups[1][1])
    read_page(client.get(path(stage)), 404)
    assert client.post(path(stage), data=WHOLE).status_code == 404
    sign_in(client, stranger)
    read_page(client.get(office_path(stage)), 404)


def test_a_return_that_is_not_open_says_when_it_opens(stage, client):
    sign_in(client, stage.groups[0][1])
    page = read_page(client.get(f"/returns/{stage.returns[1].id}"))
    assert "This return opens on Monday 23 September 2024 at 9:00am" in page.text
    refused = read_page(client.post(f"/returns/{stage.returns[1].id}", data=WHOLE), 409)
    assert "We ran twelve sessions." in refused.text


def test_a_manager_waives_with_a_reason_and_an_officer_may_not(stage, client):
    sign_in(client, stage.people["officer"])
    assert client.get(office_path(stage, "/waive")).status_code == 403
    sign_in(client, stage.people["manager"])
    read_page(client.get(office_path(stage, "/waive")))
    read_page(client.post(office_path(stage, "/waive"), data={"reason": ""}), 422)
    assert client.post(office_path(stage, "/waive"), data={"reason": "Small grant."}).status_code == 303
    page = read_page(client.get(office_path(stage)))
    assert "Not needed" in page.text
