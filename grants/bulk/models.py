"""What officers do with lists: views that they keep, and changes of many bids with each bid's own result."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.core.base import Base
from grants.core.columns import Id, Instant, Stateful, UtcDateTime, one_of, references, state_check, text_enum
from grants.funds.models import Round
from workflows.bulk import BULK


class SavedView(Base):
    """A filter of the list of bids under a name: its owner's, or the whole office's."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("round_id", "person_id", "name"),)

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id", index=False)
    person_id: Mapped[int] = references("person.id")
    name: Mapped[str] = mapped_column(sa.String(80))
    # The parts of the list's address, such as {"state": "checking", "sort": "ask"}.
    asked: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    is_shared: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    created_at: Mapped[Instant]

    person: Mapped[Person] = relationship()


class BulkKind(StrEnum):
    """What can be done to many bids at once."""

    PASS_CHECKS = "pass-checks"  # noqa: S105  (what is done, no secret)
    ASK = "ask"
    TAKE_BACK_QUESTION = "take-back-question"
    DISQUALIFY = "disqualify"


class BulkJob(Stateful, Base):
    """One change of many bids, planned by one person; nothing of it is done before `due_at`."""

    __tablename__ = "bulk_job"
    __workflow__ = BULK
    __table_args__ = (state_check(BULK), one_of("kind", BulkKind), sa.Index("ix_bulk_job_due", "state", "due_at"))

    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id")
    kind: Mapped[BulkKind] = mapped_column(text_enum(BulkKind))
    # What was typed for all of them, such as {"question": "...", "due_on": "2026-12-01"}.
    words: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    planned_by_id: Mapped[int] = references("person.id", index=False)
    planned_at: Mapped[Instant]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship()
    planned_by: Mapped[Person] = relationship()
    items: Mapped[list[BulkItem]] = relationship(back_populates="job", order_by="BulkItem.id")


class ItemResult(StrEnum):
    """What came of one bid: `left_out` could not be done when it was planned, `refused` when its turn came."""

    PLANNED = "planned"
    LEFT_OUT = "left_out"
    DONE = "done"
    REFUSED = "refused"


class BulkItem(Base):
    """One bid of a change: the version that was seen, the e-mails that were shown, and what came of it."""

    __tablename__ = "bulk_item"
    __table_args__ = (one_of("result", ItemResult), sa.UniqueConstraint("job_id", "application_id"))

    id: Mapped[Id]
    job_id: Mapped[int] = references("bulk_job.id", index=False)
    application_id: Mapped[int] = references("application.id")
    seen_version: Mapped[int] = mapped_column(sa.Integer)
    # [{"address", "subject", "body", "is_held"}], as they were worked out when it was planned.
    letters: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    result: Mapped[ItemResult] = mapped_column(text_enum(ItemResult), default=ItemResult.PLANNED)
    # Why it was left out or refused, with what its sentence needs.
    code: Mapped[str] = mapped_column(sa.String(60), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    job: Mapped[BulkJob] = relationship(back_populates="items")
    application: Mapped[Application] = relationship()
