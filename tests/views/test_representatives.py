"""Pages of representatives: the office says what they may judge and records training, they sign, and bids open."""

import pytest
import sqlalchemy as sa

from grants.assessment import services
from grants.core.audit import AuditEntry
from grants.extensions import db
from grants.representatives.models import PreparationRecord, Reach
from tests import stages
from tests.builders import a_round, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from tests.services.test_representatives import EAST, ROLES
from tests.views.test_assessment_marking import Desk
from workflows.actors import Role


@pytest.fixture
def desk(app):
    """A representative who was asked to mark, and of whom nothing else was recorded yet."""
    with app.app_context():
        stage = stages.eligible(db.session, answers={"P7": [EAST]})
        rep = stage.people["rep"] = staff(db.session, stage.office, *ROLES)
        stage.people["admin"] = staff(db.session, stage.office, Role.ADMIN)
        stage.people["elsewhere"] = staff(db.session, an_office(db.session), Role.MANAGER)
        bid = stage.bids[0]
        reach = Reach(office_id=stage.office.id, person_id=rep.id, round_id=stage.round_.id, given_at=stage.now)
        db.session.add(reach)
        db.session.flush()
        services.assign_marker(db.session, bid, rep, actor=stage.actor("manager"), now=stage.now)
        a_round(db.session, stage.office, now=stage.now, title="Another round of the office")
        db.session.commit()
        made = Desk(app, stage)
        made.code, made.bid = stage.office.code, (bid.reference, bid.organisation_name)
        made.base = f"/office/{made.code}/people/{made.ids['rep']}"
        return made


DATE = {"done_on-day": "1", "done_on-month": "3", "done_on-year": "2025"}


def test_the_way_from_the_role_to_the_first_bid(desk):
    rep, manager = desk.client("rep"), desk.client("manager")
    home = read_page(rep.get("/office"))
    own = f"/office/{desk.code}/representing"
    assert "2 things to do before you judge bids" in home.text and own in home.html
    queue = read_page(rep.get("/office/marking"))
    assert own in queue.html
    assert not any(each in queue.html for each in desk.bid)
    people = read_page(manager.get(f"/office/{desk.code}/representatives"))
    assert people.text.count("Not done") == 2
    # The manager records the training; a date that can't be is said beside its box, with all that was typed.
    wrong = DATE | {"done_on-year": "2099", "kind": "training", "evidence": "Evening at the hall"}
    page = read_page(manager.post(f"{desk.base}/preparations", data=wrong), 422)
    assert "can't have been done after today" in page.text
    assert "Evening at the hall" in page.html and "2099" in page.html
    right = DATE | {"kind": "training", "evidence": "Evening at the hall"}
    assert manager.post(f"{desk.base}/preparations", data=right).status_code == 303
    # The representative signs; without the tick or the name nothing is signed.
    page = read_page(rep.get(own))
    assert "not tell anybody outside the panel" in page.text
    seen = next(each.attributes["value"] for each in page.all("input") if each.attributes["name"] == "seen")
    page = read_page(rep.post(own, data={"seen": seen, "signed_name": "A resident"}), 422)
    assert "Tick this to sign" in page.text and "A resident" in page.html
    signed = {"seen": seen, "agrees": "y", "signed_name": "A resident"}
    assert rep.post(own, data=signed).status_code == 303
    assert "You have done what comes first" in read_page(rep.get(own)).text
    assert desk.bid[1] in read_page(rep.get("/office/marking")).html
    page = read_page(manager.get(f"{desk.base}/representing"))
    assert "Signed on the screen as A resident" in page.text and "Evening at the hall" in page.text
    # Taken back with a reason, it is shut again.
    ((record_id,),) = desk.read(sa.select(PreparationRecord.id).where(PreparationRecord.signed_name != ""))
    end = f"/office/preparations/{record_id}/end"
    assert read_page(manager.post(end, data={"reason": ""}), 422)
    assert manager.post(end, data={"reason": "Wrong person"}).status_code == 303
    assert desk.bid[1] not in read_page(rep.get("/office/marking")).html
    assert manager.get(end).status_code == 404
    with desk.app.app_context():
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "end-preparation")).one()
        assert entry.reason == "Wrong person"


