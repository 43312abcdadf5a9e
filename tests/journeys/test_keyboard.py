"""Somebody who uses no mouse starts an application: what they press is Tab, space, the arrows, Enter and letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import loading, visitor
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
        somebody.choose(somebody.page.locator("a.govuk-button"))
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
    expect(focused(page)).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()


def enter(page: Page) -> None:
    """Press what has the focus; it leads to another page."""
    with loading(page):
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
    enter(page)
    expect(page.get_by_role("heading", name="Your application", exact=True)).to_be_visible()
    # With a script the message that it is begun has the focus, so the menu is behind already.
    walk_to(page, page.get_by_role("link", name="Your organisation"))
    enter(page)
    expect(page.get_by_role("heading", name="Your organisation", exact=True)).to_be_visible()
    boxes = page.locator("main textarea, main input.govuk-input").all()
    for box, text in zip(boxes, ("A club.", "5", "1200", "12"), strict=True):
        walk_to(page, box)
        page.keyboard.type(text)
    walk_to(page, page.get_by_role("button", name="Save and continue"))
    enter(page)
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()


def test_from_an_error_straight_to_its_question(page: Page) -> None:
    walk_to(page, page.get_by_role("button", name="Start the application"))
    enter(page)
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_visible()
    if not summary.and_(focused(page)).count():
        # Without a script the summary is the first thing on the page itself.
        skip_the_menu(page)
    page.keyboard.press("Tab")
    link = summary.get_by_role("link").first
    expect(link).to_be_focused()
    # What the group keeps of itself is answered already, so the first error need not be the first question.
    first = page.locator(link.get_attribute("href") or "")
    page.keyboard.press("Enter")
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    expect(first).to_be_checked()
