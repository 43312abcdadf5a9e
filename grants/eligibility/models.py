"""Eligibility checks: each rule's outcome with its evidence, and a disqualification that waits for a second person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.core.base import Base
from grants.core.columns import Id, Instant, LongText, UtcDateTime, references
from grants.funds.models import RoundRule
from workflows.actors import Scope
from workflows.deadlines import end_of_day


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


class Clarification(Base):
    """A question to the group about its bid, by when to answer it, and how it ended: answered, overdue, taken back."""

    __tablename__ = "clarification"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered_has_answer"),
        sa.CheckConstraint("answered_at IS NULL OR ended_at IS NOT NULL", name="answered_means_ended"),
        sa.Index(
            "uq_clarification_open",
            "application_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_clarification_due", "ended_at", "due_on"),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id")
    question: Mapped[LongText]
    # The last day on which an answer is in time, to its midnight in London.
    due_on: Mapped[date] = mapped_column(sa.Date)
    asked_by_id: Mapped[int | None] = references("person.id", index=False)
    asked_at: Mapped[Instant]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = references("person.id", index=False)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The questions whose files the group may send again with its answer; only these, and none where it is empty.
    wanted: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    # What came with the answer: [{"code", "document_id", "name", "sha256"}]. What was sent first stays as it was sent.
    files: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON(none_as_null=True))
    # Why it was taken back; empty when it was answered or nobody answered.
    taken_back_reason: Mapped[str] = mapped_column(sa.Text, default="")

    application: Mapped[Application] = relationship()
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])

    @property
    def scope(self) -> Scope:
        return self.application.scope

    @property
    def due_at(self) -> datetime:
        """The instant from which an answer is late."""
        return end_of_day(self.due_on)


class CheckClaim(Base):
    """Who took up the check of a bid last, and when. It keeps colleagues off for a while and shuts out nobody."""

    __tablename__ = "check_claim"

    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), primary_key=True)
    person_id: Mapped[int] = references("person.id", index=False)
    claimed_at: Mapped[Instant]

    person: Mapped[Person] = relationship()
