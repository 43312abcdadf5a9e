"""Files in a real browser: on a phone without a script, and in pieces over a line that breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from grants.clock import utc_now
from grants.documents.models import Document
from grants.documents.services import ScanRoom, scan_due
from grants.documents.storage import store_of
from grants.extensions import db
from grants.funds import model_form
from tests.apps import make_app
from tests.browser import DESKTOP, PHONE, axe_violations, complaints, loading, runs_off_the_side, served, visitor
from tests.builders import a_draft, a_group, a_round, an_office, answers_to_all
from tests.files import EICAR_PDF, PDF, a_photo
from tests.journeys.test_apply_browser import press, sign_in
from tests.views.test_applications_files import DOCUMENTS

LARGE = PDF + bytes(range(256)) * 6_000


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """The service, and the page of a draft that asks for files."""
    app = make_app(tmp_path)
    app.config.update(WTF_CSRF_ENABLED=True)
    with app.app_context():
        db.create_all()
        now = utc_now()
        sections = (*model_form.sections_for(model_form.CRITERIA), DOCUMENTS)
        round_ = a_round(db.session, an_office(db.session, now=now), now=now, sections=sections)
        organisation, lead = a_group(db.session, now=now)
        lead.sample_key = "group-1.lead"
        draft = a_draft(db.session, round_, organisation, lead, answers=answers_to_all(), now=now)
        db.session.commit()
        path = f"/applications/{draft.id}/sections/documents"
    with served(app) as address:
        yield app, address + path
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of three pieces."""
    path = tmp_path / "our plan, 2024.pdf"
    path.write_bytes(LARGE)
    return path


def opened(page: Page, url: str) -> None:
    sign_in(page, url.partition("/applications")[0])
    page.goto(url)


def names_in(app: Flask) -> list[tuple[str, bytes]]:
    with app.app_context():
        store = store_of(db.session)
        rows = db.session.scalars(db.select(Document).order_by(Document.id))
        return [(each.file_name, b"".join(store.read(each.storage_key))) for each in rows]


def test_on_a_phone_without_a_script(browser: Browser, service: tuple[Flask, str], large: Path, tmp_path: Path) -> None:
    app, url = service
    photo = tmp_path / "hall.jpg"
    photo.write_bytes(a_photo())
    wrong = tmp_path / "letter.pdf"
    wrong.write_bytes(b"Dear panel")
    with visitor(browser, size=PHONE, has_javascript=False) as context:
        page = context.new_page()
        opened(page, url)
        page.get_by_label("Anything to say about them").fill("Two files, “both” signed")
        page.locator("#D1-file").set_input_files([large, photo])
        with loading(page):
            page.locator("button[value='upload:D1']").click()
        expect(page.locator(".app-files__line")).to_have_count(2)
        assert page.get_by_label("Anything to say about them").input_value() == "Two files, “both” signed"
        assert not runs_off_the_side(page)
        assert [name for name, _ in names_in(app)] == ["our plan, 2024.pdf", "hall.jpg"]
        assert names_in(app)[0][1] == LARGE

        page.locator("#D2-file").set_input_files(wrong)
        page.get_by_label("Anything to say about them").fill("And a letter")
        with loading(page):
            page.locator("button[value='upload:D2']").click()
        assert page.title().startswith("Error: ")
        assert "This is a text file" in page.locator(".govuk-error-summary").inner_text()
        assert page.get_by_label("Anything to say about them").input_value() == "And a letter"

        page.get_by_label("We will send this later").check()
        with loading(page):
            page.get_by_role("button", name="Take off hall.jpg").click()
        expect(page.locator(".app-files__line")).to_have_count(1)
        expect(page.get_by_label("We will send this later")).to_be_checked()
        press(page, "Save and continue")
        assert page.url.endswith("/check")


def test_in_pieces_over_a_line_that_breaks(browser: Browser, service: tuple[Flask, str], large: Path) -> None:
    app, url = service
    tried: list[str] = []

    def breaks(route: Route) -> None:
        tried.append(route.request.url)
        # The second piece does not come through; its answer is lost the next time, although it came.
        if len(tried) == 1:
            route.abort("connectionreset")
        elif len(tried) == 2:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    with visitor(browser, size=PHONE) as context:
        page = context.new_page()
        heard = complaints(page)
        opened(page, url)
        page.route("**/uploads/*/524288", breaks)
        page.get_by_label("Anything to say about them").fill("Typed, and not saved yet")
        page.locator("#D1-file").set_input_files(large)
        expect(page.get_by_text("Connection lost. Trying again.")).to_be_visible()
        expect(page.get_by_text("Uploaded: our plan, 2024.pdf")).to_be_visible()

        expect(page.locator(".app-files__line")).to_have_count(1)
        assert page.get_by_label("Anything to say about them").input_value() == "Typed, and not saved yet"
        assert names_in(app) == [("our plan, 2024.pdf", LARGE)]
        assert len(tried) == 3
        assert axe_violations(page) == []
        assert not runs_off_the_side(page)
        press(page, "Save and continue")
        assert names_in(app) == [("our plan, 2024.pdf", LARGE)], "the form sent it once more"
        assert heard == []


