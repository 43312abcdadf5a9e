"""What a person typed when their session had ended: kept a day for them alone, and gone when it was sent after all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import KeptText, Person

KEPT_FOR = timedelta(hours=24)
# Whoever holds the browser can write here, so what one person may fill is bounded; our defaults.
PAGES_KEPT = 10
CHARACTERS_KEPT = 500_000


def keep_text(session: Session, person_id: int, path: str, form: Mapping[str, list[str]], *, now: datetime) -> bool:
    """Keep the form for this person and page, in place of what was kept there; False when it can't be."""
    size = sum(len(value) for values in form.values() for value in values)
    if size == 0 or size > CHARACTERS_KEPT or session.get(Person, person_id) is None:
        return False
    session.execute(sa.delete(KeptText).where(KeptText.expires_at <= now))
    forget_text(session, person_id, path)
    kept = sa.select(sa.func.count(KeptText.id)).where(KeptText.person_id == person_id)
    if (session.scalar(kept) or 0) >= PAGES_KEPT:
        return False
    session.add(KeptText(person_id=person_id, path=path, form=dict(form), created_at=now, expires_at=now + KEPT_FOR))
    session.flush()
    return True


def forget_text(session: Session, person_id: int, path: str) -> None:
    """Drop what was kept for this person and page."""
    session.execute(sa.delete(KeptText).where(KeptText.person_id == person_id, KeptText.path == path))
