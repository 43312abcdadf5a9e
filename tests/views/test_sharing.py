"""Sharing out and taking a marker off by hand of a manager: shown first, then exactly that, or refused as stale."""

import sqlalchemy as sa

from grants.assessment.models import Assignment
from grants.core.outbox import Message
from grants.extensions import db
from tests import stages
from tests.builders import staff
from tests.pages import read_page
from tests.services.test_sharing import says
from tests.views.test_assessment_marking import desk_at
from workflows.actors import Role
from workflows.assignment import Interest


def three_markers(session, make=stages.eligible):
    stage = make(session)
    stage.people["marker-3"] = staff(session, stage.office, Role.MARKER)
    return stage


def settings(desk, names=("marker-1", "marker-2", "marker-3"), **changed):
    fields = {"needs": "2", "needs_of_large": "2"}
    for name in names:
        fields |= {f"in_{desk.ids[name]}": "y", f"cap_{desk.ids[name]}": "3"}
    return fields | changed


def shown_by(page):
    return {"shown": page.value("shown"), "seen": page.value("seen"), "confirm": "1"}


def test_a_manager_sees_the_proposal_and_gives_out_exactly_that(app):
    desk = desk_at(app, three_markers)
    client, path = desk.client("manager"), f"/office/rounds/{desk.round_id}/markers/share"
    assert "takes part" in read_page(client.get(path)).text
    bad = read_page(client.post(path, data=settings(desk, **{f"cap_{desk.ids['marker-1']}": "many"})), 422)
    assert bad.value(f"cap_{desk.ids['marker-1']}") == "many"
    page = read_page(client.post(path, data=settings(desk)))
    assert "6 new places" in page.text and "3 of 3 pairs" in page.text
    assert desk.read(sa.select(Assignment.id)) == []
    confirmed = settings(desk) | shown_by(page)
    for name, status in (("officer", 403), ("marker-1", 404), ("chair", 403)):
        read_page(desk.client(name).post(path, data=confirmed), status)
    read_page(client.post(path, data=confirmed | {"shown": "1:x"}), 409)
    assert client.post(path, data=confirmed).status_code == 303
    pairs = {f"{bid}:{person}" for bid, person in desk.read(sa.select(Assignment.application_id, Assignment.person_id))}
    assert pairs == set(page.value("shown").split())
    read_page(client.post(path, data=confirmed), 409)
    assert len(desk.read(sa.select(Message.id).where(Message.template == "marking-round"))) == 3
    page = read_page(client.post(path, data=settings(desk)))
    assert "nothing new to give out" in page.text and not page.all("button", name="confirm")
    short = read_page(
        client.post(path, data=settings(desk, needs="3", needs_of_large="3", **{f"cap_{desk.ids['marker-1']}": "2"}))
    )
    assert "still need" in short.text and "nobody who may take them has room" in short.text


def test_a_marker_is_taken_off_after_before_and_after_were_shown(app):
    desk = desk_at(app, lambda session: three_markers(session, stages.scoring))
    client = desk.client("manager")
    path = f"/office/rounds/{desk.round_id}/markers/{desk.ids['marker-1']}/take-off"
    assert path in read_page(client.get(f"/office/rounds/{desk.round_id}/markers")).links()
    read_page(client.get(path))
    given = settings(desk, names=("marker-2", "marker-3"))
    assert "Write the reason" in read_page(client.post(path, data=given), 422).text
    page = read_page(client.post(path, data=given | {"reason": "They are ill."}))
    assert "3 new places, 0 other places moved" in page.text
    assert client.post(path, data=given | {"reason": "They are ill."} | shown_by(page)).status_code == 303
    states = desk.read(sa.select(Assignment.state).where(Assignment.person_id == desk.ids["marker-1"]))
    assert {row[0] for row in states} == {"taken_off"}
    read_page(client.get(path), 404)
    read_page(desk.client("marker-1").get(f"/office/marking/{desk.work('marker-1')}"), 404)
    for name, status in (("officer", 404), ("marker-2", 404)):
        read_page(desk.client(name).get(path), status)


def test_one_button_reminds_and_not_twice(app):
    desk = desk_at(app, stages.scoring)
    client, path = desk.client("manager"), f"/office/rounds/{desk.round_id}/markers/remind"
    assert client.post(path).status_code == 303
    assert "today already" in read_page(client.post(path), 409).text
    read_page(desk.client("officer").post(path), 403)


def test_a_manager_with_an_interest_sees_nothing_of_that_bid(app):
    def made(session):
        stage = three_markers(session)
        says(stage, "manager", 0, Interest.DIRECT)
        return stage

    desk = desk_at(app, made)
    with app.app_context():
        reference = db.session.scalar(sa.text(f"SELECT reference FROM application WHERE id = {desk.bids[0]}"))
    page = read_page(desk.client("manager").post(f"/office/rounds/{desk.round_id}/markers/share", data=settings(desk)))
    assert reference not in page.text and "2 bids can be given out" in page.text
    assert not [pair for pair in page.value("shown").split() if pair.startswith(f"{desk.bids[0]}:")]
