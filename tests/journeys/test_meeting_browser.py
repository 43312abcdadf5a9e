"""A meeting in three browsers: the chair decides, the big screen and the phones follow, and one leaves the room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from grants.extensions import db
from tests.apps import close, make_app
from tests.browser import (
    DESKTOP,
    PHONE,
    axe_violations,
    complaints,
    cut_off,
    loading,
    runs_off_the_side,
    served,
    text_doubled,
    visitor,
)
from tests.meetings import come, meeting_stage

# A page that is closed may leave a static file half-sent, and this server's file to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[SimpleNamespace]:
    app = make_app(tmp_path)
    app.config.update(WTF_CSRF_ENABLED=True)
    with app.app_context():
        db.create_all()
        stage = meeting_stage(db.session)
        come(stage, "chair-2")
        for key, person in stage.people.items():
            person.sample_key = key
        db.session.commit()
        assert stage.panel is not None
        made = SimpleNamespace(
            path=f"/office/panels/{stage.panel.id}/meeting",
            names={key: person.name for key, person in stage.people.items()},
            bids=[(bid.id, bid.reference) for bid in stage.bids],
        )
        db.session.remove()
    with served(app) as address:
        made.address = address
        yield made
    close(app)


def sign_in(page: Page, meeting: SimpleNamespace, key: str, path: str) -> Page:
    page.goto(f"{meeting.address}/sample")
    with loading(page):
        page.locator(f"form:has(input[name='person'][value='{key}']) button").click()
    page.goto(meeting.address + meeting.path + path)
    return page


def look(page: Page) -> None:
    assert axe_violations(page) == []
    assert not runs_off_the_side(page)


def put_on_the_table(page: Page, meeting: SimpleNamespace, place: int) -> None:
    page.goto(f"{meeting.address}{meeting.path}/desk")
    with loading(page):
        page.locator(f"#open-{meeting.bids[place][0]}").click()


def test_the_room_follows_the_chair_and_words_outlive_the_chairs_laptop(browser: Browser, meeting) -> None:
    with ExitStack() as people:
        contexts = [people.enter_context(visitor(browser, size=size)) for size in (DESKTOP, DESKTOP, PHONE, PHONE)]
        chair, screen, phone, other = (context.new_page() for context in contexts)
        heard = [complaints(page) for page in (chair, screen, phone, other)]
        sign_in(chair, meeting, "chair", "/desk")
        sign_in(screen, meeting, "officer", "/screen")
        sign_in(phone, meeting, "member", "")
        sign_in(other, meeting, "member-2", "")
        look(chair)
        # The first bid: one member leaves the room, by name on the screen, and their phone says nothing of the bid.
        put_on_the_table(chair, meeting, 0)
        reference = meeting.bids[0][1]
        expect(screen.locator("[data-live]")).to_contain_text(reference)
        expect(screen.locator("[data-live]")).to_contain_text(f"Left the room for this item: {meeting.names['member']}")
        expect(other.locator("[data-live]")).to_contain_text(reference)
        expect(phone.locator("[data-live]")).to_contain_text("You have left the room for this item")
        assert reference not in phone.content()
        for page in (screen, phone, other):
            look(page)
        # A dead connection in the middle: the phone says so, and comes back by itself.
        contexts[3].set_offline(True)
        expect(other.locator(".app-live__bar")).to_contain_text("No connection")
        # The chair's words are kept as they are typed; then the laptop dies, and the other chair goes on.
        look(chair)
        chair.locator("[name='notes']").fill("They have run this before.")
        expect(chair.locator(".app-saved")).to_contain_text("Saved")
        item = chair.url
        contexts[0].close()
        second = people.enter_context(visitor(browser, size=DESKTOP)).new_page()
        sign_in(second, meeting, "chair-2", "/desk")
        with loading(second):
            second.get_by_role("button", name="Take the chair").click()
        second.goto(item)
        expect(second.locator("[name='notes']")).to_have_value("They have run this before.")
        with loading(second):
            second.get_by_role("button", name="Agree this item").click()
        expect(screen.locator("[data-live]")).to_contain_text("Agreed at")
        expect(screen.locator("[data-live]")).to_contain_text(f"In the chair: {meeting.names['chair-2']}")
        contexts[3].set_offline(False)
        expect(other.locator("[data-live]")).to_contain_text("Agreed at")
        expect(other.locator(".app-live__bar")).to_be_hidden()
        # The next item calls the member back in.
        put_on_the_table(second, meeting, 1)
        expect(phone.locator("[data-live]")).to_contain_text(meeting.bids[1][1])
        # Every other page of the meeting, on the chair's phone, also with text of twice the size.
        pocket = people.enter_context(visitor(browser, size=PHONE)).new_page()
        sign_in(pocket, meeting, "chair-2", "/desk")
        minutes = meeting.path.replace("meeting", "minutes/1")
        for path in ("", "/desk", "/screen", "/together", "/line", f"/items/{meeting.bids[1][0]}"):
            pocket.goto(meeting.address + meeting.path + path)
            look(pocket)
            with text_doubled(pocket):
                assert cut_off(pocket) == [], path
        pocket.goto(meeting.address + minutes)
        look(pocket)
        assert heard == [[], [], [], []] or all("net::ERR" in each for lines in heard for each in lines)
