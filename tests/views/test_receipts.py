"""Receipts: each sending has its own, for the group and for staff who may read the bid, and its hash can be checked."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import sqlalchemy as sa
import time_machine
from pypdf import PdfReader

from grants.applications import services as applications
from grants.applications.models import Submission
from grants.assessment import services as assessment
from grants.funds import model_form
from grants.funds.models import Question
from tests import stages
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_round, a_submitted_bid, actor_of, an_office, answers_to_all, staff
from tests.files import PDF, taken
from tests.pages import read_page
from tests.views.test_applications_files import DOCUMENTS
from workflows.actors import OFFICE_ROLES, Role
from workflows.assignment import Interest

LATER = NOW + timedelta(minutes=5, seconds=7)


def said(answer) -> str:
    assert answer.status_code == 200, answer.status
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages))


@time_machine.travel(LATER)
def test_each_sending_has_its_own_receipt_whatever_is_written_since(client, session):
    office, (organisation, lead) = an_office(session, name="Office of Testing (fictional)"), a_group(session)
    round_ = a_round(session, office)
    bid = a_submitted_bid(session, round_, organisation, lead, answers={"P1": "The first *title* #1"})
    how = {"actor": actor_of(session, lead), "received_at": LATER, "now": LATER}
    applications.unsubmit_application(session, bid, **how)
    applications.save_answers(session, bid, {"P1": "The second title", "O7": "$x$ 😀"}, **how)
    applications.submit_application(session, bid, **how)
    session.commit()
    first, second = session.scalars(sa.select(Submission).order_by(Submission.number))
    numbers, hashes = (first.receipt_number, second.receipt_number), (first.content_hash, second.content_hash)
    sign_in(client, lead)
    page = read_page(client.get(f"/applications/{bid.id}/receipt"))
    links = {f"/applications/{bid.id}/receipts/{rest}" for rest in ("2/receipt.pdf", "2/answers.json", "1")}
    assert links <= set(page.links()) and "sha256sum answers-" in page.text and hashes[1] in page.text
    assert "12:05:07 GMT, by our clock" in page.text
    old = read_page(client.get(f"/applications/{bid.id}/receipts/1"))
    assert f"/applications/{bid.id}/receipts/1/receipt.pdf" in old.links() and hashes[0] in old.text
    answers = [client.get(f"/applications/{bid.id}/receipts/{number}/receipt.pdf") for number in (1, 2)]
    texts = [said(each) for each in answers]
    assert "The first *title* #1" in texts[0] and "The second title" not in texts[0] and "£9,000" in texts[0]
    assert "The second title" in texts[1] and "$x$ [grinning face]" in texts[1] and "2nd time" in texts[1]
    for text, number, digest, at in zip(texts, numbers, hashes, ("12:00:00", "12:05:07"), strict=True):
        for words in (number, digest, f"Wednesday 10 January 2024, {at} GMT", organisation.name, round_.title):
            assert words in text
        assert "Office of Testing (fictional)" in text and "Page 1 of" in text and bid.reference in text
    heads = answers[1].headers
    assert heads["Content-Disposition"].startswith(f'attachment; filename="receipt-{numbers[1]}.pdf"')
    assert (heads["Content-Type"], heads["Cache-Control"]) == ("application/pdf", "no-store")
    for number, digest in enumerate(hashes, 1):
        data = client.get(f"/applications/{bid.id}/receipts/{number}/answers.json")
        # What `sha256sum` says of the file as it is saved.
        assert sha256(data.data).hexdigest() == digest and "attachment" in data.headers["Content-Disposition"]
    # Other names later change nothing of what was sent.
    bid.organisation_name, round_.title, office.name = "New name", "New title", "New office"
    session.commit()
    assert client.get(f"/applications/{bid.id}/receipts/1/receipt.pdf").data == answers[0].data
    for person, number in ((lead, 3), (lead, 0), (a_group(session)[1], 1), (staff(session, office, Role.OFFICER), 3)):
        session.commit()
        sign_in(client, person)
        assert client.get(f"/applications/{bid.id}/receipts/{number}/receipt.pdf").status_code == 404
        assert client.get(f"/applications/{bid.id}/receipts/{number}/answers.json").status_code == 404


def test_a_bid_taken_back_still_leads_to_its_receipt(client, session):
    round_, (organisation, lead) = a_round(session, an_office(session)), a_group(session)
    bid = a_submitted_bid(session, round_, organisation, lead)
    how = {"actor": actor_of(session, lead), "received_at": LATER, "now": LATER}
    with time_machine.travel(LATER):
        sign_in(client, lead)
        assert (
            f"/applications/{bid.id}/receipts/1/receipt.pdf" in read_page(client.get(f"/applications/{bid.id}")).links()
        )
        applications.unsubmit_application(session, bid, **how)
        session.commit()
        page = read_page(client.get(f"/applications/{bid.id}"))
        assert f"/applications/{bid.id}/receipt" in page.links() and "took it back" in page.text
        # A receipt from before names were kept with it takes them from the bid.
        session.execute(sa.update(Submission).values(about={}))
        session.commit()
        assert organisation.name in said(client.get(f"/applications/{bid.id}/receipts/1/receipt.pdf"))
        officer = staff(session, session.get_one(type(an_office(session)), bid.office_id), Role.OFFICER)
        session.commit()
        sign_in(client, officer)
        assert client.get(f"/office/applications/{bid.id}/receipt.pdf").status_code == 404


def test_staff_get_what_the_page_of_the_bid_shows_them(client, session):
    stage = stages.in_session(session)
    bid = stage.bids[0]
    label = "Which words are private here?"
    content = [dict(each) for each in session.scalars(sa.select(Submission)).first().content]
    code = next(each["code"] for each in content if each["shown"] == "Club manager")
    session.execute(sa.update(Question).where(Question.code == code).values(is_private=True, label=label))
    people = {role: staff(session, stage.office, role) for role in sorted(OFFICE_ROLES)}
    elsewhere = an_office(session)
    strangers = [
        staff(session, elsewhere, *sorted(OFFICE_ROLES - {Role.COMMUNITY_REP})),
        a_group(session)[1],
        stage.groups[0][1],
    ]
    session.commit()
    url, data_url = f"/office/applications/{bid.id}/receipt.pdf", f"/office/applications/{bid.id}/answers.json"
    readers = {Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE}
    with time_machine.travel(stage.now):
        for role, person in people.items():
            sign_in(client, person)
            page = client.get(f"/office/applications/{bid.id}")
            answer, data = client.get(url), client.get(data_url)
            sees_private = role in {Role.OFFICER, Role.MANAGER}
            assert (data.status_code == 200) is sees_private, role
            assert (answer.status_code == 200) is (page.status_code == 200) is (role in readers), role
            if role in readers:
                text, links = said(answer), read_page(page).links()
                assert ("Club manager" in text) is sees_private and "Safer evenings" in text, role
                assert ("may read are left out" in text, "How to check" in text) == (not sees_private, sees_private)
                assert url in links and (data_url in links) is sees_private, role
        for person in strangers:
            sign_in(client, person)
            assert {client.get(each).status_code for each in (url, data_url)} <= {403, 404}
        chair = stage.people["chair"]
        sign_in(client, chair)
        assert client.get(url).status_code == 200
        assessment.declare_interest(
            session, bid, Interest.DIRECT, "My sister runs it.", actor=actor_of(session, chair), now=stage.now
        )
        session.commit()
        sign_in(client, chair)
        assert client.get(url).status_code == 404


def test_files_stand_in_it_by_name_and_hash(client, session):
    sections = (*model_form.sections_for(model_form.CRITERIA), DOCUMENTS)
    round_, (organisation, lead) = a_round(session, an_office(session), sections=sections), a_group(session)
    bid = a_draft(session, round_, organisation, lead, answers=answers_to_all())
    how = {"actor": actor_of(session, lead), "now": NOW, "received_at": NOW}
    for code in ("D1", "D2"):
        applications.attach_file(session, bid, code, taken(session, PDF, f"rules {code} [#1].pdf"), **how)
    applications.submit_application(session, bid, **how)
    session.commit()
    with time_machine.travel(NOW):
        sign_in(client, lead)
        text = said(client.get(f"/applications/{bid.id}/receipts/1/receipt.pdf"))
    assert "rules D1 [#1].pdf" in text and text.count(sha256(PDF).hexdigest()) == 2
