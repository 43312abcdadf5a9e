"""The outbox: what must happen after a change is a row written with the change, so that it can't be lost or invented.

An `OutboxEntry` says what to tell whom in relation to a thing; workers turn it into `Message` rows, one for each
person, and deliver those. A `Reminder` row is the one proof that a person was reminded of a thing at an offset.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from grants.core.base import Base
from grants.core.columns import Id, Instant, UtcDateTime, one_of, text_enum
from workflows.actors import Actor, Scope


class Progress(StrEnum):
    """Where an outbox entry stands. `held` waits for the announcement; `suppressed` is never mailed."""

    WAITING = "waiting"
    HELD = "held"
    EXPANDED = "expanded"
    SUPPRESSED = "suppressed"


class Delivery(StrEnum):
    """Where a message stands. `dead` gave up after bounded tries and waits for an officer."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    NOT_OWED = "not_owed"


class OutboxEntry(Base):
    """One thing to tell, in relation to one subject, asked for by one change."""

    __tablename__ = "outbox_entry"
    __table_args__ = (
        one_of("progress", Progress),
        sa.Index("ix_outbox_entry_progress", "progress", "id"),
        sa.Index("ix_outbox_entry_subject", "subject_type", "subject_id"),
    )

    id: Mapped[Id]
    office_id: Mapped[int | None] = mapped_column(sa.Integer, index=True)
    event: Mapped[str] = mapped_column(sa.String(80))
    template: Mapped[str] = mapped_column(sa.String(60))
    audience: Mapped[str] = mapped_column(sa.String(40))
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int] = mapped_column(sa.Integer)
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[Instant]
    progress: Mapped[Progress] = mapped_column(text_enum(Progress), default=Progress.WAITING)
    # Set with `held`: the announcement that releases it, such as "round:7".
    hold_key: Mapped[str | None] = mapped_column(sa.String(40), index=True)
    expanded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """One e-mail to one address. `message_id` is fixed at birth, so a resend can be recognised as the same message."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("delivery", Delivery),
        sa.Index("ix_message_due", "delivery", "next_attempt_at", "id"),
    )

    id: Mapped[Id]
    outbox_entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox_entry.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(sa.Integer, index=True)
    template: Mapped[str] = mapped_column(sa.String(60))
    person_id: Mapped[int | None] = mapped_column(sa.Integer, index=True)
    address: Mapped[str] = mapped_column(sa.String(254))
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int] = mapped_column(sa.Integer)
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # The database's own promise that one thing is told to one person once.
    dedupe_key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    message_id: Mapped[str] = mapped_column(sa.String(160), unique=True)
    delivery: Mapped[Delivery] = mapped_column(text_enum(Delivery), default=Delivery.QUEUED)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    next_attempt_at: Mapped[Instant]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(sa.String(60))
    created_at: Mapped[Instant]
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    subject_line: Mapped[str] = mapped_column(sa.String(250), default="")
    body: Mapped[str] = mapped_column(sa.Text, default="")
    last_error: Mapped[str] = mapped_column(sa.Text, default="")

    @property
    def scope(self) -> Scope:
        """Whose message it is, as the pages' rules ask it."""
        return Scope(self.office_id)


class Reminder(Base):
    """A reminder that fell due: sent, superseded by a later one, or no longer owed; once for each key."""

    __tablename__ = "reminder"
    __table_args__ = (sa.UniqueConstraint("obligation", "subject_id", "person_id", "offset_code"),)

    id: Mapped[Id]
    # Empty for what a group owes to nobody, such as a policy of its own that runs out.
    office_id: Mapped[int | None] = mapped_column(sa.Integer, index=True)
    obligation: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int] = mapped_column(sa.Integer)
    person_id: Mapped[int] = mapped_column(sa.Integer)
    offset_code: Mapped[str] = mapped_column(sa.String(20))
    is_superseded: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    created_at: Mapped[Instant]


def new_message_id(domain: str = "safer-grants") -> str:
    """A Message-ID that is unique for ever, made once for each message (RFC 5322, 3.6.4)."""
    return f"<{uuid.uuid4().hex}@{domain}>"


def entry_values(
    *,
    event: str,
    template: str,
    audience: str,
    subject_type: str,
    subject_id: int,
    office_id: int | None,
    at: datetime,
    actor: Actor,
    detail: Mapping[str, Any] | None = None,
    hold_key: str | None = None,
) -> dict[str, Any]:
    """One row's values, for a bulk insert. Nothing done on behalf of paper is ever mailed."""
    progress = Progress.HELD if hold_key else Progress.WAITING
    return {
        "event": event,
        "template": template,
        "audience": audience,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "office_id": office_id,
        "detail": dict(detail or {}),
        "created_at": at,
        "progress": Progress.SUPPRESSED if actor.on_paper else progress,
        "hold_key": hold_key,
    }


# Into the table, as nobody asks for the entries back as objects.
_INSERT = sa.insert(OutboxEntry.__table__)


def ask(session: Session, entries: Iterable[Mapping[str, Any]]) -> None:
    """Write outbox rows made by `entry_values`, in the caller's transaction."""
    rows = list(entries)
    if rows:
        session.execute(_INSERT, rows)


def release(session: Session, hold_key: str) -> int:
    """Let everything held under this key go; returns how many."""
    done = session.execute(
        sa.update(OutboxEntry)
        .where(OutboxEntry.hold_key == hold_key, OutboxEntry.progress == Progress.HELD)
        .values(progress=Progress.WAITING)
        .returning(OutboxEntry.id)
    )
    return len(done.all())
