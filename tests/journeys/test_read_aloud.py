"""What somebody hears who can't see the page: the way from an error to its field, the time that is left, the saving.

The lines are those of the browser's tree of accessibility, which every screen reader is given.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect

from tests.browser import PHONE, axe_violations, comes_true, loading
from tests.journeys.people import fill
from tests.journeys.scene import OPENING
from tests.journeys.writing import a_place, box, says, writer
from tests.reading import Heard

# A question page of which four answers were refused, from its back link to its last.
REFUSED = """
link: All sections
alert
heading 2: There is a problem
link: Who will it help? Choose at least one.
link: How many different people will it reach? Write a whole number in figures, like 40.
link: When will the work start? This is not a real date. Write it like 27 3 2025.
link: How were local people part of this plan, and how will they be? Write your answer.
heading 1: Where, when and for whom
group: Where will the work happen? (Choose every area that it reaches. The main one counts first.)
checkbox: West Example, checked
checkbox: East Example
group: Who will it help? (Error: Choose at least one.)
checkbox: Children under 11, invalid
checkbox: Young people aged 11 to 17, invalid
checkbox: Young adults aged 18 to 25, invalid
checkbox: Adults, invalid
checkbox: Victims of crime, invalid
checkbox: Everyone who lives in the area, invalid
textbox: How many different people will it reach?, “many”, invalid \
(Count each person once. Error: Write a whole number in figures, like 40.)
group: When will the work start? (Error: This is not a real date. Write it like 27 3 2025.)
textbox: Day, “31”, invalid
textbox: Month, “2”, invalid
textbox: Year, “2030”, invalid
group: When will it end?
textbox: Day, “31”
textbox: Month, “3”
textbox: Year, “2031”
textbox: How were local people part of this plan, and how will they be?, invalid \
(You can enter up to 200 words Error: Write your answer.)
textbox: How will you reach people who may be left out?, “By minibus.” ({first_count})
textbox: What happens after the grant?, “It goes on.” ({second_count} Something that is done once is fine. Say so.)
button: Save and continue
button: Save and come back later
link: Earlier versions of these answers
"""
# Where each link of the summary leads.
FIELDS = [
    "group: Who will it help? (Error: Choose at least one.) > checkbox: Children under 11, invalid",
    "textbox: How many different people will it reach?, “many”, invalid "
    "(Count each person once. Error: Write a whole number in figures, like 40.)",
    "group: When will the work start? (Error: This is not a real date. Write it like 27 3 2025.) "
    "> textbox: Day, “31”, invalid",
    "textbox: How were local people part of this plan, and how will they be?, invalid "
    "(You can enter up to 200 words Error: Write your answer.)",
]
COUNTED = {"first_count": "You have 198 words left", "second_count": "You have 197 words left"}
UNCOUNTED = dict.fromkeys(COUNTED, "You can enter up to 200 words")


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with scripts", "without scripts"])
def test_the_way_from_an_error_to_its_field(browser: Browser, tmp_path: Path, has_javascript: bool) -> None:
    with (
        a_place(tmp_path) as place,
        place.open(),
        writer(browser, place, size=PHONE, has_javascript=has_javascript) as page,
    ):
        page.goto(f"{place.address}/applications/{place.bid_id}/sections/reach")
        fill(page, "reach")
        page.locator("[name='P8'][value='11_17']").uncheck()
        for name, text in {"P8a": "many", "P9a-day": "31", "P9a-month": "2", "P14": ""}.items():
            box(page, name).fill(text)
        with loading(page):
            page.get_by_role("button", name="Save and continue").last.click()
        heard = Heard(page)
        assert page.title() == "Error: Where, when and for whom - Safer Grants"
        expected = REFUSED.strip().format(**(COUNTED if has_javascript else UNCOUNTED))
        assert heard.lines() == expected.splitlines()
        if has_javascript:
            assert heard.focus().startswith("There is a problem Who will it help?")
        assert [_follow(page, link) for link in range(4)] == FIELDS


def _follow(page: Page, number: int) -> str:
    """Press a link of the summary by the keyboard, and hear where one is."""
    page.locator(".govuk-error-summary a").nth(number).press("Enter")
    return Heard(page).focus()


def test_the_time_that_is_left_is_said_at_a_few_moments(browser: Browser, tmp_path: Path) -> None:
    deadline = OPENING + timedelta(hours=26)
    with (
        time_machine.travel(OPENING) as traveller,
        a_place(tmp_path, closes_at=deadline) as place,
        place.open(),
        writer(browser, place) as page,
    ):
        traveller.move_to(deadline - timedelta(hours=24, seconds=-1))
        page.goto(place.address + place.path)
        assert "23 hours and 59 minutes left" in page.locator(".app-clock").inner_text()
        assert "Nothing is sent by itself." in page.locator(".app-clock--last").inner_text()
        assert Heard(page).spoken() == [], "what stands on the page is read with it, and not said over it"
        for minutes, words in ((60, "60 minutes left."), (5, "5 minutes left.")):
            traveller.move_to(deadline - timedelta(minutes=minutes, seconds=1))
            page.goto(place.address + place.path)
            assert _said_until(page, words, then_wait=1600) == [words]
            assert Heard(page).spoken() == [f"polite: {words}"]
        traveller.move_to(deadline - timedelta(seconds=1))
        page.goto(place.address + place.path)
        over = (
            "The deadline has passed by our clock. What was not sent before is not in, and nothing more can be saved."
        )
        assert _said_until(page, over, then_wait=1500) == [over]
        assert Heard(page).spoken() == [f"polite: {over}"]
        assert page.locator(".app-clock").inner_text() == over
        assert axe_violations(page) == []


def _said_until(page: Page, words: str, *, then_wait: int) -> list[str]:
    """Everything that is said of the time from now until these words, and for a while after."""
    page.evaluate(
        """() => {
            window.said = [];
            const place = document.querySelector("[data-clock] + [role=status]");
            new MutationObserver(() => window.said.push(place.textContent)).observe(place, {childList: true});
        }"""
    )
    comes_true(page, f"window.said.includes({words!r})")
    page.wait_for_timeout(then_wait)
    said: list[str] = page.evaluate("window.said")
    return said


def test_the_saving_is_said_when_it_turns_and_is_nothing_before(browser: Browser, tmp_path: Path) -> None:
    with a_place(tmp_path) as place, place.open(), writer(browser, place, size=PHONE) as page:
        bar = page.locator(".app-saved")
        expect(bar).to_be_attached()
        expect(bar).to_be_hidden()
        assert Heard(page).spoken() == []
        box(page, "P1").fill("Football on Fridays")
        says(page, "Saved")
        expect(bar).to_be_visible()
        saved = bar.inner_text().strip()
        assert Heard(page).spoken() == [f"polite: {saved}"]
        page.context.set_offline(True)
        box(page, "P2").fill("Every Friday")
        says(page, "Not saved: no connection")
        assert _said_of_saving(page) == ["polite: Not saved: no connection, kept on this device."]
        page.context.set_offline(False)
        says(page, "Saved ")
        comes_true(page, "document.querySelector('.app-saved + [role=status]').textContent.startsWith('Saved')")
        assert [each[:13] for each in _said_of_saving(page)] == ["polite: Saved"]


def _said_of_saving(page: Page) -> list[str]:
    return [each for each in Heard(page).spoken() if not each.endswith("words left")]
