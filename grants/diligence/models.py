"""Due diligence of an organisation for a bid, what was found for each item, and signals across a round's bids."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.core.base import Base
from grants.core.columns import (
    Id,
    Instant,
    LongText,
    Pence,
    Stateful,
    UtcDateTime,
    one_of,
    references,
    state_check,
    text_enum,
)
from grants.documents.models import Document
from workflows.diligence import DILIGENCE
from workflows.rules.diligence import Found, Rating, Result, Tier
from workflows.rules.fraud_signals import Signal


class DueDiligence(Stateful, Base):
    """One check of an organisation by one office; a later bid of the group takes it while it holds."""

    __tablename__ = "due_diligence"
    __workflow__ = DILIGENCE
    __table_args__ = (
        state_check(DILIGENCE),
        one_of("tier", Tier),
        one_of("result", Result),
        one_of("rating", Rating),
        sa.CheckConstraint(
            "state NOT IN ('finished', 'expired') OR "
            "(result IS NOT NULL AND rating IS NOT NULL AND finished_at IS NOT NULL AND expires_at IS NOT NULL)",
            name="finished_has_result",
        ),
        sa.CheckConstraint("state <> 'fail_proposed' OR proposed_by_id IS NOT NULL", name="proposed_by_somebody"),
        sa.Index(
            "uq_due_diligence_open",
            "application_id",
            unique=True,
            sqlite_where=sa.text("state IN ('begun', 'fail_proposed')"),
            postgresql_where=sa.text("state IN ('begun', 'fail_proposed')"),
        ),
        sa.Index("ix_due_diligence_expiry", "state", "expires_at"),
    )

    office_id: Mapped[int] = references("office.id")
    organisation_id: Mapped[int] = references("organisation.id")
    application_id: Mapped[int] = references("application.id")
    tier: Mapped[Tier] = mapped_column(text_enum(Tier))
    # Why this tier, and which items it asks, as they were when it began.
    tier_reasons: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    items_wanted: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    large_for_income: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    begun_by_id: Mapped[int | None] = references("person.id", index=False)
    begun_at: Mapped[Instant]
    result: Mapped[Result | None] = mapped_column(text_enum(Result))
    rating: Mapped[Rating | None] = mapped_column(text_enum(Rating))
    conditions: Mapped[str] = mapped_column(sa.Text, default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    proposed_by_id: Mapped[int | None] = references("person.id", index=False)
    finished_by_id: Mapped[int | None] = references("person.id", index=False)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    application: Mapped[Application] = relationship()
    finished_by: Mapped[Person | None] = relationship(foreign_keys=[finished_by_id])
    items: Mapped[list[DiligenceItem]] = relationship(order_by="DiligenceItem.id")
    entries: Mapped[list[RegisterEntry]] = relationship(order_by="RegisterEntry.id")

    @classmethod
    def group_may_see(cls) -> sa.ColumnElement[bool]:
        # It holds what the office found out about the group, with others' words.
        return sa.false()


class DiligenceItem(Base):
    """What one person found for one item, as it was recorded; the latest row of an item holds. Never a bank number."""

    __tablename__ = "diligence_item"
    __table_args__ = (
        one_of("outcome", Found),
        sa.Index("ix_diligence_item_code", "diligence_id", "code", "id"),
    )

    id: Mapped[Id]
    diligence_id: Mapped[int] = references("due_diligence.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(40))
    outcome: Mapped[Found] = mapped_column(text_enum(Found))
    evidence: Mapped[LongText]
    # The file of the bid in which it was seen.
    document_id: Mapped[int | None] = references("document.id", index=False)
    person_id: Mapped[int | None] = references("person.id", index=False)
    recorded_at: Mapped[Instant]

    person: Mapped[Person | None] = relationship()
    document: Mapped[Document | None] = relationship()


class RegisterEntry(Base):
    """What a public register said of a number of the group when somebody asked it; without a name it knew none."""

    __tablename__ = "register_entry"
    __table_args__ = (sa.Index("ix_register_entry_check", "diligence_id", "id"),)

    id: Mapped[Id]
    diligence_id: Mapped[int] = references("due_diligence.id", index=False)
    kind: Mapped[str] = mapped_column(sa.String(20))
    number: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    address: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[int | None] = references("person.id", index=False)
    asked_at: Mapped[Instant]

    person: Mapped[Person | None] = relationship()


class FraudSignal(Base):
    """Something that bids of a round have in common, for an officer to look at; the officer's word on it stays."""

    __tablename__ = "fraud_signal"
    __table_args__ = (
        one_of("kind", Signal),
        sa.CheckConstraint("settled IN ('explained', 'watched', 'concern')", name="settled_known"),
        sa.CheckConstraint("(settled IS NULL) = (settled_at IS NULL)", name="settled_has_time"),
        sa.UniqueConstraint("round_id", "mark"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id", index=False)
    application_id: Mapped[int] = references("application.id")
    # The other bid; a price stands alone.
    other_id: Mapped[int | None] = references("application.id")
    kind: Mapped[Signal] = mapped_column(text_enum(Signal))
    # What makes it the same signal when it is found again.
    mark: Mapped[str] = mapped_column(sa.String(64))
    evidence: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    found_at: Mapped[Instant]
    settled: Mapped[str | None] = mapped_column(sa.String(20))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    settled_by_id: Mapped[int | None] = references("person.id", index=False)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    settled_by: Mapped[Person | None] = relationship()


class DiligenceRules(Base):
    """What a fund asks of due diligence, where its office set something else than the defaults."""

    __tablename__ = "diligence_rules"
    __table_args__ = (
        sa.CheckConstraint("low_pence > 0 AND low_pence < standard_pence", name="tiers_rise"),
        sa.CheckConstraint("holds_months BETWEEN 1 AND 36", name="months_in_range"),
    )

    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id", ondelete="RESTRICT"), primary_key=True)
    # A bid whose check is not done is recommended only with a condition or a reason.
    is_needed: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    low_pence: Mapped[Pence]
    standard_pence: Mapped[Pence]
    holds_months: Mapped[int] = mapped_column(sa.Integer)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    person_id: Mapped[int | None] = references("person.id", index=False)
    saved_at: Mapped[Instant]


class SignalSearch(Base):
    """When a round's bids were last compared."""

    __tablename__ = "signal_search"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id", ondelete="RESTRICT"), primary_key=True)
    searched_at: Mapped[Instant]
