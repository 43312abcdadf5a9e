"""Money sources: where the money of a fund comes from, and what is promised about it."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from grants.core.base import Base
from grants.core.columns import Id, Instant, LongText, Pence, ShortText, references


class MoneySource(Base):
    """An amount that an office may give away, with the restriction it came with."""

    __tablename__ = "money_source"
    __table_args__ = (sa.CheckConstraint("amount_pence > 0", name="amount_positive"),)

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    name: Mapped[ShortText]
    kind: Mapped[str] = mapped_column(sa.String(40), default="core")
    amount_pence: Mapped[Pence]
    restriction: Mapped[str] = mapped_column(sa.Text, default="")
    spend_by_on: Mapped[date | None] = mapped_column(sa.Date)


class OverProgramming(Base):
    """How far above its pot a round may promise, as some is never spent; authorised by finance, with a reason."""

    __tablename__ = "over_programming"
    __table_args__ = (sa.CheckConstraint("hundredths >= 0 AND hundredths <= 5000", name="up_to_half"),)

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id", ondelete="RESTRICT"), unique=True)
    # Hundredths of a percent of the pot: 1,000 is ten percent.
    hundredths: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[LongText]
    authorised_by_id: Mapped[int | None] = references("person.id", index=False)
    authorised_at: Mapped[Instant]
