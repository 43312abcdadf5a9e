"""Everybody of the sample follows every link that they are shown: none is refused, and every page can be read.

One page of each kind is then read by axe on a phone, and must hold its words also when their size is doubled. A page
that nobody links to is not reached here.
"""

from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from grants.clock import utc_now
from grants.extensions import db
from grants.sample.services import load_sample
from tests.apps import close, make_app
from tests.browser import PHONE, axe_violations, complaints, cut_off, served, text_doubled, visitor
from tests.pages import read_page

NOBODY = ""
PEOPLE = (
    NOBODY,
    "group-1.lead",
    "group-1.contributor",
    "group-8.lead",
    "llr.admin-1",
    "llr.manager-1",
    "llr.officer-1",
    "llr.marker-1",
    "llr.chair-1",
    "llr.panel-1",
    "llr.resident-2",
    "llr.decision-maker-1",
    "llr.chief-executive-1",
    "llr.finance-1",
)
# A page of a bid that is checked, marked, sat on or decided is another page each time.
OF_EACH = 4
# Not pages.
FILES = frozenset({"static", "reporting.export", "health.alive", "health.ready"})


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = make_app(tmp_path_factory.mktemp("sample"))
    with app.app_context():
        db.create_all()
        assert load_sample(db.session, now=utc_now())
        db.session.commit()
    yield app
    close(app)


def first_of_each_kind(app: Flask, client: FlaskClient, start: str) -> Iterator[tuple[str, str]]:
    """Follow links from a page on: (endpoint, path) of the first pages of each endpoint that can be reached."""
    seen: set[str] = set()
    of_kind: Counter[str] = Counter()
    waiting = deque([(start, "signing in")])
    while waiting:
        path, linked_from = waiting.popleft()
        endpoint = _endpoint(app, path)
        if path in seen or of_kind[endpoint] == OF_EACH or endpoint in FILES:
            continue
        seen.add(path)
        of_kind[endpoint] += 1
        response = client.get(path)
        if response.status_code in {302, 303}:
            waiting.append((response.headers["Location"], path))
            continue
        assert response.status_code == 200, f"{linked_from} links to {path}: {response.status}"
        if response.mimetype != "text/html" or "attachment" in response.headers.get("Content-Disposition", ""):
            # A feed, a calendar or a download: it must be there, and is no page.
            continue
        page = read_page(response)
        yield endpoint, path
        waiting.extend((href, path) for href in page.links() if href.startswith("/"))


def _endpoint(app: Flask, path: str) -> str:
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except HTTPException as error:
        pytest.fail(f"a link to {path}: {error}")
    return str(endpoint)


def signed_in(app: Flask, person: str) -> tuple[FlaskClient, str]:
    """Somebody's client, and where they begin."""
    client = app.test_client()
    if person == NOBODY:
        return client, "/"
    response = client.post("/sample/sign-in", data={"person": person})
    assert response.status_code == 303
    return client, response.headers["Location"]


@pytest.mark.parametrize("person", PEOPLE)
def test_no_link_leads_to_a_refusal(sample: Flask, person: str) -> None:
    client, start = signed_in(sample, person)
    reached = list(first_of_each_kind(sample, client, start))
    assert len(reached) >= 8, reached


def test_axe_finds_nothing_on_any_page(sample: Flask, browser: Browser) -> None:
    read: set[str] = set()
    problems = []
    with served(sample) as address:
        for person in PEOPLE:
            client, start = signed_in(sample, person)
            mine = [(kind, path) for kind, path in first_of_each_kind(sample, client, start) if kind not in read]
            read |= {kind for kind, _ in mine}
            with visitor(browser, size=PHONE) as context:
                page = context.new_page()
                heard = complaints(page)
                if person != NOBODY:
                    page.request.post(f"{address}/sample/sign-in", form={"person": person})
                for kind, path in mine:
                    page.goto(address + path)
                    found = axe_violations(page) + heard + cut_off(page)
                    with text_doubled(page):
                        found += [f"with text doubled, {each}" for each in cut_off(page)]
                    problems += [f"{person} at {path} ({kind}): {problem}" for problem in found]
                    heard.clear()
    assert problems == []
    assert len(read) >= 40
