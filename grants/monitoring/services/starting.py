"""Starting a grant schedules its returns: one for each quarter of the funding period, the last one final."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from grants.awards import services as awards
from grants.awards.models import Award
from grants.core import news, transitions
from grants.core.holidays import bank_holidays
from grants.monitoring.models import MonitoringReturn
from workflows.actors import SYSTEM, Actor
from workflows.deadlines import london_date, london_time_on, quarters_between, return_due_on, return_opens_on
from workflows.errors import TransitionRefused
from workflows.monitoring import ReturnFacts


def start_grant(
    session: Session,
    award: Award,
    *,
    starts_on: date | None,
    ends_on: date | None,
    conditions_note: str = "",
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Start the grant and schedule its returns: activation is the news that `schedule_returns` listens to."""
    awards.activate_award(
        session,
        award,
        starts_on=starts_on,
        ends_on=ends_on,
        conditions_note=conditions_note,
        seen_version=seen_version,
        actor=actor,
        now=now,
    )


@news.on("award.active")
def schedule_returns(session: Session, started: Sequence[Award], actor: Actor, now: datetime) -> None:
    """One return for each quarter of the funding period (April-June and so on), the last one final."""
    for award in started:
        returns = _schedule(award, now)
        facts = ReturnFacts(scope=award.scope, now=now, today=london_date(now), award_active=True)
        transitions.create(session, returns, "schedule", facts, actor=SYSTEM, now=now)


def _schedule(award: Award, now: datetime) -> list[MonitoringReturn]:
    if award.starts_on is None or award.ends_on is None:
        raise TransitionRefused("funding-period-needed")
    periods = quarters_between(award.starts_on, award.ends_on)
    return [
        MonitoringReturn(
            office_id=award.office_id,
            organisation_id=award.organisation_id,
            award=award,
            number=number,
            period_start_on=period.starts_on,
            period_end_on=period.ends_on,
            opens_at=london_time_on(return_opens_on(period.ends_on)),
            due_on=_due_on(period.ends_on, london_date(now)),
            is_final=number == len(periods),
            created_at=now,
        )
        for number, period in enumerate(periods, start=1)
    ]


def _due_on(period_ends_on: date, today: date) -> date:
    due_on = return_due_on(period_ends_on, bank_holidays())
    # A grant that is started late is given the same fifteen working days from today, and not a return in arrears.
    return due_on if period_ends_on >= today else max(due_on, return_due_on(today, bank_holidays()))
