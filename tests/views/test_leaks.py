"""Whoever has a direct interest in a bid, or represents another area, finds nothing of it.

By no page, file, feed or search, nor by subtraction.

Two worlds differ only in what the bid says, asks and scored. Everything that such a person can open is read in both,
and has to be the same: then no figure, count or order of theirs can hold anything of the bid.
"""

from __future__ import annotations

import html
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader

from grants.accounts.models import Person
from grants.allocation.models import Scenario
from grants.allocation.services import save_scenario
from grants.applications.models import Application
from grants.assessment import services as assessment
from grants.assessment.models import Assignment, InterestDeclaration, Panel, PanelMember
from grants.awards.models import Award
from grants.core.outbox import Message
from grants.decisions.models import Decision
from grants.extensions import db
from grants.meetings.models import MinutesSection
from grants.notifications import services as notifications
from grants.representatives.models import PreparationRecord, Reach
from tests import builders, stages
from tests.apps import empty_database, sign_in
from tests.architecture.access_table import GROUP, TABLE, address
from tests.builders import staff
from tests.stages import Stage
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.assignment import Interest
from workflows.rules.representing import Preparation, last_day

POT = 9_000_000
ROLES = {
    "officer": {Role.OFFICER},
    "manager": {Role.MANAGER},
    "marker": {Role.MARKER},
    "chair": {Role.CHAIR},
    "member": {Role.PANEL_MEMBER},
    "decider": {Role.DECISION_MAKER},
    "chief": {Role.CHIEF_EXECUTIVE},
    "finance": {Role.FINANCE},
    "all": {Role.OFFICER, Role.MANAGER, Role.MARKER, Role.CHAIR, Role.PANEL_MEMBER},
    # Has no interest in the bid, but represents the other area.
    "resident": {Role.COMMUNITY_REP, Role.MARKER, Role.PANEL_MEMBER},
}
# Letters with a made-up bid, and whether the machine is well.
SAMPLES = {"accounts.mailbox", "health.ready", "notifications.preview_letter"}
SEATED = ("chair", "member", "all", "resident")
HIDDEN_AREA, OTHER_AREA = "East Example", "West Example"
# Tokens and what a browser is told about scripts differ between any two readings.
NOISE = re.compile(r'name=\\?"csrf_token\\?" value=\\?"[^"\\]*|nonce-[\w-]+|\b[0-9a-f]{16,64}\b|receipt [\w-]+')


@dataclass(frozen=True)
class Secret:
    """What one world's bid says."""

    title: str
    ask_pence: int
    score: int

    @property
    def shapes(self) -> tuple[str, ...]:
        """Every form in which it would be written."""
        pounds = f"{self.ask_pence // 100:,}"
        return (self.title, pounds, pounds.replace(",", ""), str(self.ask_pence))


ONE = Secret("Quiet lanterns by the weir", 873_100, 5)
OTHER = Secret("Brass kettles on the moor", 612_700, 4)


def moderated(session: Any, **options: Any) -> Stage:
    """Every bid has its agreed scores and its outcome; the panel still sits."""
    stage = stages.in_session(session, **options)
    chair = stage.actor("chair")
    for bid in stage.bids:
        assessment.save_agreed_scores(session, bid, {}, actor=chair, now=stage.now)
    assessment.draw_the_line(session, stage.round_, actor=chair, now=stage.now)
    save_scenario(session, stage.panel, "All of it", {}, actor=chair, now=stage.now)
    return stage


WALKS: dict[str, Callable[..., Stage]] = {
    "checks": stages.judged,
    "marking": stages.scored,
    "panel": moderated,
    "decision": stages.with_decision_maker,
    "decided": stages.decided,
}


