"""The pages of a review, from the letter of refusal to what came of it, for the group and for the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from grants.accounts.models import Person
from grants.extensions import db
from grants.reviews import queries
from grants.reviews.models import Review
from tests import stages
from tests.apps import sign_in
from tests.builders import a_group, a_person, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role


@dataclass
class World:
    app: Flask
    url: str
    bid: int
    people: dict[str, Person]

    def client(self, name: str):
        client = self.app.test_client()
        sign_in(client, self.people[name])
        return client

    def review(self) -> Review:
        with self.app.app_context():
            return db.session.scalars(sa.select(Review)).one()


@pytest.fixture
def clock():
    with time_machine.travel(stages.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(app: Flask, clock) -> World:
    with app.app_context():
        stage = stages.announced(db.session)
        clock.move_to(stage.now + timedelta(hours=1))
        organisation, lead = stage.groups[2]
        people = {
            **stage.people,
            "lead": lead,
            "writer": a_person(db.session, Role.CONTRIBUTOR, organisation=organisation),
            "granted": stage.groups[0][1],
            "stranger": a_group(db.session)[1],
            "reviewer": staff(db.session, stage.office, Role.OFFICER),
            "elsewhere": staff(db.session, an_office(db.session), Role.MANAGER),
        }
        found = World(app, f"/applications/{stage.bids[2].id}/review", stage.bids[2].id, people)
        db.session.commit()
        for person in people.values():
            db.session.refresh(person)
        db.session.expunge_all()
    return found


GOOD = {"ground": "something-missed", "words": "Our second page was not read."}


def test_a_lead_asks_from_the_page_of_the_refusal(world: World) -> None:
    lead = world.client("lead")
    assert world.url in read_page(lead.get(f"/applications/{world.bid}")).links()
    page = read_page(lead.get(world.url))
    assert "You have until the end of" in page.text
    page = read_page(lead.post(world.url, data={"words": "Not <b>read</b>."}), 422)
    assert page.value("words") == "Not <b>read</b>."
    assert "Choose what went wrong." in page.text
    # Whoever writes the group's applications reads it, and does not ask.
    assert "leads your group" in read_page(world.client("writer").get(world.url)).text
    assert world.client("writer").post(world.url, data=GOOD).status_code == 403
    assert lead.post(world.url, data=GOOD).status_code == 303
    page = read_page(lead.get(world.url))
    assert "We have your request" in page.text
    assert "Our second page was not read." in page.text
    again = read_page(lead.post(world.url, data=GOOD), 409)
    assert "already" in again.text
    assert "You asked us to look again" in read_page(lead.get(f"/applications/{world.bid}")).text
    for name in ("granted", "stranger", "reviewer", "elsewhere"):
        read_page(world.client(name).get(world.url), 404)


def test_a_late_request_is_told_so_with_its_words(world: World, clock) -> None:
    with world.app.app_context():
        actor = queries.get_refusal(db.session, stages.actor_of(db.session, world.people["lead"]), world.bid)
        late = actor.late_from
    clock.move_to(late)
    page = read_page(world.client("lead").post(world.url, data=GOOD), 409)
    assert "The time to ask for a review is over" in page.text
    assert GOOD["words"] in page.html
    assert "That time is over." in read_page(world.client("lead").get(world.url)).text
    assert world.url not in read_page(world.client("lead").get(f"/applications/{world.bid}")).links()
    clock.move_to(late - timedelta(milliseconds=1))
    assert world.client("lead").post(world.url, data=GOOD).status_code == 303


def test_the_office_takes_it_up_decides_and_follows_up(world: World) -> None:
    assert world.client("lead").post(world.url, data=GOOD).status_code == 303
    url = f"/office/reviews/{world.review().id}"
    reviewer = world.client("reviewer")
    assert "1 review to take up" in read_page(reviewer.get("/office")).text
    assert url in read_page(reviewer.get("/office/reviews")).links()
    # Who had a part reads why the button is not theirs; who has no office here finds nothing.
    assert "because you sat on its panel" in read_page(world.client("officer").get(url)).text
    refused = read_page(world.client("officer").post(f"{url}/take-up"), 409)
    assert "had no part" in refused.text
    for name, status in (("marker-1", 404), ("member", 404), ("lead", 404), ("elsewhere", 404)):
        read_page(world.client(name).get(url), status)
    version = world.review().version
    assert reviewer.post(f"{url}/take-up", data={"seen_version": version}).status_code == 303
    page = read_page(reviewer.post(f"{url}/reopen", data={"reason": " "}), 422)
    assert "Write the reason." in page.text
    stale = {"reason": "A page was missed.", "seen_version": version}
    assert stale["reason"] in read_page(reviewer.post(f"{url}/reopen", data=stale), 409).html
    data = {"reason": "A page was missed.", "seen_version": world.review().version}
    assert reviewer.post(f"{url}/reopen", data=data).status_code == 303
    assert "no review changes it by itself" in read_page(reviewer.get(url)).text
    assert read_page(reviewer.get(f"{url}/follow-up"), 403)
    chair = world.client("chair")
    data = {"reason": "The panel read it, and it stands.", "seen_version": world.review().version}
    assert chair.post(f"{url}/follow-up", data=data).status_code == 303
    page = read_page(world.client("lead").get(world.url))
    assert "A page was missed." in page.text
    assert "The panel read it, and it stands." in page.text
    with world.app.app_context(), counted(db.session) as statements:
        read_page(reviewer.get("/office/reviews"))
    assert len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET "))]) <= 8


def test_an_officer_writes_a_letter_down_from_the_page_of_the_bid(world: World) -> None:
    officer, url = world.client("reviewer"), f"/office{world.url}"
    bid = f"/office/applications/{world.bid}"
    assert url in read_page(officer.get(bid)).links()
    said = {**GOOD, "words": "<b>You</b> missed it.", "came_on-day": "1", "came_on-month": "2", "came_on-year": "2030"}
    page = read_page(officer.post(url, data=said), 422)
    assert page.value("words") == "<b>You</b> missed it."
    assert "Write who of the group asked." in page.text and "Choose how it came." in page.text
    with world.app.app_context():
        refusal = queries.get_refusal_to_record(
            db.session, stages.actor_of(db.session, world.people["reviewer"]), world.bid
        )
        today = refusal.told_at
    day = {f"came_on-{name}": str(getattr(today, name)) for name in ("day", "month", "year")}
    said |= {"asker": "Their chair", "came_by": "letter"}
    page = read_page(officer.post(url, data=said), 422)
    assert "This day must not be in the future" in page.text
    answer = officer.post(url, data=said | day)
    assert answer.status_code == 303
    page = read_page(officer.get(answer.location))
    assert "by letter: Their chair. Written down by" in page.text
    assert "wrote the request down" in page.text, "why the officer can't take it up"
    assert answer.location in read_page(officer.get(bid)).links()
    assert "The group has asked already" in read_page(officer.get(url)).text
    assert "our office wrote it down" in read_page(world.client("lead").get(world.url)).text
    for name in ("lead", "elsewhere", "granted", "stranger"):
        read_page(world.client(name).get(url), 404)
    read_page(world.client("decision-maker").get(url), 404)
