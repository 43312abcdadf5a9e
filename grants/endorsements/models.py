"""Endorsements of a bid: who was asked, and what they said in their own name; the link is kept as a hash only."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Application
from grants.core.base import Base
from grants.core.columns import Instant, ShortText, Stateful, UtcDateTime, references, state_check
from workflows.endorsement import ENDORSEMENT

WAITING_ONLY = "endorsement.state = 'requested'"


class Endorsement(Stateful, Base):
    """One asking and its answer. `asked_name` is what the group calls whom it asks, such as a rank and a beat."""

    __tablename__ = "endorsement"
    __workflow__ = ENDORSEMENT
    __table_args__ = (
        state_check(ENDORSEMENT),
        sa.CheckConstraint(
            "state <> 'given' OR (words <> '' AND name <> '' AND position <> '' AND given_at IS NOT NULL)",
            name="given_with_words",
        ),
        # One asking of one address at a time, however often the button is pressed.
        sa.Index(
            "uq_endorsement_standing",
            "application_id",
            "email",
            unique=True,
            sqlite_where=sa.text("state IN ('requested', 'given')"),
            postgresql_where=sa.text("state IN ('requested', 'given')"),
        ),
        # The timer asks each minute, and the askings that were answered are not its business.
        sa.Index(
            "ix_endorsement_waiting",
            "application_id",
            "asked_at",
            sqlite_where=sa.text(WAITING_ONLY),
            postgresql_where=sa.text(WAITING_ONLY),
        ),
    )

    office_id: Mapped[int] = references("office.id")
    organisation_id: Mapped[int] = references("organisation.id")
    application_id: Mapped[int] = references("application.id", index=False)
    email: Mapped[str] = mapped_column(sa.String(254))
    asked_name: Mapped[ShortText]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_by_id: Mapped[int | None] = references("person.id", index=False)
    created_at: Mapped[Instant]
    asked_at: Mapped[Instant]
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(sa.Text, default="")
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    position: Mapped[str] = mapped_column(sa.String(200), default="")
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    application: Mapped[Application] = relationship()

    @classmethod
    def staff_may_see(cls) -> sa.ColumnElement[bool]:
        """Staff read it with the bid that was sent, as a part of what was sent."""
        return sa.false()
