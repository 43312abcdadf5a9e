"""Bids that the office enters for a group: how each came, who wrote it, and whether its words were read back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import AnswerVersion, Application, Assistance, Submission


def find_assistance(session: Session, application: Application) -> Assistance | None:
    """How this bid came to be entered by the office; None for one that its group writes itself."""
    if application.assisted_by is None:
        return None
    return session.scalars(sa.select(Assistance).where(Assistance.application_id == application.id)).one_or_none()


def writers_of(session: Session, application: Application) -> frozenset[int]:
    """The people of the office who entered, read back or sent it, or typed any of it, and so do not judge it."""
    return frozenset(session.scalars(_WRITERS_OF_ONE, {"application_id": application.id}))


def _writers(asked: Any) -> sa.CompoundSelect[Any]:
    """(bid, person) for everybody who wrote in those bids that the office enters; `asked` picks by the bid's number."""
    bid = Assistance.application_id
    helped = sa.select(bid).where(asked(bid))
    return sa.union(
        sa.select(bid, Assistance.entered_by).where(asked(bid)),
        sa.select(bid, Assistance.read_back_by).where(asked(bid), Assistance.read_back_by.is_not(None)),
        *(
            sa.select(model.application_id, model.person_id).where(
                model.application_id.in_(helped), model.person_id.is_not(None)
            )
            for model in (Submission, AnswerVersion)
        ),
    )


_WRITERS_OF_ONE = sa.select(_writers(lambda bid: bid == sa.bindparam("application_id")).subquery().c[1])


def wrote(person_id: int) -> sa.ColumnElement[bool]:
    """True for the bids that this person wrote in for their group; for lists of bids."""
    pairs = _writers(lambda bid: sa.true()).subquery()
    return Application.id.in_(sa.select(pairs.c[0]).where(pairs.c[1] == person_id))


def entered_pairs(session: Session, application_ids: Collection[int]) -> set[tuple[int, int]]:
    """The (person, bid) pairs where the person wrote in this bid for its group, or read it back."""
    rows = session.execute(_writers(lambda bid: bid.in_(sorted(application_ids))))
    return {(person_id, bid_id) for bid_id, person_id in rows}


def needs_read_back(session: Session, application: Application, content_hash: str) -> bool:
    """Whether these answers have yet to be read back to the group and agreed; they are named by their hash."""
    if not application.is_helped:
        return False
    found = find_assistance(session, application)
    return found is None or found.read_back_hash != content_hash


def count_assisted(session: Session, round_id: int, left_out: Sequence[int] = ()) -> int:
    """How many of the bids that were sent in this round the office had entered; those in `left_out` count nowhere."""
    asked = sa.select(sa.func.count()).where(
        Application.round_id == round_id,
        Application.assisted_by.is_not(None),
        Application.staff_may_see(),
        Application.id.not_in(left_out) if left_out else sa.true(),
    )
    return session.scalar(asked) or 0
