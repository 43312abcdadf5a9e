"""One check from its beginning to its end: items are recorded with evidence, and people say how it ends.

What was recorded is never rewritten: a second word on an item is a second row.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.services.drafting import lock
from grants.core import transitions
from grants.diligence.models import DueDiligence
from grants.diligence.queries import (
    covers,
    facts_for,
    find_open,
    find_standing,
    needed_tier,
    rules_of,
)
from workflows.actors import SYSTEM, Actor, Scope
from workflows.deadlines import add_months, end_of_day, london_date
from workflows.diligence import DiligenceFacts, DiligenceState
from workflows.rules.diligence import (
    Rating,
    Result,
    checklist,
    is_large_for_income,
)

BATCH = 500


def begin(session: Session, application: Application, *, actor: Actor, now: datetime) -> DueDiligence:
    """Begin the check of a bid's group; refused while one of the tier that it needs holds or is begun."""
    # Of two who press at once the later waits here, and finds the check that the first one began.
    lock(session, application)
    tier, why, subject = needed_tier(session, application, now=now)
    stands = covers(find_standing(session, application), tier) or find_open(session, application) is not None
    check = DueDiligence(
        office_id=application.office_id,
        organisation_id=application.organisation_id,
        application_id=application.id,
        application=application,
        tier=tier,
        tier_reasons=list(why),
        items_wanted=[str(item) for item in checklist(tier, subject)],
        large_for_income=is_large_for_income(subject),
        begun_by_id=actor.person_id,
        begun_at=now,
        conditions="",
        reason="",
        items=[],
    )
    facts = DiligenceFacts(scope=Scope(application.office_id), now=now, stands=stands)
    detail = {"application_id": application.id, "tier": str(tier)}
    transitions.create(session, [check], "begin", facts, actor=actor, now=now, detail=detail)
    return check


def finish(
    session: Session,
    check: DueDiligence,
    result: str,
    rating: str,
    conditions: str,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """A person says that the group passes, or passes with conditions, and how large the risk is."""
    facts = facts_for(check, now=now, result=result, rating=rating, conditions=conditions, reason=reason)
    transitions.check(check, "finish", facts, actor, seen_version=seen_version)
    _end(session, check, Result(result), Rating(rating), actor, now)
    check.conditions = conditions.strip() if result == Result.CONDITIONS else ""
    check.reason = reason.strip()
    _move(session, check, "finish", facts, reason, actor=actor, now=now, seen_version=seen_version)


def propose_fail(
    session: Session,
    check: DueDiligence,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Somebody finds that the group fails; it is nothing until a second person confirms it."""
    facts = facts_for(check, now=now, reason=reason)
    transitions.check(check, "propose-fail", facts, actor, seen_version=seen_version)
    check.proposed_by_id, check.reason = actor.person_id, reason.strip()
    _move(session, check, "propose-fail", facts, reason, actor=actor, now=now, seen_version=seen_version)


def confirm_fail(
    session: Session, check: DueDiligence, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """The second person agrees: the group fails, and its risk is red."""
    facts = facts_for(check, now=now)
    transitions.check(check, "confirm-fail", facts, actor, seen_version=seen_version)
    _end(session, check, Result.FAIL, Rating.RED, actor, now)
    _move(session, check, "confirm-fail", facts, check.reason, actor=actor, now=now, seen_version=seen_version)


def set_aside_fail(
    session: Session,
    check: DueDiligence,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The second person does not agree: the check goes on."""
    facts = facts_for(check, now=now, reason=reason)
    _move(session, check, "set-aside-fail", facts, reason, actor=actor, now=now, seen_version=seen_version)
    check.proposed_by_id, check.reason = None, ""
    session.flush()


def reopen(
    session: Session,
    check: DueDiligence,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Something new is known: nothing stands of the result until somebody finishes it again."""
    facts = facts_for(check, now=now, reason=reason)
    _move(session, check, "reopen", facts, reason, actor=actor, now=now, seen_version=seen_version)
    check.result = check.rating = check.finished_by_id = check.finished_at = check.expires_at = None
    check.proposed_by_id, check.conditions, check.reason = None, "", ""
    session.flush()


def expire_due(session: Session, now: datetime) -> int:
    """Checks whose time is up hold no more; the next bid of the group needs a new one."""
    due = session.scalars(
        sa.select(DueDiligence)
        .where(DueDiligence.state == DiligenceState.FINISHED, DueDiligence.expires_at <= now)
        .order_by(DueDiligence.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    moves = [
        transitions.Move(check, DiligenceFacts(scope=Scope(check.office_id), now=now, expires_at=check.expires_at))
        for check in due
    ]
    transitions.apply_many(session, "expire", moves, actor=SYSTEM, now=now)
    return len(due)


def _end(session: Session, check: DueDiligence, result: Result, rating: Rating, actor: Actor, now: datetime) -> None:
    months = rules_of(session, check.application.round.fund_id).holds_months
    check.result, check.rating = result, rating
    check.finished_by_id, check.finished_at = actor.person_id, now
    last = add_months(london_date(now), months)
    check.expires_at = end_of_day(last)


def _move(session: Session, check: DueDiligence, action: str, facts: DiligenceFacts, reason: str, **more: Any) -> None:
    detail: dict[str, Any] = {"application_id": check.application_id}
    if check.result is not None:
        detail |= {"result": str(check.result), "rating": str(check.rating)}
    transitions.apply(session, check, action, facts, reason=reason.strip(), detail=detail, **more)