def build(walk: Callable[..., Stage], secret: Secret) -> tuple[Stage, dict[str, Person]]:
    """The round at this stage with one bid of this content, and everybody who has a direct interest in that one."""
    builders._numbers = itertools.count(1)
    session = db.session
    costs = {
        "P1": secret.title,
        "P7": [HIDDEN_AREA],
        "B1": secret.ask_pence,
        "B2": [{"description": "Hall hire", "amount_pence": secret.ask_pence}],
    }
    stage = walk(session, scores=(secret.score, 4, 2), answers=costs, pot_pence=POT)
    people = {name: staff(session, stage.office, *roles, name=f"Person {name}") for name, roles in ROLES.items()}
    hidden = stage.bids[0]
    for name, person in people.items():
        for bid in stage.bids[1:] if name == "resident" else stage.bids:
            kind = Interest.DIRECT if bid is hidden else Interest.NONE
            session.add(
                InterestDeclaration(
                    application_id=bid.id, person_id=person.id, interest=kind, detail="Kin", declared_at=stage.now
                )
            )
    represents(stage, people["resident"], OTHER_AREA)
    if stage.panel is not None:
        for name in SEATED:
            seat = PanelMember(panel_id=stage.panel.id, person_id=people[name].id, is_chair=name in {"chair", "all"})
            seat.is_present, seat.is_community_rep = True, name == "resident"
            session.add(seat)
    while notifications.expand_outbox(session, stage.now):
        pass
    session.commit()
    return stage, people


def represents(stage: Stage, person: Person, area: str) -> None:
    """Prepared, and asked to judge the bids of this area alone."""
    given = {"office_id": stage.office.id, "person_id": person.id}
    stage.session.add(Reach(**given, area_name=area, given_at=stage.now))
    day = stage.now.date()
    for kind in Preparation:
        days = {"done_on": day, "until_on": last_day(kind, day), "recorded_at": stage.now}
        stage.session.add(PreparationRecord(**given, kind=kind, evidence="Seen", **days))


def first_pages(app: Flask, stage: Stage) -> list[str]:
    """Every GET address that can be named with a thing of the round, the hidden bid's own before all."""
    session, hidden = stage.session, stage.bids[0]
    ids: dict[str, list[Any]] = {
        "application_id": [bid.id for bid in stage.bids],
        "assignment_id": list(session.scalars(sa.select(Assignment.id))),
        "award_id": list(session.scalars(sa.select(Award.id))),
        "decision_id": list(session.scalars(sa.select(Decision.id))),
        "panel_id": list(session.scalars(sa.select(Panel.id))),
        "message_id": list(session.scalars(sa.select(Message.id))),
        "organisation_id": [hidden.organisation_id, stage.bids[1].organisation_id],
        "rule_code": [stage.round_.rules[0].code],
        "record_id": list(session.scalars(sa.select(PreparationRecord.id))),
        "scenario_id": list(session.scalars(sa.select(Scenario.id))),
        "section_id": list(session.scalars(sa.select(MinutesSection.id))),
        "declaration_id": list(session.scalars(sa.select(InterestDeclaration.id))),
        # Nobody can ask for a review before the round is announced.
        "review_id": [],
    }
    pages = set()
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint not in TABLE or _is_another_matter(rule):
                continue
            named = address(rule.endpoint, set(rule.arguments) - set(ids), stage)
            some = [ids[name] for name in rule.arguments if name in ids]
            for values in itertools.product(*some):
                chosen = dict(zip([name for name in rule.arguments if name in ids], values, strict=True))
                pages.add(app.url_for(rule.endpoint, **named, **chosen))
    words = [ONE.title.split()[0], OTHER.title.split()[0], hidden.reference]
    listed = f"/office/rounds/{stage.round_.id}/applications"
    pages |= {f"{listed}{kind}?q={quote(word)}" for word in words for kind in ("", ".csv", ".xlsx")}
    pages |= {f"{listed}?sort={name}&order=desc" for name in ("ask", "percent", "project")}
    return sorted(pages)


def _is_another_matter(rule: Any) -> bool:
    # A group's own pages, the sample's mailbox, and things that need a link by e-mail or a file.
    names = {"endorsement_id", "event_id", "return_id", "key", "offset", "document_id", "answer_version_id", "token"}
    only_groups = TABLE[rule.endpoint] <= GROUP
    is_set_up = rule.endpoint.startswith("funds.") and "code" in rule.arguments
    return bool(only_groups or is_set_up or names & set(rule.arguments) or rule.endpoint in SAMPLES)