def test_a_statement_that_changed_meanwhile_is_read_again(desk):
    own = f"/office/{desk.code}/representing"
    typed = {"seen": "an older one", "agrees": "y", "signed_name": "A resident"}
    page = read_page(desk.client("rep").post(own, data=typed), 422)
    assert "was changed since you opened this page" in page.text and "A resident" in page.html
    assert desk.read(sa.select(PreparationRecord.id)) == []


def test_the_office_has_words_of_its_own(desk):
    manager = desk.client("manager")
    page = read_page(manager.get(f"/office/{desk.code}/settings"))
    fields = {each.attributes["name"]: each.attributes.get("value", "") for each in page.all("input")}
    fields |= {each.attributes["name"]: each.text for each in page.all("textarea")}
    fields["confidentiality_statement"] = "Our own words, to be kept."
    assert manager.post(f"/office/{desk.code}/settings", data=fields).status_code == 303
    assert "Our own words, to be kept." in read_page(desk.client("rep").get(f"/office/{desk.code}/representing")).text


def test_what_they_may_judge_is_chosen_and_kept(desk):
    manager = desk.client("manager")
    page = read_page(manager.get(f"{desk.base}/representing"))
    assert "Another round of the office" in page.text and EAST in page.text
    page = read_page(manager.post(f"{desk.base}/reach", data={"reach": "some", "reason": "Why"}), 422)
    assert "Choose at least one round or area" in page.text and "Why" in page.html
    chosen = {"reach": "some", "areas": [EAST], "reason": "They live there"}
    assert manager.post(f"{desk.base}/reach", data=chosen).status_code == 303
    rows = desk.read(sa.select(Reach.area_name, Reach.round_id).where(Reach.ended_at.is_(None)))
    assert [tuple(each) for each in rows] == [(EAST, None)]
    page = read_page(manager.get(f"{desk.base}/representing"))
    assert f"Area {EAST}" in page.text
    assert manager.post(f"{desk.base}/reach", data={"reach": "all", "reason": "Asked"}).status_code == 303
    assert "Bids of every round" in read_page(manager.get(f"/office/{desk.code}/representatives")).text


def test_pages_belong_to_their_office_and_cost_the_same_for_many(desk):
    for path in (f"{desk.base}/representing", f"/office/{desk.code}/representatives"):
        assert desk.client("elsewhere").get(path).status_code == 404
        assert desk.client("admin").get(path).status_code == 200
    assert desk.client("elsewhere").get(f"/office/{desk.code}/representing").status_code == 404
    assert desk.client("manager").get(f"/office/{desk.code}/representing").status_code == 404
    assert desk.client("manager").get(f"/office/{desk.code}/people/{desk.ids['chair']}/representing").status_code == 404
    manager = desk.client("manager")
    with desk.app.app_context(), counted(db.session) as few:
        manager.get(f"/office/{desk.code}/representatives")
    with desk.app.app_context():
        office = db.session.get_one(type(desk.stage.office), desk.office_id)
        for _ in range(4):
            staff(db.session, office, *ROLES)
        db.session.commit()
    with desk.app.app_context(), counted(db.session) as many:
        manager.get(f"/office/{desk.code}/representatives")
    assert len(many) == len(few) <= 8


def test_the_panel_leads_them_to_what_comes_first_and_back(desk):
    with desk.app.app_context():
        stage = desk.stage
        office = db.session.get_one(type(stage.office), desk.office_id)
        round_ = db.session.get_one(type(stage.round_), desk.round_id)
        seats = [services.Seat(desk.ids["chair"], is_chair=True), services.Seat(desk.ids["rep"])]
        panel = services.convene_panel(db.session, round_, seats, actor=stage.actor("manager"), now=stage.now)
        assert [each.is_community_rep for each in panel.members] == [False, True]
        db.session.commit()
        path, code = f"/office/panels/{panel.id}", office.code
    assert "Not prepared yet" in read_page(desk.client("manager").get(f"/office/rounds/{desk.round_id}/markers")).text
    rep = desk.client("rep")
    for each in (path, f"{path}/interests"):
        assert rep.get(each).location.endswith(f"/office/{code}/representing")
    page = read_page(desk.client("manager").get(f"/office/rounds/{desk.round_id}/panel"))
    assert "Represents residents, not prepared yet" in page.text
