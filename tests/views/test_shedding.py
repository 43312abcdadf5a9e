"""The closing hour: what can wait makes room while the service is busy, to the millisecond; saving never does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep

import pytest
import time_machine
from flask import Flask

from grants.applications.models import Answer
from grants.extensions import db
from grants.funds import queries as fund_queries
from grants.funds import services as funds
from grants.reporting.views import listing
from grants.web.shedding import Limits, Shedding
from tests.apps import sign_in
from tests.browser import served
from tests.builders import a_draft, a_group, a_round, actor_of, an_office, staff
from tests.live import Live, Visitor
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role

MILLISECOND = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
GRACE = timedelta(minutes=10)
# In UTC: a winter's midday; half past two on the day that has no half past one; and the second half past one.
CLOSINGS = {
    "midday": datetime(2024, 1, 24, 12, tzinfo=UTC),
    "2:30am": datetime(2024, 3, 31, 1, 30, tzinfo=UTC),
    "1:30am": datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
}


@pytest.fixture(autouse=True)
def nothing_known(app: Flask) -> None:
    app.extensions["shedding"].forget()


@contextmanager
def in_hand(app: Flask, count: int) -> Iterator[None]:
    """So many other requests that are not done yet."""
    shedding: Shedding = app.extensions["shedding"]
    assert shedding.in_hand == 0
    for _ in range(count):
        shedding.enter()
    try:
        yield
    finally:
        for _ in range(count):
            shedding.leave()


def status_at(client, moment: datetime, path: str = "/rounds.atom") -> int:
    with time_machine.travel(moment, tick=False):
        return client.get(path).status_code


@pytest.mark.parametrize("said", CLOSINGS)
def test_the_hour_begins_and_ends_to_the_millisecond_whatever_the_clocks_do(app, session, client, said):
    closes_at = CLOSINGS[said]
    a_round(session, an_office(session), now=closes_at - timedelta(days=2), closes_at=closes_at, grace_minutes=10)
    session.commit()
    edges = {
        closes_at - HOUR - MILLISECOND: 200,
        closes_at - HOUR: 503,
        closes_at - MILLISECOND: 503,
        closes_at: 503,
        closes_at + GRACE - MILLISECOND: 503,
        closes_at + GRACE: 200,
    }
    with in_hand(app, 2):
        assert {moment: status_at(client, moment) for moment in edges} == edges
        with time_machine.travel(closes_at - MILLISECOND, tick=False):
            assert f"at {said}." in read_page(client.get("/rounds.atom"), status=503).text
        with time_machine.travel(closes_at, tick=False):
            assert "at the last minute" in read_page(client.get("/rounds.atom"), status=503).text
    with in_hand(app, 1):
        # The request that asks is the second: not busy.
        assert {status_at(client, moment) for moment in edges} == {200}


def test_rounds_that_close_for_nobody_need_no_room(app, session, client, now):
    office = an_office(session)
    soon = now + timedelta(minutes=30)
    round_ = a_round(session, office, now=now, closes_at=soon)
    manager = actor_of(session, staff(session, office, Role.MANAGER))
    trial = a_round(session, office, now=now, closes_at=now + timedelta(days=3))
    tried = funds.try_form(session, trial, actor=manager, now=now)
    a_round(session, office, now=now, closes_at=None, is_rolling=True)
    decider = actor_of(session, staff(session, office, Role.DECISION_MAKER))
    session.commit()
    until = now + timedelta(days=30)
    assert tried.closes_at is not None
    assert tried.closes_at < until
    assert [each.closes_at for each in fund_queries.list_closings(session, now, until=until)] == [soon, trial.closes_at]
    with in_hand(app, 2):
        assert status_at(client, now) == 503
        funds.cancel_round(session, round_, "The money was withdrawn", actor=decider, now=now)
        session.commit()
        assert status_at(client, now + timedelta(seconds=14)) == 503, "what was read is remembered for some seconds"
        assert status_at(client, now + timedelta(seconds=15)) == 200


def test_no_request_costs_a_query_for_it(app, session, client, now):
    office = an_office(session)
    officer = staff(session, office, Role.OFFICER)
    round_ = a_round(session, office, now=now, closes_at=now + HOUR)
    session.commit()
    with time_machine.travel(now):
        sign_in(client, officer)
    path = f"/office/rounds/{round_.id}/preview"
    with time_machine.travel(now, tick=False), counted(session) as statements:
        assert client.get(path).status_code == 200
        assert not [each for each in statements if "grace_minutes" in each and "BETWEEN" in each]
        with in_hand(app, 2):
            statements.clear()
            first = client.get(path)
            asked = [each for each in statements if not each.startswith(("PRAGMA", "BEGIN", "SET"))]
            assert (first.status_code, len(asked)) == (503, 1)
            statements.clear()
            assert client.get(path).status_code == 503
            assert [each for each in statements if "FROM" in each] == []


def test_who_waits_is_told_why_and_keeps_what_was_typed(app, session, client, now):
    office = an_office(session)
    officer = staff(session, office, Role.OFFICER)
    round_ = a_round(session, office, now=now, closes_at=now + HOUR)
    session.commit()
    with time_machine.travel(now):
        sign_in(client, officer)
    path = f"/office/rounds/{round_.id}/preview/{round_.sections[0].code}"
    with time_machine.travel(now, tick=False), in_hand(app, 2):
        answer = client.get(f"{path}?from=list")
        page = read_page(answer, status=503)
        assert answer.headers["Retry-After"] == "60"
        assert answer.headers["Cache-Control"] == "no-store"
        assert page.h1 == "This page has to wait"
        assert "groups that send their applications before Wednesday 10 January 2024 at 1:00pm" in page.text
        assert f"{path}?from=list" in page.links()
        # Nobody was looked up, so the page claims neither that somebody is signed in nor that nobody is.
        assert "/sign-in" not in page.links()
        assert "Signed in" not in page.text
        assert (
            "Open to all of Example"
            in read_page(client.post(path, data={"P1": "Open to all of Example"}), status=503).html
        )


def test_nothing_waits_where_it_is_turned_off(app):
    shedding = Shedding(Limits(timedelta(0), 1))
    shedding.enter()
    assert shedding.closing_that_needs_room(datetime(2024, 1, 24, 12, tzinfo=UTC)) is None


def test_a_request_that_fails_is_in_hand_no_longer(app, client):
    for path in ("/nowhere", "/rounds/0", "/office"):
        client.get(path)
    assert app.extensions["shedding"].in_hand == 0


def test_slow_exports_leave_room_for_a_save(app, session, monkeypatch):
    """With real threads: two exports are being made, so a preview waits, and a group's save and page do not."""
    now = datetime.now(UTC)
    office = an_office(session)
    officer = staff(session, office, Role.OFFICER)
    round_ = a_round(session, office, now=now, closes_at=now + timedelta(minutes=30))
    organisation, lead = a_group(session)
    draft = a_draft(session, round_, organisation, lead, now=now)
    session.commit()
    begun, done = [Event(), Event()], Event()
    waiting = iter(begun)

    def slow_rows(*_: object) -> Iterator[list[str]]:
        next(waiting).set()
        yield ["reference"]
        assert done.wait(30)
        yield ["the last row"]

    monkeypatch.setattr(listing, "export_rows", slow_rows)
    answers: list[object] = []
    with served(app) as address:
        live = Live(app, int(address.rpartition(":")[2]), None)  # type: ignore[arg-type]
        export = f"/office/rounds/{round_.id}/applications.csv"
        group, desk = live.visitor(lead), live.visitor(officer)
        code = next(each.section.code for each in round_.questions if each.code == "P1")
        page = f"/applications/{draft.id}/sections/{code}"
        readers = [live.visitor(officer) for _ in begun]
        exports = [Thread(target=lambda who: answers.append(who.get(export)), args=[each]) for each in readers]
        preview = f"/office/rounds/{round_.id}/preview"
        session.commit()
        try:
            for thread, started in zip(exports, begun, strict=True):
                thread.start()
                assert started.wait(30)
            assert desk.get(preview).status == 503
            assert desk.get(export).status == 503
            assert Visitor(live.port).get("/sign-in").status == 200
            form = group.open(page)
            assert group.post(form.filled(P1="Typed while the exports ran", go="later")).status == 303
        finally:
            done.set()
            for thread in exports:
                thread.join(30)
        assert [(each.status, each.text[-14:]) for each in answers] == [(200, "the last row\r\n")] * 2
        # The last byte is read before the server has put the request down.
        until = monotonic() + 30
        while app.extensions["shedding"].in_hand and monotonic() < until:
            sleep(0.01)
        assert desk.get(preview).status == 200
    db.session.expire_all()
    saved = session.scalars(db.select(Answer.value).where(Answer.application_id == draft.id)).all()
    assert "Typed while the exports ran" in saved
