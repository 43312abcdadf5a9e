"""What every response carries and what no log may hold: headers, cookies, proxies, request ids."""

import json
import logging
import re

import pytest
import sqlalchemy as sa

from grants.accounts.models import SignInLink
from grants.extensions import db
from grants.web import identity
from grants.web.security import JsonLines
from tests.apps import close, make_app, sign_in
from tests.builders import a_person
from tests.pages import read_page


def attributes_of(response, name):
    """The attributes of a cookie that the response sets, in lower case."""
    found = [header for header in response.headers.getlist("Set-Cookie") if header.startswith(f"{name}=")]
    assert len(found) == 1, response.headers.getlist("Set-Cookie")
    return {part.strip().lower() for part in found[0].split(";")[1:]}


@pytest.fixture
def made(tmp_path):
    """Make applications of other settings, each with an empty SQLite file."""
    apps = []

    def make(**settings):
        app = make_app(tmp_path / str(len(apps)), **settings)
        with app.app_context():
            db.create_all()
        apps.append(app)
        return app

    yield make
    for app in apps:
        close(app)


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/healthz", "/office/people"])
def test_every_response_carries_the_headers(client, path):
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert re.fullmatch("[0-9a-f]{16}", headers["X-Request-Id"])
    assert "Strict-Transport-Security" not in headers, "only over https"


def test_an_error_page_names_its_request(client):
    response = client.get("/nowhere")
    assert response.headers["X-Request-Id"] in read_page(response, status=404).text


def test_cookies_are_for_this_site_and_over_https_where_there_is_https(made):
    for base_url, is_secure in (("https://grants.example.org", True), ("http://127.0.0.1:8000", False)):
        app = made(base_url=base_url)
        with app.app_context():
            person = a_person(db.session)
            person.sample_key = "group-1.lead"
            db.session.commit()
        response = app.test_client().post(
            "/sample/sign-in", data={"person": "group-1.lead"}, headers={"Referer": base_url}, base_url=base_url
        )
        assert response.status_code == 303
        for name in ("session", "who"):
            assert {"httponly", "samesite=lax", "path=/"} <= attributes_of(response, name)
            assert ("secure" in attributes_of(response, name)) == is_secure
        assert ("Strict-Transport-Security" in response.headers) == is_secure


def test_signing_out_forgets_who_was_here(client, session):
    person = a_person(session)
    session.commit()
    sign_in(client, person)
    response = client.post("/sign-out")
    assert "max-age=0" in attributes_of(response, "who")
    assert client.get("/groups").status_code == 302


@pytest.mark.parametrize(("hops", "believed"), [(0, "127.0.0.1"), (1, "203.0.113.7"), (2, "198.51.100.2")])
def test_a_client_is_who_the_trusted_proxies_say(made, hops, believed):
    """With no trusted proxy the header is anybody's claim; with one, only what the nearest proxy saw counts."""
    app = made(trusted_proxies=hops)
    claims = {"X-Forwarded-For": "192.0.2.1, 198.51.100.2, 203.0.113.7", "X-Forwarded-Proto": "https, https"}
    response = app.test_client().post("/sign-in", data={"email": "nobody@elsewhere.example.org"}, headers=claims)
    assert response.status_code == 303
    with app.test_request_context():
        expected = identity.site().digest("client", believed)
        assert db.session.scalars(sa.select(SignInLink.client_hash)).all() == [expected]
    assert ("Strict-Transport-Security" in response.headers) == (hops > 0)


def test_a_one_time_link_reaches_no_log(app):
    record = logging.LogRecord("grants", logging.INFO, __file__, 1, "looked", (), None)
    for path, shown in (
        ("/sign-in/link/very-secret", "/sign-in/link/..."),
        ("/sign-up/link/very-secret", "/sign-up/link/..."),
        ("/groups/7/invite", "/groups/7/invite"),
    ):
        with app.test_request_context(path):
            line = json.loads(JsonLines().format(record))
        assert line["path"] == shown
        assert "very-secret" not in json.dumps(line)
