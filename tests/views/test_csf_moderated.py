"""A published round moderated in the meeting comes to what the report says (Commissioner's Update, 004).

The bids come in as they were sent on paper; then people mark them, and everything of the panel is pressed on pages.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from config import ROOT
from grants.accounts.models import Office, Person
from grants.applications.models import Application
from grants.assessment import services as assessment
from grants.assessment.models import Assignment
from grants.extensions import db
from grants.funds.models import Criterion, Round
from grants.importing.files import Source, read_files
from grants.importing.services import import_round
from grants.reporting.funnel import as_json, funnel_of
from tests.apps import sign_in
from tests.builders import actor_of, staff
from tests.pages import read_page
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.assignment import Interest

FOLDER = ROOT / "sample" / "rounds"
# Scoring is under way, and the panel sits on 7 February.
MARKING, PANEL_DAY = datetime(2024, 1, 30, 10, tzinfo=UTC), datetime(2024, 2, 7, 10, tzinfo=UTC)
# Commissioner's Update of 12 March 2024, paragraphs 24 to 28.
PUBLISHED = {
    "received": 20,
    "disqualified": 6,
    "moderated": 14,
    "recommended": 7,
    "recommended_pence": 9_908_700,
    "left_pence": 91_300,
    "percent_of_pot": 99.1,
    "success_of_received": 35.0,
    "success_of_eligible": 50.0,
}
# Extreme scores want twenty words, which the paper's markers did not write.
LONG = "It names its evidence, says what will be done and for whom, and has people who have done it well before now."
SEATS = {
    "chair": (Role.CHAIR, "Panel chair"),
    "officer": (Role.OFFICER, "Grants officer"),
    "resident": (Role.PANEL_MEMBER, "Resident"),
    "manager": (Role.MANAGER, "Grants manager"),
    "decider": (Role.DECISION_MAKER, "Commissioner"),
}


def source(path: Path) -> Source:
    return Source(path.name, path.read_bytes())


def marks() -> dict[str, dict[str, dict[str, tuple[int, str]]]]:
    """Marker -> bid -> criterion -> score and words, as the paper holds them."""
    found: dict[str, dict[str, dict[str, tuple[int, str]]]] = defaultdict(lambda: defaultdict(dict))
    with (FOLDER / "csf-r3-marks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["marker"]][row["reference"]][row["criterion"]] = int(row["score"]), row["justification"]
    return found


def prepared() -> tuple[int, dict[str, int], dict[str, dict[str, tuple[int, str]]]]:
    """The round with every bid marked and locked by three people; its id, people's ids, and what the panel agreed."""
    session = db.session
    files = read_files(source(FOLDER / "csf-r3.toml"), source(FOLDER / "csf-r3-applications.csv"), None, now=MARKING)
    round_ = import_round(session, files, now=MARKING).round_
    office = session.get_one(Office, round_.office_id)
    people = {key: staff(session, office, role, name=name) for key, (role, name) in SEATS.items()}
    given = marks()
    agreed = given.pop("moderated")
    bids = {bid.reference: bid for bid in session.scalars(sa.select(Application))}
    eligible = [bid for bid in bids.values() if bid.state is S.ELIGIBLE]
    manager = actor_of(session, people["manager"])
    for name in given:
        person = staff(session, office, Role.MARKER, name=name)
        assessment.assign_markers(session, [(bid, person) for bid in eligible], actor=manager, now=MARKING)
        for bid in eligible:
            assessment.declare_interest(session, bid, Interest.NONE, "", actor=actor_of(session, person), now=MARKING)
    assessment.start_scoring(session, round_, actor=manager, now=MARKING)
    for work in session.scalars(sa.select(Assignment).order_by(Assignment.id)):
        actor = actor_of(session, work.person)
        for code, (score, words) in given[work.person.name][work.application.reference].items():
            assessment.save_mark(session, work, code, score, f"{words} {LONG}", actor=actor, now=MARKING)
        assessment.lock_assignment(session, work, actor=actor, now=MARKING)
    session.commit()
    return round_.id, {name: person.id for name, person in people.items()}, agreed


