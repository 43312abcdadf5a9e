"""The people of the journeys: each has a browser of their own, and does what a person does: follow, press, write, read.

They find things by the words on the page. What a group writes in its application is here too.
"""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser import DESKTOP, PHONE, axe_violations, complaints, loading, runs_off_the_side, visitor

# Somebody who wants to see the pages of a journey names a folder for their pictures.
PICTURES = os.environ.get("JOURNEY_PICTURES", "")


@dataclass
class Somebody:
    """One person before one screen. Each page that they meet for the first time is read by axe, when it can run."""

    key: str
    page: Page
    address: str
    has_javascript: bool
    seen: set[str]
    heard: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        """Come to the sample's page of people and press one's own button."""
        self.page.goto(f"{self.address}/sample")
        self.choose(self.page.locator(f"form:has(input[name='person'][value='{self.key}']) button"))
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def go_to(self, path: str) -> None:
        """Open an address that an e-mail or a bookmark holds."""
        self.page.goto(self.address + path)
        self.look()

    def follow(self, words: str) -> None:
        """Follow the first link that says just this, or that says this among more."""
        just_this = self.page.get_by_role("link", name=words, exact=True)
        self.choose(just_this if just_this.count() else self.page.get_by_role("link", name=words))

    def press(self, words: str) -> None:
        """Press the button with exactly these words."""
        self.choose(self.page.get_by_role("button", name=words, exact=True))

    def choose(self, target: Locator) -> None:
        """Press the first of these buttons or links, and see the page that it leads to."""
        with loading(self.page):
            target.first.click()
        self.look()

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def tick(self, label: str) -> None:
        """Choose a radio button or tick a box."""
        self.page.get_by_label(label, exact=True).first.check()

    def pick(self, label: str, choice: str) -> None:
        """Choose from a list."""
        self.page.get_by_label(label, exact=True).select_option(label=choice)

    def part(self, heading: str) -> Locator:
        """The group of choices under this heading."""
        return self.page.get_by_role("group", name=heading, exact=True)

    def reads(self, words: str) -> bool:
        """Whether the page says this, whatever it is laid out like."""
        return words in self.text

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.page.locator("main").inner_text())

    @property
    def heading(self) -> str:
        """The page's heading, with the small line over it."""
        return re.sub(r"\s+", " ", self.page.locator("h1").inner_text())

    def look(self) -> None:
        """Have the page read, once for each role and state of the thing it shows, with and without errors on it."""
        kind = re.sub(r"\d+", "N", urlsplit(self.page.url).path)
        tags = self.page.locator("main h1 ~ p .govuk-tag").all_inner_texts()[:1]
        errors = ["with errors"] * self.page.locator(".govuk-error-summary").count()
        state = " ".join([kind, "for", self.key.rstrip("-12"), *tags, *errors])
        if state in self.seen:
            return
        self.seen.add(state)
        if PICTURES:
            name = re.sub(r"[^a-z0-9]+", "-", state.lower()).strip("-")
            self.page.screenshot(path=Path(PICTURES) / f"{len(self.seen):02}-{name[:90]}.png", full_page=True)
        if self.has_javascript:
            found = axe_violations(self.page) + ["wider than the screen"] * runs_off_the_side(self.page)
            assert not found, f"{state}: {found}"


class Company(AbstractContextManager["Company"]):
    """Everybody of a journey, each made when first named: the group on phones, the office before desktops."""

    def __init__(self, browser: Browser, address: str, *, has_javascript: bool) -> None:
        self._browser = browser
        self._address = address
        self._has_javascript = has_javascript
        self._doors = ExitStack()
        self._people: dict[str, Somebody] = {}
        self._seen: set[str] = set()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._doors.close()
        if error is None:
            assert {key: one.heard for key, one in self._people.items() if one.heard} == {}

    def __getitem__(self, key: str) -> Somebody:
        if key not in self._people:
            size = PHONE if key.startswith("group") else DESKTOP
            self._people[key] = self._arrive(key, size)
        return self._people[key]

    def _arrive(self, key: str, size: ViewportSize) -> Somebody:
        context = visitor(self._browser, size=size, has_javascript=self._has_javascript)
        page = self._doors.enter_context(context).new_page()
        one = Somebody(key, page, self._address, self._has_javascript, self._seen, complaints(page))
        one.sign_in()
        return one

    def come_back(self) -> None:
        """Days have passed: everybody signs in anew when they are next needed."""
        self._doors.close()
        assert {key: one.heard for key, one in self._people.items() if one.heard} == {}
        self._people.clear()


CHOICES = {"E1": "registered_charity", "E2": "yes", "E3": "yes", "E4": "yes", "E5": "yes", "S1": "yes", "S2": "yes"}
TEXTS = {
    "organisation": {"O7": "We run a youth club.", "O8": "5", "O9": "1,200", "O10": "12"},
    "contacts": {"C1": "Club manager", "C1a": "0116 496 0000", "C2": "Chair"},
    "project": {"P1": "Safer evenings", "P2": "Football.", "P3": "Sessions.", "P4": "They asked.", "P6": "Less harm."},
    "reach": {"P8a": "60", "P14": "They chose.", "P16": "By minibus.", "P18": "It goes on."},
    "money": {"B1": "9,000", "B1a": "10,000", "B4": "5,000", "B5": "Good value."},
    "safety": {},
}
TICKS = {"project": ["P5=prevent"], "reach": ["P7=West Example", "P8=11_17"], "declarations": ["X1=yes"]}
DATES = {"reach": {"P9a": ("1", "4", "2030"), "P9b": ("31", "3", "2031")}}
SECTIONS = ("organisation", "contacts", "project", "reach", "money", "safety", "declarations")


def fill(page: Page, code: str) -> None:
    """Fill in the section that the page shows; the budget's lines are for whoever asks."""
    for name, text in TEXTS.get(code, {}).items():
        page.locator(f"[name='{name}']").fill(text)
    for name, value in (tick.split("=") for tick in TICKS.get(code, [])):
        page.locator(f"[name='{name}'][value='{value}']").check()
    for name, day in DATES.get(code, {}).items():
        for part, text in zip(("day", "month", "year"), day, strict=True):
            page.locator(f"[name='{name}-{part}']").fill(text)
    for name, value in CHOICES.items():
        if page.locator(f"[name='{name}'][value='{value}']").count():
            page.locator(f"[name='{name}'][value='{value}']").check()
