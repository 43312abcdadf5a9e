"""Bids: what a group writes and what it sent. A submission is a copy that no later edit can touch."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Organisation, Person
from grants.core.base import Base
from grants.core.columns import Id, Instant, Stateful, UtcDateTime, one_of, references, state_check, text_enum
from grants.funds.models import Question, Round, RoundArea
from workflows.actors import Scope
from workflows.application import APPLICATION, DRAFTING, HELPED, LIVE
from workflows.application import ApplicationState as S

_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE))
_UNSENT = ", ".join(f"'{state}'" for state in sorted({S.DRAFT, S.LAPSED, S.WITHDRAWN}))


class AssistedBy(StrEnum):
    """How a bid that staff typed in had come."""

    PAPER = "paper"
    PHONE = "phone"


class Application(Stateful, Base):
    """One bid. Lists read the columns here, which each save keeps up to date, and never the answers."""

    __tablename__ = "application"
    __workflow__ = APPLICATION
    __table_args__ = (
        state_check(APPLICATION),
        sa.UniqueConstraint("round_id", "reference"),
        sa.CheckConstraint("ask_pence IS NULL OR ask_pence >= 0", name="ask_not_negative"),
        one_of("assisted_by", AssistedBy),
        sa.CheckConstraint("taken_over_at IS NULL OR assisted_by IS NOT NULL", name="only_helped_is_taken_over"),
        sa.CheckConstraint(f"submitted_at IS NOT NULL OR state IN ({_UNSENT})", name="sent_means_submitted"),
        sa.Index(
            "uq_application_live",
            "round_id",
            "organisation_id",
            unique=True,
            sqlite_where=sa.text(f"state IN ({_LIVE})"),
            postgresql_where=sa.text(f"state IN ({_LIVE})"),
        ),
        sa.Index("ix_application_list_state", "round_id", "state", "id"),
        sa.Index("ix_application_list_ask", "round_id", "ask_pence", "id"),
        sa.Index("ix_application_list_organisation", "round_id", "organisation_name", "id"),
        sa.Index("ix_application_list_submitted", "round_id", "submitted_at", "id"),
        sa.Index("ix_application_list_percent", "round_id", "percent_millionths", "id"),
        sa.Index("ix_application_list_area", "round_id", "area_id", "id"),
        sa.Index("ix_application_list_title", "round_id", "project_title", "id"),
        # Only some states have a percent, so a walk along all percents would pass over most of a state's bids.
        sa.Index("ix_application_list_state_percent", "round_id", "state", "percent_millionths", "id"),
    )

    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id")
    organisation_id: Mapped[int] = references("organisation.id")
    lead_person_id: Mapped[int | None] = references("person.id")
    reference: Mapped[str] = mapped_column(sa.String(40), index=True)
    organisation_name: Mapped[str] = mapped_column(sa.String(200))
    project_title: Mapped[str] = mapped_column(sa.String(200), default="")
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    crime_reduction_reason: Mapped[str] = mapped_column(sa.Text, default="")
    area_id: Mapped[int | None] = references("round_area.id")
    ask_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    minimum_viable_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    project_cost_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    quiz_outcome: Mapped[str] = mapped_column(sa.String(10), default="")
    # When the group last sent it; None while it never was. A later unsubmit keeps it for the record.
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline_extended_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The agreed percent as an exact fraction of scores is recomputed from them; this is its millionths, for sorting.
    percent_millionths: Mapped[int | None] = mapped_column(sa.BigInteger)
    was_recommended: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    is_fictional: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # Written in a try-out of a form: it is its tester's alone, and no list, count or report of staff has it.
    is_trial: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # The version of the round's form that its people have seen; a sent bid keeps the one that it answered.
    form_version: Mapped[int] = mapped_column(sa.Integer, default=0)
    # Entered by staff for a group that applies on paper or by telephone, until its own people take it over.
    assisted_by: Mapped[AssistedBy | None] = mapped_column(text_enum(AssistedBy))
    taken_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Instant]

    round: Mapped[Round] = relationship()
    organisation: Mapped[Organisation] = relationship()
    lead: Mapped[Person | None] = relationship(foreign_keys=[lead_person_id])
    area: Mapped[RoundArea | None] = relationship()

    @property
    def is_helped(self) -> bool:
        """Whether the office's officers hold the pen for the group now."""
        return self.assisted_by is not None and self.taken_over_at is None and self.state in HELPED

    @property
    def scope(self) -> Scope:
        return Scope(self.office_id, self.organisation_id, is_helped=self.is_helped)

    @classmethod
    def helpers_may_see(cls) -> sa.ColumnElement[bool]:
        return sa.and_(cls.assisted_by.is_not(None), cls.taken_over_at.is_(None), cls.state.in_(sorted(HELPED)))

    @classmethod
    def staff_may_see(cls) -> sa.ColumnElement[bool]:
        # What a group has not sent is the group's own; the funnel counts drafts, nobody reads them.
        return sa.and_(cls.state.not_in(sorted(DRAFTING)), cls.submitted_at.is_not(None), ~cls.is_trial)


