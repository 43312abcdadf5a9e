"""Requests for a review of a refusal: what the group says went wrong, who looks at it, and what came of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.core.base import Base
from grants.core.columns import Instant, LongText, Stateful, UtcDateTime, one_of, references, state_check, text_enum
from workflows.review import REVIEW, CameBy, Ground, Return


class Review(Stateful, Base):
    """One request about one refusal of one bid. `late_from` is kept as it was when the group asked."""

    __tablename__ = "review"
    __workflow__ = REVIEW
    __table_args__ = (
        state_check(REVIEW),
        one_of("ground", Ground),
        one_of("returned_to", Return),
        one_of("came_by", CameBy),
        sa.CheckConstraint("(came_by IS NULL) = (recorded_by_id IS NULL)", name="recorded_by_somebody"),
        sa.CheckConstraint("outcome IN ('declined', 'disqualified')", name="outcome_known"),
        sa.CheckConstraint("state = 'requested' OR reviewer_id IS NOT NULL", name="reviewed_by_somebody"),
        sa.CheckConstraint(
            "state NOT IN ('upheld', 'reopened') OR (conclusion <> '' AND concluded_at IS NOT NULL)",
            name="concluded_with_words",
        ),
        sa.CheckConstraint("state <> 'reopened' OR returned_to IS NOT NULL", name="reopened_goes_somewhere"),
        # Another refusal of the same bid is told at another time.
        sa.UniqueConstraint("application_id", "told_at"),
    )

    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id")
    organisation_id: Mapped[int] = references("organisation.id")
    application_id: Mapped[int] = references("application.id", index=False)
    outcome: Mapped[str] = mapped_column(sa.String(20))
    told_at: Mapped[Instant]
    late_from: Mapped[Instant]
    ground: Mapped[Ground] = mapped_column(text_enum(Ground))
    words: Mapped[LongText]
    asked_by_id: Mapped[int | None] = references("person.id", index=False)
    asked_at: Mapped[Instant]
    # Where the group asked by letter, by telephone or in person: how, who of it, and who of the office wrote it down.
    came_by: Mapped[CameBy | None] = mapped_column(text_enum(CameBy))
    asker: Mapped[str] = mapped_column(sa.String(200), default="")
    recorded_by_id: Mapped[int | None] = references("person.id", index=False)
    reviewer_id: Mapped[int | None] = references("person.id", index=False)
    taken_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the reviewer found, which the group reads.
    conclusion: Mapped[str] = mapped_column(sa.Text, default="")
    concluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_to: Mapped[Return | None] = mapped_column(text_enum(Return))
    follow_up: Mapped[str] = mapped_column(sa.Text, default="")
    followed_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    application: Mapped[Application] = relationship()
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    reviewer: Mapped[Person | None] = relationship(foreign_keys=[reviewer_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
