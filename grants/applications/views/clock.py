"""The deadline on every page of a draft: the service's own clock, what is left, and what happens when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import g, url_for
from sqlalchemy.orm import Session

from grants.applications import queries
from grants.applications.models import Application
from grants.applications.views.blueprint import bp
from grants.applications.views.words import time_left
from grants.funds.queries import deadline_for
from grants.web.access import allows
from workflows.actors import Actor, Role

LAST_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Clock:
    """What a page says of the time: `deadline` is the bid's own, `closes_at` what the round announced."""

    now: datetime
    deadline: datetime | None
    closes_at: datetime | None
    left: str
    address: str
    grace_minutes: int = 0
    is_extended: bool = False

    @property
    def is_over(self) -> bool:
        return self.deadline is not None and self.now >= self.deadline

    @property
    def is_last_day(self) -> bool:
        return self.deadline is not None and timedelta(0) < self.deadline - self.now <= LAST_DAY


def clock_of(application: Application) -> Clock:
    """The clock for this bid at the instant at which its page was asked for."""
    round_, deadline = application.round, deadline_for(application)
    extended = application.deadline_extended_to
    is_extended = extended is not None and extended == deadline and deadline != round_.closes_at
    return Clock(
        now=g.received_at,
        deadline=deadline,
        closes_at=round_.closes_at,
        left=time_left(deadline, g.received_at),
        address=url_for("applications.clock", application_id=application.id),
        grace_minutes=0 if is_extended else round_.grace_minutes,
        is_extended=is_extended,
    )


def times_of(application: Application) -> dict[str, Any]:
    """The same for a script that counts: two instants, and no words."""
    deadline = deadline_for(application)
    return {"now": g.received_at.isoformat(), "deadline": deadline and deadline.isoformat()}


def _load(session: Session, actor: Actor, application_id: int) -> Application:
    return queries.get_application(session, actor, application_id)


@bp.get("/applications/<int:application_id>/clock")
@allows(Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY, on=_load)
def clock(application: Application) -> dict[str, Any]:
    """For a page that was asleep, or whose deadline may have been moved."""
    return times_of(application)
