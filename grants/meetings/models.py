"""A panel's sittings: who was in the room when, each item, the words as they were typed, and the minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.assessment.models import Panel
from grants.core.base import Base
from grants.core.columns import Id, Instant, Stateful, UtcDateTime, references, state_check
from workflows.minutes import MINUTES


class Meeting(Base):
    """One sitting of a panel; a panel that is opened again has another. What is live in it is here and nowhere else."""

    __tablename__ = "meeting"
    __table_args__ = (
        sa.UniqueConstraint("panel_id", "number"),
        sa.CheckConstraint("phase IN ('', 'discuss', 'rescore', 'agreed')", name="phase_known"),
        sa.CheckConstraint("(current_id IS NULL) = (phase = '')", name="item_has_phase"),
        sa.CheckConstraint("ended_at IS NULL OR current_id IS NULL", name="ended_has_no_item"),
    )

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    panel_id: Mapped[int] = references("panel.id", index=False)
    number: Mapped[int] = mapped_column(sa.Integer, default=1)
    # Raised by everything that happens in the room: whoever looks on asks for it, and for the rest when it moved.
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    chair_id: Mapped[int | None] = references("person.id", index=False)
    current_id: Mapped[int | None] = references("application.id", index=False)
    phase: Mapped[str] = mapped_column(sa.String(10), default="")
    # Whether the markers' own marks stand on the screen and on the members' pages.
    shows_marks: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    began_at: Mapped[Instant]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    panel: Mapped[Panel] = relationship()


class Attendance(Base):
    """A stay in the room, from coming in to leaving."""

    __tablename__ = "attendance"
    __table_args__ = (
        sa.CheckConstraint("left_at IS NULL OR left_at >= came_at", name="left_after_coming"),
        # Nobody is in the room twice.
        sa.Index(
            "uq_attendance_open",
            "meeting_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    meeting_id: Mapped[int] = references("meeting.id")
    person_id: Mapped[int] = references("person.id", index=False)
    came_at: Mapped[Instant]
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class ChairTurn(Base):
    """Who took the chair, from when, and why it changed hands."""

    __tablename__ = "chair_turn"

    id: Mapped[Id]
    meeting_id: Mapped[int] = references("meeting.id")
    person_id: Mapped[int] = references("person.id", index=False)
    from_at: Mapped[Instant]
    reason: Mapped[str] = mapped_column(sa.Text, default="")

    person: Mapped[Person] = relationship()


class MeetingItem(Base):
    """One bid on the table of a sitting: discussed, or agreed with the others together."""

    __tablename__ = "meeting_item"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "application_id"),
        sa.CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed_by_somebody"),
    )

    id: Mapped[Id]
    meeting_id: Mapped[int] = references("meeting.id", index=False)
    application_id: Mapped[int] = references("application.id")
    is_en_bloc: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    opened_at: Mapped[Instant]
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_by_id: Mapped[int | None] = references("person.id", index=False)
    # As it was at that moment: {"present": [person ids], "left": [person ids], "why": [codes of the agenda]}
    record: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    application: Mapped[Application] = relationship()


class MeetingWords(Base):
    """What was typed for one box of an item. Another person's change is a new row; the newest holds."""

    __tablename__ = "meeting_words"
    __table_args__ = (sa.Index("ix_meeting_words_box", "item_id", "code", "id"),)

    id: Mapped[Id]
    item_id: Mapped[int] = references("meeting_item.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(40))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[int] = references("person.id", index=False)
    saved_at: Mapped[Instant]

    person: Mapped[Person] = relationship()


class LineChange(Base):
    """The line as it was moved in a sitting, with the bids that changed sides by it."""

    __tablename__ = "line_change"

    id: Mapped[Id]
    meeting_id: Mapped[int] = references("meeting.id")
    from_hundredths: Mapped[int] = mapped_column(sa.Integer)
    to_hundredths: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str] = mapped_column(sa.Text)
    # Application ids.
    rose: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    fell: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    person_id: Mapped[int | None] = references("person.id", index=False)
    at: Mapped[Instant]


class Minutes(Stateful, Base):
    """The minutes of one sitting."""

    __tablename__ = "minutes"
    __workflow__ = MINUTES
    __table_args__ = (
        state_check(MINUTES),
        sa.UniqueConstraint("meeting_id"),
        sa.CheckConstraint("state <> 'signed' OR signed_at IS NOT NULL", name="signed_has_date"),
    )

    office_id: Mapped[int] = references("office.id")
    meeting_id: Mapped[int] = references("meeting.id", index=False)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by_id: Mapped[int | None] = references("person.id", index=False)
    signed_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[Instant]

    meeting: Mapped[Meeting] = relationship()
    sections: Mapped[list[MinutesSection]] = relationship(
        back_populates="minutes", order_by="MinutesSection.position, MinutesSection.id"
    )
    notes: Mapped[list[MinutesNote]] = relationship(order_by="MinutesNote.id")


class MinutesSection(Base):
    """A piece of the minutes: as it was written from what happened, and beside it as somebody corrected it.

    With a bid it is about that bid alone, and whoever left the room for it has a copy without it.
    """

    __tablename__ = "minutes_section"
    __table_args__ = (
        sa.UniqueConstraint("minutes_id", "position"),
        sa.CheckConstraint("(corrected IS NULL) = (corrected_at IS NULL)", name="corrected_has_date"),
    )

    id: Mapped[Id]
    minutes_id: Mapped[int] = references("minutes.id", index=False)
    position: Mapped[int] = mapped_column(sa.Integer)
    application_id: Mapped[int | None] = references("application.id", index=False)
    part: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(250))
    generated: Mapped[str] = mapped_column(sa.Text)
    corrected: Mapped[str | None] = mapped_column(sa.Text)
    corrected_by_id: Mapped[int | None] = references("person.id", index=False)
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)

    minutes: Mapped[Minutes] = relationship(back_populates="sections")
    corrected_by: Mapped[Person | None] = relationship()

    @property
    def text(self) -> str:
        return self.generated if self.corrected is None else self.corrected


class MinutesNote(Base):
    """A correction after the minutes were signed: dated, under them, and they stay as they are."""

    __tablename__ = "minutes_note"

    id: Mapped[Id]
    minutes_id: Mapped[int] = references("minutes.id")
    application_id: Mapped[int | None] = references("application.id", index=False)
    text: Mapped[str] = mapped_column(sa.Text)
    person_id: Mapped[int] = references("person.id", index=False)
    at: Mapped[Instant]

    person: Mapped[Person] = relationship()
