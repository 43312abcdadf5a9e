"""Files in pieces, for lines that break: each piece is stored and counted, and the upload goes on where it stopped.

Nothing of an upload is in the memory of a process, so a restart of the server loses nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.documents.models import Document, Upload
from grants.documents.receiving import as_given, megabytes
from grants.documents.storage import Store
from workflows.actors import Actor
from workflows.errors import Invalid, Stale, TooMany

# Larger pieces would be lost whole when the line breaks; smaller ones ask too often (our default).
LARGEST_PIECE = 512 * 1024
# An upload that nobody went on with for so long is given up.
KEPT_FOR = timedelta(days=1)
# Nobody has more than this under way at once.
MOST_UNFINISHED = 20


def begin_upload(
    session: Session,
    *,
    application_id: int,
    question_code: str,
    file_name: str,
    mark: str,
    size_bytes: int,
    largest: int,
    actor: Actor,
    now: datetime,
) -> Upload:
    """A new upload, or the one of the same file by the same person that was broken off.

    Raises Invalid file-empty or file-too-large before a byte is sent, and TooMany.
    """
    if size_bytes <= 0:
        raise Invalid("file-empty")
    if size_bytes > largest:
        raise Invalid("file-too-large", most=megabytes(largest))
    file_name, mark = as_given(file_name), as_given(mark)[:100]
    own = sa.select(Upload).where(
        Upload.person_id == actor.person_id, Upload.document_id.is_(None), Upload.begun_at > now - KEPT_FOR
    )
    mine = session.scalars(own.order_by(Upload.id).with_for_update()).all()
    same = (application_id, question_code, file_name, mark, size_bytes)
    for each in mine:
        if (each.application_id, each.question_code, each.file_name, each.mark, each.size_bytes) == same:
            return each
    if len(mine) >= MOST_UNFINISHED:
        raise TooMany()
    upload = Upload(
        key=secrets.token_urlsafe(24),
        application_id=application_id,
        question_code=question_code,
        person_id=actor.person_id,
        file_name=file_name,
        mark=mark,
        size_bytes=size_bytes,
        begun_at=now,
    )
    session.add(upload)
    session.flush()
    return upload


def add_piece(session: Session, upload: Upload, offset: int, stored_key: str, length: int) -> int:
    """Count a piece that is in the store; returns how many bytes are there now.

    Raises Stale with `received` when the piece does not begin where the upload stands (it came twice, or another
    tab is sending, too), and Invalid when it is longer than the rest of the file.
    """
    if length <= 0 or offset + length > upload.size_bytes:
        raise Invalid("file-broken")
    counted = session.execute(
        sa.update(Upload)
        .where(Upload.id == upload.id, Upload.received_bytes == offset, Upload.document_id.is_(None))
        .values(received_bytes=offset + length, pieces=[*upload.pieces, stored_key])
        .returning(Upload.received_bytes)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    session.refresh(upload)
    if counted is None:
        raise Stale(subject="upload", id=upload.id, received=upload.received_bytes)
    return counted


def content_of(store: Store, upload: Upload) -> Iterator[bytes]:
    """The file, from its pieces in their order. Raises Invalid when some are missing yet."""
    if upload.received_bytes != upload.size_bytes:
        raise Invalid("file-not-whole")
    return (part for key in list(upload.pieces) for part in store.read(key))


def finish_upload(session: Session, upload: Upload, document: Document) -> None:
    """The pieces have become this document; they are swept."""
    upload.document_id = document.id
    session.flush()


def give_up_upload(session: Session, upload: Upload) -> None:
    """Forget an upload whose file was refused, so that the next try begins anew."""
    session.delete(upload)
    session.flush()
