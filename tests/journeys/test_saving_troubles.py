"""What goes wrong on an evening before a deadline: a busy service, a slow save, a sign-out elsewhere, a wrong clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from grants.applications.models import Application
from grants.clock import utc_now
from grants.extensions import db
from tests.browser import PHONE, loading
from tests.journeys.writing import (
    TYPED,
    Place,
    a_place,
    box,
    kept_here,
    look,
    nothing_kept,
    saving,
    says,
    sign_in,
    writer,
)

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again(browser: Browser, place: Place, status: int) -> None:
    with place.open(), writer(browser, place) as page:
        refused = []

        def refuse_once(route: Route) -> None:
            if route.request.method == "POST" and not refused:
                refused.append(route.request.url)
                route.fulfill(status=status, headers={"Retry-After": "1"}, body="busy")
            else:
                route.continue_()

        page.route("**/sections/project", refuse_once)
        box(page, "P2").fill(TYPED)
        says(page, "Not saved: the service is busy. Kept on this device, and tried again.")
        assert len(kept_here(page)) == 1
        says(page, "Saved ")
        assert place.stored("P2") == TYPED


def test_going_on_while_a_save_is_under_way_is_no_dispute(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as page:
        held: list[Route] = []

        def hold_first(route: Route) -> None:
            if route.request.method == "POST" and not held:
                held.append(route)
            else:
                route.continue_()

        page.route("**/sections/project", hold_first)
        with page.expect_request(lambda sent: sent.method == "POST"):
            box(page, "P2").fill(TYPED)
        says(page, "Saving")
        box(page, "P2").fill(f"{TYPED} and more")
        with loading(page):
            page.get_by_role("button", name="Save and come back later").click(no_wait_after=True)
            held[0].continue_()
        expect(page.get_by_text("Saved. You can come back to this later.")).to_be_visible()
        assert place.stored("P2") == f"{TYPED} and more"


def test_signed_out_in_another_tab(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as page:
        other = page.context.new_page()
        other.goto(f"{place.address}/applications")
        with loading(other):
            other.get_by_role("button", name="Sign out").click()
        box(page, "P2").fill(TYPED)
        says(page, "Not saved: you are signed out. Your text is kept on this device.")
        # Sign in from the bar leads back to this page, where the text is merged.
        page.locator(".app-saved a").click()
        expect(page.locator("h1")).to_have_text("Sign in")
        sign_in(page, place, "lead")
        page.goto(f"{place.address}/applications/{place.bid_id}")
        expect(page.get_by_text("Some of what you typed is kept only on this device")).to_be_visible()
        look(page)
        page.goto(place.address + place.path)
        expect(box(page, "P2")).to_have_value(TYPED)
        says(page, "Saved ")
        assert place.stored("P2") == TYPED


def test_two_tabs_of_one_person_do_not_fight(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as first:
        second = first.context.new_page()
        second.goto(place.address + place.path)
        box(first, "P1").fill("From the first tab")
        says(first, "Saved ")
        box(second, "P2").fill("From the second tab")
        says(second, "Saved ")
        with saving(second, "P1"):
            box(second, "P1").fill("The second tab again")
        expect(second.locator(".app-conflict")).to_have_count(0)
        assert (place.stored("P1"), place.stored("P2")) == ("The second tab again", "From the second tab")
        assert "From the first tab" in place.history()


def test_figures_dates_and_lines_come_back_from_the_device(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as page:
        page.goto(f"{place.address}/applications/{place.bid_id}/sections/money")
        page.context.set_offline(True)
        box(page, "B1").fill("about 5,000")
        box(page, "B2-0-description").fill("Hall")
        box(page, "B2-0-amount").fill("1,2")
        says(page, "kept on this device")
        context = page.context
        page.close()
        context.set_offline(False)
        again = context.new_page()
        again.goto(f"{place.address}/applications/{place.bid_id}/sections/money")
        expect(box(again, "B1")).to_have_value("about 5,000")
        expect(box(again, "B2-0-amount")).to_have_value("1,2")
        nothing_kept(again)
        assert place.stored("B1") == {"typed": "about 5,000"}
        again.reload()
        expect(box(again, "B2-0-description")).to_have_value("Hall")
        expect(box(again, "B2-0-amount")).to_have_value("1,2")


# The clock

WRONG = "const real = Date.now; Date.now = () => real() + 7 * 3600 * 1000;"


def test_the_page_counts_by_the_services_clock(browser: Browser, tmp_path: Path) -> None:
    closes_at = utc_now() + timedelta(minutes=48, seconds=30)
    with a_place(tmp_path, closes_at=closes_at) as place, place.open(), writer(browser, place, size=PHONE) as page:
        page.add_init_script(WRONG)
        page.reload()
        expect(page.locator("[data-clock-left]")).to_have_text(re.compile("^4[678] minutes$"))
        look(page)
        with place.app.app_context():
            bid = db.session.get_one(Application, place.bid_id)
            bid.deadline_extended_to = closes_at + timedelta(hours=5)
            db.session.commit()
            db.session.remove()
        # What a page does that comes back to the front: it may have slept, and more time may have been given.
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("[data-clock-left]")).to_have_text(re.compile("^5 hours and 4[678] minutes$"))


def test_a_page_that_is_open_at_the_deadline_says_so_and_keeps_the_text(browser: Browser, tmp_path: Path) -> None:
    with a_place(tmp_path) as place, place.open(), writer(browser, place) as page:
        with place.app.app_context():
            bid = db.session.get_one(Application, place.bid_id)
            bid.round.closes_at = utc_now() + timedelta(seconds=6)
            db.session.commit()
            db.session.remove()
        page.reload()
        expect(page.locator(".app-clock")).to_contain_text("Nothing is sent by itself.")
        expect(page.locator(".app-clock")).to_contain_text("The deadline has passed by our clock.")
        box(page, "P2").fill("Too late")
        says(page, "Not saved: The deadline has passed")
        assert place.stored("P2") is None
        assert len(kept_here(page)) == 1
        look(page)
