"""Quarterly returns: scheduled when a grant starts, asked for in time, signed by a signatory, read by an officer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Person
from grants.awards import services as awards
from grants.awards.models import Award
from grants.core import audit, news, transitions
from grants.core.holidays import bank_holidays
from grants.core.sweeps import Series, remind_series
from grants.core.transitions import Move
from grants.monitoring.models import MonitoringReturn, ReturnQuestion
from grants.monitoring.queries import facts_for_return
from workflows.actors import SYSTEM, Actor
from workflows.award import AwardState
from workflows.deadlines import (
    add_working_days,
    london_date,
    london_time_on,
    quarters_between,
    return_due_on,
    return_opens_on,
)
from workflows.errors import TransitionRefused
from workflows.monitoring import OWED, ReturnFacts, ReturnState
from workflows.rules.reminders import RETURN_OFFSETS

BATCH = 500
ANSWER_WORKING_DAYS = 5
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
    transitions.check(monitoring_return, "submit", facts, actor)
    monitoring_return.certified_name, monitoring_return.certified_by_id = certified_name.strip(), actor.person_id
    monitoring_return.submitted_at = now
    transitions.apply(session, monitoring_return, "submit", facts, actor=actor, now=now, seen_version=seen_version)


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
    transitions.check(monitoring_return, "accept", facts, actor)
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
