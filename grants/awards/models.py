"""Awards: what was offered, accepted and is running. Awards made elsewhere before stand here as history."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Organisation
from grants.applications.models import Application
from grants.assessment.models import direct_interests_of
from grants.core.base import Base
from grants.core.columns import Id, Instant, Pence, Stateful, UtcDateTime, references, state_check
from grants.core.scoping import shuts
from grants.decisions.models import DecisionItem
from grants.funds.models import Fund
from workflows.actors import Actor
from workflows.award import AWARD


class Award(Stateful, Base):
    """One grant to one organisation, in pence, for a purpose and a funding period."""

    __tablename__ = "award"
    __workflow__ = AWARD
    __table_args__ = (
        state_check(AWARD),
        sa.UniqueConstraint("application_id"),
        sa.UniqueConstraint("office_id", "reference"),
        sa.CheckConstraint("amount_pence > 0", name="amount_positive"),
        sa.CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="starts_before_ends"),
        sa.CheckConstraint("state NOT IN ('accepted', 'active') OR accepted_at IS NOT NULL", name="accepted_has_date"),
        sa.CheckConstraint("state = 'offer_draft' OR accept_by_on IS NOT NULL", name="offered_has_period"),
        sa.Index("ix_award_state", "state", "accept_by_on"),
    )

    office_id: Mapped[int] = references("office.id")
    organisation_id: Mapped[int] = references("organisation.id")
    application_id: Mapped[int] = references("application.id", index=False)
    decision_item_id: Mapped[int] = references("decision_item.id")
    fund_id: Mapped[int] = references("fund.id")
    reference: Mapped[str] = mapped_column(sa.String(40))
    organisation_name: Mapped[str] = mapped_column(sa.String(200))
    project_title: Mapped[str] = mapped_column(sa.String(200), default="")
    amount_pence: Mapped[Pence]
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    conditions: Mapped[str] = mapped_column(sa.Text, default="")
    # Ticked by the officer before the award becomes active; returns are made then.
    conditions_met_note: Mapped[str] = mapped_column(sa.Text, default="")
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accept_by_on: Mapped[date | None] = mapped_column(sa.Date)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[int | None] = references("person.id", index=False)
    signed_name: Mapped[str] = mapped_column(sa.String(200), default="")
    signed_role: Mapped[str] = mapped_column(sa.String(120), default="")
    declined_reason: Mapped[str] = mapped_column(sa.Text, default="")
    starts_on: Mapped[date | None] = mapped_column(sa.Date)
    ends_on: Mapped[date | None] = mapped_column(sa.Date)
    is_fictional: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    created_at: Mapped[Instant]

    application: Mapped[Application] = relationship()
    organisation: Mapped[Organisation] = relationship()
    decision_item: Mapped[DecisionItem] = relationship()
    fund: Mapped[Fund] = relationship()

    @classmethod
    def group_may_see(cls) -> sa.ColumnElement[bool]:
        # An offer in draft is under embargo: for the group it does not exist yet.
        return cls.state != "offer_draft"


@shuts(Award)
def offer_of_a_shut_bid(actor: Actor) -> sa.ColumnElement[bool]:
    """An offer under embargo is shut to whoever has a direct interest in its bid; later it is public."""
    return sa.and_(Award.state == "offer_draft", Award.application_id.in_(direct_interests_of(actor)))


class PastAward(Base):
    """A grant from a published report, made before this service: kept as stated, never run through a lifecycle."""

    __tablename__ = "past_award"
    __table_args__ = (sa.CheckConstraint("amount_pence > 0", name="amount_positive"),)

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    organisation_name: Mapped[str] = mapped_column(sa.String(200))
    programme: Mapped[str] = mapped_column(sa.String(200))
    area_and_work: Mapped[str] = mapped_column(sa.Text, default="")
    amount_pence: Mapped[Pence]
    # "exact", "over", "about": how the source qualifies the figure.
    qualifier: Mapped[str] = mapped_column(sa.String(20), default="exact")
    # The figure as it is printed in the source, and which source and place.
    stated_amount: Mapped[str] = mapped_column(sa.String(60), default="")
    is_commissioned: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    output: Mapped[str] = mapped_column(sa.Text, default="")
    source: Mapped[str] = mapped_column(sa.String(300))
    awarded_text: Mapped[str] = mapped_column(sa.String(60), default="")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[Instant]
