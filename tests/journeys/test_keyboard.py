"""Somebody who uses no mouse starts an application: what they press is Tab, space, the arrows, Enter and letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser import visitor
from tests.journeys.people import Somebody
from tests.journeys.scene import Service

LONGEST_WALK = 60


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, browser: Browser, service: Service) -> Iterator[Page]:
    """The first questions of the round, before somebody of a group."""
    with visitor(browser, has_javascript=request.param) as context:
        somebody = Somebody("group", context.new_page(), service.address, False, set())
        somebody.sign_in()
        somebody.follow("Open rounds")
        somebody.follow("Safer Evenings Round One")
        somebody.page.locator("a.govuk-button").first.click()
        yield somebody.page


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def walk_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; no stop on the way hides that it has it."""
    for _ in range(LONGEST_WALK):
        page.keyboard.press("Tab")
        rings = "each => { const its = getComputedStyle(each); return its.outlineStyle + its.boxShadow }"
        assert focused(page).evaluate(rings) != "nonenone", focused(page).inner_text()
        if target.and_(focused(page)).count():
            return
    pytest.fail(f"Tab does not reach {target}")


def skip_the_menu(page: Page) -> None:
    page.keyboard.press("Tab")
    assert focused(page).inner_text() == "Skip to main content"
    page.keyboard.press("Enter")


def test_the_first_questions_and_the_first_section(page: Page) -> None:
    skip_the_menu(page)
    walk_to(page, page.get_by_label("Registered charity", exact=True))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    for question in page.get_by_role("group").all()[1:]:
        walk_to(page, question.get_by_role("radio").first)
        page.keyboard.press("Space")
    walk_to(page, page.get_by_role("button", name="Start the application"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your application", exact=True).wait_for()
    # With a script the message that it is begun has the focus, so the menu is behind already.
    walk_to(page, page.get_by_role("link", name="Your organisation"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your organisation", exact=True).wait_for()
    boxes = page.locator("main textarea, main input.govuk-input").all()
    for box, text in zip(boxes, ("A club.", "5", "1200", "12"), strict=True):
        walk_to(page, box)
        page.keyboard.type(text)
    walk_to(page, page.get_by_role("button", name="Save and continue"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Contacts", exact=True).wait_for()


def test_from_an_error_straight_to_its_question(page: Page) -> None:
    walk_to(page, page.get_by_role("button", name="Start the application"))
    page.keyboard.press("Enter")
    summary = page.locator(".govuk-error-summary")
    summary.wait_for()
    if not summary.and_(focused(page)).count():
        # Without a script the summary is the first thing on the page itself.
        skip_the_menu(page)
    page.keyboard.press("Tab")
    link = summary.get_by_role("link").first
    assert link.and_(focused(page)).count() == 1
    page.keyboard.press("Enter")
    first = page.get_by_role("radio").first
    page.keyboard.press("Space")
    assert first.is_checked()
