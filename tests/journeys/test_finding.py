"""Somebody finds a round, learns whether they could apply, and begins; and somebody who knows them supports the bid.

In a real browser, on a phone without a script and with one, and on a desktop; the links are those that were stored.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from grants.accounts.services import Site
from grants.clock import utc_now
from grants.core.outbox import Message
from grants.endorsements.models import Endorsement
from grants.endorsements.queries import link_token
from grants.events import services as events
from grants.extensions import db
from grants.funds.models import Endorsement as Wanted
from grants.funds.models import EventSignUp
from tests.apps import SECRET, make_app
from tests.browser import DESKTOP, PHONE, axe_violations, complaints, loading, runs_off_the_side, served, visitor
from tests.builders import QUIZ_PASSED, a_draft, a_group, a_plan, a_round, actor_of, an_office, answers_to_all, staff
from workflows.actors import Role

SCREENS = [(PHONE, False), (PHONE, True), (DESKTOP, True)]
pytestmark = pytest.mark.parametrize(("size", "has_javascript"), SCREENS)


class Scene(NamedTuple):
    """The service at an address, with what the stories are about."""

    app: Flask
    address: str
    bid_id: int
    event_id: int


@pytest.fixture
def scene(tmp_path) -> Iterator[Scene]:
    app = make_app(tmp_path)
    app.config.update(WTF_CSRF_ENABLED=True)
    now = utc_now()
    with app.app_context():
        db.create_all()
        office = an_office(db.session, now=now)
        parks = {"title": "Parks", "theme": "Safer parks", "max_ask_pence": 500_000, "endorsement": Wanted.WELCOME}
        round_ = a_round(db.session, office, now=now, **parks)
        a_round(db.session, office, now=now, title="Streets", min_ask_pence=600_000)
        a_round(db.session, office, now=now, title="Later", opens_at=now + timedelta(days=2))
        officer = actor_of(db.session, staff(db.session, office, Role.OFFICER))
        event = events.plan_event(db.session, round_, a_plan(now, capacity=5), actor=officer, now=now)
        _, lead = a_group(db.session, now=now)
        lead.sample_key = "group-1.lead"
        other, its_lead = a_group(db.session, now=now)
        its_lead.sample_key = "group-2.lead"
        bid = a_draft(db.session, round_, other, its_lead, answers=answers_to_all(), now=now)
        db.session.commit()
        numbers = bid.id, event.id
    with served(app) as address:
        yield Scene(app, address, *numbers)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def press(page: Page, words: str) -> None:
    with loading(page):
        page.get_by_role("button", name=words, exact=True).click()


def follow(page: Page, words: str) -> None:
    with loading(page):
        page.get_by_role("link", name=words, exact=True).click()


def heading(page: Page, words: str, has_javascript: bool) -> None:
    """The page has come, can be read on this screen, and axe finds nothing on it."""
    expect(page.locator("h1")).to_have_text(words)
    if has_javascript:
        assert axe_violations(page) == []
        assert not runs_off_the_side(page)


def sign_in(page: Page, address: str, person: str) -> None:
    page.goto(f"{address}/sample")
    with loading(page):
        page.locator(f"form:has(input[name='person'][value='{person}']) button").click()


def newest(scene: Scene, model):
    with scene.app.app_context():
        found = db.session.scalars(sa.select(model).order_by(model.id.desc())).first()
        db.session.expunge(found)
        return found


def test_from_a_search_to_a_bid_with_the_answers_brought_along(
    browser: Browser, scene: Scene, size, has_javascript
) -> None:
    with visitor(browser, size=size, has_javascript=has_javascript) as person:
        page = person.new_page()
        heard = complaints(page)
        page.goto(scene.address)
        page.get_by_text("Find a round for your work").click()
        page.get_by_label("How much do you need?").fill("4,000")
        page.get_by_label("What is it about?").fill("park")
        press(page, "Show rounds")
        heading(page, "Grants for safer communities", has_javascript)
        expect(page.get_by_text("1 round fits what you asked for")).to_be_visible()
        assert "amount=4%2C000" in page.url
        follow(page, "Parks")
        heading(page, "Parks", has_javascript)
        follow(page, "Could we apply? Answer a few questions and know at once")
        for code, value in (QUIZ_PASSED | {"E3": "no"}).items():
            page.locator(f"[name={code}][value={value}]").check()
        press(page, "Tell me")
        heading(page, "You can't apply to this round", has_javascript)
        page.locator("[name=E3][value=yes]").check()
        press(page, "Ask again")
        heading(page, "You can apply to this round", has_javascript)
        press(page, "Start your application")
        heading(page, "Sign in", has_javascript)
        sign_in(page, scene.address, "group-1.lead")
        page.goto(f"{scene.address}/rounds/1/apply")
        expect(page.get_by_text("The answers that you gave before are here")).to_be_visible()
        for code, value in QUIZ_PASSED.items():
            expect(page.locator(f"[name={code}][value={value}]")).to_be_checked()
        press(page, "Start the application")
        heading(page, "Your application", has_javascript)
        assert heard == []


def test_news_of_a_round_is_asked_for_and_confirmed(browser: Browser, scene: Scene, size, has_javascript) -> None:
    with visitor(browser, size=size, has_javascript=has_javascript) as person:
        page = person.new_page()
        heard = complaints(page)
        page.goto(f"{scene.address}/rounds")
        follow(page, "Later")
        follow(page, "E-mail me when it opens")
        heading(page, "E-mail me when this round opens", has_javascript)
        press(page, "Send me the link")
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        page.get_by_label("Your e-mail address").fill("reader@example.org")
        press(page, "Send me the link")
        heading(page, "Check your e-mail", has_javascript)
        path = newest(scene, Message).detail["url"].partition("/news/")[2]
        page.goto(f"{scene.address}/news/{path}")
        heading(page, "Do you want these e-mails?", has_javascript)
        press(page, "Yes, e-mail me")
        heading(page, "We will e-mail you", has_javascript)
        assert heard == []


def test_a_place_at_an_event_is_taken(browser: Browser, scene: Scene, size, has_javascript) -> None:
    with visitor(browser, size=size, has_javascript=has_javascript) as person:
        page = person.new_page()
        heard = complaints(page)
        page.goto(f"{scene.address}/rounds/1")
        follow(page, "How to apply")
        heading(page, "How to apply", has_javascript)
        page.get_by_label("Your name").fill("Club secretary")
        page.get_by_label("Your e-mail address").fill("reader@example.org")
        press(page, "Sign up")
        heading(page, "Check your e-mail", has_javascript)
        assert newest(scene, EventSignUp).event_id == scene.event_id
        assert heard == []


def test_somebody_supports_a_bid_by_the_link_alone(browser: Browser, scene: Scene, size, has_javascript) -> None:
    with visitor(browser, size=size, has_javascript=has_javascript) as person:
        page = person.new_page()
        heard = complaints(page)
        sign_in(page, scene.address, "group-2.lead")
        page.goto(f"{scene.address}/applications/{scene.bid_id}")
        follow(page, "Ask somebody to support your bid")
        heading(page, "Endorsements", has_javascript)
        page.get_by_label("Who are they?").fill("Neighbourhood officer")
        page.get_by_label("Their e-mail address").fill("officer@police.example.org")
        press(page, "Send them the link")
        expect(page.get_by_text("Waiting for an answer")).to_be_visible()
        asked = newest(scene, Endorsement)
        link = f"{scene.address}/endorse/{asked.id}/{link_token(Site('', SECRET), asked)}"
        with visitor(browser, size=size, has_javascript=has_javascript) as endorser:
            theirs = endorser.new_page()
            theirs.goto(link)
            heading(theirs, "Safer evenings", has_javascript)
            theirs.get_by_label("What do you want to say about this project?").fill("They know the park well.")
            press(theirs, "Send my support")
            expect(theirs.locator(".govuk-error-summary")).to_be_visible()
            theirs.get_by_label("Your name").fill("Officer on the beat")
            theirs.get_by_label("Your rank or role").fill("Neighbourhood officer")
            press(theirs, "Send my support")
            heading(theirs, "Thank you", has_javascript)
            assert theirs.goto(link).status == 410
        page.reload()
        expect(page.get_by_text("They know the park well.")).to_be_visible()
        assert heard == []
