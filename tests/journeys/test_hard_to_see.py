"""Pages in the states that are hard to draw, read with text at twice its size and in colours that the person forces.

Every other page is read so by the walk of test_every_page, in its usual state.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from grants.clock import utc_now
from grants.extensions import db
from tests.apps import close, make_app
from tests.browser import PHONE, axe_violations, complaints, cut_off, loading, served, text_doubled, visitor
from tests.builders import a_draft, a_group, a_round, a_submitted_bid, an_office, staff
from workflows.actors import Role

# Nothing in it where a line could break.
ENDLESS = "Eveningsthataresafer" * 10


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An office with an endless round, its bids, and a round without any; a group with nothing."""
    made = make_app(tmp_path)
    with made.app_context():
        db.create_all()
        session, now = db.session, utc_now()
        office = an_office(session, now=now)
        staff(session, office, Role.OFFICER).sample_key = "officer"
        round_ = a_round(session, office, now=now, title=ENDLESS, code="LONG-1")
        a_round(session, office, now=now, code="EMPTY-1")
        sent, sender = a_group(session, ENDLESS, now=now)
        drafting, writer = a_group(session, f"Second{ENDLESS}"[:200], now=now)
        _, newcomer = a_group(session, now=now)
        sender.sample_key, writer.sample_key, newcomer.sample_key = "sender", "writer", "newcomer"
        a_submitted_bid(session, round_, sent, sender, now=now, answers={"P1": ENDLESS[:100], "P4": ENDLESS * 3})
        a_draft(session, round_, drafting, writer, now=now, answers={"P1": ENDLESS[:100], "P4": ENDLESS * 3})
        session.commit()
    yield made
    close(made)


# Who is before the page, where it is, and what makes it fuller.
STATES = {
    "open rounds": ("", "/rounds"),
    "a round": ("", "/rounds/1"),
    "no rounds found": ("", "/rounds?amount=1"),
    "no applications": ("newcomer", "/applications"),
    "applications": ("writer", "/applications"),
    "task list": ("writer", "/applications/2"),
    "question page": ("writer", "/applications/2/sections/project"),
    "question page with errors": ("writer", "/applications/2/sections/reach"),
    "check answers": ("writer", "/applications/2/check"),
    "receipt": ("sender", "/applications/1/receipt"),
    "officer's list": ("officer", "/office/rounds/1/applications"),
    "officer's empty list": ("officer", "/office/rounds/2/applications"),
    "one application": ("officer", "/office/applications/1"),
}


def test_every_state_can_be_read(browser: Browser, app: Flask) -> None:
    problems, before = [], ""
    with served(app) as address, visitor(browser, size=PHONE) as context:
        page = context.new_page()
        heard = complaints(page)
        for state, (person, path) in STATES.items():
            if person != before:
                page.request.post(f"{address}/sample/sign-in", form={"person": person})
                before = person
            page.goto(address + path)
            assert page.url == address + path, f"{state}: {page.url}"
            if state.endswith("errors"):
                _send(page)
            problems += [f"{state}: {each}" for each in _problems(page) + heard]
            heard.clear()
    assert problems == []


def _send(page: Page) -> None:
    with loading(page):
        page.get_by_role("button", name="Save and continue").last.click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()


def _problems(page: Page) -> list[str]:
    """What is wrong as it is, and with text doubled in forced colours at once, which is as far as a person can go."""
    found = cut_off(page)
    page.emulate_media(forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    with text_doubled(page):
        found += [f"made large: {each}" for each in cut_off(page) + axe_violations(page)]
    page.emulate_media(forced_colors="none")
    return found


def test_where_one_is_can_be_told_in_forced_colours(browser: Browser, app: Flask) -> None:
    # What is drawn transparent gets a colour there, and every section looked like the one that is open.
    with served(app) as address, visitor(browser, size=PHONE, forced_colors="active") as context:
        page = context.new_page()
        page.request.post(f"{address}/sample/sign-in", form={"person": "writer"})
        page.goto(f"{address}/applications")
        line = "each => getComputedStyle(each).borderBottomColor"
        links = page.locator(".app-navigation__link")
        drawn = [(each.get_attribute("aria-current"), each.evaluate(line)) for each in links.all()]
        background = page.locator(".app-navigation").evaluate("each => getComputedStyle(each).backgroundColor")
        assert {how == background for current, how in drawn if current is None} == {True}
        assert [how == background for current, how in drawn if current] == [False]
