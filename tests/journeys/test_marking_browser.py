"""A bid marked by keyboard alone: saved as typed, with the line cut in the middle, and another window told of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from grants.assessment.models import Assignment, Score
from grants.extensions import db
from tests import stages
from tests.apps import close, make_app
from tests.browser import PHONE, axe_violations, complaints, cut_off, loading, served, visitor
from tests.stages import WORDS

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = make_app(tmp_path)
    made.config.update(WTF_CSRF_ENABLED=True)
    with made.app_context():
        db.create_all()
        stage = stages.scoring(db.session, is_anonymous=True)
        stage.people["marker-1"].sample_key = "marker-1"
        db.session.commit()
        db.session.remove()
    yield made
    close(made)


def stored(app: Flask) -> dict[str, tuple[int | None, str]]:
    with app.app_context():
        found = {row.criterion.code: (row.score, row.justification) for row in db.session.scalars(sa.select(Score))}
        db.session.remove()
    return found


def begin(page: Page, address: str) -> str:
    """Signed in, before the first bid of the marker's own order; gives its address."""
    page.goto(f"{address}/sample")
    with loading(page):
        page.locator("form:has(input[name='person'][value='marker-1']) button").click()
    page.goto(f"{address}/office/marking")
    with loading(page):
        page.get_by_role("link", name="Go on marking").click()
    return page.url


def says(page: Page, words: str) -> None:
    expect(page.locator(".app-saved")).to_contain_text(words)


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.closest('.app-criterion')?.dataset.question ?? ''")
    return found


def test_a_bid_is_marked_by_keyboard_alone_with_the_line_cut_in_the_middle(browser: Browser, app: Flask) -> None:
    with served(app) as address, visitor(browser) as context:
        page = context.new_page()
        heard = complaints(page)
        where = begin(page, address)
        assert axe_violations(page) == []
        assert cut_off(page) == []
        keys = page.keyboard
        page.locator("#criterion-C1 input[type='radio']").first.focus()
        keys.press("4")
        expect(page.locator("#criterion-C1 input[value='4']")).to_be_checked()
        keys.press("r")
        # While one writes a figure is a figure, and the keys are letters.
        keys.type(f"4 of 5 jurors. {WORDS}")
        says(page, "Saved ")
        keys.press("Escape")
        expect(page.locator("#criterion-C1 input[value='4']")).to_be_focused()
        assert stored(app)["C1"] == (4, f"4 of 5 jurors. {WORDS}")
        keys.press("b")
        expect(page.locator("#answer-P4")).to_be_focused()
        keys.press("b")
        assert focused(page) == "C1"
        context.set_offline(True)
        for code, score in (("C2", "3"), ("C3", "0")):
            keys.press("j")
            assert focused(page) == code
            keys.press(score)
            keys.press("r")
            keys.type(WORDS)
            keys.press("Escape")
        says(page, "Not saved: no connection, kept on this device")
        assert set(stored(app)) == {"C1"}
        # The page is closed without a line, and gives back what it kept.
        page.close()
        context.set_offline(False)
        page = context.new_page()
        page.goto(where)
        expect(page.locator("#criterion-C3 textarea")).to_have_value(WORDS)
        says(page, "Saved ")
        assert stored(app) | {"C1": ()} == {"C1": (), "C2": (3, WORDS), "C3": (0, WORDS)}
        keys = page.keyboard
        page.locator("#criterion-C3 input:checked").focus()
        for code in ("C4", "C5", "C6"):
            keys.press("j")
            assert focused(page) == code
            keys.press("5")
            keys.press("r")
            keys.type(WORDS)
            keys.press("Escape")
        expect(page.locator("[data-left]")).to_contain_text("you can check and lock")
        says(page, "Saved ")
        with loading(page):
            page.get_by_role("button", name="Check and lock").press("Enter")
        with loading(page):
            page.get_by_role("button", name="Lock and go to the next bid").press("Enter")
        assert page.url != where and "1 of 3 locked" in page.content()
        assert heard == []


def test_the_keys_can_be_turned_off_and_two_windows_are_told_of_each_other(browser: Browser, app: Flask) -> None:
    with served(app) as address, visitor(browser, size=PHONE) as context:
        mine = context.new_page()
        where = begin(mine, address)
        assert axe_violations(mine) == []
        assert cut_off(mine) == []
        theirs = context.new_page()
        theirs.goto(where)
        theirs.locator("#criterion-C1 textarea").fill("From the other window")
        says(theirs, "Saved ")
        mine.locator("#criterion-C1 textarea").fill("From this window")
        says(mine, "Choose which text to keep")
        expect(mine.locator(".app-conflict")).to_contain_text("From the other window")
        assert axe_violations(mine) == []
        mine.get_by_role("button", name="Keep mine").click()
        says(mine, "Saved ")
        assert stored(app)["C1"] == (None, "From this window")
        mine.get_by_text("Keys that help").click()
        mine.get_by_label("Use these keys on this device").uncheck()
        radio = mine.locator("#criterion-C2 input[type='radio']").first
        radio.focus()
        mine.keyboard.press("4")
        expect(radio).to_be_checked()
        with mine.expect_response(lambda answer: "_later" in (answer.request.post_data or "")):
            mine.get_by_label("Not sure: I will come back to this bid").check()
        with app.app_context():
            assert db.session.scalar(sa.select(sa.func.count()).where(Assignment.comes_back)) == 1
            db.session.remove()
        # Without the script everything goes by the buttons.
        with visitor(browser, has_javascript=False) as plain:
            page = plain.new_page()
            begin(page, address)
            assert page.get_by_text("Use these keys on this device").is_hidden()
            page.locator("#criterion-C3 input[value='2']").check()
            with loading(page):
                page.get_by_role("button", name="Save your marks").click()
            expect(page.locator("#criterion-C3 input[value='2']")).to_be_checked()
