"""Decision notices: what one person decided, for each bid and why; a settled notice has a decider and a date."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Application
from grants.core.base import Base
from grants.core.columns import Id, Instant, Stateful, UtcDateTime, references, state_check
from grants.funds.models import Round
from workflows.decision import DECISION


class Decision(Stateful, Base):
    """One notice. It may cover a whole round; each bid in it is an item with its own reason."""

    __tablename__ = "decision"
    __workflow__ = DECISION
    __table_args__ = (
        state_check(DECISION),
        sa.UniqueConstraint("office_id", "reference"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'published', 'rejected') OR decided_at IS NOT NULL",
            name="decided_has_date",
        ),
    )

    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id")
    reference: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(250))
    # Who must sign before the decision maker sees it: {"monitoring-officer": {"status": "not-applicable"}, ...}.
    declarations: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    raised_by_id: Mapped[int | None] = references("person.id", index=False)
    decided_by_id: Mapped[int | None] = references("person.id", index=False)
    decided_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    interests_statement: Mapped[str] = mapped_column(sa.Text, default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_fictional: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    created_at: Mapped[Instant]

    round: Mapped[Round] = relationship()
    items: Mapped[list[DecisionItem]] = relationship(back_populates="decision", order_by="DecisionItem.id")


class DecisionItem(Base):
    """What the notice decides about one bid. A grant has an amount, and before approval its own reason."""

    __tablename__ = "decision_item"
    __table_args__ = (
        sa.UniqueConstraint("decision_id", "application_id"),
        sa.CheckConstraint("outcome IN ('grant', 'reserve', 'decline')", name="outcome_known"),
        sa.CheckConstraint("outcome <> 'grant' OR amount_pence > 0", name="grant_has_amount"),
    )

    id: Mapped[Id]
    decision_id: Mapped[int] = references("decision.id", index=False)
    application_id: Mapped[int] = references("application.id")
    outcome: Mapped[str] = mapped_column(sa.String(10))
    amount_pence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    # As the panel recommended them; the offer carries them.
    conditions: Mapped[str] = mapped_column(sa.Text, default="")

    decision: Mapped[Decision] = relationship(back_populates="items")
    application: Mapped[Application] = relationship()
