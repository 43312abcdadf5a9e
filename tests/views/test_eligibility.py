"""The pages of the eligibility check: who may read them, what they say, and what comes back when something is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.accounts.models import Person
from grants.applications import services as applications
from grants.applications.models import Application
from grants.eligibility import queries, services
from grants.extensions import db
from grants.web import findings
from tests import stages
from tests.apps import sign_in
from tests.builders import a_submitted_bid, actor_of, an_office, staff
from tests.pages import read_page
from workflows.actors import Role
from workflows.application import ApplicationState
from workflows.rules import eligibility_checks


@dataclass
class World:
    """One bid in its check with one failed rule, by ids, and the people around it."""

    bid: int
    people: dict[str, Person]

    @property
    def url(self) -> str:
        return f"/office/applications/{self.bid}/eligibility"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        stage = stages.submitted(db.session, scores=())
        bid = a_submitted_bid(db.session, stage.round_, now=stage.now)
        assert stage.round_.closes_at is not None
        now = stage.round_.closes_at + timedelta(minutes=2)
        stages.funds.close_due_rounds(db.session, now)
        while applications.start_due_checks(db.session, now):
            pass
        officer = stage.actor("officer")
        services.run_rules(db.session, bid, actor=officer, now=now)
        services.settle_rule(db.session, bid, "ER12", "fail", "It is a loan.", actor=officer, now=now)
        assert bid.lead is not None
        elsewhere = staff(db.session, an_office(db.session), Role.OFFICER, Role.MANAGER)
        people = {**stage.people, "lead": bid.lead, "elsewhere": elsewhere}
        found = World(bid.id, people)
        db.session.commit()
        for person in people.values():
            db.session.refresh(person)
        db.session.expunge_all()
    return found


def signed_in(app: Flask, world: World, name: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, world.people[name])
    return client


def state_of(app: Flask, world: World) -> ApplicationState:
    with app.app_context():
        return db.session.get_one(Application, world.bid).state


def version_of(app: Flask, world: World) -> int:
    with app.app_context():
        return db.session.get_one(Application, world.bid).version


def propose(app: Flask, world: World, name: str = "officer") -> None:
    data = {"rule_codes": "ER12", "reason": "The ask repays a loan.", "seen_version": version_of(app, world)}
    response = signed_in(app, world, name).post(f"{world.url}/disqualify", data=data)
    assert response.status_code == 303


def test_the_page_says_what_each_rule_found_in_words(app: Flask, world: World) -> None:
    page = read_page(signed_in(app, world, "officer").get(world.url))
    assert page.h1.endswith("Eligibility check")
    assert "Ask: £9,000" in page.text
    assert "It is a loan." in page.text
    assert "Not looked at yet" in page.text
    assert "Propose to disqualify" in page.text
    # What can't be done says why.
    assert "Pass as eligible: A rule has failed" in page.text


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("officer", 200),
        ("manager", 200),
        ("chair", 403),
        ("decision-maker", 403),
        ("marker-1", 404),
        ("lead", 404),
        ("elsewhere", 404),
    ],
)
def test_who_may_read_and_judge(app: Flask, world: World, name: str, status: int) -> None:
    client = signed_in(app, world, name)
    for path in ("", "/rules/ER12", "/disqualify"):
        read_page(client.get(world.url + path), status)
    if status != 200:
        read_page(client.post(f"{world.url}/run"), status)
        read_page(client.post(f"{world.url}/rules/ER12", data={"outcome": "pass", "note": "x"}), status)
    assert state_of(app, world) is ApplicationState.CHECKING


def test_only_managers_confirm_set_aside_and_reinstate(app: Flask, world: World) -> None:
    propose(app, world, "manager")
    client = signed_in(app, world, "officer")
    for path in ("confirm", "set-aside", "reinstate"):
        read_page(client.post(f"{world.url}/{path}", data={"reason": "Why."}), 403)
    assert state_of(app, world) is ApplicationState.CHECKING


def test_nobody_is_sent_to_sign_in(app: Flask, world: World) -> None:
    response = app.test_client().get(world.url)
    assert response.status_code == 302
    assert "/sign-in" in response.location


def test_a_rule_that_the_round_does_not_have_is_not_there(app: Flask, world: World) -> None:
    read_page(signed_in(app, world, "officer").get(f"{world.url}/rules/ER99"), 404)


def test_a_person_judges_a_rule(app: Flask, world: World) -> None:
    client = signed_in(app, world, "officer")
    page = read_page(client.get(f"{world.url}/rules/ER18"))
    assert page.value("seen_outcome") == ""
    data = {"rule_code": "ER18", "seen_outcome": "", "outcome": "pass", "note": "All four papers are there."}
    assert client.post(f"{world.url}/rules/ER18", data=data).status_code == 303
    assert "All four papers are there." in read_page(client.get(world.url)).text


def test_a_judgement_without_an_outcome_keeps_what_was_typed(app: Flask, world: World) -> None:
    client = signed_in(app, world, "officer")
    page = read_page(client.post(f"{world.url}/rules/ER18", data={"note": "I read <b>all</b> of it."}), 422)
    # In its own box, on the page with every rule beside what was sent.
    assert 'id="note-ER18"' in page.html
    assert ">\nI read &lt;b&gt;all&lt;/b&gt; of it.</textarea>" in page.html
    assert "It is a loan." in page.text
    assert page.title.startswith("Error: ")
    assert "Choose what you find." in page.text
    page = read_page(client.post(f"{world.url}/rules/ER18", data={"outcome": "sideways", "note": "Read."}), 422)
    assert ">\nRead.</textarea>" in page.html


def test_a_judgement_of_what_changed_meanwhile_is_told_so_with_the_words(app: Flask, world: World) -> None:
    data = {"seen_outcome": "pass", "outcome": "pass", "note": "I read the papers."}
    page = read_page(signed_in(app, world, "manager").post(f"{world.url}/rules/ER12", data=data), 409)
    assert "I read the papers." in page.html


def test_a_proposal_needs_a_rule_and_a_reason(app: Flask, world: World) -> None:
    client = signed_in(app, world, "officer")
    page = read_page(client.post(f"{world.url}/disqualify", data={"reason": "Typed with care."}), 422)
    assert page.value("reason") == "Typed with care."
    assert "Choose at least one rule that failed." in page.text
    page = read_page(client.post(f"{world.url}/disqualify", data={"rule_codes": "ER12"}), 422)
    assert "Write the reason." in page.text
    assert len([box for box in page.all("input", type="checkbox") if "checked" in box.attributes]) == 1


def test_a_second_manager_reads_the_proposal_and_confirms_it(app: Flask, world: World) -> None:
    propose(app, world, "manager")
    own = read_page(signed_in(app, world, "manager").get(world.url))
    assert "Confirm the disqualification: A second person must confirm this." in own.text
    client = signed_in(app, world, "manager-2")
    page = read_page(client.get(world.url))
    assert "The ask repays a loan." in page.text
    assert "Not for an excluded purpose" in page.text
    assert client.post(f"{world.url}/confirm", data={"seen_version": version_of(app, world)}).status_code == 303
    assert state_of(app, world) is ApplicationState.DISQUALIFIED
    again = read_page(client.post(f"{world.url}/confirm", data={"seen_version": version_of(app, world)}), 409)
    assert "done already" in again.text
    page = read_page(client.get(world.url))
    assert "Confirmed" in page.text
    data = {"seen_version": version_of(app, world), "reason": "The papers were there."}
    assert client.post(f"{world.url}/reinstate", data=data).status_code == 303
    assert state_of(app, world) is ApplicationState.ELIGIBLE


def disqualify(app: Flask, world: World) -> None:
    propose(app, world, "manager")
    data = {"seen_version": version_of(app, world)}
    assert signed_in(app, world, "manager-2").post(f"{world.url}/confirm", data=data).status_code == 303


def test_the_group_reads_which_rule_and_why_once_it_is_told(app: Flask, world: World) -> None:
    url = f"/applications/{world.bid}/eligibility"
    client = signed_in(app, world, "lead")
    read_page(client.get(url), 404)
    disqualify(app, world)
    page = read_page(client.get(url))
    assert "Not for an excluded purpose" in page.text
    assert "The ask repays a loan." in page.text
    # What staff wrote for one another stays with them.
    assert "It is a loan." not in page.text
    assert "Manager" not in page.text
    assert url in read_page(client.get(f"/applications/{world.bid}")).links()
    for name in ("officer", "elsewhere", "marker-1"):
        read_page(signed_in(app, world, name).get(url), 404)


def test_the_group_reads_nothing_before_the_announcement_where_the_round_waits(app: Flask, world: World) -> None:
    with app.app_context():
        db.session.get_one(Application, world.bid).round.tells_disqualified_at_once = False
        db.session.commit()
    disqualify(app, world)
    client = signed_in(app, world, "lead")
    read_page(client.get(f"/applications/{world.bid}/eligibility"), 404)
    assert "Not eligible" not in read_page(client.get(f"/applications/{world.bid}")).text


def test_the_proposer_is_refused_when_the_button_is_forged(app: Flask, world: World) -> None:
    propose(app, world, "manager")
    page = read_page(signed_in(app, world, "manager").post(f"{world.url}/confirm"), 409)
    assert "A second person must confirm this" in page.text
    assert state_of(app, world) is ApplicationState.CHECKING


def test_a_stale_page_does_not_confirm(app: Flask, world: World) -> None:
    seen = version_of(app, world)
    propose(app, world)
    page = read_page(signed_in(app, world, "manager").post(f"{world.url}/confirm", data={"seen_version": seen}), 409)
    assert "Someone changed this" in page.text
    assert state_of(app, world) is ApplicationState.CHECKING


def test_a_proposal_is_set_aside_with_a_reason(app: Flask, world: World) -> None:
    propose(app, world)
    client = signed_in(app, world, "manager")
    page = read_page(client.get(f"{world.url}/set-aside"))
    version = page.value("seen_version")
    page = read_page(client.post(f"{world.url}/set-aside", data={"seen_version": version, "reason": ""}), 422)
    assert "Write the reason." in page.text
    assert page.value("seen_version") == version
    data = {"seen_version": version, "reason": "It is no loan."}
    assert client.post(f"{world.url}/set-aside", data=data).status_code == 303
    assert "It is no loan." in read_page(client.get(world.url)).text


def test_the_rules_are_run_again_and_a_clean_bid_passes(app: Flask, world: World) -> None:
    client = signed_in(app, world, "officer")
    assert client.post(f"{world.url}/run").status_code == 303
    with app.app_context():
        bid = db.session.get_one(Application, world.bid)
        officer = actor_of(db.session, db.session.get_one(Person, world.people["officer"].id))
        for line in queries.rule_lines(db.session, bid):
            if line.outcome != "pass":
                services.settle_rule(
                    db.session, bid, line.rule.code, "pass", "Seen.", actor=officer, now=bid.state_entered_at
                )
        db.session.commit()
    assert client.post(f"{world.url}/pass", data={"seen_version": version_of(app, world)}).status_code == 303
    assert state_of(app, world) is ApplicationState.ELIGIBLE
    page = read_page(client.get(world.url))
    assert "Judge" not in page.text


def test_every_reason_and_every_fact_of_a_rule_has_its_words() -> None:
    source = eligibility_checks.__loader__.get_source(eligibility_checks.__name__)  # type: ignore[union-attr]
    reasons = set(re.findall(r'(?:broken|unsure)\(\s*"([a-z-]+)"', source))
    assert len(reasons) > 15
    assert reasons <= set(findings.REASONS)
    facts = set(re.findall(r'"([a-z_]+)": ', source))
    assert len(facts) > 20
    assert facts <= set(findings.EVIDENCE)


def test_evidence_is_written_as_people_write_it() -> None:
    seen = {"ask_pence": 1_250_050, "max_ask_pence": None, "starts_on": "2024-04-01", "areas": ["A", "B"]}
    assert findings.evidence_items(seen) == [
        ("Ask", "£12,500.50"),
        ("Most ask", "not set"),
        ("Starts", "1 April 2024"),
        ("Areas of the bid", "A, B"),
    ]
    assert findings.evidence_items({"is_complete": True, "org_type": "cio"})[1][1].startswith("Charitable")


def test_an_officer_goes_from_bid_to_bid_through_the_queue(app: Flask, world: World) -> None:
    client = signed_in(app, world, "officer")
    page = read_page(client.get("/office/eligibility"))
    assert "Failed by a person (1)" in page.text
    assert "1 bid waits for somebody to do something" in page.text
    response = client.post("/office/eligibility/next", data={"kind": "failed"})
    assert response.status_code == 303
    assert response.location == f"{world.url}?kind=failed"
    page = read_page(client.get(response.location))
    # The rule that failed stands beside what was sent, and its judgement goes back to the same queue.
    assert "What will the money pay for" in page.text or "Safer evenings" in page.text
    assert "You are on it since" in page.text
    assert f"{world.url}/rules/ER12?kind=failed" in page.html
    assert "Officer" in read_page(signed_in(app, world, "manager").get("/office/eligibility")).text
    assert " is on it since" in read_page(signed_in(app, world, "manager").get(world.url)).text
    # Nothing else is left: back to the list, which says so.
    response = client.post("/office/eligibility/next", data={"but": str(world.bid)})
    assert response.location == "/office/eligibility"
    assert "Nothing is left here that you can do now." in read_page(client.get(response.location)).text
    for asked in ("?kind=nonsense", "?round=99999999999999999999", "?round=999999", "?after=x~y~z"):
        read_page(client.get(f"/office/eligibility{asked}"))
    assert world.url not in read_page(signed_in(app, world, "elsewhere").get("/office/eligibility")).html
    for name in ("chair", "marker-1"):
        read_page(signed_in(app, world, name).get("/office/eligibility"), 403)
        read_page(signed_in(app, world, name).post("/office/eligibility/next"), 403)
