"""Sweeping the store: what no row names goes once it is a day old, and nothing else ever does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Installation
from grants.documents.models import Document, Upload
from grants.documents.services.pieces import KEPT_FOR
from grants.documents.storage import Store, Stored

BATCH = 500
# A file is stored before its row is written; a request that takes a day has failed.
YOUNG = timedelta(days=1)
# Listing a bucket costs money, so it is done once a day.
EVERY = timedelta(days=1)
_SWEPT = "files-swept-at"


def forget_uploads(session: Session, store: Store, now: datetime) -> int:
    """Delete the pieces of uploads that became a document, or that nobody went on with for a day; one batch."""
    over = session.scalars(
        sa.select(Upload)
        .where(sa.or_(Upload.document_id.is_not(None), Upload.begun_at <= now - KEPT_FOR))
        .order_by(Upload.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    # The rows first: a piece that is left behind by a crash is swept, a row without its pieces could not go on.
    for each in over:
        session.delete(each)
    session.commit()
    store.delete([key for each in over for key in each.pieces])
    return len(over)


def sweep_orphans(session: Session, store: Store, now: datetime) -> int:
    """Delete stored files that nothing names and that are older than a day; once a day. Returns how many."""
    last = session.get(Installation, _SWEPT)
    if last is not None and datetime.fromisoformat(last.value) > now - EVERY:
        session.rollback()
        return 0
    # The time is noted first, so that a second worker leaves the sweep to this one.
    session.merge(Installation(key=_SWEPT, value=now.isoformat()))
    session.commit()
    swept = 0
    old = (each for each in store.list_keys() if each.put_at <= now - YOUNG)
    while some := list(islice(old, BATCH)):
        orphans = sorted({each.key for each in some} - set(_named(session, some)))
        store.delete(orphans)
        swept += len(orphans)
    return swept


def _named(session: Session, some: list[Stored]) -> Iterator[str]:
    keys = [each.key for each in some]
    yield from session.scalars(sa.select(Document.storage_key).where(Document.storage_key.in_(keys)))
    for pieces in session.scalars(sa.select(Upload.pieces)):
        yield from pieces
    session.rollback()
