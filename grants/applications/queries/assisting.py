"""Bids that the office enters for a group: how each came, who wrote it, and whether its words were read back."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application, Assistance, Submission


def find_assistance(session: Session, application: Application) -> Assistance | None:
    """How this bid came to be entered by the office; None for one that its group writes itself."""
    if application.assisted_by is None:
        return None
    return session.scalars(sa.select(Assistance).where(Assistance.application_id == application.id)).one_or_none()


def writers_of(session: Session, application: Application) -> frozenset[int]:
    """The people of the office who entered, read back or sent it, and so do not judge it."""
    at = {"application_id": application.id}
    return frozenset(number for row in session.execute(_WRITERS, at) for number in row if number is not None)


_WRITERS = (
    sa.select(Assistance.entered_by, Assistance.read_back_by, Submission.person_id)
    .outerjoin(Submission, Submission.application_id == Assistance.application_id)
    .where(Assistance.application_id == sa.bindparam("application_id"))
)


def entered_pairs(session: Session, application_ids: Collection[int]) -> set[tuple[int, int]]:
    """The (person, bid) pairs where the person of the office entered this bid for its group, or read it back."""
    asked = Assistance.application_id.in_(sorted(application_ids))
    columns = Assistance.application_id, Assistance.entered_by, Assistance.read_back_by
    rows = session.execute(sa.select(*columns).where(asked))
    return {(person_id, bid_id) for bid_id, *people in rows for person_id in people if person_id is not None}


def needs_read_back(session: Session, application: Application, content_hash: str) -> bool:
    """Whether these answers have yet to be read back to the group and agreed; they are named by their hash."""
    if not application.is_helped:
        return False
    found = find_assistance(session, application)
    return found is None or found.read_back_hash != content_hash


def count_assisted(session: Session, round_id: int) -> int:
    """How many of the bids that were sent in this round the office had entered for their groups."""
    asked = sa.select(sa.func.count()).where(
        Application.round_id == round_id, Application.assisted_by.is_not(None), Application.staff_may_see()
    )
    return session.scalar(asked) or 0
