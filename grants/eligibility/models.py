"""Eligibility checks: each rule's outcome with its evidence, and a disqualification that waits for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Person
from grants.core.base import Base
from grants.core.columns import Id, Instant, LongText, UtcDateTime, references
from grants.funds.models import RoundRule


class EligibilityResult(Base):
    """The standing outcome of one rule for one bid. A referral that staff settled keeps who, when and why."""

    __tablename__ = "eligibility_result"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "rule_id"),
        sa.CheckConstraint("outcome IN ('pass', 'fail', 'refer')", name="outcome_known"),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id", index=False)
    rule_id: Mapped[int] = references("round_rule.id", index=False)
    outcome: Mapped[str] = mapped_column(sa.String(10))
    # False once a person has settled it: a rerun of the automatic rules then leaves it alone.
    is_automatic: Mapped[bool] = mapped_column(sa.Boolean)
    # Why, such as "ask-above-maximum"; empty where a rule passes without more to say, or a person judged.
    reason_code: Mapped[str] = mapped_column(sa.String(40), default="")
    # What the rule read, such as {"ask_pence": 1200000, "max_ask_pence": 1000000}.
    evidence: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[int | None] = references("person.id", index=False)
    decided_at: Mapped[Instant]

    rule: Mapped[RoundRule] = relationship()
    person: Mapped[Person | None] = relationship()


class Disqualification(Base):
    """A proposal to disqualify, who made it and on which rules; settled by a second person or set aside."""

    __tablename__ = "disqualification"
    __table_args__ = (
        sa.CheckConstraint("settled_at IS NULL OR was_confirmed IS NOT NULL", name="settled_has_answer"),
        sa.Index(
            "uq_disqualification_open",
            "application_id",
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id")
    rule_codes: Mapped[list[str]] = mapped_column(sa.JSON)
    reason: Mapped[LongText]
    proposed_by_id: Mapped[int | None] = references("person.id", index=False)
    proposed_at: Mapped[Instant]
    settled_by_id: Mapped[int | None] = references("person.id", index=False)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    was_confirmed: Mapped[bool | None] = mapped_column(sa.Boolean)
    settled_reason: Mapped[str] = mapped_column(sa.Text, default="")

    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])