class ReadBackBy(StrEnum):
    """How a bid was read back to its group."""

    PHONE = "phone"
    IN_PERSON = "in-person"
    POST = "post"
    EMAIL = "email"


class Assistance(Base):
    """How a bid came to be entered by the office: for whom, with whose consent, and what was read back and agreed."""

    __tablename__ = "assistance"
    __table_args__ = (
        one_of("read_back_how", ReadBackBy),
        sa.CheckConstraint(
            "(read_back_at IS NULL) = (read_back_how IS NULL) AND (read_back_at IS NULL) = (read_back_by IS NULL)",
            name="read_back_is_whole",
        ),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), unique=True)
    entered_by: Mapped[int] = references("person.id", index=False)
    contact_name: Mapped[str] = mapped_column(sa.String(200))
    # A telephone number or an address: how the office reaches somebody who has no e-mail.
    contact_details: Mapped[str] = mapped_column(sa.String(500), default="")
    consent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    consent_words: Mapped[str] = mapped_column(sa.Text)
    entered_at: Mapped[Instant]
    # Of the answers that the group agreed to: whatever is changed afterwards has to be read back again.
    read_back_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    read_back_to: Mapped[str] = mapped_column(sa.String(200), default="")
    read_back_how: Mapped[ReadBackBy | None] = mapped_column(text_enum(ReadBackBy))
    read_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_back_by: Mapped[int | None] = references("person.id", index=False)


class LateTime(Base):
    """Time for one bid after its deadline, as one person proposed it; a second gives or refuses it."""

    __tablename__ = "late_time"
    __table_args__ = (
        sa.CheckConstraint("settled_at IS NULL OR was_given IS NOT NULL", name="settled_has_answer"),
        sa.Index(
            "uq_late_time_open",
            "application_id",
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id")
    until: Mapped[Instant]
    reason: Mapped[str] = mapped_column(sa.Text)
    proposed_by_id: Mapped[int | None] = references("person.id", index=False)
    proposed_at: Mapped[Instant]
    settled_by_id: Mapped[int | None] = references("person.id", index=False)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    was_given: Mapped[bool | None] = mapped_column(sa.Boolean)

    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])


class Answer(Base):
    """The current answer to one question of one bid, as typed values that JSON can hold."""

    __tablename__ = "answer"
    __table_args__ = (sa.UniqueConstraint("application_id", "question_id"),)

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id", index=False)
    question_id: Mapped[int] = references("question.id", index=False)
    value: Mapped[Any] = mapped_column(sa.JSON)
    person_id: Mapped[int | None] = references("person.id", index=False)
    saved_at: Mapped[Instant]

    question: Mapped[Question] = relationship()


