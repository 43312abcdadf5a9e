"""Evidence of due diligence: the file of the bid in which it was seen, and what a public register says."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from grants.assessment.models import InterestDeclaration
from grants.core.audit import AuditEntry
from grants.core.registers import NotKnown, Record, Unavailable
from grants.diligence.models import DiligenceItem, RegisterEntry
from tests import stages
from tests.apps import sign_in
from tests.pages import read_page
from tests.views.test_file_readers import HARMFUL, OPEN, PRIVATE, a_stage, files_of
from tests.views.test_register_look_up import register
from workflows.assignment import Interest

__all__ = ["register"]


@pytest.fixture
def checking(session):
    stage = a_stage(session, stages.checking)
    with time_machine.travel(stage.now):
        yield stage


def test_an_item_names_a_clean_file_that_was_sent_with_its_bid(client, session, checking) -> None:
    own, other = checking.bids[0], checking.bids[1]
    files, others = files_of(session, own), files_of(session, other)
    url = f"/office/applications/{own.id}/due-diligence"
    sign_in(client, checking.people["officer"])
    assert client.post(f"{url}/begin").status_code == 303
    page = read_page(client.get(url)).text
    assert OPEN in page and PRIVATE in page
    # What is harmful, another bid's, or no file is nobody's to point at, and what was typed stays.
    good = {"code": "governing", "outcome": "done", "evidence": "Read <whole>.", "seen_item": "0"}
    for number in (files[HARMFUL], others[OPEN], 10**30):
        page = read_page(client.post(f"{url}/items", data=good | {"document": str(number)}), 422)
        assert "Choose a file that was sent with this bid." in page.text and "Read <whole>." in page.text
    read_page(client.post(f"{url}/items", data=good | {"document": "x"}), 422)
    assert client.post(f"{url}/items", data=good | {"document": str(files[PRIVATE])}).status_code == 303
    assert session.scalars(sa.select(DiligenceItem.document_id)).all() == [files[PRIVATE]]
    page = read_page(client.get(url))
    link = f"/office/applications/{own.id}/files/{files[PRIVATE]}"
    assert f"Seen in {PRIVATE}" in page.text and link in page.links()
    assert client.get(link).status_code == 200


def test_what_the_register_says_is_kept_with_who_asked_and_when(client, session, checking, register) -> None:
    bid = checking.bids[0]
    bid.organisation.charity_number = "1999001"
    session.commit()
    url = f"/office/applications/{bid.id}/due-diligence"
    sign_in(client, checking.people["officer"])
    fake = register(Unavailable())
    assert client.post(f"{url}/register", data={"kind": "charity_number"}).status_code == 404
    client.post(f"{url}/begin")
    assert "Ask the register of charities for 1999001" in read_page(client.get(url)).text
    for kind in ("company_number", "nothing"):
        assert client.post(f"{url}/register", data={"kind": kind}).status_code == 404
    ask = {"kind": "charity_number"}
    page = read_page(client.post(f"{url}/register", data=ask, follow_redirects=True))
    assert "The register can't be asked now." in page.text
    assert session.scalars(sa.select(RegisterEntry)).all() == []
    assert fake.asked == ["1999001"] and not fake.was_open
    register(Record("1999001", bid.organisation_name.upper(), "1 Example Street\n<Leicester>", "LE3 1AA"))
    page = read_page(client.post(f"{url}/register", data=ask, follow_redirects=True))
    assert "Same name" in page.text and "<Leicester>" in page.text and "Asked by Officer" in page.text
    register(Record("1999001", "Quite Another Group (fictional)"))
    page = read_page(client.post(f"{url}/register", data=ask, follow_redirects=True))
    assert "Another name than the bid's" in page.text
    register(NotKnown())
    page = read_page(client.post(f"{url}/register", data=ask, follow_redirects=True))
    assert "it does not know this number. Not known" in page.text
    session.expire_all()
    assert [each.name != "" for each in session.scalars(sa.select(RegisterEntry).order_by(RegisterEntry.id))] == [
        True,
        True,
        False,
    ]
    asked = sa.select(AuditEntry).where(AuditEntry.action == "ask-register").order_by(AuditEntry.id)
    told = session.scalars(asked).all()
    assert [each.detail["known"] for each in told] == [True, True, False]
    # Somebody who stands aside from the bid asks nothing about its group.
    session.add(
        InterestDeclaration(
            application_id=bid.id,
            person_id=checking.people["officer"].id,
            interest=Interest.DIRECT,
            declared_at=checking.now,
        )
    )
    session.commit()
    assert client.post(f"{url}/register", data=ask).status_code == 404
