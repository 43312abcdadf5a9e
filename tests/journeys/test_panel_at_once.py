"""Three people at once, each in a browser of their own: a resident, an officer and a chair, from the first declaration
to the recommendation, with a manager beside them who gives the word, and a line that is cut in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from grants.assessment import services as assessment
from grants.extensions import db
from grants.representatives import services as reps
from tests import stages
from tests.apps import close, make_app
from tests.browser import DESKTOP, PHONE, axe_violations, loading, runs_off_the_side, served, visitor
from tests.builders import staff
from tests.stages import WORDS
from workflows.actors import Role
from workflows.rules.representing import Preparation

# A page that is closed may leave a static file half-sent, and this server's file to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Two eligible bids given out to an officer and to a resident, and a panel of three with nothing declared."""
    app = make_app(tmp_path)
    app.config.update(WTF_CSRF_ENABLED=True)
    with app.app_context():
        db.create_all()
        stage = stages.eligible(db.session, scores=(5, 2), pot_pence=1_500_000, needs_community_rep=True)
        people, now, manager = stage.people, stage.now, stage.actor("manager")
        people["both"] = staff(db.session, stage.office, Role.OFFICER, Role.MARKER)
        people["resident"] = staff(db.session, stage.office, Role.COMMUNITY_REP, Role.MARKER, Role.PANEL_MEMBER)
        reps.set_reach(
            db.session, people["resident"], stage.office, [reps.EVERYTHING], actor=manager, now=now, reason="Asked"
        )
        reps.record_preparation(
            db.session,
            people["resident"],
            stage.office,
            Preparation.TRAINING,
            now.date(),
            "Evening at the office",
            actor=manager,
            now=now,
        )
        for bid in stage.bids:
            for name in ("both", "resident"):
                assessment.assign_marker(db.session, bid, people[name], actor=manager, now=now)
        seats = [
            assessment.Seat(people["chair"].id, is_chair=True),
            assessment.Seat(people["both"].id, is_officer=True),
            assessment.Seat(people["resident"].id),
        ]
        made = assessment.convene_panel(db.session, stage.round_, seats, actor=manager, now=now)
        for key, person in people.items():
            person.sample_key = key
        db.session.commit()
        found = SimpleNamespace(
            round=f"/office/rounds/{stage.round_.id}",
            panel=f"/office/panels/{made.id}",
            office=stage.office.code,
            names={key: person.name for key, person in people.items()},
            bids=[(bid.id, bid.reference, bid.organisation_name) for bid in stage.bids],
        )
        db.session.remove()
    with served(app) as address:
        found.address = address
        yield found
    close(app)


def press(page: Page, words: str) -> None:
    with loading(page):
        page.get_by_role("button", name=words, exact=True).click()


def look(page: Page) -> None:
    assert axe_violations(page) == []
    assert not runs_off_the_side(page)


def test_three_people_come_from_their_interests_to_a_recommendation(browser: Browser, panel: SimpleNamespace) -> None:
    with ExitStack() as stack:
        contexts = {
            "resident": stack.enter_context(visitor(browser, size=PHONE)),
            "both": stack.enter_context(visitor(browser, size=DESKTOP)),
            "chair": stack.enter_context(visitor(browser, size=DESKTOP)),
            "manager": stack.enter_context(visitor(browser, size=DESKTOP)),
        }
        pages = {name: come_in(context, panel, name) for name, context in contexts.items()}
        resident, officer, chair, manager = (pages[name] for name in ("resident", "both", "chair", "manager"))

        the_resident_signs_first(resident, panel)
        declare_as_a_marker(resident, panel)
        declare_as_a_marker(officer, panel)
        manager.goto(panel.address + panel.round)
        press(manager, "Start scoring")

        mark_a_bid(resident, panel, 0, "5")
        mark_a_bid(officer, panel, 0, "4")
        mark_with_the_line_cut(resident, contexts["resident"], panel)
        assert panel.names["resident"] not in officer.content()
        mark_a_bid(officer, panel, 1, "4")

        for page in (resident, officer, chair):
            declare_for_the_panel(page, panel)
        the_chair_opens_the_panel(chair, panel)

        officer.goto(f"{panel.address}{panel.panel}/meeting/screen")
        resident.goto(f"{panel.address}{panel.panel}/meeting")
        the_first_is_agreed_before_everybody(chair, officer, resident, panel)
        the_second_is_scored_again_while_a_phone_is_cut_off(chair, officer, resident, contexts["resident"], panel)
        the_line_is_drawn_and_recommended(chair, panel)
        the_minutes_tell_it(manager, panel)


def come_in(context: BrowserContext, panel: SimpleNamespace, name: str) -> Page:
    page = context.new_page()
    page.goto(f"{panel.address}/sample")
    with loading(page):
        page.locator(f"form:has(input[name='person'][value='{name}']) button").click()
    return page


def the_resident_signs_first(resident: Page, panel: SimpleNamespace) -> None:
    resident.goto(f"{panel.address}{panel.panel}")
    assert resident.url.endswith(f"/office/{panel.office}/representing")
    resident.goto(f"{panel.address}/office/marking")
    assert not any(name in resident.content() for _, _, name in panel.bids)
    with loading(resident):
        resident.get_by_role("link", name="See what comes first").click()
    look(resident)
    resident.get_by_label("I have read this and I will keep to it").check()
    resident.get_by_label("Your name, as your signature").fill("A resident")
    press(resident, "Sign")
    expect(resident.locator("main")).to_contain_text("You have done what comes first")