class AnswerVersion(Base):
    """One answer as it was saved at one time, by whom: the history of an answer. Nobody rewrites another's row."""

    __tablename__ = "answer_version"
    __table_args__ = (sa.Index("ix_answer_version_answer", "application_id", "question_id", "id"),)

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id", index=False)
    question_id: Mapped[int] = references("question.id", index=False)
    value: Mapped[Any] = mapped_column(sa.JSON)
    person_id: Mapped[int | None] = references("person.id", index=False)
    saved_at: Mapped[Instant]
    # Typed while somebody else had changed the answer: kept here, and put in nobody's place.
    is_aside: Mapped[bool] = mapped_column(sa.Boolean, default=False)


class CountedAnswer(Base):
    """How many of a round's bids gave an answer that is only counted. It belongs to no bid, and no count changes."""

    __tablename__ = "counted_answer"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "code", "value"),
        sa.CheckConstraint("count BETWEEN 0 AND bids_count", name="count_in_range"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = references("round.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(40))
    question: Mapped[str] = mapped_column(sa.Text)
    # Whether a bid may be in several counts, as of boxes to tick.
    is_several: Mapped[bool] = mapped_column(sa.Boolean)
    position: Mapped[int] = mapped_column(sa.Integer)
    # An option's value; empty counts those who gave no answer.
    value: Mapped[str] = mapped_column(sa.String(200))
    label: Mapped[str] = mapped_column(sa.Text)
    count: Mapped[int] = mapped_column(sa.Integer)
    # How many bids were asked.
    bids_count: Mapped[int] = mapped_column(sa.Integer)


class Submission(Base):
    """What was sent, exactly: the questions and answers as they were, their hash, and the receipt number."""

    __tablename__ = "submission"
    __table_args__ = (sa.UniqueConstraint("application_id", "number"),)

    id: Mapped[Id]
    application_id: Mapped[int] = references("application.id", index=False)
    number: Mapped[int] = mapped_column(sa.Integer)
    receipt_number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    received_at: Mapped[Instant]
    person_id: Mapped[int | None] = references("person.id", index=False)
    # [{"code", "section", "label", "kind", "value", "shown"}] in the order of the form.
    content: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    # Who sent it to whom, by the names of that day: {"reference", "group", "round", "office"}; empty for older ones.
    about: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)


class ApplicationArea(Base):
    """Every area that a bid names; the first is also the bid's own `area_id`."""

    __tablename__ = "application_area"

    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("round_area.id"), primary_key=True, index=True)


# Search by the beginning of a word: a generated tsvector on PostgreSQL, an FTS5 index kept by triggers on SQLite.
# SQLAlchemy can't describe either as a column on both databases, so they are DDL, here and in the first migration.
SEARCH_POSTGRES = [
    "ALTER TABLE application ADD COLUMN search_vector tsvector "
    # Words only: left to itself the parser takes "R-001" for a number below zero and "a/b" for the name of a file.
    "GENERATED ALWAYS AS (to_tsvector('simple', regexp_replace(search_text, '[^[:alnum:]]+', ' ', 'g'))) STORED",
    # Without a list of pending words, which every search would read until the next vacuum.
    "CREATE INDEX ix_application_search_vector ON application USING gin (search_vector) WITH (fastupdate = off)",
]
SEARCH_SQLITE = [
    "CREATE VIRTUAL TABLE application_search USING fts5(search_text, content='application', content_rowid='id')",
    "CREATE TRIGGER application_search_insert AFTER INSERT ON application BEGIN "
    "INSERT INTO application_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER application_search_delete AFTER DELETE ON application BEGIN "
    "INSERT INTO application_search(application_search, rowid, search_text) "
    "VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER application_search_update AFTER UPDATE OF search_text ON application BEGIN "
    "INSERT INTO application_search(application_search, rowid, search_text) "
    "VALUES ('delete', old.id, old.search_text); "
    "INSERT INTO application_search(rowid, search_text) VALUES (new.id, new.search_text); END",
]
for _statement in SEARCH_POSTGRES:
    sa.event.listen(Application.__table__, "after_create", sa.DDL(_statement).execute_if(dialect="postgresql"))
for _statement in SEARCH_SQLITE:
    sa.event.listen(Application.__table__, "after_create", sa.DDL(_statement).execute_if(dialect="sqlite"))
