"""A grants manager sets up a whole round by clicking alone, from a preset to the public page, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PHONE, loading, runs_off_the_side, visitor
from tests.journeys.people import Somebody
from tests.journeys.scene import Service

FAR_YEAR = "2099"


@pytest.fixture(params=[False, True], ids=["without scripts", "with scripts"])
def manager(request: pytest.FixtureRequest, browser: Browser, service: Service) -> Iterator[Somebody]:
    """The manager, before a phone."""
    with visitor(browser, size=PHONE, has_javascript=request.param) as context:
        somebody = Somebody("manager", context.new_page(), service.address, request.param, set())
        somebody.sign_in()
        yield somebody


def on(page: Page, name: str, day: str, month: str) -> None:
    for part, text in (("day", day), ("month", month), ("year", FAR_YEAR)):
        page.locator(f"[name='{name}_on-{part}']").fill(text)


def begin(manager: Somebody) -> None:
    manager.follow("Rounds")
    manager.follow("Set up a round")
    manager.page.get_by_label(re.compile("^Preset: Community Action Fund")).check()
    manager.write("Code of the round", "CAF-1")
    manager.write("Title", "Community action, spring")
    fund = manager.page.get_by_label("Fund", exact=True)
    fund.select_option(fund.locator("option", has_text="A new fund of").first.get_attribute("value"))
    if not manager.page.get_by_label("Code of the new fund").is_visible():
        manager.page.locator("summary", has_text="A new fund").click()
    manager.write("Code of the new fund", "CAF")
    manager.write("Title of the new fund", "Community Action Fund")
    manager.write("Pot of the round", "60,000")
    manager.tick("The money of the pot has come to the office: set it aside for the fund")
    on(manager.page, "opens_at", "1", "3")
    on(manager.page, "closes_at", "30", "4")
    manager.press("Begin the round")
    expect(manager.page.locator("h1")).to_have_text("Community action, spring")


def home(manager: Somebody) -> None:
    with loading(manager.page):
        manager.page.locator(".govuk-back-link").click()


def change_the_form(manager: Somebody) -> None:
    manager.follow("The form: sections, questions and documents")
    manager.follow("Add a question")
    manager.tick("One of several answers")
    manager.page.get_by_label("Which section does it go into?").select_option(label="Your organisation")
    manager.press("Go on")
    manager.write("Question", "How did you hear of us?")
    manager.write("The answers to choose from", "A friend\nThe council\nA poster, in a shop")
    manager.press("Save the question")
    question = manager.page.locator("#question-N1")
    expect(question).to_contain_text("How did you hear of us?")
    with loading(manager.page):
        question.get_by_role("button", name="Move up").click()
    expect(manager.page.locator("main")).to_contain_text("Moved up.")
    with loading(manager.page):
        manager.page.locator("#question-N1").get_by_role("button", name="Hide").click()
    expect(manager.page.locator("#question-N1")).to_contain_text("Hidden")
    assert not runs_off_the_side(manager.page)
    home(manager)


def change_the_rest(manager: Somebody) -> None:
    manager.follow("Areas")
    manager.write("Areas", "Lower Example: Lower Ex\nUpper Example")
    manager.press("Save the areas")
    manager.follow("Who may apply, and for what")
    manager.page.locator("[name='ER9_cap_pence']").fill("20,000")
    manager.press("Save the rules")
    manager.follow("Your own words in letters")
    manager.choose(manager.page.get_by_role("link", name=re.compile(r"^Change\s*: Offer of a grant")))
    manager.write("Your own words", "We look forward to your work, {group}.")
    manager.press("Save and see the e-mail")
    assert manager.reads("We look forward to your work, Example Street Youth Club (fictional).")
    home(manager)
    home(manager)


def test_a_whole_round_from_a_preset_to_the_public_page(manager: Somebody) -> None:
    begin(manager)
    change_the_form(manager)
    change_the_rest(manager)
    expect(manager.page.locator("#to-do")).to_have_count(0)
    manager.press("Approve the round")
    manager.press("Publish the round")
    manager.follow("See the public page")
    assert manager.reads("Community action, spring")
    assert manager.reads("Lower Example")
    assert manager.reads("£20,000")
