"""Keeping files: each is a row of its own, and a second one never hides the first; what was sent can't be taken back.

The bytes are in the store already when these are called.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core import audit, transitions
from grants.documents.models import Document
from grants.documents.queries import facts_for_document
from grants.documents.receiving import Taken
from workflows.actors import Actor, Scope
from workflows.document import DOCUMENT, GONE, GROUP, DocumentFacts, DocumentKind
from workflows.errors import Invalid, NotAllowed, TransitionRefused

# Files that one bid, or the shelf of one organisation, ever had (our default).
MOST_EVER = 300


def add_document(
    session: Session,
    taken: Taken,
    *,
    organisation_id: int,
    office_id: int | None = None,
    application_id: int | None = None,
    question_code: str = "",
    kind: DocumentKind = DocumentKind.OTHER,
    expires_on: date | None = None,
    replaces_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Document:
    """The row of a file that was taken in; it waits for the scan.

    Raises Invalid too-many-files-ever: taking off frees no place, so that nobody fills the store by turns.
    """
    _refuse_flood(session, organisation_id, application_id)
    document = Document(
        office_id=office_id,
        organisation_id=organisation_id,
        application_id=application_id,
        question_code=question_code,
        kind=kind,
        file_name=taken.file_name,
        media_type=taken.media_type,
        size_bytes=taken.size_bytes,
        sha256=taken.sha256,
        storage_key=taken.storage_key,
        uploaded_by=actor.person_id,
        uploaded_at=now,
        expires_on=expires_on,
        replaces_id=replaces_id,
    )
    facts = DocumentFacts(scope=Scope(office_id, organisation_id), now=now)
    detail = {"file_name": taken.file_name, "sha256": taken.sha256, "application_id": application_id}
    transitions.create(session, [document], "upload", facts, actor=actor, now=now, detail=detail)
    return document


def _refuse_flood(session: Session, organisation_id: int, application_id: int | None) -> None:
    same = Document.organisation_id == organisation_id, Document.application_id.is_not_distinct_from(application_id)
    if session.scalars(sa.select(sa.func.count()).select_from(Document).where(*same)).one() >= MOST_EVER:
        raise Invalid("too-many-files-ever", most=MOST_EVER)


def keep_for_organisation(
    session: Session,
    organisation_id: int,
    taken: Taken,
    kind: DocumentKind,
    *,
    expires_on: date | None = None,
    replaces: Document | None = None,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Document:
    """Keep a file for all bids of the organisation; `replaces`, an older one of it, stays on record as replaced.

    Raises Invalid when what it should replace is another organisation's or gone already.
    """
    if replaces is not None:
        if replaces.organisation_id != organisation_id or replaces.application_id is not None:
            raise Invalid("file-removed")
        facts = facts_for_document(replaces, now=now)
        transitions.apply(session, replaces, "replace", facts, actor=actor, now=now, seen_version=seen_version)
    return add_document(
        session,
        taken,
        organisation_id=organisation_id,
        kind=kind,
        expires_on=expires_on,
        replaces_id=replaces.id if replaces else None,
        actor=actor,
        now=now,
    )


def remove_document(
    session: Session, document: Document, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Take a file back; the row stays. Raises TransitionRefused file-was-sent once a bid was sent with it."""
    facts = facts_for_document(document, now=now)
    transitions.apply(session, document, "remove", facts, actor=actor, now=now, seen_version=seen_version)


def change_expiry(
    session: Session, document: Document, expires_on: date | None, *, actor: Actor, now: datetime
) -> None:
    """Say until when a document of the organisation is good; None when it does not run out."""
    if not actor.roles_in(document.scope) & GROUP:
        raise NotAllowed()
    if document.state in GONE:
        raise TransitionRefused("file-removed")
    if document.expires_on == expires_on:
        return
    detail = {"from": _iso(document.expires_on), "to": _iso(expires_on)}
    document.expires_on = expires_on
    session.flush()
    audit.record(
        session,
        subject_type=DOCUMENT.name,
        subject_id=document.id,
        action="change-expiry",
        actor=actor,
        at=now,
        office_id=document.office_id,
        detail=detail,
    )


def mark_sent(session: Session, document_ids: Collection[int], *, now: datetime) -> None:
    """These files are named by a receipt from now on, so nobody can take them back."""
    if not document_ids:
        return
    unsent = Document.id.in_(sorted(document_ids)), Document.sent_at.is_(None)
    for each in session.scalars(sa.select(Document).where(*unsent).with_for_update()):
        each.sent_at = now
    session.flush()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
