"""The history of an answer: for the group's own people, readable, and an earlier text comes back with a press."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts.models import Office
from grants.applications import services as applications
from grants.applications.models import Answer, AnswerVersion
from grants.core.audit import AuditEntry
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_person, a_round, actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW + 5 * MINUTE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def draft(session, client):
    """A draft whose title the lead and a helper wrote in turn; the lead is signed in."""
    organisation, lead = a_group(session)
    made = a_draft(session, a_round(session, an_office(session)), organisation, lead)
    made.helper = a_person(session, Role.CONTRIBUTOR, organisation=organisation, name="Bid writer")
    texts = [(lead, "Safer evenings"), (made.helper, "Safer <b>long</b> evenings"), (lead, "Safer nights")]
    for number, (person, text) in enumerate(texts):
        at, actor = NOW + number * MINUTE, actor_of(session, person)
        applications.save_answers(session, made, {"P1": text}, actor=actor, now=at, received_at=at)
    session.commit()
    sign_in(client, lead)
    return made


def history(draft, code="project"):
    return f"/applications/{draft.id}/sections/{code}/history"


def rows(session, draft):
    session.rollback()
    own = sa.select(AnswerVersion).where(AnswerVersion.application_id == draft.id).order_by(AnswerVersion.id)
    return [row for row in session.scalars(own) if isinstance(row.value, str) and row.value.startswith("Safer")]


def test_who_wrote_what_and_when_with_the_differences(client, draft):
    page = read_page(client.get(history(draft)))
    assert page.h1 == "Earlier versions"
    assert "10 Jan 2024, 12:01pm, Bid writer" in page.text
    assert [each.text.removeprefix("added: ") for each in page.all("ins")] == [
        "nights",
        "<b>long</b>",
        "Safer evenings",
    ]
    assert [each.text for each in page.all("del")] == ["taken out: <b>long</b> evenings"]
    assert "Safer <b>long</b> evenings" in page.text, "the whole text, too"
    assert page.text.count("The answer now") == 1
    assert len(page.all("button", class_="govuk-button govuk-button--secondary")) == 2


def test_an_earlier_text_comes_back_and_all_stay(client, session, draft):
    page = read_page(client.get(history(draft)))
    seen = page.value("seen")
    first = rows(session, draft)[0]
    answer = client.post(f"/applications/{draft.id}/versions/{first.id}/put-back", data={"seen": seen})
    assert answer.status_code == 303
    assert "It is put back." in read_page(client.get(answer.location)).text
    assert [row.value for row in rows(session, draft)] == [
        "Safer evenings",
        "Safer <b>long</b> evenings",
        "Safer nights",
        "Safer evenings",
    ]
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (last.action, last.detail) == ("save-answers", {"codes": ["P1"]})


def test_over_a_newer_text_nothing_is_put_back(client, session, draft):
    seen = read_page(client.get(history(draft))).value("seen")
    actor, at = actor_of(session, draft.helper), NOW + 4 * MINUTE
    applications.save_answers(session, draft, {"P1": "Safer newest"}, actor=actor, now=at, received_at=at)
    session.commit()
    first = rows(session, draft)[0]
    answer = client.post(f"/applications/{draft.id}/versions/{first.id}/put-back", data={"seen": seen})
    assert "nothing was put back" in read_page(client.get(answer.location)).text
    session.rollback()
    assert "Safer newest" in session.scalars(sa.select(Answer.value)).all()


def test_only_the_groups_own_people_read_it(app, session, draft):
    stranger = a_group(session)[1]
    officer = staff(session, session.get(Office, draft.round.office_id), Role.OFFICER)
    signs = a_person(session, Role.SIGNATORY, organisation=draft.organisation)
    session.commit()
    first = rows(session, draft)[0].id
    put_back = f"/applications/{draft.id}/versions/{first}/put-back"
    for person, reads, writes in (
        (stranger, 404, 404),
        (officer, 404, 404),
        (signs, 200, 403),
        (draft.helper, 200, 303),
    ):
        client = app.test_client()
        sign_in(client, person)
        assert client.get(history(draft)).status_code == reads
        assert client.post(put_back, data={"seen": ""}).status_code == writes


def test_another_bids_version_is_not_found(client, session, draft):
    other = a_draft(session, draft.round)
    applications.save_answers(
        session, other, {"P1": "Other"}, actor=actor_of(session, other.lead), now=NOW, received_at=NOW
    )
    session.commit()
    version = session.scalars(sa.select(AnswerVersion.id).where(AnswerVersion.application_id == other.id)).first()
    assert client.post(f"/applications/{draft.id}/versions/{version}/put-back").status_code == 404


def test_after_the_deadline_it_is_only_read(client, session, draft, clock):
    clock.move_to(draft.round.closes_at)
    sign_in(client, draft.lead)
    page = read_page(client.get(history(draft)))
    assert "Safer nights" in page.text
    assert not page.all("button", class_="govuk-button govuk-button--secondary")
    first = rows(session, draft)[0].id
    assert client.post(f"/applications/{draft.id}/versions/{first}/put-back", data={"seen": ""}).status_code == 409


def test_a_long_history_is_shortened_and_asked_for_whole_at_one_price(client, session, draft):
    actor = actor_of(session, draft.helper)
    for number in range(10):
        at = NOW + (5 + 2 * number) * MINUTE
        applications.save_answers(session, draft, {"P1": f"Title {number}"}, actor=actor, now=at, received_at=at)
    session.commit()
    with counted(session) as statements:
        page = read_page(client.get(history(draft)))
    assert len([each for each in statements if each.startswith("SELECT")]) <= 8
    assert "Title 9" in page.text and "Title 4" not in page.text
    whole = read_page(client.get(f"{history(draft)}?question=P1"))
    assert "Title 0" in whole.text and "Safer evenings" in whole.text
