"""Due diligence from its list to its end, for who may see it; and signals that a person settles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from grants.accounts.models import Person
from grants.assessment.models import InterestDeclaration
from grants.assessment.services import Seat, convene_panel
from grants.core.audit import AuditEntry
from grants.diligence import queries, services
from grants.diligence.models import DueDiligence, FraudSignal
from grants.extensions import db
from grants.funds.models import Round
from tests import stages
from tests.apps import sign_in
from tests.builders import actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role
from workflows.assignment import Interest
from workflows.errors import NotFound, TransitionRefused


@dataclass
class World:
    app: Flask
    bids: list[int]
    people: dict[str, Person]
    round_id: int

    def client(self, name: str):
        client = self.app.test_client()
        sign_in(client, self.people[name])
        return client

    def url(self, index: int = 0, more: str = "") -> str:
        return f"/office/applications/{self.bids[index]}/due-diligence{more}"

    def check(self) -> DueDiligence:
        return db.session.scalars(sa.select(DueDiligence)).one()


@pytest.fixture
def clock():
    with time_machine.travel(stages.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(app: Flask, clock) -> World:
    with app.app_context():
        stage = stages.scoring(db.session)
        clock.move_to(stage.now)
        people = {
            **stage.people,
            "lead": stage.groups[0][1],
            "elsewhere": staff(db.session, an_office(db.session), Role.MANAGER),
        }
        found = World(app, [bid.id for bid in stage.bids], people, stage.round_.id)
        db.session.commit()
        for person in people.values():
            db.session.refresh(person)
        db.session.expunge_all()
    return found


def test_a_check_is_done_item_by_item_and_holds_for_a_year(world: World, clock) -> None:
    officer, manager = world.client("officer"), world.client("manager")
    assert world.url() in read_page(officer.get("/office/due-diligence")).links()
    for name in ("lead", "elsewhere", "marker-1", "chair"):
        assert world.client(name).get(world.url()).status_code in (403, 404), name
    assert officer.post(world.url(more="/begin")).status_code == 303
    assert officer.post(world.url(more="/begin")).status_code == 409
    page = read_page(officer.get(world.url()))
    assert "Enhanced: works with children or adults at risk" in page.text
    assert "We run a youth club. We started in 2011." in page.text
    bad = {"code": "bank", "outcome": "done", "evidence": "Seen: <b>12-34-56</b>", "seen_item": "0"}
    page = read_page(officer.post(world.url(more="/items"), data=bad), 422)
    assert "Seen: <b>12-34-56</b>" in page.text
    assert "Take the account number" in page.text
    read_page(officer.post(world.url(more="/items"), data={"code": "bank", "evidence": "Kept"}), 422)
    assert officer.post(world.url(more="/finish"), data={"result": "pass", "rating": "green"}).status_code == 409
    with world.app.app_context():
        wanted = world.check().items_wanted
    for code in wanted:
        found = {"code": code, "outcome": "concern" if code == "accounts" else "done", "evidence": "Seen."}
        assert officer.post(world.url(more="/items"), data={**found, "seen_item": "0"}).status_code == 303
    # A colleague who saw nothing recorded is told that somebody was first.
    late = {"code": "bank", "outcome": "concern", "evidence": "Not seen.", "seen_item": "0"}
    assert manager.post(world.url(more="/items"), data=late).status_code == 409
    good = {"result": "conditions", "rating": "red", "conditions": "Paid in <stages>.", "reason": "Low reserves."}
    page = read_page(officer.post(world.url(more="/finish"), data={**good, "conditions": "", "reason": ""}), 422)
    assert "Write the conditions." in page.text
    assert officer.post(world.url(more="/finish"), data=good).status_code == 303
    with world.app.app_context():
        check = world.check()
        risk = queries.risk_of(db.session, world.bids)
        assert set(risk) == {world.bids[0]}
        assert (risk[world.bids[0]].rating, risk[world.bids[0]].conditions) == ("red", "Paid in <stages>.")
        assert queries.is_red(db.session, world.bids[0])
        done = sa.select(AuditEntry.action).where(AuditEntry.subject_type == "diligence").order_by(AuditEntry.id)
        assert db.session.scalars(done).all() == ["begin", *["record-item"] * len(wanted), "finish"]
        round_, boss = db.session.get_one(Round, world.round_id), actor_of(db.session, world.people["manager"])
        seats = [Seat(world.people["chair"].id, is_chair=True)]
        panel = convene_panel(db.session, round_, seats, actor=boss, now=stages.NOW)
        number = panel.id
        db.session.commit()
    # The panel reads the rating and the conditions, and nothing else of the check.
    page = read_page(manager.get(f"/office/panels/{number}/bids/{world.bids[0]}"))
    assert "Due diligence: High risk" in page.text and "On condition: Paid in <stages>." in page.text
    assert "Low reserves" not in page.text
    with world.app.app_context():
        check = world.check()
        assert check.expires_at is not None
        assert services.expire_due(db.session, check.expires_at - timedelta(seconds=1)) == 0
        assert services.expire_due(db.session, check.expires_at) == 1
        assert services.expire_due(db.session, check.expires_at) == 0
        assert queries.risk_of(db.session, world.bids)[world.bids[0]].is_expired
        db.session.rollback()
    assert world.url() not in read_page(officer.get("/office/due-diligence")).links()
    assert officer.post(world.url(more="/begin")).status_code == 409
    read_page(officer.post(world.url(more="/reopen"), data={"reason": ""}), 422)
    assert officer.post(world.url(more="/reopen"), data={"reason": "New accounts came."}).status_code == 303
    with world.app.app_context():
        assert queries.risk_of(db.session, world.bids) == {}


def test_a_fail_needs_a_second_person_and_moves_no_bid(world: World) -> None:
    officer, manager = world.client("officer"), world.client("manager")
    manager.post(world.url(more="/begin"))
    assert manager.post(world.url(more="/fail"), data={"reason": "No such charity."}).status_code == 303
    assert officer.post(world.url(more="/confirm-fail")).status_code == 403
    assert manager.post(world.url(more="/confirm-fail")).status_code == 409
    with world.app.app_context():
        check = world.check()
        second = staff(
            db.session,
            check.application.round.fund and db.session.get_one(type(an_office(db.session)), check.office_id),
            Role.MANAGER,
        )
        before = check.application.state
        services.confirm_fail(db.session, check, actor=actor_of(db.session, second), now=stages.NOW)
        assert (check.result, check.rating, check.application.state) == ("fail", "red", before)
        db.session.rollback()
    assert manager.post(world.url(more="/set-aside"), data={"reason": "It was renamed."}).status_code == 303
    with world.app.app_context():
        assert world.check().state == "begun"


def test_signals_are_found_once_settled_once_and_shut_with_the_other_bid(world: World) -> None:
    officer = world.client("officer")
    with world.app.app_context():
        actor = actor_of(db.session, world.people["officer"])
        bids = [queries.get_bid(db.session, actor, each) for each in world.bids]
        values = {"round_id": world.round_id, "kind": "copied-text", "found_at": stages.NOW, "note": ""}
        evidence = {"words": 46, "question": "Q", "other_question": "Q", "passage": "one", "other_passage": "two"}
        signal = FraudSignal(application_id=bids[0].id, other_id=bids[1].id, mark="x", evidence=evidence, **values)
        db.session.add(signal)
        # All that these bids have in common is a telephone number, each with the one before.
        assert services.find_signals(db.session, bids[0].round, actor=actor, now=stages.NOW) == 2
        assert services.find_signals(db.session, bids[0].round, actor=actor, now=stages.NOW) == 0
        db.session.execute(sa.delete(FraudSignal).where(FraudSignal.kind == "shared-detail"))
        db.session.commit()
        number = signal.id
    page = read_page(officer.get(world.url()))
    assert "These two answers share 46 words in a row." in page.text
    read_page(officer.post(world.url(more=f"/signals?signal={number}"), data={"settled": "watched"}), 422)
    with world.app.app_context():
        db.session.add(
            InterestDeclaration(
                application_id=world.bids[1],
                person_id=world.people["officer"].id,
                interest=Interest.DIRECT,
                declared_at=stages.NOW,
            )
        )
        db.session.commit()
        assert queries.signals_of(db.session, actor, db.session.get_one(type(bids[0]), world.bids[0])) == []
        with pytest.raises(NotFound):
            queries.get_bid(db.session, actor, world.bids[1])
    assert officer.get(world.url(1)).status_code == 404
    assert "46 words" not in read_page(officer.get(world.url())).text
    word = {"settled": "watched", "note": "They share a writer."}
    assert officer.post(world.url(more=f"/signals?signal={number}"), data=word).status_code == 404
    manager = world.client("manager")
    assert manager.post(world.url(more=f"/signals?signal={number}"), data=word).status_code == 303
    assert manager.post(world.url(more=f"/signals?signal={number}"), data=word).status_code == 409
    with world.app.app_context():
        assert queries.is_flagged(db.session, world.bids[0])
        assert queries.is_flagged(db.session, world.bids[1])


def test_the_pages_ask_a_bounded_number_of_queries(world: World) -> None:
    officer = world.client("officer")
    officer.post(world.url(more="/begin"))
    with world.app.app_context(), counted(db.session) as asked:
        officer.get("/office/due-diligence")
    assert len(asked) <= 8
    with world.app.app_context(), counted(db.session) as asked:
        officer.get(world.url())
    assert len(asked) <= 14


def test_a_group_that_nobody_looked_at_has_no_risk(world: World) -> None:
    with world.app.app_context():
        assert queries.risk_of(db.session, []) == queries.risk_of(db.session, world.bids) == {}
        with pytest.raises(TransitionRefused):
            actor = actor_of(db.session, world.people["officer"])
            bid = queries.get_bid(db.session, actor, world.bids[0])
            services.begin(db.session, bid, actor=actor, now=stages.NOW)
            services.begin(db.session, bid, actor=actor, now=stages.NOW)
