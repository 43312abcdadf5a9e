"""Monitoring returns: what a funded group reports each quarter, and the questions asked about it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.awards.models import Award
from grants.core.base import Base
from grants.core.columns import Id, Instant, LongText, Stateful, UtcDateTime, references, state_check
from workflows.monitoring import MONITORING


class MonitoringReturn(Stateful, Base):
    """One return of one award for one period; days are London calendar days, money pence."""

    __tablename__ = "monitoring_return"
    __workflow__ = MONITORING
    __table_args__ = (
        state_check(MONITORING),
        sa.UniqueConstraint("award_id", "number"),
        sa.CheckConstraint("period_start_on <= period_end_on", name="period_in_order"),
        sa.CheckConstraint("spend_pence IS NULL OR spend_pence >= 0", name="spend_not_negative"),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'queried', 'accepted') OR submitted_at IS NOT NULL",
            name="submitted_has_date",
        ),
        sa.Index("ix_monitoring_return_due", "state", "opens_at", "due_on"),
    )

    office_id: Mapped[int] = references("office.id")
    organisation_id: Mapped[int] = references("organisation.id")
    award_id: Mapped[int] = references("award.id", index=False)
    number: Mapped[int] = mapped_column(sa.Integer)
    period_start_on: Mapped[date] = mapped_column(sa.Date)
    period_end_on: Mapped[date] = mapped_column(sa.Date)
    opens_at: Mapped[Instant]
    due_on: Mapped[date] = mapped_column(sa.Date)
    is_final: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    own_rag: Mapped[str] = mapped_column(sa.String(10), default="")
    own_rag_note: Mapped[str] = mapped_column(sa.Text, default="")
    narrative: Mapped[str] = mapped_column(sa.Text, default="")
    lessons: Mapped[str] = mapped_column(sa.Text, default="")
    people_new_count: Mapped[int | None] = mapped_column(sa.Integer)
    people_continuing_count: Mapped[int | None] = mapped_column(sa.Integer)
    sessions_count: Mapped[int | None] = mapped_column(sa.Integer)
    attendances_count: Mapped[int | None] = mapped_column(sa.Integer)
    spend_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    spend_note: Mapped[str] = mapped_column(sa.Text, default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    certified_by_id: Mapped[int | None] = references("person.id", index=False)
    certified_name: Mapped[str] = mapped_column(sa.String(200), default="")
    accepted_by_id: Mapped[int | None] = references("person.id", index=False)
    officer_rag: Mapped[str] = mapped_column(sa.String(10), default="")
    feedback: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[Instant]

    award: Mapped[Award] = relationship()
    questions: Mapped[list[ReturnQuestion]] = relationship(
        order_by="ReturnQuestion.id", back_populates="monitoring_return"
    )


class ReturnQuestion(Base):
    """A question that an officer asked back about a return, and the group's answer."""

    __tablename__ = "return_question"

    id: Mapped[Id]
    return_id: Mapped[int] = references("monitoring_return.id")
    question: Mapped[LongText]
    asked_by_id: Mapped[int | None] = references("person.id", index=False)
    asked_at: Mapped[Instant]
    answer_due_on: Mapped[date | None] = mapped_column(sa.Date)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = references("person.id", index=False)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    monitoring_return: Mapped[MonitoringReturn] = relationship(back_populates="questions")
