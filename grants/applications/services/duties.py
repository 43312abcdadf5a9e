"""Timed duties over bids: end the drafts that were not sent in time, and hand sent bids over to the checks.

Each does one batch, may run twice, at once in two workers, or days late, and returns how much it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from grants.applications.models import Application
from grants.applications.queries import base_facts
from grants.applications.services.counting import count_answers, forget_counted
from grants.core import transitions
from grants.core.transitions import BATCH, Move
from grants.funds.models import Round
from grants.funds.queries import deadline_of, facts_for_round
from workflows.actors import SYSTEM
from workflows.application import LAPSE_AFTER, ApplicationState
from workflows.round import ASSESSING, SETTING_UP, RoundState


def lapse_due_drafts(session: Session, now: datetime) -> int:
    """End drafts a minute after their deadline, and those of cancelled rounds; returns how many."""
    over = [round_.id for round_ in _rounds_with_drafts(session, now) if _is_over(round_, now)]
    if not over:
        return 0
    extended = Application.deadline_extended_to
    cancelled = Round.state == RoundState.CANCELLED
    drafts = _batch(
        session,
        Application.state == ApplicationState.DRAFT,
        Application.round_id.in_(over),
        sa.or_(cancelled, extended.is_(None), extended <= now - LAPSE_AFTER),
    )
    _move(session, "lapse", drafts, now)
    return len(drafts)


def start_due_checks(session: Session, now: datetime) -> int:
    """Move sent bids of closed rounds into checking, those of rolling rounds at once, then the rounds themselves."""
    rolling = sa.and_(Round.is_rolling, Round.state == RoundState.OPEN)
    bids = _batch(
        session,
        Application.state == ApplicationState.SUBMITTED,
        sa.or_(Round.state.in_(sorted(ASSESSING)), rolling),
    )
    _move(session, "start-checking", bids, now)
    # A bid that was let in late comes after the count: to add it would tell what it said.
    if late := [bid.id for bid in bids if bid.round.state not in {RoundState.OPEN, RoundState.CLOSED}]:
        forget_counted(session, late)
    return len(bids) or _start_rounds(session, now)


def _start_rounds(session: Session, now: datetime) -> int:
    drafts = sa.exists().where(Application.round_id == Round.id, Application.state == ApplicationState.DRAFT)
    rounds = session.scalars(
        sa.select(Round)
        .where(Round.state == RoundState.CLOSED, ~drafts)
        .order_by(Round.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Round)
        .execution_options(populate_existing=True)
    ).all()
    moves = [Move(each, facts_for_round(session, each, now=now, bids_to_lapse=0)) for each in rounds]
    transitions.apply_many(session, "start-checking", moves, actor=SYSTEM, now=now)
    for each in rounds:
        count_answers(session, each, actor=SYSTEM, now=now)
    return len(moves)


def _rounds_with_drafts(session: Session, now: datetime) -> Sequence[Round]:
    has_drafts = sa.exists().where(Application.round_id == Round.id, Application.state == ApplicationState.DRAFT)
    due = sa.or_(Round.state == RoundState.CANCELLED, Round.closes_at <= now - LAPSE_AFTER)
    return session.scalars(
        sa.select(Round).where(Round.state.not_in(sorted(SETTING_UP)), due, has_drafts).order_by(Round.id)
    ).all()


def _is_over(round_: Round, now: datetime) -> bool:
    deadline = deadline_of(round_)
    return round_.state is RoundState.CANCELLED or (deadline is not None and now >= deadline + LAPSE_AFTER)


def _batch(session: Session, *conditions: sa.ColumnElement[bool]) -> Sequence[Application]:
    return session.scalars(
        sa.select(Application)
        .join(Application.round)
        .options(contains_eager(Application.round))
        .where(*conditions)
        .order_by(Application.id)
        .limit(BATCH)
        # A bid that is being sent at this instant is left to the next run.
        .with_for_update(skip_locked=True, of=Application)
        .execution_options(populate_existing=True)
    ).all()


def _move(session: Session, action: str, bids: Sequence[Application], now: datetime) -> None:
    moves = [Move(bid, base_facts(session, bid, now=now)) for bid in bids]
    transitions.apply_many(session, action, moves, actor=SYSTEM, now=now)
