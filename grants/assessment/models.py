"""Marking and moderation: interests, marks made alone, agreed scores beside the originals, and the panel's outcome."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.core.base import Base
from grants.core.columns import Id, Instant, Stateful, UtcDateTime, one_of, references, state_check, text_enum
from grants.core.outbox import Message
from grants.core.scoping import shuts
from grants.funds.models import Criterion, Round
from workflows.actors import Actor
from workflows.assignment import ASSIGNMENT, Interest, InterestKind
from workflows.panel import PANEL
from workflows.rules.interests import Signal


class InterestDeclaration(Base):
    """What a person declared about one bid. A later declaration is a new row; the newest holds."""

    __tablename__ = "interest_declaration"
    __table_args__ = (
        one_of("interest", Interest),
        one_of("kind", InterestKind),
        sa.Index("ix_interest_declaration_who", "application_id", "person_id", "id"),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id", index=False)
    person_id: Mapped[int] = references("person.id")
    interest: Mapped[Interest] = mapped_column(text_enum(Interest))
    # None where there is no interest, and where nobody was asked for it.
    kind: Mapped[InterestKind | None] = mapped_column(text_enum(InterestKind))
    detail: Mapped[str] = mapped_column(sa.Text, default="")
    declared_at: Mapped[Instant]


def direct_interests_of(actor: Actor) -> sa.Select[tuple[int]]:
    """The ids of the bids that a direct interest closes to the actor."""
    return sa.select(InterestDeclaration.application_id).where(
        InterestDeclaration.person_id == (actor.person_id or 0),
        InterestDeclaration.interest == Interest.DIRECT,
    )


@shuts(Message)
def about_a_shut_bid(actor: Actor) -> sa.ColumnElement[bool]:
    """An e-mail about a bid, or about the work on it, names the bid; it is shut with it."""
    work = sa.select(Assignment.id).where(Assignment.application_id.in_(direct_interests_of(actor)))
    return sa.or_(
        sa.and_(Message.subject_type == "application", Message.subject_id.in_(direct_interests_of(actor))),
        sa.and_(Message.subject_type == "assignment", Message.subject_id.in_(work)),
    )


@shuts(Application)
def direct_interest(actor: Actor) -> sa.ColumnElement[bool]:
    """A direct interest closes the bid to the person whatever else they are; it is never taken back."""
    return (
        sa.exists()
        .where(
            InterestDeclaration.application_id == Application.id,
            InterestDeclaration.person_id == (actor.person_id or 0),
            InterestDeclaration.interest == Interest.DIRECT,
        )
        .correlate(Application)
    )


class InterestProposal(Base):
    """A sign that a person may have an interest in a bid, once for each; they answer it by declaring."""

    __tablename__ = "interest_proposal"
    __table_args__ = (
        one_of("signal", Signal),
        sa.UniqueConstraint("application_id", "person_id", "signal", "evidence"),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id", index=False)
    person_id: Mapped[int] = references("person.id")
    signal: Mapped[Signal] = mapped_column(text_enum(Signal))
    # The person's own side of the match, never another's.
    evidence: Mapped[str] = mapped_column(sa.String(254), default="")
    proposed_at: Mapped[Instant]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    application: Mapped[Application] = relationship()
    person: Mapped[Person] = relationship()


class Ruling(StrEnum):
    """What a chair ruled about an indirect interest; `leaves` shuts the bid as a direct one does."""

    TAKES_PART = "takes_part"
    LEAVES = "leaves"


class InterestRuling(Base):
    """A ruling on one declaration of an indirect interest: what, why and by whom. The newest holds."""

    __tablename__ = "interest_ruling"
    __table_args__ = (one_of("ruling", Ruling),)

    id: Mapped[Id]
    declaration_id: Mapped[int] = references("interest_declaration.id")
    ruling: Mapped[Ruling] = mapped_column(text_enum(Ruling))
    reason: Mapped[str] = mapped_column(sa.Text)
    ruled_by_id: Mapped[int | None] = references("person.id", index=False)
    ruled_at: Mapped[Instant]

    declaration: Mapped[InterestDeclaration] = relationship()
    ruled_by: Mapped[Person | None] = relationship()


class Assignment(Stateful, Base):
    """One marker's work on one bid."""

    __tablename__ = "assignment"
    __workflow__ = ASSIGNMENT
    __table_args__ = (state_check(ASSIGNMENT), sa.UniqueConstraint("application_id", "person_id"))

    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id")
    application_id: Mapped[int] = references("application.id", index=False)
    # None for a marker whose marks were brought in from paper.
    person_id: Mapped[int | None] = references("person.id")
    paper_marker: Mapped[str] = mapped_column(sa.String(120), default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The marker's own note to come back to the bid; nobody else is told of it.
    comes_back: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # Their marks come from a sheet that the office brought in; a save of their own ends it.
    is_on_paper: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    created_at: Mapped[Instant]

    application: Mapped[Application] = relationship()
    person: Mapped[Person | None] = relationship()
    scores: Mapped[list[Score]] = relationship(back_populates="assignment")


class Score(Base):
    """One marker's score for one criterion of one bid, with the justification."""

    __tablename__ = "score"
    __table_args__ = (
        sa.UniqueConstraint("assignment_id", "criterion_id"),
        sa.CheckConstraint("score >= 0", name="score_not_negative"),
    )

    id: Mapped[Id]
    assignment_id: Mapped[int] = references("assignment.id", index=False)
    criterion_id: Mapped[int] = references("criterion.id", index=False)
    score: Mapped[int | None] = mapped_column(sa.Integer)
    justification: Mapped[str] = mapped_column(sa.Text, default="")
    # Raised at every save; two windows of one marker are told apart by it.
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    # A late-found interest voids the scores without erasing them.
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    saved_at: Mapped[Instant]

    assignment: Mapped[Assignment] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship()


class LockedMarks(Base):
    """A marker's marks as they were locked, once for each lock; a reopening changes nothing of it."""

    __tablename__ = "locked_marks"
    __table_args__ = (sa.UniqueConstraint("assignment_id", "number"),)

    id: Mapped[Id]
    assignment_id: Mapped[int] = references("assignment.id", index=False)
    number: Mapped[int] = mapped_column(sa.Integer)
    # {criterion code: {"score": 3, "justification": "..."}}
    marks: Mapped[dict[str, dict[str, Any]]] = mapped_column(sa.JSON)
    locked_at: Mapped[Instant]
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_reason: Mapped[str] = mapped_column(sa.Text, default="")
    # Whether the marker could see another's scores of this bid before theirs were opened again.
    saw_others: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # Where a manager locked them for the marker: when and how the marker said that these scores are theirs.
    locked_by_id: Mapped[int | None] = references("person.id", index=False)
    confirmed_on: Mapped[date | None] = mapped_column(sa.Date)
    confirmed_how: Mapped[str] = mapped_column(sa.Text, default="")

    assignment: Mapped[Assignment] = relationship()
    locked_by: Mapped[Person | None] = relationship()


class VoidMarks(Base):
    """Marks of a marker who was taken off and got the bid back: kept as they were, and they never count again."""

    __tablename__ = "void_marks"

    id: Mapped[Id]
    assignment_id: Mapped[int] = references("assignment.id")
    # As in LockedMarks.
    marks: Mapped[dict[str, dict[str, Any]]] = mapped_column(sa.JSON)
    given_back_at: Mapped[Instant]


class BroughtSheet(Base):
    """A sheet that somebody of the office brought in for the marker, once for each bid in it."""

    __tablename__ = "brought_sheet"

    id: Mapped[Id]
    assignment_id: Mapped[int] = references("assignment.id")
    person_id: Mapped[int] = references("person.id")
    brought_at: Mapped[Instant]

    person: Mapped[Person] = relationship()


class ReleasedFile(Base):
    """A file that can't be cleaned of its author, which an officer has looked into and gives to the markers."""

    __tablename__ = "released_file"
    __table_args__ = (sa.UniqueConstraint("application_id", "document_id"),)

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id", index=False)
    document_id: Mapped[int] = references("document.id", index=False)
    person_id: Mapped[int | None] = references("person.id", index=False)
    reason: Mapped[str] = mapped_column(sa.Text)
    released_at: Mapped[Instant]


class Panel(Stateful, Base):
    """The panel of a round: one for each."""

    __tablename__ = "panel"
    __workflow__ = PANEL
    __table_args__ = (state_check(PANEL), sa.UniqueConstraint("round_id"))

    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id", index=False)
    line_moved_to_hundredths: Mapped[int | None] = mapped_column(sa.Integer)
    line_reason: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[Instant]

    round: Mapped[Round] = relationship()
    members: Mapped[list[PanelMember]] = relationship(back_populates="panel")


class PanelMember(Base):
    """A person who sits on a panel, as what, and whether they were present when it opened."""

    __tablename__ = "panel_member"
    __table_args__ = (sa.UniqueConstraint("panel_id", "person_id"),)

    id: Mapped[Id]
    panel_id: Mapped[int] = references("panel.id", index=False)
    person_id: Mapped[int] = references("person.id")
    is_chair: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    is_officer: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    is_community_rep: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    is_present: Mapped[bool] = mapped_column(sa.Boolean, default=False)

    panel: Mapped[Panel] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class ModeratedScore(Base):
    """The score that the panel agreed for one criterion; the markers' own are never overwritten."""

    __tablename__ = "moderated_score"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "criterion_id"),
        sa.CheckConstraint("score >= 0", name="score_not_negative"),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id", index=False)
    criterion_id: Mapped[int] = references("criterion.id", index=False)
    score: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[int | None] = references("person.id", index=False)
    saved_at: Mapped[Instant]

    criterion: Mapped[Criterion] = relationship()


