"""Whatever is typed into any form of the service is refused in words with all of it shown back, or kept whole.

Everybody follows the links that they are shown and fills in every form there; nothing is kept, so that each form is
met as it stood. What comes by a link in a mail, or is sent by a page's script, is tested beside its feature.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from grants.accounts.models import Person
from grants.clock import utc_now
from grants.eligibility import services as eligibility
from grants.extensions import db
from grants.funds import services as funds
from grants.funds.queries import editable
from grants.monitoring import services as monitoring
from grants.sample.services import load_sample
from tests import stages
from tests.apps import sign_in
from tests.hostile import LONG, NO_KEY, Form, forms_on, pages_of, shown_back
from tests.pages import Page, read_page
from tests.services.test_monitoring import sent

NOT_FORMS = frozenset({"static", "reporting.export", "health.alive", "health.ready", "sample.people"})
# Not typed into: the door of the sample, and the way out.
DOORS = frozenset({"sample.sign_in", "accounts.sign_out"})
SHIFTS = (None, 0, 3)


@dataclass(frozen=True)
class Visit:
    """Somebody who begins on a page at a time."""

    who: str
    person_id: int | None
    start: str
    at: datetime


def of_the_sample() -> Iterator[Visit]:
    """The people of the sample, today."""
    load_sample(db.session, now=utc_now())
    keys = ("group-1.lead", "llr.admin-1", "llr.manager-1", "llr.officer-1", "llr.marker-1", "llr.decision-maker-1")
    people = {each.sample_key: each.id for each in db.session.scalars(sa.select(Person))}
    yield Visit("nobody", None, "/", utc_now())
    for key in keys:
        yield Visit(key, people[key], "/applications" if key.startswith("group") else "/office", utc_now())


def of_a_round() -> Iterator[Visit]:
    """A round at each of its stages, and the people who have something to write there."""
    checked = stages.checking(db.session)
    officer = {"actor": checked.actor("officer"), "now": checked.now}
    for bid in checked.bids:
        eligibility.run_rules(db.session, bid, **officer)
    first, second, third = checked.bids
    for bid in (first, second):
        eligibility.settle_rule(db.session, bid, "ER12", "fail", "It is a loan.", **officer)
    eligibility.propose_disqualification(db.session, first, ["ER12"], "The whole ask repays a loan.", **officer)
    due_on = (checked.now + timedelta(days=9)).date()
    eligibility.ask_clarification(db.session, third, "Who will lead the sessions?", due_on, **officer)
    _draft_of(checked)
    yield from visits(checked, "officer", "manager", "group-2")
    yield from visits(stages.scoring(db.session), "marker-1", "manager")
    yield from visits(stages.scored(db.session), "marker-1", "manager")
    yield from visits(stages.in_session(db.session), "chair", "member")
    yield from visits(stages.recommended(db.session), "manager", "chair")
    yield from visits(stages.with_decision_maker(db.session), "decision-maker", "manager")
    yield from visits(stages.decided(db.session), "manager")
    yield from visits(stages.announced(db.session), "group-0")
    yield from visits(stages.accepted(db.session), "officer")
    written = sent(db.session)
    yield from visits(written[0], "officer")
    asked, one = sent(db.session)
    monitoring.query_return(db.session, one, "How many came twice?", actor=asked.actor("officer"), now=asked.now)
    yield from visits(asked, "group-0")


def _draft_of(stage: stages.Stage) -> None:
    """A round that is still set up, with the form of the stage's."""
    week = timedelta(days=7)
    days = {"opens_at": stage.now + week, "closes_at": stage.now + 3 * week}
    definition = replace(editable(db.session, stage.round_).definition, code="NEXT-1", **days)
    funds.create_round(db.session, stage.office, definition, actor=stage.actor("manager"), now=stage.now)


