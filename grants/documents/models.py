"""Files that groups give in: what each is, where its bytes are, and what the scan said. A row is never deleted."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from grants.core.base import Base
from grants.core.columns import Id, Instant, Stateful, UtcDateTime, one_of, references, state_check, text_enum
from workflows.actors import Scope
from workflows.document import DOCUMENT, DocumentKind


class Document(Stateful, Base):
    """One file. It belongs to a bid, or without one to the organisation, which offers it to each of its bids."""

    __tablename__ = "document"
    __workflow__ = DOCUMENT
    __table_args__ = (
        state_check(DOCUMENT),
        one_of("kind", DocumentKind),
        sa.CheckConstraint("size_bytes > 0", name="size_positive"),
        sa.CheckConstraint("state NOT IN ('clean', 'infected') OR scanned_at IS NOT NULL", name="verdict_has_a_time"),
        sa.Index("ix_document_scan", "scanned_at", "scan_again_at", "id"),
        sa.Index("ix_document_expiry", "expires_on", "state"),
    )

    # The bid's office; empty for what the organisation keeps for all its bids.
    office_id: Mapped[int | None] = references("office.id")
    organisation_id: Mapped[int] = references("organisation.id")
    # Bids stand to the right of files, so this is a number here and no relationship.
    application_id: Mapped[int | None] = references("application.id")
    question_code: Mapped[str] = mapped_column(sa.String(20), default="")
    kind: Mapped[DocumentKind] = mapped_column(text_enum(DocumentKind), default=DocumentKind.OTHER)
    # As it was given, whatever it holds; it is no part of any path.
    file_name: Mapped[str] = mapped_column(sa.Text)
    # By content, never by name.
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    storage_key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    uploaded_by: Mapped[int | None] = references("person.id")
    uploaded_at: Mapped[Instant]
    expires_on: Mapped[date | None] = mapped_column(sa.Date)
    # When it was first given in with a bid; from then on it stays.
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The older file that this one took the place of.
    replaces_id: Mapped[int | None] = references("document.id", index=False)
    scanned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the scanner called it; empty for a clean file.
    scan_found: Mapped[str] = mapped_column(sa.String(200), default="")
    scan_attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    # A claim while a worker has it in hand, and the pause after a scanner that did not answer.
    scan_again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_clean(self) -> bool:
        return self.scanned_at is not None and not self.scan_found


class Upload(Base):
    """A file on its way in pieces. Its key is its person's secret; a finished one names its document."""

    __tablename__ = "upload"
    __table_args__ = (
        sa.CheckConstraint("received_bytes BETWEEN 0 AND size_bytes", name="received_in_range"),
        sa.CheckConstraint("document_id IS NULL OR received_bytes = size_bytes", name="finished_is_whole"),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    application_id: Mapped[int] = references("application.id")
    question_code: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[int] = references("person.id")
    file_name: Mapped[str] = mapped_column(sa.Text)
    # What the browser knows the file by, so that the same one goes on where it stopped.
    mark: Mapped[str] = mapped_column(sa.String(100), default="")
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    received_bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # Where each piece is stored, in their order.
    pieces: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    begun_at: Mapped[Instant]
    document_id: Mapped[int | None] = references("document.id")

    @property
    def scope(self) -> Scope:
        return Scope()