def crawl(client: FlaskClient, pages: list[str]) -> dict[str, tuple[int, str]]:
    """What this person is given at each address, and at every address that those pages lead to."""
    found: dict[str, tuple[int, str]] = {}
    waiting = list(pages)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        response = client.get(path)
        text = readable(response)
        found[path] = (response.status_code, f"{response.headers.get('Location', '')} {text}")
        assert response.status_code < 500, path
        assert len(found) < 1500, "the pages lead on and on"
        waiting += [link for link in links(text) if link not in found]
    return found


def links(text: str) -> Iterator[str]:
    for link in re.findall(r'href="(/office[^"#]*)"', text):
        # A table sorted by each of its columns both ways, filtered in each way, is one table.
        if "?" not in link and not link.endswith("/preview"):
            yield html.unescape(link)


def readable(response: Any) -> str:
    """The words of a page, or of what is inside a file."""
    data = response.data
    if data[:5] == b"%PDF-":
        return NOISE.sub("", "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))
    if data[:2] != b"PK":
        return NOISE.sub("", data.decode(errors="replace"))
    if b"xl/workbook.xml" in data:
        rows = load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
        return "\n".join(str(row) for row in rows)
    with ZipFile(io.BytesIO(data)) as parts:
        texts = [parts.read(name).decode(errors="replace") for name in sorted(parts.namelist())]
    return NOISE.sub("", "\n".join(texts))


def read_world(app: Flask, walk: Callable[..., Stage], secret: Secret) -> dict[str, dict[str, tuple[int, str]]]:
    """Everything that each of them can open in this world."""
    with app.app_context():
        stage, people = build(walk, secret)
        pages = first_pages(app, stage)
        moment = stage.now + timedelta(hours=1)
        hidden = stage.bids[0]
        reference = hidden.reference
        assert db.session.get_one(Application, hidden.id).state not in {S.DRAFT, S.LAPSED}
        with time_machine.travel(moment, tick=False):
            clients = {name: app.test_client() for name in people}
            for name, person in people.items():
                sign_in(clients[name], person)
        db.session.remove()
    with time_machine.travel(moment, tick=False):
        found = {name: crawl(client, pages) for name, client in clients.items()}
    told = [
        f"{name} reads {shape!r} at {path}"
        for name, answers in found.items()
        for path, (_, text) in answers.items()
        for shape in (*secret.shapes, reference)
        if shape in without_address(text, path, reference)
    ]
    assert told == [], "\n".join(told[:40])
    return found


def without_address(text: str, path: str, reference: str) -> str:
    # What somebody typed into the search is shown to them again.
    if quote(reference) not in path:
        return text
    return text.replace(f'value="{reference}"', "").replace(f"q={reference}", "")


@pytest.mark.parametrize("walk", WALKS)
def test_a_direct_interest_hides_the_bid_and_all_that_it_could_be_worked_out_from(
    _sqlite_app: Flask, walk: str
) -> None:
    worlds = []
    for secret in (ONE, OTHER):
        with _sqlite_app.app_context():
            empty_database("sqlite")
        worlds.append(read_world(_sqlite_app, WALKS[walk], secret))
    with _sqlite_app.app_context():
        empty_database("sqlite")
    one, other = worlds
    different = [
        f"{name}: {path}: {first_difference(one[name].get(path), other[name].get(path))}"
        for name in one
        for path in sorted(one[name].keys() | other[name].keys())
        if one[name].get(path) != other[name].get(path)
    ]
    assert different == [], "\n".join(different[:40])
    opened = {path for answers in one.values() for path, (status, _) in answers.items() if status == 200}
    # The crawl went somewhere: lists, dashboards, panels and exports among it.
    assert len(opened) > 60
    assert any(path.endswith("applications.xlsx") for path in opened)


def first_difference(one: Any, other: Any) -> str:
    """Where two answers part, with some words around it."""
    if one is None or other is None or one[0] != other[0]:
        return f"{one and one[0]} or {other and other[0]}"
    at = next((place for place, (a, b) in enumerate(zip(one[1], other[1], strict=False)) if a != b), 0)
    return f"…{one[1][max(0, at - 60) : at + 30]}… or …{other[1][max(0, at - 20) : at + 30]}…".replace("\n", " ")
