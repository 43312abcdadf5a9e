"""Tables and questions that hang on others, in a real browser: rows and sums as one types, nothing lost by hiding."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from grants.applications.models import Application
from grants.applications.queries import answers_of
from grants.clock import utc_now
from grants.extensions import db
from grants.funds import model_form
from tests.apps import make_app
from tests.browser import DESKTOP, PHONE, axe_violations, complaints, loading, runs_off_the_side, served, visitor
from tests.builders import a_draft, a_group, a_round, an_office


@pytest.fixture
def service(tmp_path) -> Iterator[tuple[Flask, str, int]]:
    """The service with a round that asks the full form, and a draft of group-1."""
    app = make_app(tmp_path)
    app.config.update(WTF_CSRF_ENABLED=True)
    with app.app_context():
        db.create_all()
        now = utc_now()
        sections = model_form.sections_for(model_form.CRITERIA, model_form.FULL_SECTIONS)
        round_ = a_round(db.session, an_office(db.session, now=now), now=now, sections=sections)
        group, lead = a_group(db.session, now=now)
        lead.sample_key = "group-1.lead"
        draft = a_draft(db.session, round_, group, lead, now=now)
        db.session.commit()
        draft_id = draft.id
    with served(app) as address:
        yield app, address, draft_id
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def come(page: Page, address: str, draft_id: int, code: str) -> None:
    page.goto(f"{address}/sample")
    with loading(page):
        page.locator("form:has(input[name='person'][value='group-1.lead']) button").click()
    page.goto(f"{address}/applications/{draft_id}/sections/{code}")


def write(page: Page, **boxes: str) -> None:
    for name, text in boxes.items():
        box = page.locator(f"[name='{name.replace('__', '-')}']")
        if box.evaluate("each => each.tagName") == "SELECT":
            box.select_option(text)
        else:
            box.fill(text)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_rows_come_and_go_and_the_sums_follow(browser: Browser, service, size) -> None:
    _, address, draft_id = service
    with visitor(browser, size=size) as person:
        page = person.new_page()
        heard = complaints(page)
        come(page, address, draft_id, "money")
        table = page.locator("[data-table='B2']")
        total = table.locator("[data-sum='grant']")
        write(page, B1="9,000", B1a="£10,000", B2__0__category="staffing", B2__0__what="Worker", B2__0__quantity="40")
        write(page, B2__0__unit="200.50", B2__0__total="8,020", B2__0__grant="7,000.50", B2__0__other="1,019.50")
        expect(total).to_contain_text("£7,000.50 of £9,000")
        table.get_by_role("button", name="Add another row").click()
        expect(page.locator("[name='B2-1-category']")).to_be_focused()
        assert page.locator("[name='B2-1-what']").input_value() == ""
        write(page, B2__1__category="venue", B2__1__what="Hall", B2__1__quantity="1", B2__1__unit="1,980")
        write(page, B2__1__total="1,980", B2__1__grant="1999.50")
        expect(total).to_contain_text("£9,000 of £9,000")
        expect(total).to_have_class("app-sum app-sum--right")
        assert axe_violations(page) == []
        assert not runs_off_the_side(page)
        table.get_by_role("button", name="Remove row 1").click()
        expect(page.locator("[name='B2-0-what']")).to_have_value("Hall")
        assert page.locator("[name='B2-1-what']").count() == 0
        expect(total).to_contain_text("£1,999.50 of £9,000")
        with loading(page):
            page.get_by_role("button", name="Save and come back later").click()
        assert heard == []
    app = service[0]
    with app.app_context():
        kept = answers_of(db.session, db.session.get_one(Application, draft_id))
        assert [row["what"] for row in kept["B2"]] == ["Hall"]
        assert kept["B2"][0]["grant"] == 199_950
        db.session.remove()


def test_a_question_comes_with_its_answer_and_keeps_what_was_written(browser: Browser, service) -> None:
    _, address, draft_id = service
    with visitor(browser, size=PHONE) as person:
        page = person.new_page()
        come(page, address, draft_id, "safety")
        role = page.get_by_label("Who leads on safeguarding, by role?")
        policy = page.get_by_text("When was the policy last looked at?")
        expect(role).to_be_hidden()
        assert page.get_by_text("Only if you answered").locator("visible=true").count() == 0
        page.locator("[name='S1'][value='yes']").check()
        expect(role).to_be_visible()
        expect(policy).to_be_hidden()
        page.locator("[name='S2'][value='yes']").check()
        expect(policy).to_be_visible()
        role.fill("The manager")
        assert axe_violations(page) == []
        page.locator("[name='S1'][value='no']").check()
        expect(role).to_be_hidden()
        expect(policy).to_be_hidden()
        page.locator("[name='S1'][value='yes']").check()
        expect(role).to_have_value("The manager")
        expect(policy).to_be_visible()


def test_without_a_script_the_words_of_the_condition_stand_there(browser: Browser, service) -> None:
    _, address, draft_id = service
    with visitor(browser, size=PHONE, has_javascript=False) as person:
        page = person.new_page()
        come(page, address, draft_id, "safety")
        expect(page.get_by_label("Who leads on safeguarding, by role?")).to_be_visible()
        assert page.get_by_text("Only if you answered “Yes” to").count() >= 5
        assert not runs_off_the_side(page)
