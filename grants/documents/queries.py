"""Reading files: those of a bid, those that an organisation keeps, and who may open which.

Whether somebody may see what a file belongs to is asked first, by whoever knows the bid; here it is asked whether
the file itself may be opened.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.transitions import error_for
from grants.documents.models import Document, Upload
from workflows.actors import GROUP_ROLES, Actor
from workflows.document import HELD, USABLE, DocumentFacts, DocumentState, why_shut
from workflows.errors import NotFound


def facts_for_document(document: Document, *, now: datetime, **more: Any) -> DocumentFacts:
    """What is known of a file, as its machine asks it."""
    known: dict[str, Any] = {
        "scope": document.scope,
        "now": now,
        "was_sent": document.sent_at is not None,
        "scan_found": None if document.scanned_at is None else document.scan_found,
    }
    return DocumentFacts(**{**known, **more})


def get_document(session: Session, actor: Actor, organisation_id: int, document_id: int) -> Document:
    """A file that the organisation keeps for all its bids, for its own people; NotFound for anybody else."""
    found = session.get(Document, document_id)
    is_own = found is not None and found.organisation_id == organisation_id and found.application_id is None
    if found is None or not is_own or not actor.roles_in(found.scope) & GROUP_ROLES:
        raise NotFound(subject="document")
    return found


def list_for_organisation(session: Session, actor: Actor, organisation_id: int) -> list[Document]:
    """What the organisation keeps for all its bids, by kind, the newest first; nothing for anybody outside it."""
    if organisation_id not in actor.organisation_ids:
        return []
    return list(
        session.scalars(
            sa.select(Document)
            .where(
                Document.organisation_id == organisation_id,
                Document.application_id.is_(None),
                Document.state.in_(sorted(HELD)),
            )
            .order_by(Document.kind, Document.id.desc())
        )
    )


def list_by_ids(session: Session, organisation_id: int, ids: Collection[int]) -> dict[int, Document]:
    """Files of this organisation by their ids, whatever their state; ids of others' are left out."""
    if not ids:
        return {}
    rows = session.scalars(
        sa.select(Document).where(Document.id.in_(sorted(ids)), Document.organisation_id == organisation_id)
    )
    return {each.id: each for each in rows}


def states_of(session: Session, ids: Collection[int]) -> dict[int, DocumentState]:
    """Where each file stands."""
    if not ids:
        return {}
    rows = session.execute(sa.select(Document.id, Document.state).where(Document.id.in_(sorted(ids))))
    return {row.id: row.state for row in rows}


def require_open(document: Document, actor: Actor) -> Document:
    """The file, for somebody who may see what it belongs to; raises TransitionRefused when it can't be opened."""
    refusal = why_shut(document.state, is_clean=document.is_clean, uploaded_by=document.uploaded_by, actor=actor)
    if refusal is not None:
        raise error_for(refusal, document)
    return document


def is_usable(document: Document) -> bool:
    """Whether an answer may name it."""
    return document.state in USABLE


def get_upload(session: Session, actor: Actor, application_id: int, key: str, *, lock: bool = False) -> Upload:
    """The actor's own upload into this bid; a key that somebody else was given finds nothing."""
    own = sa.select(Upload).where(
        # PostgreSQL refuses to be asked for a text with a zero in it.
        Upload.key == key.replace("\0", ""),
        Upload.application_id == application_id,
        Upload.person_id == (actor.person_id or 0),
    )
    if lock:
        own = own.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(own).one_or_none()
    if found is None:
        raise NotFound(subject="upload")
    return found
