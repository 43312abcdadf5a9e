"""Whatever is typed is there afterwards, byte for byte: with the network cut, the service restarted, two at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import DESKTOP, PHONE, complaints, loading, visitor
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

# A page that is closed may leave a static file half-sent, and this server's file to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_typing_is_saved_without_a_click_byte_for_byte(browser: Browser, place: Place, size) -> None:
    with place.open(), writer(browser, place, size=size) as page:
        heard = complaints(page)
        box(page, "P2").fill(TYPED)
        box(page, "P1").fill("Safer evenings")
        with saving(page, "P5"):
            box(page, "P5").first.check()
        says(page, "Saved ")
        look(page)
        expect(page.locator(".app-saved")).to_have_attribute("data-state", "saved")
        nothing_kept(page)
        assert place.stored("P2") == TYPED
        assert place.stored("P1") == "Safer evenings"
        assert place.stored("P5") == ["prevent"]
        page.reload()
        assert box(page, "P2").input_value() == TYPED
        assert heard == []


def test_with_the_network_cut_text_stays_on_the_device_and_is_saved_on_return(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place, size=PHONE) as page:
        page.context.set_offline(True)
        box(page, "P2").fill(TYPED)
        says(page, "Not saved: no connection, kept on this device")
        look(page)
        assert place.stored("P2") is None
        # Going on is not lost in an error page of the browser: one stays where the text is.
        page.get_by_role("button", name="Save and continue").last.click()
        says(page, "Not saved: no connection, kept on this device")
        page.context.set_offline(False)
        says(page, "Saved ")
        assert place.stored("P2") == TYPED
        nothing_kept(page)


def test_a_page_closed_without_a_network_gives_its_text_back_later(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as page:
        page.context.set_offline(True)
        box(page, "P2").fill(TYPED)
        says(page, "Not saved: no connection, kept on this device")
        context = page.context
        page.close()
        context.set_offline(False)
        again = context.new_page()
        again.goto(place.address + place.path)
        expect(box(again, "P2")).to_have_value(TYPED)
        # Saved by this page or, should the line be back at that moment, by the last breath of the one that closed.
        nothing_kept(again)
        assert place.stored("P2") == TYPED


def test_a_page_closed_right_after_typing_is_saved(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as page:
        context = page.context
        box(page, "P2").fill(TYPED)
        page.close(run_before_unload=True)
        again = context.new_page()
        again.goto(place.address + place.path)
        expect(box(again, "P2")).to_have_value(TYPED)
        nothing_kept(again)
        assert place.stored("P2") == TYPED


def test_a_restart_of_the_service_loses_nothing(browser: Browser, place: Place) -> None:
    with visitor(browser) as context:
        page = context.new_page()
        with place.open():
            sign_in(page, place, "lead")
            page.goto(place.address + place.path)
        box(page, "P2").fill(TYPED)
        says(page, "Not saved: no connection, kept on this device")
        with place.open():
            says(page, "Saved ")
            assert place.stored("P2") == TYPED


def test_two_at_once_on_one_page_keep_both_fields(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as mine, writer(browser, place, "helper") as theirs:
        box(mine, "P1").fill("Title of the lead")
        box(theirs, "P2").fill("Summary of the helper")
        says(mine, "Saved ")
        says(theirs, "Saved ")
        assert (place.stored("P1"), place.stored("P2")) == ("Title of the lead", "Summary of the helper")
        with loading(mine):
            mine.get_by_role("button", name="Save and come back later").click()
        assert (place.stored("P1"), place.stored("P2")) == ("Title of the lead", "Summary of the helper")


@pytest.mark.parametrize(
    ("button", "stands"),
    [
        ("Keep mine", "Mine"),
        ("Use theirs", "Theirs"),
        ("Put both together", "Theirs\n\nMine"),
    ],
)
def test_on_one_field_the_second_sees_both_texts_and_chooses(browser: Browser, place: Place, button, stands) -> None:
    with place.open(), writer(browser, place, size=PHONE) as mine, writer(browser, place, "helper") as theirs:
        box(theirs, "P2").fill("Theirs")
        says(theirs, "Saved ")
        box(mine, "P2").fill("Mine")
        choice = mine.locator(".app-conflict")
        expect(choice).to_contain_text("Bid writer changed this answer")
        expect(choice).to_contain_text("Theirs")
        assert box(mine, "P2").input_value() == "Mine"
        look(mine)
        choice.get_by_role("button", name=button).click()
        expect(box(mine, "P2")).to_have_value(stands)
        nothing_kept(mine)
        assert place.stored("P2") == stands
        assert {"Mine", "Theirs"} <= {each for each in place.history() if isinstance(each, str)}


@pytest.mark.parametrize("has_javascript", [True, False])
def test_the_page_of_both_texts(browser: Browser, place: Place, has_javascript: bool) -> None:
    with place.open(), writer(browser, place, size=PHONE, has_javascript=has_javascript) as mine:
        with writer(browser, place, "helper") as theirs:
            box(theirs, "P2").fill(TYPED)
            says(theirs, "Saved ")
        box(mine, "P2").fill(f"Mine. {TYPED}")
        with loading(mine):
            mine.get_by_role("button", name="Save and come back later").click()
        expect(mine.locator("h1")).to_have_text("Choose which text to keep")
        if has_javascript:
            look(mine)
        mine.get_by_label("Mine", exact=True).check()
        with loading(mine):
            mine.get_by_role("button", name="Save my choice").click()
        expect(mine.locator("h1")).not_to_have_text("Choose which text to keep")
        assert place.stored("P2") == f"Mine. {TYPED}"


def test_a_session_that_ended_while_typing_loses_nothing(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place, size=PHONE) as page:
        place.end_sessions("lead")
        box(page, "P2").fill(TYPED)
        says(page, "Not saved: you are signed out. Your text is kept on this device.")
        look(page)
        assert page.locator(".app-saved a").get_attribute("href").endswith(place.path)
        other = page.context.new_page()
        sign_in(other, place, "lead")
        # The page that was open all along has an old token, and asks for a new one by itself.
        page.bring_to_front()
        box(page, "P1").fill("Typed after signing in again")
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        says(page, "Saved ")
        assert (place.stored("P2"), place.stored("P1")) == (TYPED, "Typed after signing in again")
        nothing_kept(page)


@pytest.mark.parametrize("has_javascript", [True, False])
def test_sent_after_the_session_had_ended_the_text_is_on_the_same_page(
    browser: Browser, place: Place, has_javascript: bool
) -> None:
    with place.open(), writer(browser, place, has_javascript=has_javascript) as page:
        place.end_sessions("lead")
        box(page, "P2").fill(TYPED)
        with loading(page):
            page.get_by_role("button", name="Save and come back later").click()
        expect(page.locator("h1")).to_have_text("Sign in")
        sign_in(page, place, "lead")
        page.goto(place.address + place.path)
        expect(box(page, "P2")).to_have_value(TYPED)
        with loading(page):
            page.get_by_role("button", name="Save and come back later").click()
        assert place.stored("P2") == TYPED
        if has_javascript:
            nothing_kept(page)


def test_the_next_person_on_a_device_sees_nothing_of_it(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as page:
        place.end_sessions("lead")
        box(page, "P2").fill("Nobody else's business")
        says(page, "Not saved: you are signed out")
        other = page.context.new_page()
        sign_in(other, place, "helper")
        other.goto(place.address + place.path)
        expect(box(other, "P2")).to_have_value("")
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        says(page, "somebody else has signed in here")
        assert place.stored("P2") is None
        # Whoever wrote it finds it when they come back.
        with loading(other):
            other.get_by_role("button", name="Sign out").click()
        page.close()
        sign_in(other, place, "lead")
        other.goto(place.address + place.path)
        expect(box(other, "P2")).to_have_value("Nobody else's business")
        says(other, "Saved ")
        assert place.stored("P2") == "Nobody else's business"


def test_signing_out_takes_what_the_device_kept(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as page:
        page.context.set_offline(True)
        box(page, "P2").fill("Kept here")
        says(page, "kept on this device")
        elsewhere = page.context.new_page()
        page.close()
        elsewhere.context.set_offline(False)
        elsewhere.goto(f"{place.address}/applications")
        assert len(kept_here(elsewhere)) == 1
        asked = []
        elsewhere.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
        with loading(elsewhere):
            elsewhere.get_by_role("button", name="Sign out").click()
        assert "not saved" in asked[0]
        nothing_kept(elsewhere)


def test_what_a_device_kept_for_over_a_week_is_gone(browser: Browser, place: Place) -> None:
    with place.open(), writer(browser, place) as page:
        old = "{at: Date.now() - 8 * 24 * 3600 * 1000, fields: {P2: {mark: '', pairs: [['P2', 'Old']]}}}"
        key = "'grants-kept:' + document.querySelector('[data-saving]').dataset.saving"
        page.evaluate(f"localStorage.setItem({key}, JSON.stringify({old}))")
        assert len(kept_here(page)) == 1
        page.reload()
        expect(box(page, "P2")).to_have_value("")
        nothing_kept(page)


def test_a_text_that_somebody_changed_meanwhile_is_shown_beside_the_one_on_the_device(
    browser: Browser, place: Place
) -> None:
    with place.open(), writer(browser, place) as page:
        page.context.set_offline(True)
        box(page, "P2").fill("From the train")
        says(page, "kept on this device")
        context = page.context
        page.close()
        with writer(browser, place, "helper") as theirs:
            box(theirs, "P2").fill("From the office")
            says(theirs, "Saved ")
        context.set_offline(False)
        again = context.new_page()
        again.goto(place.address + place.path)
        expect(again.locator(".app-conflict")).to_contain_text("From the office")
        expect(box(again, "P2")).to_have_value("From the train")
        assert place.stored("P2") == "From the office"
        look(again)
        again.locator(".app-conflict").get_by_role("button", name="Keep mine").click()
        says(again, "Saved ")
        assert place.stored("P2") == "From the train"
