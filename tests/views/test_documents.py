"""The documents that a group keeps: added, replaced, taken off and opened by its own people, and by nobody else."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from grants.core.audit import AuditEntry
from grants.documents import services
from grants.documents.models import Document
from grants.documents.storage import store_of
from tests.apps import NOW, sign_in
from tests.builders import a_group, a_person, an_office, staff
from tests.files import EICAR_PDF, PDF, a_document, docx, multipart
from tests.pages import read_page
from workflows.actors import Role
from workflows.document import DocumentKind, DocumentState


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def group(session, client):
    organisation, lead = a_group(session)
    session.commit()
    sign_in(client, lead)
    return organisation, lead


def url_of(group, document=None, then=""):
    base = f"/groups/{group[0].id}/documents"
    return base if document is None else f"{base}/{document.id}{then}"


def post(client, url, *chosen, **typed):
    return client.post(url, **multipart(typed, "file", list(chosen)))


def kept(session):
    session.rollback()
    return list(session.scalars(sa.select(Document).order_by(Document.id)))


GOOD = {"kind": "insurance", "expires_on-day": "1", "expires_on-month": "5", "expires_on-year": "2024"}


def test_a_group_keeps_a_document_with_its_day(client, session, group):
    assert "Nothing yet" in read_page(client.get(url_of(group))).text
    response = post(client, url_of(group), (PDF, "cover 2024.pdf"), **GOOD)

    assert (response.status_code, response.location) == (303, url_of(group))
    (document,) = kept(session)
    assert (document.kind, document.expires_on, document.application_id) == (
        DocumentKind.INSURANCE,
        date(2024, 5, 1),
        None,
    )
    page = read_page(client.get(url_of(group)))
    assert "cover 2024.pdf" in page.text and "Good until 1 May 2024" in page.text
    assert client.get(url_of(group, document)).data == PDF


@pytest.mark.parametrize(
    ("typed", "chosen", "field", "words"),
    [
        ({"kind": ""}, (PDF, "a.pdf"), "kind", "Choose what it is"),
        ({"kind": "photo"}, (PDF, "a.pdf"), "kind", "Choose what it is"),
        ({"expires_on-day": "31", "expires_on-month": "2"}, (PDF, "a.pdf"), "expires_on", ""),
        ({}, (b"GIF89a" + b"\0" * 30, "a.pdf"), "file", "This is a GIF picture"),
        ({}, (b"", "a.pdf"), "file", "empty"),
        ({}, None, "file", "Choose a file first"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(client, session, group, typed, chosen, field, words):
    response = post(client, url_of(group), *([chosen] if chosen else []), **(GOOD | typed))

    page = read_page(response, 422)
    assert words in page.one("p", id=f"{field}-error").text
    assert page.value("expires_on-year") == "2024"
    assert kept(session) == []


def test_a_newer_one_takes_the_place_of_the_older(client, session, group):
    old = a_document(session, *group, kind=DocumentKind.ACCOUNTS)
    session.commit()
    read_page(client.get(url_of(group, old, "/replace")))
    seen = {"seen_version": str(old.version)}

    response = post(client, url_of(group, old, "/replace"), (docx(), "accounts.docx"), **seen)

    assert response.status_code == 303
    before, new = kept(session)
    assert (before.state, new.kind, new.replaces_id) == (DocumentState.REPLACED, DocumentKind.ACCOUNTS, before.id)
    assert "accounts.docx" in read_page(client.get(url_of(group))).text
    # Somebody else had replaced it meanwhile: told, and nothing is kept twice.
    assert post(client, url_of(group, old, "/replace"), (PDF, "late.pdf"), **seen).status_code == 409
    assert len(kept(session)) == 2
    assert read_page(post(client, url_of(group, new, "/replace"), (b"", "x.pdf")), 422)


def test_a_document_is_taken_off_unless_a_bid_was_sent_with_it(client, session, group):
    free, sent = (a_document(session, *group) for _ in range(2))
    services.mark_sent(session, [sent.id], now=NOW)
    session.commit()

    assert client.post(url_of(group, free, "/remove")).status_code == 303
    assert client.post(url_of(group, sent, "/remove")).status_code == 409
    assert [each.state for each in kept(session)] == [DocumentState.REMOVED, DocumentState.WAITING]
    actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_type == "document"))
    assert sorted(actions) == ["remove", "upload", "upload"]


def test_one_that_ran_out_or_is_harmful_says_so(client, session, group):
    a_document(session, *group, expires_on=date(2023, 12, 31))
    a_document(session, *group, content=EICAR_PDF)
    session.commit()
    room = services.ScanRoom(store_of(session), lambda content: "Eicar" if b"EICAR" in b"".join(content) else "")
    services.scan_due(session, room, now=NOW)
    page = read_page(client.get(url_of(group)))
    assert "Has run out" in page.text and "Ran out on 31 December 2023" in page.text
    assert "We found something harmful" in page.text


def test_only_the_groups_own_people_see_it(client, session, group):
    document = a_document(session, *group)
    office = an_office(session)
    signatory = a_person(session, Role.SIGNATORY, organisation=group[0])
    others = [a_group(session)[1], staff(session, office, Role.OFFICER), staff(session, office, Role.ADMIN)]
    session.commit()
    for person in others:
        sign_in(client, person)
        assert client.get(url_of(group)).status_code == 404
        assert client.get(url_of(group, document)).status_code == 404
        assert post(client, url_of(group), (PDF, "x.pdf"), **GOOD).status_code == 404
        assert client.post(url_of(group, document, "/remove")).status_code == 404
    sign_in(client, signatory)
    page = read_page(client.get(url_of(group)))
    assert not page.all("button", type="submit", class_="govuk-button")
    assert post(client, url_of(group), (PDF, "x.pdf"), **GOOD).status_code == 403
    assert client.get(url_of(group, document)).status_code == 409, "not scanned, and not theirs"