def test_a_page_that_was_closed_goes_on_where_it_stopped(
    browser: Browser, service: tuple[Flask, str], large: Path
) -> None:
    app, url = service
    with visitor(browser) as context:
        page = context.new_page()
        opened(page, url)
        page.route("**/uploads/*/1048576", lambda route: route.abort("connectionreset"))
        page.locator("#D1-file").set_input_files(large)
        expect(page.get_by_text("Connection lost. Trying again.")).to_be_visible()
        page.close()

        again = context.new_page()
        sent: list[str] = []
        again.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
        again.goto(url)
        again.locator("#D1-file").set_input_files(large)
        expect(again.get_by_text("Uploaded: our plan, 2024.pdf")).to_be_visible()
        assert [each.rpartition("/")[2] for each in sent] == ["1048576"]
        assert names_in(app) == [("our plan, 2024.pdf", LARGE)]


def test_what_can_t_be_taken_is_said_beside_it(browser: Browser, service: tuple[Flask, str], tmp_path: Path) -> None:
    app, url = service
    files = {"letter.pdf": b"Dear panel", "empty.pdf": b"", "film.mov": b"\0" * 10_000_001, "good.pdf": PDF}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with visitor(browser, size=DESKTOP) as context:
        page = context.new_page()
        opened(page, url)
        page.locator("#D1-file").set_input_files([tmp_path / name for name in files])
        group = page.locator(".app-files").first
        expect(group.get_by_text("letter.pdf: This is a text file")).to_be_visible()
        expect(group.get_by_text("empty.pdf: This file is empty")).to_be_visible()
        expect(group.get_by_text("film.mov: This file is too large. The most is 10 MB")).to_be_visible()
        expect(group.locator(".app-files__line")).to_have_count(1)
        assert axe_violations(page) == []
        assert [name for name, _ in names_in(app)] == ["good.pdf"]


def test_who_was_signed_out_meanwhile_is_told(browser: Browser, service: tuple[Flask, str], large: Path) -> None:
    app, url = service
    with visitor(browser) as context:
        page = context.new_page()
        opened(page, url)
        context.clear_cookies()
        page.locator("#D1-file").set_input_files(large)
        expect(page.get_by_text("You are signed out")).to_be_visible()
        assert names_in(app) == []


def test_a_tick_is_kept_without_a_press(browser: Browser, service: tuple[Flask, str]) -> None:
    _, url = service
    with visitor(browser, size=PHONE) as context:
        page = context.new_page()
        opened(page, url)
        page.get_by_label("We will send this later").check()
        expect(page.locator(".app-files__words", has_text="Saved")).to_be_visible()
        with loading(page):
            page.reload()
        expect(page.get_by_label("We will send this later")).to_be_checked()


def test_a_harmful_file_and_a_clean_one(browser: Browser, service: tuple[Flask, str], tmp_path: Path) -> None:
    app, url = service
    for name, content in (("bad.pdf", EICAR_PDF), ("good.pdf", PDF)):
        (tmp_path / name).write_bytes(content)
    with visitor(browser, size=PHONE) as context:
        page = context.new_page()
        opened(page, url)
        page.locator("#D1-file").set_input_files([tmp_path / "bad.pdf", tmp_path / "good.pdf"])
        expect(page.locator(".app-files__line")).to_have_count(2)
        with app.app_context():
            room = ScanRoom(store_of(db.session), lambda content: "Eicar" if EICAR_PDF in b"".join(content) else "")
            assert scan_due(db.session, room, now=utc_now()) == 2
        with loading(page):
            page.reload()
        expect(page.get_by_text("We found something harmful in this file")).to_be_visible()
        assert page.get_by_role("link", name="bad.pdf").count() == 0
        with page.expect_download() as download:
            page.get_by_role("link", name="good.pdf").click()
        assert Path(download.value.path()).read_bytes() == PDF
        assert axe_violations(page) == []
        assert not runs_off_the_side(page)
