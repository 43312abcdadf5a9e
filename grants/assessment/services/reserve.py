"""The end of the reserve list: after its last day a group is told, once, that no money became free for its bid."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from grants.applications.models import Application
from grants.applications.queries import base_facts
from grants.assessment.models import Recommendation
from grants.core import transitions
from grants.core.transitions import Move
from grants.funds.models import Round
from workflows.actors import SYSTEM
from workflows.application import ApplicationState
from workflows.deadlines import london_date
from workflows.rules.after import TOLD

BATCH = 100


def end_due_reserves(session: Session, now: datetime) -> int:
    """Timed duty: tell the groups whose last day was before today in London. Returns how many in this batch.

    Nothing before the announcement, when no group knows where it stands; nobody of a round that came in from paper,
    for its groups were told on paper.
    """
    due = session.scalars(
        sa.select(Recommendation)
        .join(Recommendation.application)
        .join(Application.round)
        .options(contains_eager(Recommendation.application).contains_eager(Application.round))
        .where(
            Application.state == ApplicationState.RESERVE,
            Recommendation.reserve_until_on < london_date(now),
            Recommendation.reserve_ended_at.is_(None),
            Round.state.in_(sorted(TOLD)),
            Round.is_on_paper.is_(False),
        )
        .order_by(Recommendation.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Recommendation)
    ).all()
    for row in due:
        row.reserve_ended_at = now
    moves = [
        Move(row.application, base_facts(session, row.application, now=now, decision_approved=True, reserve_over=True))
        for row in due
    ]
    transitions.apply_many(session, "end-reserve", moves, actor=SYSTEM, now=now)
    return len(due)
