"""The grantee's side: written over several sittings, finished, signed by a signatory, and answered when asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grants.core import audit, transitions
from grants.monitoring.models import MonitoringReturn
from grants.monitoring.queries import facts_for_return
from workflows.actors import Actor
from workflows.errors import TransitionRefused
from workflows.monitoring import ReturnState

# What a grantee fills in; nothing else of a return is taken from a form.
FIELDS = (
    "own_rag",
    "own_rag_note",
    "narrative",
    "lessons",
    "people_new_count",
    "people_continuing_count",
    "sessions_count",
    "attendances_count",
    "spend_pence",
    "spend_note",
)


def save_return(
    session: Session,
    monitoring_return: MonitoringReturn,
    values: Mapping[str, Any],
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what the grantee wrote; the first save starts the return. Incomplete is fine until it is sent."""
    state = monitoring_return.state
    if state is ReturnState.OPEN:
        facts = facts_for_return(session, monitoring_return, now=now)
        transitions.apply(session, monitoring_return, "start", facts, actor=actor, now=now, seen_version=seen_version)
    elif state is not ReturnState.IN_PROGRESS:
        raise TransitionRefused("not-in-this-state")
    changed = {
        name: values[name] for name in FIELDS if name in values and values[name] != getattr(monitoring_return, name)
    }
    for name, value in changed.items():
        setattr(monitoring_return, name, value)
    if changed:
        _record(session, monitoring_return, "save", actor, now, {"fields": sorted(changed)})
        session.flush()


def finish_return(
    session: Session, monitoring_return: MonitoringReturn, *, seen_version: int | None, actor: Actor, now: datetime
) -> None:
    """Pass the return to the signatory. Raises TransitionRefused (return-not-complete, spend-over-award)."""
    facts = facts_for_return(session, monitoring_return, now=now)
    transitions.apply(session, monitoring_return, "finish", facts, actor=actor, now=now, seen_version=seen_version)


def send_back_return(
    session: Session, monitoring_return: MonitoringReturn, *, seen_version: int | None, actor: Actor, now: datetime
) -> None:
    """The signatory wants something changed first."""
    facts = facts_for_return(session, monitoring_return, now=now)
    transitions.apply(session, monitoring_return, "send-back", facts, actor=actor, now=now, seen_version=seen_version)


def submit_return(
    session: Session,
    monitoring_return: MonitoringReturn,
    certified_name: str,
    is_certified: bool,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The signatory certifies the return and sends it."""
    facts = facts_for_return(
        session, monitoring_return, now=now, certified=is_certified and bool(certified_name.strip())
    )
    transitions.check(monitoring_return, "submit", facts, actor, seen_version=seen_version)
    monitoring_return.certified_name, monitoring_return.certified_by_id = certified_name.strip(), actor.person_id
    monitoring_return.submitted_at = now
    transitions.apply(session, monitoring_return, "submit", facts, actor=actor, now=now, seen_version=seen_version)


def answer_query(
    session: Session,
    monitoring_return: MonitoringReturn,
    answer: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The grantee answers the newest question; the return is with the office again."""
    facts = facts_for_return(session, monitoring_return, now=now, answer=answer)
    transitions.apply(session, monitoring_return, "answer", facts, actor=actor, now=now, seen_version=seen_version)
    question = monitoring_return.questions[-1]
    question.answer, question.answered_by_id, question.answered_at = answer.strip(), actor.person_id, now
    session.flush()


def _record(
    session: Session,
    monitoring_return: MonitoringReturn,
    action: str,
    actor: Actor,
    now: datetime,
    detail: Mapping[str, Any],
) -> None:
    audit.record(
        session,
        subject_type="return",
        subject_id=monitoring_return.id,
        action=action,
        actor=actor,
        at=now,
        office_id=monitoring_return.office_id,
        detail=detail,
    )
