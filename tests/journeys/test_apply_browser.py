"""A volunteer with a phone applies in a real browser: without a script, then again with one, from quiz to receipt."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from grants.clock import utc_now
from grants.extensions import db
from tests.apps import make_app
from tests.browser import DESKTOP, PHONE, axe_violations, complaints, loading, runs_off_the_side, served, visitor
from tests.builders import a_group, a_round, an_office
from tests.journeys.people import SECTIONS, fill


@pytest.fixture
def service(tmp_path) -> Iterator[tuple[Flask, str, int]]:
    """The service at an address, with an open round and the group that the sample calls group-1."""
    app = make_app(tmp_path)
    app.config.update(WTF_CSRF_ENABLED=True)
    with app.app_context():
        db.create_all()
        now = utc_now()
        round_ = a_round(db.session, an_office(db.session, now=now), now=now)
        _, lead = a_group(db.session, now=now)
        lead.sample_key = "group-1.lead"
        db.session.commit()
        round_id = round_.id
    with served(app) as address:
        yield app, address, round_id
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sample")
    with loading(page):
        page.locator("form:has(input[name='person'][value='group-1.lead']) button").click()


def press(page: Page, words: str) -> None:
    with loading(page):
        page.get_by_role("button", name=words).click()


def follow(page: Page, words: str) -> None:
    with loading(page):
        page.get_by_role("link", name=words, exact=True).click()


def save(page: Page) -> None:
    press(page, "Save and continue")


def fill_budget(page: Page) -> None:
    """Four lines, so that one has to be added; the amounts first miss the ask by £1."""
    for number in range(3):
        page.locator(f"[name='B2-{number}-description']").fill(f"Thing {number}")
        page.locator(f"[name='B2-{number}-amount']").fill("2,000")
    press(page, "Add another line")
    assert page.locator("[name='B2-2-description']").input_value() == "Thing 2"
    page.locator("[name='B2-3-description']").fill("Thing 3")
    page.locator("[name='B2-3-amount']").fill("3,001")
    save(page)
    assert page.title().startswith("Error: ")
    assert "add up to £9,001" in page.locator(".govuk-error-summary").inner_text()
    assert page.locator("[name='B2-3-amount']").input_value() == "3,001"
    page.locator("[name='B2-3-amount']").fill("3,000")


def look(page: Page, has_javascript: bool) -> None:
    """The page can be read on this screen, and axe finds nothing; axe itself needs a script."""
    if has_javascript:
        assert axe_violations(page) == []
        assert not runs_off_the_side(page)


@pytest.mark.parametrize(("size", "has_javascript"), [(PHONE, False), (PHONE, True), (DESKTOP, True)])
def test_from_the_quiz_to_the_receipt(browser: Browser, service, size, has_javascript: bool) -> None:
    _, address, round_id = service
    with visitor(browser, size=size, has_javascript=has_javascript) as person:
        page = person.new_page()
        heard = complaints(page)
        sign_in(page, address)
        page.goto(f"{address}/rounds/{round_id}/apply")
        look(page, has_javascript)
        fill(page, "eligibility")
        press(page, "Start the application")
        assert page.locator("h1").inner_text() == "Your application"
        look(page, has_javascript)
        follow(page, "Your organisation")
        for code in SECTIONS:
            assert page.url.endswith(f"/sections/{code}")
            look(page, has_javascript)
            save(page)
            expect(page.locator(".govuk-error-summary")).to_be_visible()
            look(page, has_javascript)
            fill(page, code)
            if code == "money":
                fill_budget(page)
            save(page)
        assert page.locator("h1").inner_text() == "Check your answers"
        look(page, has_javascript)
        press(page, "Send the application")
        assert page.locator("h1").inner_text() == "We have your application"
        look(page, has_javascript)
        follow(page, "Go to your application")
        expect(page.get_by_text("Sent", exact=True)).to_be_visible()
        look(page, has_javascript)
        assert heard == []


def test_the_enter_key_in_a_budget_saves_and_adds_no_line(browser: Browser, service) -> None:
    _, address, round_id = service
    with visitor(browser, size=PHONE, has_javascript=False) as person:
        page = person.new_page()
        sign_in(page, address)
        page.goto(f"{address}/rounds/{round_id}/apply")
        fill(page, "eligibility")
        press(page, "Start the application")
        follow(page, "Money")
        page.locator("[name='B2-0-description']").fill("Hall")
        with loading(page):
            page.locator("[name='B2-0-description']").press("Enter")
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        assert page.locator("[name='B2-3-description']").count() == 0
