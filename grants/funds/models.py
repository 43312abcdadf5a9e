"""Funds and rounds as rows: questions, rules, rubric, areas, dates and limits are data, never code."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.core.base import Base
from grants.core.columns import (
    Id,
    Instant,
    LongText,
    Pence,
    ShortText,
    Stateful,
    UtcDateTime,
    one_of,
    references,
    state_check,
    text_enum,
)
from workflows.event import EVENT
from workflows.round import ROUND


class Fund(Base):
    """A programme of grants under one legal power, such as the Commissioner's Safety Fund."""

    __tablename__ = "fund"
    __table_args__ = (sa.UniqueConstraint("office_id", "code"),)

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    code: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[ShortText]
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    legal_power: Mapped[str] = mapped_column(
        sa.String(200), default="Police Reform and Social Responsibility Act 2011, section 9"
    )


class FundMoney(Base):
    """How much of a money source is set aside for a fund."""

    __tablename__ = "fund_money"
    __table_args__ = (
        sa.UniqueConstraint("fund_id", "money_source_id"),
        sa.CheckConstraint("amount_pence > 0", name="amount_positive"),
    )

    id: Mapped[Id]
    fund_id: Mapped[int] = references("fund.id")
    money_source_id: Mapped[int] = references("money_source.id")
    amount_pence: Mapped[Pence]


class Endorsement(StrEnum):
    """Whether a round wants the word of somebody who knows the place, such as a neighbourhood officer."""

    NONE = "none"
    WELCOME = "welcome"
    NEEDED = "needed"


class Round(Stateful, Base):
    """One competition of a fund. `line_hundredths` is the provisional line in hundredths of a percent."""

    __tablename__ = "round"
    __workflow__ = ROUND
    __table_args__ = (
        state_check(ROUND),
        sa.UniqueConstraint("office_id", "code"),
        sa.CheckConstraint("pot_pence > 0", name="pot_positive"),
        sa.CheckConstraint("line_hundredths BETWEEN 0 AND 10000", name="line_in_range"),
        sa.CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name="opens_before_closes"),
        sa.CheckConstraint("closes_at IS NOT NULL OR is_rolling OR state = 'draft'", name="closes_or_rolls"),
        sa.CheckConstraint("markers_needed >= 1", name="markers_needed_positive"),
        sa.CheckConstraint("form_version >= 0", name="form_version_not_negative"),
        sa.CheckConstraint("is_trial = (trial_of_id IS NOT NULL)", name="trial_is_of_a_round"),
        one_of("endorsement", Endorsement),
        sa.Index("ix_round_state_times", "state", "opens_at", "closes_at"),
    )

    office_id: Mapped[int] = references("office.id")
    fund_id: Mapped[int] = references("fund.id")
    code: Mapped[str] = mapped_column(sa.String(30))
    title: Mapped[ShortText]
    theme: Mapped[str] = mapped_column(sa.String(300), default="")
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    guidance: Mapped[str] = mapped_column(sa.Text, default="")
    privacy_notice: Mapped[str] = mapped_column(sa.Text, default="")
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_rolling: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    grace_minutes: Mapped[int] = mapped_column(sa.Integer, default=0)
    scoring_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    panel_on: Mapped[date | None] = mapped_column(sa.Date)
    decide_by_on: Mapped[date | None] = mapped_column(sa.Date)
    announce_on: Mapped[date | None] = mapped_column(sa.Date)
    pot_pence: Mapped[Pence]
    line_hundredths: Mapped[int] = mapped_column(sa.Integer, default=6000)
    # Edges of the score bands in hundredths of a percent, best first.
    band_edges: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    min_ask_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    max_ask_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    max_project_cost_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    max_months: Mapped[int] = mapped_column(sa.Integer, default=12)
    markers_needed: Mapped[int] = mapped_column(sa.Integer, default=2)
    panel_quorum: Mapped[int] = mapped_column(sa.Integer, default=3)
    needs_community_rep: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # No bid opens to a community representative before their training and their word on confidentiality.
    needs_prepared_reps: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    tells_disqualified_at_once: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    # Markers are not told whose bid they read until its marks are locked.
    is_anonymous: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    acceptance_working_days: Mapped[int] = mapped_column(sa.Integer, default=20)
    # When it was first shown to the public; a round cancelled before that was never theirs to see.
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_money_confirmed: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    is_on_paper: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    is_fictional: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    cancelled_reason: Mapped[str] = mapped_column(sa.Text, default="")
    last_reference: Mapped[int] = mapped_column(sa.Integer, default=0)
    # The form that is asked now: 0 until it is published, then the number of its latest `RoundVersion`.
    form_version: Mapped[int] = mapped_column(sa.Integer, default=0)
    # The office's own words in the letters of this round, by the letter's kind.
    letters: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    endorsement: Mapped[Endorsement] = mapped_column(text_enum(Endorsement), default=Endorsement.NONE)
    # A try-out of another round's form by its office: never listed to the public, never counted.
    is_trial: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    trial_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("round.id"), index=True)

    fund: Mapped[Fund] = relationship()
    # What was retired keeps its row for the answers that it has, and is no part of the form any more.
    areas: Mapped[list[RoundArea]] = relationship(
        order_by="RoundArea.position",
        back_populates="round",
        primaryjoin="and_(RoundArea.round_id == Round.id, RoundArea.retired_at.is_(None))",
    )
    criteria: Mapped[list[Criterion]] = relationship(order_by="Criterion.position", back_populates="round")
    sections: Mapped[list[Section]] = relationship(
        order_by="Section.position",
        back_populates="round",
        primaryjoin="and_(Section.round_id == Round.id, Section.retired_at.is_(None))",
    )
    questions: Mapped[list[Question]] = relationship(
        order_by="Question.position",
        back_populates="round",
        primaryjoin="and_(Question.round_id == Round.id, Question.retired_at.is_(None))",
    )
    rules: Mapped[list[RoundRule]] = relationship(order_by="RoundRule.position", back_populates="round")
    events: Mapped[list[SupportEvent]] = relationship(
        order_by="SupportEvent.starts_at, SupportEvent.id", back_populates="round"
    )

    @classmethod
    def staff_may_see(cls) -> sa.ColumnElement[bool]:
        # A try-out is its tester's; it is in no list, count or report of the office.
        return ~cls.is_trial

    @property
    def form_key(self) -> tuple[int, str, datetime, int] | None:
        """What keeps the form, rubric and rules: once the public has read them, only a new version has others."""
        return None if self.published_at is None else (self.id, self.code, self.published_at, self.form_version)


