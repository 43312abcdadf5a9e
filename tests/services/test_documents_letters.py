"""Letters about files: owed while they are true, to the group's people of that moment, with the way to the page."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import sqlalchemy as sa

from config import ROOT
from grants.applications import services as applications
from grants.core.outbox import Message
from grants.documents import services
from grants.documents.services import ScanRoom, scan_due
from grants.documents.storage import store_of
from grants.funds import model_form
from grants.notifications.owed import is_owed
from grants.notifications.rendering import render
from grants.notifications.services import expand_outbox
from tests.apps import NOW
from tests.builders import a_draft, a_group, a_round, actor_of, an_office
from tests.files import EICAR_PDF, a_document, taken
from tests.mail import LETTERHEAD
from tests.views.test_applications_files import DOCUMENTS
from workflows.document import DocumentKind


def messages(session, template):
    while expand_outbox(session, NOW):
        pass
    return list(session.scalars(sa.select(Message).where(Message.template == template).order_by(Message.id)))


def found_harmful(session):
    scan_due(session, ScanRoom(store_of(session), lambda content: "Eicar"), now=NOW)


def test_a_harmful_file_is_told_until_it_is_taken_off(session):
    organisation, lead = a_group(session)
    kept = a_document(session, organisation, lead, content=EICAR_PDF, name="accounts.pdf")
    found_harmful(session)

    (message,) = messages(session, "file-infected")
    letter = render(session, message, LETTERHEAD)
    assert is_owed(session, message, now=NOW)
    assert "accounts.pdf" in letter.body
    assert f"/groups/{organisation.id}/documents" in letter.body
    services.remove_document(session, kept, actor=actor_of(session, lead), now=NOW)
    assert not is_owed(session, message, now=NOW)


def test_a_harmful_file_of_a_bid_leads_to_the_bid(session):
    sections = (*model_form.sections_for(model_form.CRITERIA), DOCUMENTS)
    round_ = a_round(session, an_office(session), sections=sections)
    organisation, lead = a_group(session)
    draft = a_draft(session, round_, organisation, lead)
    actor = actor_of(session, lead)
    applications.attach_file(session, draft, "D1", taken(session, EICAR_PDF), actor=actor, now=NOW, received_at=NOW)
    found_harmful(session)
    (message,) = messages(session, "file-infected")
    assert message.office_id == round_.office_id
    assert f"/applications/{draft.id}\n" in render(session, message, LETTERHEAD).body


def test_a_reminder_is_owed_while_the_document_is_the_groups_latest(session):
    organisation, lead = a_group(session)
    ends = NOW.date() + timedelta(days=30)
    kept = a_document(
        session, organisation, lead, kind=DocumentKind.INSURANCE, expires_on=ends, now=NOW - timedelta(days=90)
    )
    at = NOW + timedelta(hours=1)
    assert services.remind_expiring(session, at) == 1
    (message,) = messages(session, "document-expiring")
    assert is_owed(session, message, now=at)
    assert "Insurance certificate: runs out on 9 February 2024" in render(session, message, LETTERHEAD).subject
    services.keep_for_organisation(
        session,
        organisation.id,
        taken(session),
        DocumentKind.INSURANCE,
        replaces=kept,
        actor=actor_of(session, lead),
        now=at,
    )
    assert not is_owed(session, message, now=at)


def test_after_an_outage_only_the_latest_reminder_goes(session):
    organisation, lead = a_group(session)
    a_document(session, organisation, lead, expires_on=NOW.date() + timedelta(days=6), now=NOW - timedelta(days=90))
    assert services.remind_expiring(session, NOW) == 1
    assert services.remind_expiring(session, NOW) == 0
    assert [each.detail["offset"] for each in messages(session, "document-expiring")] == ["-7d"]


def test_what_only_buckets_and_photos_need_is_not_in_a_web_process(tmp_path):
    code = (
        "import sys; from config import Settings; from pathlib import Path; from grants import create_app;"
        f"create_app(Settings(sample=True, data_dir=Path({str(tmp_path)!r})));"
        "print(sorted({'obstore', 'PIL', 'pillow_heif'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