def test_the_meeting_comes_to_the_published_funnel_and_writes_its_minutes(app: Flask) -> None:
    with time_machine.travel(PANEL_DAY, tick=False):
        sat = moderated(app)
        chair = sat.people["chair"]
        assert "£99,087.00" in read_page(chair.get(sat.panel)).text
        assert sat.people["manager"].post(f"/office/rounds/{sat.round_id}/decision").status_code == 303
        assert "R3-001" in read_page(chair.get(f"{sat.panel}/scores")).text
        minutes = read_page(chair.get(f"{sat.panel}/minutes/1")).text
    with app.app_context():
        found = as_json(funnel_of(db.session, db.session.get_one(Round, sat.round_id)))
    assert found | PUBLISHED == found
    assert found["by_area"]["West Leicester"]["count"] == 2
    assert found["by_area"]["East Leicester"]["count"] == 5
    assert "£99,087 of a pot of £100,000; £913 is left" in minutes
    assert [each for each in sat.bids if each not in minutes] == []


@dataclass(frozen=True)
class Sat:
    """A panel that has sat: its address, its people's browsers, and the bids that it moderated by reference."""

    round_id: int
    panel: str
    people: dict[str, FlaskClient]
    bids: dict[str, int]


def moderated(app: Flask) -> Sat:
    """The round of the report moderated in the meeting, from the interests to the close."""
    with app.app_context():
        round_id, ids, agreed = prepared()
        rows = db.session.execute(sa.select(Application.id, Application.reference, Application.state)).all()
        criteria = {code: number for number, code in db.session.execute(sa.select(Criterion.id, Criterion.code))}
    bids = {row.reference: row.id for row in rows if row.state is S.SCORED}
    assert (len(rows), len(bids)) == (20, 14)
    people = {name: client_of(app, number) for name, number in ids.items()}
    chair, panel = people["chair"], convened(people["manager"], round_id, ids)
    present = ("chair", "officer", "resident")
    for name in present:
        page = read_page(people[name].get(f"{panel}/interests"))
        said = {each.attributes["name"]: "none" for each in page.all("input", type="radio", value="none")}
        assert len(said) == 14
        assert people[name].post(f"{panel}/interests", data=said).status_code == 303
    assert chair.post(f"{panel}/open", data={"present": [ids[name] for name in present]}).status_code == 303
    together = f"{panel}/meeting/together"
    rest = [each.attributes["value"] for each in read_page(chair.get(together)).all("input", name="bids")]
    # What the panel scored again it talked about, on its agenda or taken out of the rest.
    rest = [each for each in rest if each not in {str(bids[reference]) for reference in agreed}]
    talked_about = [reference for reference, number in bids.items() if str(number) not in rest]
    for reference in talked_about:
        item = f"{panel}/meeting/items/{bids[reference]}"
        assert chair.post(f"{item}/open").status_code == 303
        fields = {"notes": "The panel compared the markers' reasons."}
        for code, (score, words) in agreed.get(reference, {}).items():
            fields |= {f"agreed_{criteria[code]}": str(score), f"reason_{criteria[code]}": words}
        answer = chair.post(item, data=hidden_of(chair, item) | fields | {"do": "agree"})
        assert answer.status_code == 303, (reference, read_page(answer, answer.status_code).text)
    assert chair.post(together, data=hidden_of(chair, together) | {"bids": rest}).status_code == 303
    page = read_page(chair.get(panel))
    (drawn,) = [each for each in page.elements if each.attributes.get("action") == f"{panel}/draw"]
    seen = page.elements[page.elements.index(drawn) + 2].attributes["value"]
    assert chair.post(f"{panel}/draw", data={"seen_version": seen}).status_code == 303
    assert chair.post(f"{panel}/close").status_code == 303
    return Sat(round_id, panel, people, bids)


def hidden_of(client: FlaskClient, path: str) -> dict[str, str]:
    """What the page's form sends beside what a person fills in."""
    page = read_page(client.get(path))
    found = {each.attributes["name"]: each.attributes.get("value", "") for each in page.all("input", type="hidden")}
    # A box that is left alone sends what it holds.
    boxes = {each.attributes["name"]: each.text for each in page.all("textarea")}
    return found | boxes | {each.attributes["name"]: "" for each in page.all("select")}


def client_of(app: Flask, number: int) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        sign_in(client, db.session.get_one(Person, number))
    return client


def convened(manager: FlaskClient, round_id: int, ids: dict[str, int]) -> str:
    """The address of the panel that the manager calls together."""
    path = f"/office/rounds/{round_id}/panel"
    seats = {each.attributes["name"]: "" for each in read_page(manager.get(path)).all("select")}
    seats |= {f"seat_{ids[name]}": "member" for name in ("officer", "resident")} | {f"seat_{ids['chair']}": "chair"}
    answer = manager.post(path, data=seats)
    assert answer.status_code == 303
    return str(answer.location)
