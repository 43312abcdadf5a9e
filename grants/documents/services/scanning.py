"""Scanning: claim a file and commit, ask the scanner, mark and commit; a worker that is killed loses only its time.

These services commit, as delivery does: a claim that others can't see protects nothing, and no transaction stays
open while a scanner takes its time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core import transitions
from grants.documents.models import Document
from grants.documents.queries import facts_for_document
from grants.documents.scanner import Scan, ScannerDown
from grants.documents.storage import FileMissing, StorageDown, Store
from workflows.actors import SYSTEM
from workflows.document import DocumentState

logger = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# A file that was replaced may have been sent before that, so it is scanned, too.
UNSCANNED = frozenset({DocumentState.WAITING, DocumentState.REPLACED})


@dataclass(frozen=True, slots=True)
class ScanRoom:
    """How this process scans: from which store, by which scanner, and for how long a claim is believed."""

    store: Store
    scan: Scan
    lease: timedelta = LEASE
    keep_going: Callable[[], bool] = field(default=lambda: True)


def scan_due(session: Session, room: ScanRoom, *, now: datetime) -> int:
    """Scan what waits, a file at a time; returns how many have their answer. Stops when the scanner is away."""
    done = 0
    while done < BATCH and room.keep_going():
        document_id = _claim(session, room, now)
        if document_id is None or not _scan(session, room, document_id, now):
            break
        done += 1
    return done


def _claim(session: Session, room: ScanRoom, now: datetime) -> int | None:
    first = (
        sa.select(Document.id)
        .where(
            Document.scanned_at.is_(None),
            Document.state.in_(sorted(UNSCANNED)),
            sa.or_(Document.scan_again_at.is_(None), Document.scan_again_at <= now),
        )
        .order_by(Document.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = session.execute(
        sa.update(Document)
        .where(Document.id == first)
        .values(scan_again_at=now + room.lease, scan_attempts=Document.scan_attempts + 1)
        .returning(Document.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    session.commit()
    return claimed


def _scan(session: Session, room: ScanRoom, document_id: int, now: datetime) -> bool:
    document = session.get_one(Document, document_id, populate_existing=True)
    key, attempts = document.storage_key, document.scan_attempts
    session.rollback()
    try:
        found = room.scan(room.store.read(key))
    except (ScannerDown, StorageDown, FileMissing) as error:
        logger.warning("document %s was not scanned: %s", document_id, error)
        _put_off(session, document_id, now + _pause(attempts))
        # One file that is lost keeps nobody waiting; a scanner or a store that is away is asked again later.
        return isinstance(error, FileMissing)
    _settle(session, document_id, found, now)
    return True


def _put_off(session: Session, document_id: int, until: datetime) -> None:
    session.execute(
        sa.update(Document)
        .where(Document.id == document_id)
        .values(scan_again_at=until)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def _settle(session: Session, document_id: int, found: str, now: datetime) -> None:
    document = session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document.scanned_at is None and document.state in UNSCANNED:
        document.scanned_at, document.scan_found, document.scan_again_at = now, found, None
        facts = facts_for_document(document, now=now)
        action = "quarantine" if found else "pass-scan"
        transitions.apply(session, document, action, facts, actor=SYSTEM, now=now, detail={"found": found})
    session.commit()


def _pause(attempts: int) -> timedelta:
    return min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 10), LONGEST_PAUSE)