def visits(stage: stages.Stage, *names: str) -> Iterator[Visit]:
    for name in names:
        kind, _, place = name.partition("-")
        person = stage.groups[int(place)][1] if kind == "group" else stage.people[name]
        yield Visit(name, person.id, "/applications" if kind == "group" else "/office", stage.now)


def walk(app: Flask, visits: list[Visit], monkeypatch, caplog) -> tuple[set[str], list[str]]:
    """Which endpoints took a form, and everything that went wrong."""
    met: set[tuple[str, tuple[str, ...]]] = set()
    problems: list[str] = []
    cut: list[str] = []
    monkeypatch.setattr(db.session, "commit", lambda: (db.session.flush(), db.session.rollback()))
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with app.app_context():
        engine = db.engine
    listen_for_cuts = (engine, "before_cursor_execute", lambda *said: cut.extend(_cut(said[2], said[3])))
    sa.event.listen(*listen_for_cuts)
    for visit in visits:
        with time_machine.travel(visit.at):
            client = app.test_client()
            if visit.person_id is not None:
                with app.app_context():
                    sign_in(client, db.session.get_one(Person, visit.person_id))
            for path, page in pages_of(app, client, visit.start, NOT_FORMS):
                for form in forms_on(app, page, path):
                    if form.endpoint in DOORS or (form.endpoint, form.boxes) in met:
                        continue
                    met.add((form.endpoint, form.boxes))
                    for said in fill_in(client, form, caplog, cut):
                        problems.append(f"{visit.who}, {form.endpoint} on {path}: {said}")
    sa.event.remove(*listen_for_cuts)
    return {endpoint for endpoint, _ in met}, problems


def _cut(statement: str, given: object) -> Iterator[str]:
    if isinstance(given, str) and given.startswith(LONG[:500]) and len(given) < len(LONG):
        yield f"{len(given)} letters: {statement[:60]}"
    elif isinstance(given, dict):
        for value in given.values():
            yield from _cut(statement, value)
    elif isinstance(given, (list, tuple)):
        for value in given:
            yield from _cut(statement, value)


def fill_in(client, form: Form, caplog, cut: list[str]) -> Iterator[str]:
    """Send the form in each hostile way; what is wrong with the answers."""
    for shift in SHIFTS if form.boxes else ():
        caplog.clear()
        cut.clear()
        data = form.filled(shift)
        response = client.post(form.path, **form.body(data))
        if response.status_code not in {200, 302, 303, 409, 422}:
            yield f"{response.status_code} at {shift}"
        if response.status_code >= 400:
            page = Page(response.get_data(as_text=True))
            lost = [name for name in form.boxes if not shown_back(page, str(data[name]))]
            yield from [f"{response.status_code} at {shift} without what was typed: {lost}"] * bool(lost)
        yield from (f"{record.getMessage()} {record.exc_info}" for record in _errors(caplog))
        yield from [f"cut short: {cut}"] * bool(cut)
    caplog.clear()
    if client.post(form.path, **form.body(form.forged())).status_code >= 500 or _errors(caplog):
        yield f"forged: {[record.getMessage() for record in caplog.records]}"


def _errors(caplog) -> list[logging.LogRecord]:
    # A constraint that refuses what a check let through is no clear answer either.
    return [record for record in caplog.records if record.name == "grants.web.errors"]


@pytest.mark.parametrize("scene", [of_the_sample, of_a_round])
def test_hostile_text_in_any_form_is_refused_in_words_or_kept_whole(app, monkeypatch, caplog, scene):
    with app.app_context():
        people = list(scene())
        db.session.commit()
    met, problems = walk(app, people, monkeypatch, caplog)
    assert not problems, "\n".join(problems)
    assert len(met) >= 40, sorted(met)


def test_what_no_keyboard_has_is_refused_and_shown_back(client):
    response = client.post("/news", data={"email": f"{NO_KEY}@example.org"})
    page = read_page(response, 400)
    assert "could not be read" in page.text
    assert "@example.org" in page.text
