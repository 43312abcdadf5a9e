"""A bid on paper or by telephone: an officer enters it, reads it back and sends it; its group may take it over."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdf
import pytest
import sqlalchemy as sa

from grants.accounts import services as accounts
from grants.accounts.models import Membership, Organisation
from grants.applications import queries, services
from grants.applications.models import Application, Assistance
from grants.assessment import services as assessment
from grants.clock import utc_now
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.eligibility import services as eligibility
from grants.funds import services as funds
from tests.apps import sign_in
from tests.builders import a_draft, a_group, a_round, actor_of, an_office, answers_to_all, staff
from tests.pages import read_page
from workflows.actors import SYSTEM, Role
from workflows.errors import NotAllowed, TransitionRefused

GROUP = {
    "name": "Example Allotments (fictional)",
    "kind": "unincorporated_group",
    "how": "phone",
    "contact_name": "The secretary",
    "contact_details": "01632 960 001",
    "has_consent": "y",
}
READ_BACK = {"to": "The secretary", "how": "phone", "is_agreed": "y"}


@pytest.fixture
def now():
    return utc_now().replace(microsecond=0)


@pytest.fixture
def office(session, now):
    return an_office(session, now=now)


@pytest.fixture
def round_(session, office, now):
    return a_round(session, office, now=now)


@pytest.fixture
def officer(client, session, office):
    person = staff(session, office, Role.OFFICER)
    sign_in(client, person)
    session.commit()
    return person


def typed(now, **changed):
    day = now - timedelta(days=1)
    consent = {"consent_on-day": day.day, "consent_on-month": day.month, "consent_on-year": day.year}
    return GROUP | consent | {"consent_time": "10:00"} | changed


def entered(client, session, round_, now, **changed) -> Application:
    response = client.post(f"/office/rounds/{round_.id}/enter", data=typed(now, **changed))
    assert response.status_code == 303, response.text
    return session.scalars(sa.select(Application).order_by(Application.id.desc())).first()


def fill_in(session, bid, person, now, **changed) -> None:
    whole = answers_to_all(P7=[area.name for area in bid.round.areas[:1]], **changed)
    services.save_answers(session, bid, whole, actor=actor_of(session, person), now=now, received_at=now)
    session.commit()


def read_back(client, bid, status=303, **changed):
    page = read_page(client.get(f"/applications/{bid.id}/read-back"))
    seen = page.value("seen_hash")
    return client.post(f"/applications/{bid.id}/read-back", data=READ_BACK | {"seen_hash": seen} | changed), status


def test_from_the_telephone_to_the_receipt(client, session, round_, officer, now) -> None:
    session.commit()
    assert "Enter a paper or telephone bid" in read_page(client.get(f"/office/rounds/{round_.id}/drafts")).text
    assert "writes your application down" in read_page(client.get(f"/office/rounds/{round_.id}/enter")).text
    bid = entered(client, session, round_, now)
    assert (bid.assisted_by, bid.lead_person_id, bid.is_helped) == ("phone", None, True)
    assert queries.answers_of(session, bid) == {"E1": GROUP["kind"]}
    assert "Go on entering it" in read_page(client.get(f"/office/rounds/{round_.id}/drafts")).text
    assert "1 bid to send for its group" in read_page(client.get("/office")).text
    task_list = read_page(client.get(f"/applications/{bid.id}"))
    assert "The secretary gave consent" in task_list.text and "People on this bid" not in task_list.text
    fill_in(session, bid, officer, now)
    # Nothing is sent that was not read back.
    check = read_page(client.get(f"/applications/{bid.id}/check"))
    assert "First read all of it back" in check.text
    refused = client.post(f"/applications/{bid.id}/submit", data={"seen_version": bid.version})
    assert "Read the answers back to the group first" in read_page(refused, 409).text
    copy = client.get(f"/applications/{bid.id}/read-back.pdf")
    assert "Nothing has been sent yet" in pypdf.PdfReader(io.BytesIO(copy.data)).pages[0].extract_text()
    page = read_page(client.post(f"/applications/{bid.id}/read-back", data={"to": "The secretary"}), 422)
    assert "Tick this when they agreed" in page.text and 'value="The secretary"' in page.html
    response, _ = read_back(client, bid)
    assert response.status_code == 303
    # Whatever is changed afterwards has to be read back again.
    fill_in(session, bid, officer, now, P1="Another name")
    assert "changed after it was read back" in read_page(client.get(f"/applications/{bid.id}/read-back")).text
    refused = client.post(f"/applications/{bid.id}/submit", data={"seen_version": bid.version})
    assert refused.status_code == 409
    assert read_back(client, bid)[0].status_code == 303
    session.refresh(bid)
    sent = client.post(f"/applications/{bid.id}/submit", data={"seen_version": bid.version})
    assert sent.status_code == 303
    receipt = read_page(client.get(sent.headers["Location"]))
    assert "print the receipt and post it to The secretary, 01632 960 001" in receipt.text
    session.expire_all()
    assert (bid.state, bid.submitted_at is not None) == ("submitted", True)
    actions = set(session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == bid.id)))
    assert {"enter-for-group", "read-back", "submit"} <= actions
    assert "By telephone" in read_page(client.get(f"/office/rounds/{round_.id}/applications")).text
    dashboard = read_page(client.get(f"/office/rounds/{round_.id}"))
    assert "1 bid, on paper or by telephone" in dashboard.text
    shown = read_page(client.get(f"/office/applications/{bid.id}"))
    assert "By telephone. The office entered it for the group." in shown.text
    assert "Read it back to the group" in shown.text


def test_what_is_typed_wrong_is_said_beside_it_and_kept(client, session, round_, officer, now) -> None:
    session.commit()
    url = f"/office/rounds/{round_.id}/enter"
    page = read_page(client.post(url, data=typed(now, contact_details="", contact_email="nobody")), 422)
    assert "Write how to reach them" in page.text and "Enter an e-mail address" in page.text
    assert GROUP["name"] in page.html
    future = now + timedelta(days=3)
    page = read_page(
        client.post(
            url,
            data=typed(
                now,
                **{
                    "consent_on-day": future.day,
                    "consent_on-month": future.month,
                    "consent_on-year": future.year,
                },
            ),
        ),
        422,
    )
    assert "Choose the day on which they agreed" in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Application)) == 0
    assert not session.scalars(sa.select(Organisation).where(Organisation.name == GROUP["name"])).all()


def test_a_group_that_is_here_is_noticed_and_is_not_made_twice(client, session, round_, officer, now) -> None:
    known, lead = a_group(session, "Example Allotments (fictional)", postcode="LE1 1AA")
    session.commit()
    url = f"/office/rounds/{round_.id}/enter"
    page = read_page(client.post(url, data=typed(now, postcode="LE1 1AA")), 422)
    assert "This looks like a group that is here already" in page.text
    mail = "stranger@example.org"
    bid = entered(client, session, round_, now, postcode="LE1 1AA", same=str(known.id), contact_email=mail)
    assert f"{mail} was not added to the group" in read_page(client.get(f"/applications/{bid.id}")).text
    assert bid.organisation_id == known.id
    # Pressed twice it is one draft; nobody was added to a group that was here.
    assert entered(client, session, round_, now, postcode="LE1 1AA", same=str(known.id)).id == bid.id
    members = session.scalars(sa.select(Membership.person_id).where(Membership.organisation_id == known.id))
    assert set(members) == {lead.id}


def test_a_group_with_a_bid_of_its_own_keeps_it(client, session, round_, officer, now) -> None:
    known, lead = a_group(session, "Example Allotments (fictional)", postcode="LE1 1AA")
    own = a_draft(session, round_, known, lead, answers=answers_to_all(P3="Our secret plan."), now=now)
    session.commit()
    answer = client.post(f"/office/rounds/{round_.id}/enter", data=typed(now, postcode="LE1 1AA", same=str(known.id)))
    assert "has an application of its own" in read_page(answer, 422).text
    for path in ("", "/check", "/read-back", "/history"):
        assert client.get(f"/applications/{own.id}{path}").status_code in {403, 404}


def test_its_lead_hears_of_it_and_takes_it_over(client, session, round_, officer, now) -> None:
    session.commit()
    bid = entered(client, session, round_, now, contact_email="secretary@allotments.example.org")
    fill_in(session, bid, officer, now)
    lead = session.scalars(sa.select(Membership).where(Membership.organisation_id == bid.organisation_id)).first()
    assert session.scalars(sa.select(OutboxEntry).where(OutboxEntry.subject_id == bid.id)).all()
    sign_in(client, lead.person)
    assert "The office is entering this application" in read_page(client.get(f"/applications/{bid.id}")).text
    assert client.get(f"/applications/{bid.id}/read-back").status_code == 404
    data = {"seen_version": bid.version}
    assert client.post(f"/applications/{bid.id}/take-over", data=data).status_code == 303
    assert client.post(f"/applications/{bid.id}/take-over", data=data).status_code == 409
    # A group's own lead sends without a read-back.
    session.expire_all()
    assert client.post(f"/applications/{bid.id}/submit", data={"seen_version": bid.version}).status_code == 303
    services.unsubmit_application(session, bid, actor=actor_of(session, lead.person), now=now, received_at=now)
    session.commit()
    sign_in(client, officer)
    for path in ("", "/check", "/sections/project", "/read-back", "/read-back.pdf"):
        assert client.get(f"/applications/{bid.id}{path}").status_code == 404, path
    with pytest.raises(NotAllowed):
        services.save_answers(session, bid, {"P1": "Mine"}, actor=actor_of(session, officer), now=now, received_at=now)


@pytest.mark.parametrize("role", [Role.CHAIR, Role.FINANCE, Role.DECISION_MAKER, Role.MARKER, Role.ADMIN])
def test_nobody_else_of_the_office_reads_or_begins_one(client, session, office, round_, officer, now, role) -> None:
    session.commit()
    bid = entered(client, session, round_, now)
    sign_in(client, staff(session, office, role))
    session.commit()
    assert client.get(f"/office/rounds/{round_.id}/enter").status_code in {403, 404}
    assert client.get(f"/applications/{bid.id}").status_code in {403, 404}


def test_another_office_and_what_belongs_to_the_group(client, session, round_, officer, now) -> None:
    session.commit()
    bid = entered(client, session, round_, now)
    for path in ("people", "people/invite", "keep-details", "copy"):
        assert client.get(f"/applications/{bid.id}/{path}").status_code == 403, path
    sign_in(client, staff(session, an_office(session, now=now), Role.OFFICER))
    session.commit()
    assert client.get(f"/applications/{bid.id}").status_code == 404
    assert client.get(f"/office/rounds/{round_.id}/enter").status_code == 404


def test_who_entered_it_does_not_judge_it(client, session, office, round_, officer, now) -> None:
    session.commit()
    bid = entered(client, session, round_, now)
    fill_in(session, bid, officer, now)
    read_back(client, bid)
    session.expire_all()
    assert client.post(f"/applications/{bid.id}/submit", data={"seen_version": bid.version}).status_code == 303
    later = round_.closes_at + timedelta(hours=1)
    funds.close_due_rounds(session, later)
    services.start_due_checks(session, later)
    session.refresh(bid)
    assert (bid.state, bid.is_helped) == ("checking", False)
    accounts.give_role(session, officer, office, Role.MARKER, actor=SYSTEM, now=later)
    with pytest.raises(TransitionRefused) as refused:
        eligibility.pass_checks(session, bid, actor=actor_of(session, officer), now=later)
    assert refused.value.code == "entered-by-you"
    other = actor_of(session, staff(session, office, Role.OFFICER))
    for result in eligibility.run_rules(session, bid, actor=other, now=later):
        if result.outcome != "pass":
            eligibility.settle_rule(session, bid, result.rule.code, "pass", "Seen.", actor=other, now=later)
    eligibility.pass_checks(session, bid, actor=other, now=later)
    reader = staff(session, office, Role.MARKER)
    session.execute(sa.update(Assistance).values(read_back_by=reader.id))
    for person in (officer, reader):
        with pytest.raises(TransitionRefused) as refused:
            assessment.assign_marker(session, bid, person, actor=other, now=later)
        assert refused.value.code == "entered-by-marker"
