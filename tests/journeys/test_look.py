"""The look, tested by itself: every macro in every state, in a real browser, at two sizes and without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import DESKTOP, PHONE, axe_violations, complaints, loading, runs_off_the_side, served, visitor
from tests.kitchen_sink import make_app

SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(make_app()) as url:
        yield url


def save(page: Page) -> None:
    with loading(page):
        page.get_by_role("button", name="Save and continue").click()


@SIZES
@pytest.mark.parametrize("path", ["/", "/?as=staff", "/?as=public", "/refused"])
def test_axe_finds_nothing(browser: Browser, address: str, size: ViewportSize, path: str) -> None:
    with visitor(browser, size=size) as person:
        page = person.new_page()
        heard = complaints(page)
        page.goto(address + path)

        assert axe_violations(page) == []
        assert not runs_off_the_side(page)
        assert heard == []


@SIZES
def test_axe_finds_nothing_on_a_page_full_of_errors(browser: Browser, address: str, size: ViewportSize) -> None:
    with visitor(browser, size=size) as person:
        page = person.new_page()
        page.goto(address)
        save(page)

        expect(page.locator(".govuk-error-summary")).to_be_focused()
        assert page.title() == "Error: Everything - Safer Grants"
        assert axe_violations(page) == []
        assert not runs_off_the_side(page)


def test_nothing_runs_off_the_side_at_twice_the_size(browser: Browser, address: str) -> None:
    # A window of 320 pixels is a desktop window of 1280 at 400 %, which WCAG 1.4.10 asks for.
    with visitor(browser, size={"width": 320, "height": 640}) as person:
        page = person.new_page()
        page.goto(address)

        assert not runs_off_the_side(page)


def test_each_link_of_the_error_summary_goes_to_a_box(browser: Browser, address: str) -> None:
    with visitor(browser, has_javascript=False) as person:
        page = person.new_page()
        page.goto(address)
        save(page)

        links = page.locator(".govuk-error-summary a").all()
        targets = [link.get_attribute("href") or "" for link in links]
        assert len(targets) == 18
        for target in targets:
            assert page.locator(f"[id='{target[1:]}']:is(input, select, textarea)").count() == 1, target


def test_what_was_typed_is_still_there_without_javascript(browser: Browser, address: str) -> None:
    with visitor(browser, has_javascript=False, size=PHONE) as person:
        page = person.new_page()
        page.goto(address)
        page.get_by_label("Project name").fill('Tea & "cake" <b>')
        page.get_by_label("Why is it needed?").fill("\nA first line left empty")
        page.get_by_label("Month").fill("13")
        page.get_by_label("West Exampleshire").check()
        page.get_by_label("Amount, line 2").fill("12.50")
        save(page)

        assert page.get_by_label("Project name").input_value() == 'Tea & "cake" <b>'
        assert page.get_by_label("Why is it needed?").input_value() == "\nA first line left empty"
        assert page.get_by_label("Month").input_value() == "13"
        assert page.get_by_label("West Exampleshire").is_checked()
        assert page.get_by_label("Amount, line 2").input_value() == "12.50"
        assert "<b>" not in page.locator("main b").all_inner_texts()


def test_words_are_counted_as_they_are_typed(browser: Browser, address: str) -> None:
    with visitor(browser) as person:
        page = person.new_page()
        page.goto(address)
        message = page.locator(".govuk-character-count__message")
        expect(message).to_have_text("You can enter up to 250 words")

        page.get_by_label("Why is it needed?").fill("three short words")
        expect(message).to_have_text("You have 247 words left")
        page.get_by_label("Why is it needed?").fill("word " * 251)
        expect(message).to_have_text("You have 1 word too many")


def test_the_keyboard_reaches_the_page_past_the_menu(browser: Browser, address: str) -> None:
    with visitor(browser) as person:
        page = person.new_page()
        page.goto(address)
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to main content")
        page.keyboard.press("Enter")
        expect(page.locator("#main-content")).to_be_focused()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#main-content') !== null")


def test_what_is_pressed_is_large_enough_for_a_thumb(browser: Browser, address: str) -> None:
    with visitor(browser, size=PHONE) as person:
        page = person.new_page()
        page.goto(address)
        pressed = ".govuk-button, .govuk-input, .govuk-select, .govuk-radios__label, .app-navigation__link"
        for target in page.locator(pressed).all():
            box = target.bounding_box()
            assert box and box["height"] >= 44, (target.inner_text(), box)
