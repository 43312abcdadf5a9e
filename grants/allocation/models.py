"""What-if scenarios of a round's awards, and the one that a panel's recommendation followed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.accounts.models import Person
from grants.core.base import Base
from grants.core.columns import Id, Instant, references
from grants.funds.models import Round


class Scenario(Base):
    """A pot and rules with the best awards under them, saved under a name; never a decision."""

    __tablename__ = "scenario"
    __table_args__ = (sa.UniqueConstraint("round_id", "name"),)

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id", index=False)
    person_id: Mapped[int] = references("person.id")
    name: Mapped[str] = mapped_column(sa.String(80))
    # As rules_of reads them: money in pence, areas by name, what must be funded by bid id with its reason.
    rules: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # Bid id -> pence; empty where the rules cannot be kept together.
    awards: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    # What was found besides: worth and bound as exact texts, conflict, ties.
    findings: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # The sum of the bids' versions when it was worked out; another sum means that something moved since.
    bids_version: Mapped[int] = mapped_column(sa.Integer, default=0)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    computed_at: Mapped[Instant]
    created_at: Mapped[Instant]

    round: Mapped[Round] = relationship()
    person: Mapped[Person] = relationship()


class Followed(Base):
    """The panel's recommendation as an act: which scenario it follows, and why each bid departs from its rank."""

    __tablename__ = "followed_scenario"

    id: Mapped[Id]
    office_id: Mapped[int] = references("office.id")
    round_id: Mapped[int] = references("round.id")
    scenario_id: Mapped[int] = references("scenario.id")
    # The scenario as it was then: its name, rules and awards stay though it is worked out anew.
    taken: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # Reference of the bid -> the panel's reason.
    reasons: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    person_id: Mapped[int | None] = references("person.id", index=False)
    recorded_at: Mapped[Instant]

    scenario: Mapped[Scenario] = relationship()
    person: Mapped[Person | None] = relationship()
