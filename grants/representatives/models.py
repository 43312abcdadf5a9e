"""Community representatives: what each may judge, and what was done before; nothing here is changed, it only ends."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from grants.accounts.models import OfficeRole, Person
from grants.applications.models import Application, ApplicationArea
from grants.core.base import Base
from grants.core.columns import Id, Instant, UtcDateTime, one_of, references, text_enum
from grants.core.scoping import shuts
from grants.funds.models import Round, RoundArea
from workflows.actors import Actor, Role, Scope
from workflows.rules.representing import Preparation


class Reach(Base):
    """What one representative may judge in one office: a round, or an area by its name; with neither, all of it.

    No row at all is nothing.
    """

    __tablename__ = "representative_reach"
    __table_args__ = (
        sa.CheckConstraint("round_id IS NULL OR area_name = ''", name="round_or_area"),
        sa.Index("ix_representative_reach_who", "person_id", "office_id"),
    )

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id", index=False)
    person_id: Mapped[int] = references("person.id", index=False)
    round_id: Mapped[int | None] = references("round.id", index=False)
    area_name: Mapped[str] = mapped_column(sa.String(120), default="")
    given_at: Mapped[Instant]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round | None] = relationship()


class PreparationRecord(Base):
    """A training done or a word given: when, how long it holds, what shows it and who recorded it."""

    __tablename__ = "preparation_record"
    __table_args__ = (
        one_of("kind", Preparation),
        sa.CheckConstraint("until_on >= done_on", name="until_after_done"),
        sa.Index("ix_preparation_record_who", "person_id", "office_id", "kind"),
        sa.Index("ix_preparation_record_until", "ended_at", "until_on"),
    )

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id", index=False)
    person_id: Mapped[int] = references("person.id", index=False)
    kind: Mapped[Preparation] = mapped_column(text_enum(Preparation))
    done_on: Mapped[date] = mapped_column(sa.Date)
    until_on: Mapped[date] = mapped_column(sa.Date)
    # What shows it, such as where the training was; or the very words that were signed on the screen.
    evidence: Mapped[str] = mapped_column(sa.Text)
    # As the person typed their name; empty where somebody else recorded it.
    signed_name: Mapped[str] = mapped_column(sa.String(200), default="")
    recorded_by_id: Mapped[int | None] = references("person.id", index=False)
    recorded_at: Mapped[Instant]
    # Set when its last day is over, when it is taken back, or when a newer one stands.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str] = mapped_column(sa.Text, default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.office_id)


def represents(person_id: Any, office_id: Any) -> sa.ColumnElement[bool]:
    """Whether the person is a representative in the office now."""
    role = aliased(OfficeRole)
    return sa.exists().where(
        role.person_id == person_id,
        role.office_id == office_id,
        role.role == Role.COMMUNITY_REP,
        role.ended_at.is_(None),
    )


def out_of_scope(person_id: Any) -> sa.ColumnElement[bool]:
    """Which bids are not among those that the representative was asked to judge; a clause on `Application`."""
    named = sa.select(ApplicationArea.area_id).where(ApplicationArea.application_id == Application.id)
    in_area = (
        sa.exists()
        .where(
            RoundArea.name == Reach.area_name,
            sa.or_(RoundArea.id == Application.area_id, RoundArea.id.in_(named.correlate(Application))),
        )
        .correlate(Application, Reach)
    )
    reached = sa.or_(
        sa.and_(Reach.round_id.is_(None), Reach.area_name == ""),
        Reach.round_id == Application.round_id,
        sa.and_(Reach.area_name != "", in_area),
    )
    within = sa.exists().where(
        Reach.person_id == person_id, Reach.office_id == Application.office_id, Reach.ended_at.is_(None), reached
    )
    return ~within.correlate(Application, OfficeRole)


def unprepared(person_id: Any) -> sa.ColumnElement[bool]:
    """Which bids wait until the representative is prepared: in rounds that ask for it. A clause on `Application`."""
    asks = sa.exists().where(Round.id == Application.round_id, Round.needs_prepared_reps).correlate(Application)
    done = [
        sa.exists()
        .where(
            PreparationRecord.person_id == person_id,
            PreparationRecord.office_id == Application.office_id,
            PreparationRecord.kind == kind,
            PreparationRecord.ended_at.is_(None),
        )
        .correlate(Application, OfficeRole)
        for kind in Preparation
    ]
    return sa.and_(asks, ~sa.and_(*done))


def lacks_preparation(person_id: Any, office_id: Any) -> sa.ColumnElement[bool]:
    """Whether the person is a representative in the office who lacks something, whatever a round asks for."""
    done = [
        sa.exists().where(
            PreparationRecord.person_id == person_id,
            PreparationRecord.office_id == office_id,
            PreparationRecord.kind == kind,
            PreparationRecord.ended_at.is_(None),
        )
        for kind in Preparation
    ]
    return sa.and_(represents(person_id, office_id), ~sa.and_(*done))


def out_of_reach(person_id: Any) -> sa.ColumnElement[bool]:
    """Which bids are shut to the person as a representative; none to anybody else. A clause on `Application`."""
    own = represents(person_id, Application.office_id).correlate(Application)
    return sa.and_(own, sa.or_(out_of_scope(person_id), unprepared(person_id)))


@shuts(Application)
def beyond_a_representative(actor: Actor) -> sa.ColumnElement[bool]:
    """A bid that a representative may not judge, or not yet, is shut to them."""
    if Role.COMMUNITY_REP not in actor.all_roles:
        return sa.false()
    return out_of_reach(actor.person_id or 0)
