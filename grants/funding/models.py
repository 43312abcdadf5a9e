"""Money sources: where the money of a fund comes from, and what is promised about it."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from grants.core.base import Base
from grants.core.columns import Id, Pence, ShortText, references


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
