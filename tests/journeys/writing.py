"""Two people of a group before one section of their bid, on a service that may be stopped and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, Response, expect
from werkzeug.serving import make_server

from grants.accounts.models import Person
from grants.applications.models import Answer, AnswerVersion
from grants.clock import utc_now
from grants.extensions import db
from tests.apps import close, make_app
from tests.browser import _Silent, axe_violations, comes_true, loading, runs_off_the_side, visitor
from tests.builders import a_draft, a_group, a_person, a_round, an_office
from workflows.actors import Role

# Letters of several scripts, both directions, an emoji of several parts, spaces that matter, marks of HTML.
TYPED = (
    "Über 40 ‘young’ people: שלום, مرحبا\u200f\n\n  two spaces  in\tfront "
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 é e\u0301\n<b>&amp;</b> '\"\u202e!"
)

KEPT_HERE = "Object.keys(localStorage).filter(key => key.startsWith('grants-kept:'))"


@dataclass
class Place:
    """A service on a port of its own, which may be stopped and started again, with one bid of two people."""

    app: Flask
    port: int
    bid_id: int
    path: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def open(self) -> Iterator[None]:
        server = make_server("127.0.0.1", self.port, self.app, threaded=True, request_handler=_Silent)
        self.port = server.port
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def stored(self, code: str) -> object:
        """The answer as the database has it now."""
        with self.app.app_context():
            rows = db.session.scalars(sa.select(Answer).where(Answer.application_id == self.bid_id)).all()
            found = {row.question.code: row.value for row in rows}
            db.session.remove()
        return found.get(code)

    def history(self) -> list[object]:
        with self.app.app_context():
            found = list(db.session.scalars(sa.select(AnswerVersion.value).order_by(AnswerVersion.id)))
            db.session.remove()
        return found

    def end_sessions(self, key: str) -> None:
        """What a sign-out everywhere does to a page that is open."""
        with self.app.app_context():
            person = db.session.scalars(sa.select(Person).where(Person.sample_key == key)).one()
            person.session_epoch += 1
            db.session.commit()
            db.session.remove()


@contextmanager
def a_place(folder: Path, **round_: Any) -> Iterator[Place]:
    """A draft of two people, "lead" and "helper", in a round that is open; `round_` sets more of the round."""
    app = make_app(folder)
    app.config.update(WTF_CSRF_ENABLED=True)
    with app.app_context():
        db.create_all()
        now = utc_now()
        organisation, lead = a_group(db.session, now=now)
        helper = a_person(db.session, Role.CONTRIBUTOR, organisation=organisation, name="Bid writer", now=now)
        lead.sample_key, helper.sample_key = "lead", "helper"
        round_row = a_round(db.session, an_office(db.session), now=now, **round_)
        bid = a_draft(db.session, round_row, organisation, lead, now=now)
        db.session.commit()
        made = Place(app, 0, bid.id, f"/applications/{bid.id}/sections/project")
        db.session.remove()
    yield made
    close(app)


def sign_in(page: Page, place: Place, key: str) -> None:
    page.goto(f"{place.address}/sample")
    with loading(page):
        page.locator(f"form:has(input[name='person'][value='{key}']) button").click()


@contextmanager
def writer(browser: Browser, place: Place, key: str = "lead", **options) -> Iterator[Page]:
    """Somebody of the group before the section, signed in."""
    with visitor(browser, **options) as context:
        page = context.new_page()
        sign_in(page, place, key)
        page.goto(place.address + place.path)
        yield page


def box(page: Page, code: str):
    return page.locator(f"[name='{code}']")


def says(page: Page, words: str) -> None:
    expect(page.locator(".app-saved")).to_contain_text(words)


def look(page: Page) -> None:
    assert axe_violations(page) == []
    assert not runs_off_the_side(page)


def kept_here(page: Page) -> list[str]:
    found: list[str] = page.evaluate(KEPT_HERE)
    return found


@contextmanager
def saving(page: Page, code: str) -> Iterator[None]:
    """What is typed inside is sent by the page's script; at the end the service has answered."""

    def names_it(answer: Response) -> bool:
        named = parse_qs(answer.request.post_data or "").get("only", [""])[0]
        return code in named.split()

    with page.expect_response(names_it):
        yield


def nothing_kept(page: Page) -> None:
    """Wait until the device keeps no text any more."""
    comes_true(page, f"{KEPT_HERE}.length === 0")
