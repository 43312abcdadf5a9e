"""Who wants an e-mail when a round opens: an address with what it asked for, and nothing about whose it is."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.core.base import Base
from grants.core.columns import Id, Instant, UtcDateTime, references
from grants.funds.models import Round


class Subscription(Base):
    """One address and one wish: a round, or every round of an office (none: of all) for an area and about some words.

    It counts once `confirmed_at` is set, until `ended_at`. Of its two links only hashes are kept.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        sa.Index(
            "uq_subscription_standing",
            "email",
            "wish_hash",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.CheckConstraint("round_id IS NULL OR (office_id IS NULL AND area = '' AND theme = '')", name="one_wish"),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(sa.String(254))
    round_id: Mapped[int | None] = references("round.id")
    office_id: Mapped[int | None] = references("office.id")
    area: Mapped[str] = mapped_column(sa.String(120), default="")
    theme: Mapped[str] = mapped_column(sa.String(100), default="")
    # What the wish is in one value, so that the database itself keeps one of a kind for each address.
    wish_hash: Mapped[str] = mapped_column(sa.String(64))
    confirm_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    end_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round | None] = relationship()