class Recommendation(Base):
    """The panel's outcome for one bid: how much, why, and the feedback that the group will read."""

    __tablename__ = "recommendation"
    __table_args__ = (
        sa.UniqueConstraint("application_id"),
        sa.CheckConstraint("outcome IN ('recommended', 'reserve', 'not_recommended')", name="outcome_known"),
        sa.CheckConstraint("amount_pence >= 0", name="amount_not_negative"),
        sa.CheckConstraint("outcome <> 'recommended' OR amount_pence > 0", name="recommended_has_amount"),
    )

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id")
    application_id: Mapped[int] = references("application.id", index=False)
    outcome: Mapped[str] = mapped_column(sa.String(20))
    amount_pence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # A stable code such as "does-not-fit" or "below-line", or the chair's words.
    reason_code: Mapped[str] = mapped_column(sa.String(40), default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    reserve_rank: Mapped[int | None] = mapped_column(sa.Integer)
    # The last day on which a freed amount may still go to it (our default: 90 days, or the financial year's end).
    reserve_until_on: Mapped[date | None] = mapped_column(sa.Date)
    # When the group was told that the day had gone by.
    reserve_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of a part award: which lines of the budget it leaves out.
    lines_removed: Mapped[str] = mapped_column(sa.Text, default="")
    conditions: Mapped[str] = mapped_column(sa.Text, default="")
    crime_reduction_reason: Mapped[str] = mapped_column(sa.Text, default="")
    feedback: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[int | None] = references("person.id", index=False)
    saved_at: Mapped[Instant]

    application: Mapped[Application] = relationship()
