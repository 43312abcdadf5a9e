"""The decision maker's pages: what is refused says why, what was typed stays, and the notice is public in time."""

import pytest

from grants.extensions import db
from tests import stages
from tests.apps import sign_in
from tests.builders import an_office, staff
from tests.pages import read_page
from workflows.actors import Role
from workflows.decision import DecisionState


@pytest.fixture
def stage(app):
    with app.app_context():
        made = stages.with_decision_maker(db.session)
        db.session.commit()
        yield made


def approval(stage, **changed):
    fields = {"seen_version": stage.decision.version, "has_interest": "none", "interests_note": ""}
    for number, item in enumerate(item for item in stage.decision.items if item.outcome == "grant"):
        fields[f"grants-{number}-application_id"] = item.application_id
        fields[f"grants-{number}-reason"] = "Fewer young people drawn into violence."
    return fields | changed


def url(stage, action=""):
    return f"/office/decisions/{stage.decision.id}{action}"


def test_the_list_and_the_notice_show_what_is_to_be_decided(stage, client):
    sign_in(client, stage.people["decision-maker"])
    listed = read_page(client.get("/office/decisions"))
    assert stage.decision.reference in listed.text
    page = read_page(client.get(url(stage)))
    assert "With the decision maker" in page.text
    assert stage.bids[0].organisation_name in page.text
    assert "Approve the recommendations" in page.text


def test_approving_leads_to_the_decided_notice(stage, client):
    sign_in(client, stage.people["decision-maker"])
    response = client.post(url(stage, "/approve"), data=approval(stage))
    assert (response.status_code, response.location) == (303, url(stage))
    db.session.refresh(stage.decision)
    assert stage.decision.state is DecisionState.APPROVED
    assert "The decision maker has no interest" in read_page(client.get(url(stage))).text


def test_a_missing_reason_is_named_beside_its_field_and_the_rest_stays(stage, client):
    sign_in(client, stage.people["decision-maker"])
    fields = approval(stage, **{"grants-0-reason": "", "grants-1-reason": "Kept words"}, has_interest="noted")
    page = read_page(client.post(url(stage, "/approve"), data=fields), 422)
    assert "Write why this grant will help" in page.text
    assert "Write what the interest is." in page.text
    assert page.value("grants-1-reason") == "Kept words"


def test_an_old_page_is_told_and_shows_what_was_typed(stage, client):
    sign_in(client, stage.people["decision-maker"])
    fields = approval(stage, seen_version=1, **{"grants-0-reason": "My own words"})
    page = read_page(client.post(url(stage, "/approve"), data=fields), 409)
    assert "Someone changed this" in page.text
    assert "My own words" in page.text


def test_who_took_part_is_told_that_someone_else_must_decide(stage, client):
    from grants.accounts import services as accounts

    chair = stage.people["chair"]
    accounts.give_role(
        db.session, chair, stage.office, Role.DECISION_MAKER, actor=stage.actor("manager"), now=stage.now
    )
    db.session.commit()
    sign_in(client, chair)
    page = read_page(client.get(url(stage)))
    assert "someone else must decide" in page.text
    assert client.post(url(stage, "/approve"), data=approval(stage)).status_code == 409


@pytest.mark.parametrize("name", ["officer", "manager", "chair"])
def test_other_staff_may_read_and_not_decide(stage, client, name):
    sign_in(client, stage.people[name])
    read_page(client.get(url(stage)))
    assert client.post(url(stage, "/approve"), data=approval(stage)).status_code == 403


def test_another_offices_decision_maker_finds_nothing(stage, client):
    stranger = staff(db.session, an_office(db.session), Role.DECISION_MAKER)
    db.session.commit()
    sign_in(client, stranger)
    for path in ("", "/return"):
        read_page(client.get(url(stage, path)), 404)
    assert client.post(url(stage, "/approve"), data=approval(stage)).status_code == 404


def test_returning_asks_for_a_reason(stage, client):
    sign_in(client, stage.people["decision-maker"])
    read_page(client.get(url(stage, "/return")))
    page = read_page(client.post(url(stage, "/return"), data={"reason": ""}), 422)
    assert "Write the reason." in page.text
    fields = {"reason": "Look again.", "seen_version": stage.decision.version}
    assert client.post(url(stage, "/return"), data=fields).status_code == 303
    db.session.refresh(stage.decision)
    assert stage.decision.state is DecisionState.RETURNED


def test_declarations_are_recorded_one_by_one(app, client):
    with app.app_context():
        stage = stages.recommended(db.session)
        stage.office.needs_officer_approval = True
        db.session.commit()
        sign_in(client, stage.people["manager"])
        made = client.post(f"/office/rounds/{stage.round_.id}/decision")
        assert made.status_code == 303
        page = read_page(client.get(made.location))
        assert "Declarations" in page.text
        fields = {"key": "monitoring-officer", "status": "signed", "name": ""}
        refused = read_page(client.post(f"{made.location}/declarations", data=fields), 422)
        assert "Write the role of the person who signed." in refused.text
        done = client.post(f"{made.location}/declarations", data=fields | {"name": "Monitoring officer"})
        assert done.status_code == 303
        assert "signed by Monitoring officer" in read_page(client.get(made.location)).text


def test_the_notice_is_public_only_when_it_is_published(app, client):
    with app.app_context():
        stage = stages.decided(db.session)
        db.session.commit()
        path = f"/decisions/{stage.decision.id}"
        read_page(client.get(path), 404)
        sign_in(client, stage.people["manager"])
        confirm = read_page(client.get(f"/office/rounds/{stage.round_.id}/announce"))
        assert "Offers that will be made" in confirm.text
        refused = client.post(f"/office/rounds/{stage.round_.id}/announce", data={})
        assert "Tick the box to announce." in read_page(refused, 422).text
        fields = {"sure": "y", "seen_version": stage.round_.version}
        assert client.post(f"/office/rounds/{stage.round_.id}/announce", data=fields).status_code == 303
        page = read_page(app.test_client().get(path))
        assert stage.bids[0].organisation_name in page.text
        assert stage.bids[2].organisation_name not in page.text, "a declined bid is not published"
