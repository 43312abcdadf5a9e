"""The timer: asks for returns when they open and reminds of those that are owed; safe to run twice, at once or late."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Person
from grants.awards.models import Award
from grants.core import transitions
from grants.core.sweeps import Series, remind_series
from grants.core.transitions import Move
from grants.monitoring.models import MonitoringReturn
from workflows.actors import SYSTEM
from workflows.award import AwardState
from workflows.deadlines import london_date
from workflows.monitoring import OWED, ReturnFacts, ReturnState
from workflows.rules.reminders import RETURN_OFFSETS

BATCH = 500


def raise_due_returns(session: Session, now: datetime) -> int:
    """Timed duty: ask for the returns whose opening time has come. Returns how many in this batch."""
    due = session.scalars(
        sa.select(MonitoringReturn)
        .join(MonitoringReturn.award)
        .where(
            MonitoringReturn.state == ReturnState.SCHEDULED,
            MonitoringReturn.opens_at <= now,
            Award.state == AwardState.ACTIVE,
        )
        .order_by(MonitoringReturn.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=MonitoringReturn)
    ).all()
    moves = [
        Move(
            each,
            ReturnFacts(scope=each.scope, now=now, today=london_date(now), award_active=True, opens_at=each.opens_at),
        )
        for each in due
    ]
    transitions.apply_many(session, "open", moves, actor=SYSTEM, now=now)
    return len(due)


def remind_due_returns(session: Session, now: datetime) -> int:
    """Timed duty: remind the contacts of the returns that are owed. Returns how many in this batch."""
    return remind_series(session, REMINDERS, now)


def _owed_deadlines(now: datetime) -> Any:
    return sa.select(MonitoringReturn.due_on, MonitoringReturn.opens_at).where(_OWED).distinct()


def _contacts(due_on: date, opens_at: datetime) -> Any:
    return (
        sa.select(MonitoringReturn.id, MonitoringReturn.office_id, Person.id, Person.email, sa.null())
        .join(Membership, Membership.organisation_id == MonitoringReturn.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            _OWED,
            MonitoringReturn.due_on == due_on,
            MonitoringReturn.opens_at == opens_at,
            Membership.ended_at.is_(None),
        )
    )


_OWED = MonitoringReturn.state.in_(sorted(OWED))
REMINDERS = Series(
    obligation="return",
    subject_type="return",
    template="return-reminder",
    offsets=RETURN_OFFSETS,
    thing=MonitoringReturn.id,
    person=Person.id,
    anchors=_owed_deadlines,
    people=_contacts,
)