class RoundArea(Base):
    """An area as the round names it; sources use unofficial names, so an area is a name first."""

    __tablename__ = "round_area"
    __table_args__ = (sa.UniqueConstraint("round_id", "name"),)

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id")
    name: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    aliases: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship(back_populates="areas")


class Criterion(Base):
    """One line of the rubric; the weights of a round sum to 100."""

    __tablename__ = "criterion"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "code"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight_in_range"),
        sa.CheckConstraint("min_score BETWEEN 0 AND max_score - 1", name="scale_rises"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id")
    code: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[ShortText]
    guidance: Mapped[str] = mapped_column(sa.Text, default="")
    weight: Mapped[int] = mapped_column(sa.Integer)
    # All criteria of a round have the same scale: `workflows.rules.scoring.SCALES`.
    min_score: Mapped[int] = mapped_column(sa.Integer, default=0)
    max_score: Mapped[int] = mapped_column(sa.Integer, default=5)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    round: Mapped[Round] = relationship(back_populates="criteria")


class Section(Base):
    """A group of questions: one line of the applicant's task list."""

    __tablename__ = "section"
    __table_args__ = (sa.UniqueConstraint("round_id", "code"),)

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id")
    code: Mapped[str] = mapped_column(sa.String(30))
    title: Mapped[ShortText]
    guidance: Mapped[str] = mapped_column(sa.Text, default="")
    is_eligibility: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship(back_populates="sections")


class QuestionKind(StrEnum):
    """What a question takes; `options`, `word_limit` and `settings` refine it."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    RADIO = "radio"
    CHECKBOXES = "checkboxes"
    AREAS = "areas"
    BUDGET = "budget"
    DECLARATION = "declaration"
    # Rows of typed columns; `settings["columns"]` says which.
    TABLE = "table"
    FILES = "files"
    POSTCODE = "postcode"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    CHARITY_NUMBER = "charity_number"
    COMPANY_NUMBER = "company_number"


# No code holds it, so the name that a question gets when another kind of question takes its code is free.
EARLIER = "~"


class Question(Base):
    """One question of a round. `code` is the model form's id (E1, P3, B2 ...), and is what rules and columns read."""

    __tablename__ = "question"
    __table_args__ = (sa.UniqueConstraint("round_id", "code"), one_of("kind", QuestionKind))

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id")
    section_id: Mapped[int] = references("section.id")
    code: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[QuestionKind] = mapped_column(text_enum(QuestionKind))
    label: Mapped[LongText]
    help_text: Mapped[str] = mapped_column(sa.Text, default="")
    word_limit: Mapped[int | None] = mapped_column(sa.Integer)
    is_required: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    # Radio and checkboxes: [{"value": ..., "label": ...}].
    options: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)
    # Numbers that bound the answer and the like: {"min": 0, "max": 10, "must_be": "yes"}.
    settings: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    criterion_code: Mapped[str] = mapped_column(sa.String(20), default="")
    # Not shown to markers: contacts, access needs, bank matters.
    is_private: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # Asked only when another question has one of these answers: {"question": "S1", "is": ["yes"]}.
    show_when: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    # Kept in the set-up but not asked.
    is_hidden: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # Left out of a later version; the answers that it has stay with it.
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    round: Mapped[Round] = relationship(back_populates="questions")
    section: Mapped[Section] = relationship()


