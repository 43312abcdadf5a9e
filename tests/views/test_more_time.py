"""The office's pages of drafts: who has begun, nothing of what is in it, and more time for one."""

from __future__ import annotations

import pytest

from grants.applications.models import Application
from grants.clock import utc_now
from tests.apps import sign_in
from tests.builders import a_draft, a_round, an_office, answers_to_all, staff
from tests.pages import read_page
from workflows.actors import Role

LATER = {"until_on-day": "1", "until_on-month": "2", "until_on-year": "2090", "until_time": "5pm", "reason": "A flood."}


@pytest.fixture
def now():
    return utc_now().replace(microsecond=0)


@pytest.fixture
def office(session, now):
    return an_office(session, now=now)


@pytest.fixture
def draft(session, office, now) -> Application:
    made = a_draft(session, a_round(session, office, now=now), answers=answers_to_all(P3="Our secret plan."), now=now)
    session.commit()
    return made


def test_a_manager_gives_one_group_more_time(client, session, office, draft) -> None:
    sign_in(client, staff(session, office, Role.MANAGER))
    session.commit()
    listed = read_page(client.get(f"/office/rounds/{draft.round_id}/drafts"))
    assert draft.organisation_name in listed.text
    assert "Our secret plan." not in listed.html
    url = f"/office/drafts/{draft.id}/more-time"
    read_page(client.get(url))
    assert client.post(url, data={**LATER, "seen_version": draft.version}).status_code == 303
    assert (
        "has until Wednesday 1 February 2090" in read_page(client.get(f"/office/rounds/{draft.round_id}/drafts")).text
    )


def test_what_can_not_be_given_is_said_and_kept(client, session, office, draft) -> None:
    sign_in(client, staff(session, office, Role.MANAGER))
    session.commit()
    url, seen = f"/office/drafts/{draft.id}/more-time", {"seen_version": draft.version}
    page = read_page(client.post(url, data={**LATER, **seen, "until_on-year": "2020"}), 422)
    assert "A flood." in page.html
    page = read_page(client.post(url, data={**LATER, **seen, "reason": " "}), 422)
    assert "Write the reason" in page.text
    read_page(client.post(url, data={**LATER, "seen_version": draft.version + 5}), 409)


@pytest.mark.parametrize(("role", "listing", "giving"), [(Role.OFFICER, 200, 403), (Role.CHAIR, 403, 404)])
def test_who_may_read_and_give(client, session, office, draft, role, listing, giving) -> None:
    sign_in(client, staff(session, office, role))
    session.commit()
    assert client.get(f"/office/rounds/{draft.round_id}/drafts").status_code == listing
    assert client.get(f"/office/drafts/{draft.id}/more-time").status_code == giving


def test_another_offices_manager_and_the_group_find_nothing(client, session, office, draft, now) -> None:
    stranger = staff(session, an_office(session, now=now), Role.MANAGER)
    session.commit()
    for person in (stranger, draft.lead):
        sign_in(client, person)
        assert client.get(f"/office/drafts/{draft.id}/more-time").status_code == 404
        assert client.post(f"/office/drafts/{draft.id}/more-time", data=LATER).status_code == 404
