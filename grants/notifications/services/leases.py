"""One runner at a time for a duty that may be slow, so that its ticks do not pile up behind a slow mail server.

This is a courtesy to the other duties and no guarantee: what must happen once is claimed row by row.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.reminders import insert_new
from grants.notifications.models import DutyLease


def take_lease(session: Session, duty: str, owner: str, *, now: datetime, lasts: timedelta) -> bool:
    """Take the duty, or keep it, for so long; False while somebody else has it. The caller commits."""
    row = {"duty": duty, "owner": owner, "until": now + lasts}
    if insert_new(session, DutyLease, [row], DutyLease.duty):
        return True
    taken = session.execute(
        sa.update(DutyLease)
        .where(DutyLease.duty == duty, sa.or_(DutyLease.until <= now, DutyLease.owner == owner))
        .values(owner=owner, until=now + lasts)
        .returning(DutyLease.duty)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar_one_or_none() is not None


def give_lease_back(session: Session, duty: str, owner: str) -> None:
    """Let the next runner begin at once. The caller commits."""
    session.execute(
        sa.delete(DutyLease)
        .where(DutyLease.duty == duty, DutyLease.owner == owner)
        .execution_options(synchronize_session=False)
    )
