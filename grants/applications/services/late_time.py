"""Time for one group after its deadline: one person proposes it, a second gives or refuses it, and its people hear."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from grants.applications.models import Application, LateTime
from grants.applications.queries import find_late_time, late_facts
from grants.applications.services.drafting import lock
from grants.core import transitions
from workflows.actors import Actor
from workflows.errors import Invalid


def propose_late_time(
    session: Session,
    application: Application,
    until: datetime,
    reason: str,
    *,
    late_for: timedelta,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> LateTime:
    """Ask a second person to let this bid be sent until `until`. Raises Invalid: time-not-to-come.

    `late_for` is how long after its deadline a bid may still be given time.
    """
    lock(session, application)
    standing = find_late_time(session, application)
    facts = late_facts(session, application, standing, now=now, late_for=late_for, new_deadline=until, reason=reason)
    if until <= now:
        raise Invalid(problems={"until": "time-not-to-come"})
    transitions.check(application, "propose-late-time", facts, actor, seen_version=seen_version)
    made = LateTime(
        application_id=application.id,
        until=until,
        reason=reason.strip(),
        proposed_by_id=actor.person_id,
        proposed_at=now,
    )
    session.add(made)
    transitions.apply(
        session,
        application,
        "propose-late-time",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason.strip(),
        detail={"until": until.isoformat()},
    )
    return made


def settle_late_time(
    session: Session,
    application: Application,
    *,
    is_given: bool,
    late_for: timedelta,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give the time that was proposed, which brings a bid that lapsed back as a draft, or refuse it."""
    lock(session, application)
    action = "give-late-time" if is_given else "refuse-late-time"
    proposed = find_late_time(session, application)
    facts = late_facts(session, application, proposed, now=now, late_for=late_for)
    transitions.check(application, action, facts, actor, seen_version=seen_version)
    assert proposed is not None  # noqa: S101 - the machine has just refused what nobody proposed
    proposed.settled_by_id, proposed.settled_at, proposed.was_given = actor.person_id, now, is_given
    if is_given:
        application.deadline_extended_to = proposed.until
    transitions.apply(
        session,
        application,
        action,
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=proposed.reason,
        detail={"until": proposed.until.isoformat(), "from": facts.deadline and facts.deadline.isoformat()},
    )
