"""Opening and closing rounds when their times have come: safe to run twice, at once, late or after days of outage.

Closing touches no bid: those that were not sent lapse a minute later, so that nobody is cut off in mid-request.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core import transitions
from grants.core.transitions import Move
from grants.funds import queries
from grants.funds.models import Round
from workflows.actors import SYSTEM
from workflows.round import RoundState

BATCH = 100


def open_due_rounds(session: Session, now: datetime) -> int:
    """Open the published rounds whose opening time has come; returns how many, 0 when none is left."""
    due = sa.and_(Round.state == RoundState.SCHEDULED, Round.opens_at <= now)
    return _move_due(session, "open", due, now)


def close_due_rounds(session: Session, now: datetime) -> int:
    """Close the open rounds whose closing time has come; returns how many, 0 when none is left."""
    due = sa.and_(Round.state == RoundState.OPEN, Round.closes_at <= now, ~Round.is_trial)
    return _move_due(session, "close", due, now)


def end_due_trials(session: Session, now: datetime) -> int:
    """End the try-outs of forms whose week is over; returns how many, 0 when none is left."""
    due = sa.and_(Round.state == RoundState.OPEN, Round.closes_at <= now, Round.is_trial)
    return _move_due(session, "end-trial", due, now)


def _move_due(session: Session, action: str, due: sa.ColumnElement[bool], now: datetime) -> int:
    # A second worker passes over what the first has in hand (PostgreSQL), or waits for it and finds nothing (SQLite).
    found = sa.select(Round).where(due).order_by(Round.id).limit(BATCH).with_for_update(skip_locked=True)
    rounds = session.scalars(found.execution_options(populate_existing=True)).all()
    moves = [Move(round_, queries.facts_for_round(session, round_, now=now)) for round_ in rounds]
    transitions.apply_many(session, action, moves, actor=SYSTEM, now=now)
    return len(moves)
