"""The office's page of time after the deadline: proposed by one, given or refused by another, seen by the group."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.applications import services
from grants.applications.models import Application, LateTime
from grants.clock import utc_now
from grants.core.audit import AuditEntry
from grants.funds import services as funds
from tests.apps import sign_in
from tests.builders import a_draft, a_round, an_office, answers_to_all, staff
from tests.live import at_once
from tests.pages import read_page
from workflows.actors import Role
from workflows.application import ApplicationState

UNTIL = {
    "until_on-day": "1",
    "until_on-month": "2",
    "until_on-year": "2090",
    "until_time": "5pm",
    "reason": "A <b>flood</b>.",
}


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def bid(session, office) -> Application:
    """Not sent by a deadline that was an hour ago."""
    now = utc_now().replace(microsecond=0)
    begun, closes_at = now - timedelta(days=5), now - timedelta(hours=1)
    round_ = a_round(session, office, now=begun, closes_at=closes_at)
    made = a_draft(session, round_, answers=answers_to_all(P3="Our secret plan."), now=begun)
    for duty in (funds.close_due_rounds, services.lapse_due_drafts, services.start_due_checks):
        while duty(session, now):
            pass
    session.commit()
    assert made.state is ApplicationState.LAPSED
    return made


def as_(client, session, office, *roles):
    sign_in(client, staff(session, office, *roles))
    session.commit()
    return client


def test_proposed_confirmed_and_gone_on_with(client, session, office, bid) -> None:
    url, lead = f"/office/drafts/{bid.id}/late-time", bid.lead
    as_(client, session, office, Role.OFFICER)
    listed = read_page(client.get(f"/office/rounds/{bid.round_id}/drafts"))
    assert url in listed.links()
    assert "Our secret plan." not in listed.html
    seen = {"seen_version": bid.version}
    page = read_page(client.post(url, data={**UNTIL, **seen, "until_on-year": "2020"}), 422)
    assert page.value("reason") == "A <b>flood</b>."
    assert "Give a time that is still to come." in page.text
    read_page(client.post(url, data={**UNTIL, "seen_version": bid.version + 7}), 409)
    assert client.post(url, data={**UNTIL, **seen}).status_code == 303
    page = read_page(client.get(url))
    assert "A <b>flood</b>." in page.text
    assert not page.all("form", action=f"{url}/settle")
    assert client.post(f"{url}/settle", data={"go": "give"}).status_code == 403
    session.expire_all()
    as_(client, session, office, Role.MANAGER)
    assert read_page(client.get(url)).all("form", action=f"{url}/settle")
    answer = {"go": "give", "seen_version": bid.version}
    assert client.post(f"{url}/settle", data=answer).status_code == 303
    read_page(client.post(f"{url}/settle", data=answer), 409)
    sign_in(client, lead)
    session.commit()
    mine = read_page(client.get(f"/applications/{bid.id}"))
    assert "1 February 2090" in mine.text


def test_who_proposed_it_may_refuse_it_and_not_give_it(client, session, office, bid) -> None:
    url = f"/office/drafts/{bid.id}/late-time"
    as_(client, session, office, Role.MANAGER)
    client.post(url, data={**UNTIL, "seen_version": bid.version})
    session.expire_all()
    assert "it can't be you" in read_page(client.get(url)).text
    read_page(client.post(f"{url}/settle", data={"go": "give", "seen_version": bid.version}), 409)
    assert client.post(f"{url}/settle", data={"go": "no", "seen_version": bid.version}).status_code == 303
    assert session.scalars(sa.select(LateTime.was_given)).one() is False


def test_two_managers_at_once_give_it_once(app, session, office, bid) -> None:
    officer = app.test_client()
    as_(officer, session, office, Role.OFFICER)
    url = f"/office/drafts/{bid.id}/late-time"
    officer.post(url, data={**UNTIL, "seen_version": bid.version})
    clients = [as_(app.test_client(), session, office, Role.MANAGER) for _ in range(2)]
    session.expire_all()
    answer = {"go": "give", "seen_version": bid.version}
    session.commit()
    said = at_once([lambda each=each: each.post(f"{url}/settle", data=answer).status_code for each in clients])
    assert sorted(said) == [303, 409]
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "give-late-time")) == 1


def test_another_office_and_the_group_find_nothing(client, session, office, bid) -> None:
    url, lead = f"/office/drafts/{bid.id}/late-time", bid.lead
    as_(client, session, an_office(session), Role.MANAGER)
    assert client.get(url).status_code == 404
    assert client.post(f"{url}/settle", data={"go": "give"}).status_code == 404
    sign_in(client, lead)
    session.commit()
    assert client.post(url, data=UNTIL).status_code == 404