def _nothing_to_declare(page: Page, panel: SimpleNamespace) -> None:
    for choice in page.get_by_label("No interest", exact=True).all():
        choice.check()
    press(page, "Save your declarations")


def declare_as_a_marker(page: Page, panel: SimpleNamespace) -> None:
    page.goto(f"{panel.address}/office/marking")
    with loading(page):
        page.get_by_role("link", name="Declare on all 2").click()
    _nothing_to_declare(page, panel)


def _open_to_mark(page: Page, panel: SimpleNamespace, place: int) -> None:
    page.goto(f"{panel.address}/office/marking")
    with loading(page):
        page.get_by_role("link", name=panel.bids[place][2]).first.click()


def _score(page: Page, score: str) -> None:
    for each in page.locator(".app-criterion").all():
        each.locator(f"input[type='radio'][value='{score}']").check()
        each.locator("textarea").fill(WORDS)


def _lock(page: Page) -> None:
    expect(page.locator(".app-saved")).to_contain_text("Saved ")
    press(page, "Check and lock")
    press(page, "Lock your marks")


def mark_a_bid(page: Page, panel: SimpleNamespace, place: int, score: str) -> None:
    _open_to_mark(page, panel, place)
    _score(page, score)
    _lock(page)


def mark_with_the_line_cut(page: Page, context: BrowserContext, panel: SimpleNamespace) -> None:
    _open_to_mark(page, panel, 1)
    context.set_offline(True)
    _score(page, "1")
    expect(page.locator(".app-saved")).to_contain_text("Not saved: no connection")
    context.set_offline(False)
    _lock(page)


def declare_for_the_panel(page: Page, panel: SimpleNamespace) -> None:
    page.goto(f"{panel.address}{panel.panel}/interests")
    _nothing_to_declare(page, panel)
    expect(page.locator("main")).to_contain_text("You have declared on every bid.")


def the_chair_opens_the_panel(chair: Page, panel: SimpleNamespace) -> None:
    chair.goto(f"{panel.address}{panel.panel}")
    with loading(chair):
        chair.get_by_role("link", name="Open the session").click()
    for name in ("chair", "both", "resident"):
        chair.get_by_label(panel.names[name]).check()
    press(chair, "Open the session")


def put_on_the_table(chair: Page, panel: SimpleNamespace, place: int) -> None:
    chair.goto(f"{panel.address}{panel.panel}/meeting/desk")
    with loading(chair):
        chair.locator(f"#open-{panel.bids[place][0]}").click()


def the_first_is_agreed_before_everybody(chair: Page, screen: Page, phone: Page, panel: SimpleNamespace) -> None:
    put_on_the_table(chair, panel, 0)
    for page in (screen, phone):
        expect(page.locator("[data-live]")).to_contain_text(panel.bids[0][1])
    press(chair, "Agree this item")
    for page in (screen, phone):
        expect(page.locator("[data-live]")).to_contain_text("Agreed at")
    look(phone)


def the_second_is_scored_again_while_a_phone_is_cut_off(
    chair: Page, screen: Page, phone: Page, pocket: BrowserContext, panel: SimpleNamespace
) -> None:
    """The two markers stand far apart; the panel goes beyond both, which takes a reason."""
    pocket.set_offline(True)
    put_on_the_table(chair, panel, 1)
    expect(screen.locator("[data-live]")).to_contain_text(panel.bids[1][1])
    expect(phone.locator(".app-live__bar")).to_contain_text("No connection")
    chair.locator("select[name^='agreed_']").first.select_option("0")
    press(chair, "Agree this item")
    expect(chair.locator(".govuk-error-summary").first).to_be_visible()
    chair.locator("textarea[name^='reason_']").first.fill("It repeats what the council pays for already.")
    press(chair, "Agree this item")
    expect(screen.locator("[data-live]")).to_contain_text("Agreed at")
    pocket.set_offline(False)
    expect(phone.locator("[data-live]")).to_contain_text(panel.bids[1][1])
    expect(phone.locator("[data-live]")).to_contain_text("Agreed at")


def the_line_is_drawn_and_recommended(chair: Page, panel: SimpleNamespace) -> None:
    chair.goto(f"{panel.address}{panel.panel}")
    press(chair, "Draw the line")
    expect(chair.locator("main")).to_contain_text("1 to recommend")
    press(chair, "Close the panel")
    expect(chair.locator("main")).to_contain_text("Closed")


def the_minutes_tell_it(manager: Page, panel: SimpleNamespace) -> None:
    manager.goto(f"{panel.address}{panel.panel}/minutes/1")
    for words in (
        panel.names["resident"],
        panel.bids[0][1],
        panel.bids[1][1],
        "It repeats what the council pays for already.",
    ):
        expect(manager.locator("main")).to_contain_text(words)
    manager.goto(panel.address + panel.round)
    expect(manager.locator("main")).to_contain_text("Recommended")