class RoundRule(Base):
    """An eligibility rule that a round applies: automatic by code, or manual with the question that staff answer."""

    __tablename__ = "round_rule"
    __table_args__ = (sa.UniqueConstraint("round_id", "code"),)

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id")
    code: Mapped[str] = mapped_column(sa.String(10))
    title: Mapped[ShortText]
    is_automatic: Mapped[bool] = mapped_column(sa.Boolean)
    # What a breach means: "fail" or "refer".
    on_breach: Mapped[str] = mapped_column(sa.String(10), default="fail")
    settings: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    round: Mapped[Round] = relationship(back_populates="rules")


class DeadlineChange(Base):
    """A published deadline that was moved later, from when to when, by whom and why."""

    __tablename__ = "deadline_change"
    __table_args__ = (sa.CheckConstraint("new_closes_at > old_closes_at", name="only_later"),)

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id")
    old_closes_at: Mapped[Instant]
    new_closes_at: Mapped[Instant]
    reason: Mapped[LongText]
    person_id: Mapped[int | None] = references("person.id", index=False)
    at: Mapped[Instant]


class RoundVersion(Base):
    """A form as it was published, whole: version 1 with the round, each later one with the reason for the change.

    A row without `published_at` is the working copy of the next version; a round has one at most.
    """

    __tablename__ = "round_version"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "number"),
        sa.Index(
            "uq_round_version_working",
            "round_id",
            unique=True,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id", index=False)
    number: Mapped[int] = mapped_column(sa.Integer)
    # The round's definition, whole, as `grants.funds.stored` writes it.
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    person_id: Mapped[int | None] = references("person.id", index=False)
    created_at: Mapped[Instant]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Counts the saves of a working copy, so that the second of two editors is told.
    version: Mapped[int] = mapped_column(sa.Integer, default=1)


class EventKind(StrEnum):
    """How a group can be there."""

    WORKSHOP = "workshop"
    ONLINE = "online"
    DROP_IN = "drop_in"


class SupportEvent(Stateful, Base):
    """A workshop or call where groups are helped with their bids; its recording may follow."""

    __tablename__ = "support_event"
    __workflow__ = EVENT
    __table_args__ = (
        state_check(EVENT),
        one_of("kind", EventKind),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        sa.Index("ix_support_event_round", "round_id", "starts_at"),
    )

    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id", index=False)
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind), default=EventKind.WORKSHOP)
    title: Mapped[ShortText]
    about: Mapped[str] = mapped_column(sa.Text, default="")
    starts_at: Mapped[Instant]
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(sa.String(300), default="")
    link: Mapped[str] = mapped_column(sa.String(500), default="")
    recording_link: Mapped[str] = mapped_column(sa.String(500), default="")
    capacity: Mapped[int | None] = mapped_column(sa.Integer)
    created_at: Mapped[Instant]

    round: Mapped[Round] = relationship(back_populates="events")


class EventSignUp(Base):
    """Somebody who wants to come to an event; what links it to a later bid is the group or the address."""

    __tablename__ = "event_sign_up"
    __table_args__ = (sa.UniqueConstraint("event_id", "email"),)

    id: Mapped[Id]
    event_id: Mapped[int] = references("support_event.id", index=False)
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[ShortText]
    group_name: Mapped[str] = mapped_column(sa.String(200), default="")
    organisation_id: Mapped[int | None] = references("organisation.id")
    needs: Mapped[str] = mapped_column(sa.Text, default="")
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    is_waiting: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    attended: Mapped[bool | None] = mapped_column(sa.Boolean)
    created_at: Mapped[Instant]
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[SupportEvent] = relationship()
