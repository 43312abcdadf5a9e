"""Reading money sources: what an office has to give, and how much of it no fund has been promised."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.scoping import visible
from grants.funding.models import MoneySource
from workflows.actors import Actor


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
