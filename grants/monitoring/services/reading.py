"""The office's side: a question back, acceptance with feedback, and a manager's reopening or waiver."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grants.core import transitions
from grants.core.holidays import bank_holidays
from grants.monitoring.models import MonitoringReturn, ReturnQuestion
from grants.monitoring.queries import facts_for_return
from workflows.actors import Actor
from workflows.deadlines import add_working_days, london_date

# Our default, from practice.
ANSWER_WORKING_DAYS = 5


def query_return(
    session: Session,
    monitoring_return: MonitoringReturn,
    question: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Ask the grantee a question back; five working days to answer (our default)."""
    facts = facts_for_return(session, monitoring_return, now=now, question=question)
    transitions.apply(session, monitoring_return, "query", facts, actor=actor, now=now, seen_version=seen_version)
    session.add(
        ReturnQuestion(
            return_id=monitoring_return.id,
            question=question.strip(),
            asked_by_id=actor.person_id,
            asked_at=now,
            answer_due_on=add_working_days(london_date(now), ANSWER_WORKING_DAYS, bank_holidays()),
        )
    )
    session.flush()
    session.expire(monitoring_return, ["questions"])


def accept_return(
    session: Session,
    monitoring_return: MonitoringReturn,
    *,
    rag: str = "",
    feedback: str = "",
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The officer has read the return and is content; the feedback goes to the grantee."""
    facts = facts_for_return(session, monitoring_return, now=now)
    transitions.check(monitoring_return, "accept", facts, actor, seen_version=seen_version)
    monitoring_return.officer_rag, monitoring_return.feedback = rag, feedback.strip()
    monitoring_return.accepted_by_id = actor.person_id
    transitions.apply(session, monitoring_return, "accept", facts, actor=actor, now=now, seen_version=seen_version)


def reopen_return(
    session: Session,
    monitoring_return: MonitoringReturn,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """A manager opens an accepted return again, with a reason."""
    _with_reason(session, monitoring_return, "reopen", reason, seen_version, actor, now)


def waive_return(
    session: Session,
    monitoring_return: MonitoringReturn,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """A manager says that this return is not needed, with a reason."""
    _with_reason(session, monitoring_return, "waive", reason, seen_version, actor, now)


def _with_reason(
    session: Session,
    monitoring_return: MonitoringReturn,
    action: str,
    reason: str,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    facts = facts_for_return(session, monitoring_return, now=now, reason=reason)
    transitions.apply(
        session, monitoring_return, action, facts, actor=actor, now=now, seen_version=seen_version, reason=reason
    )
