"""More time for one group, for a reason that is kept: before its deadline, never after it, and told to its people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import base_facts
from grants.applications.services.drafting import lock
from grants.core import transitions
from workflows.actors import Actor
from workflows.errors import Invalid


def give_more_time(
    session: Session,
    application: Application,
    until: datetime,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Let this bid be sent until `until`; others keep the round's deadline. Raises Invalid: deadline-only-later."""
    lock(session, application)
    facts = base_facts(session, application, now=now, new_deadline=until, reason=reason)
    if facts.deadline is not None and now < facts.deadline and until <= facts.deadline:
        raise Invalid(problems={"until": "deadline-only-later"}, closes_at=facts.deadline)
    transitions.check(application, "give-more-time", facts, actor, seen_version=seen_version)
    before = facts.deadline
    application.deadline_extended_to = until
    transitions.apply(
        session,
        application,
        "give-more-time",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason.strip(),
        detail={"from": before.isoformat() if before else None, "until": until.isoformat()},
    )
