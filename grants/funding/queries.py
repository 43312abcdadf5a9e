"""Reading money sources: what an office has to give, and how much of it no fund has been promised."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.scoping import visible
from grants.funding.models import MoneySource, OverProgramming
from workflows.actors import Actor

# In hundredths of a percent.
HUNDRED_PERCENT = 10_000


def find_source(session: Session, office_id: int, name: str) -> MoneySource | None:
    """The office's money source of this name."""
    return session.scalars(
        sa.select(MoneySource)
        .where(MoneySource.office_id == office_id, MoneySource.name == name)
        .order_by(MoneySource.id)
        .limit(1)
    ).first()


def list_sources(session: Session, actor: Actor) -> list[MoneySource]:
    """The money sources of the actor's offices, by name."""
    found = sa.select(MoneySource).where(visible(MoneySource, actor)).order_by(MoneySource.name, MoneySource.id)
    return list(session.scalars(found))


def find_over_programming(session: Session, round_id: int) -> OverProgramming | None:
    """What finance authorised above the round's pot, if anything."""
    return session.scalars(sa.select(OverProgramming).where(OverProgramming.round_id == round_id)).one_or_none()


def ceiling_pence(session: Session, round_id: int, pot_pence: int) -> int:
    """What the round may promise in all: its pot, and above it what finance authorised; cut to whole pence."""
    row = find_over_programming(session, round_id)
    return pot_pence + (pot_pence * row.hundredths // HUNDRED_PERCENT if row else 0)
