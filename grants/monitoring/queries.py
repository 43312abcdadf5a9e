"""Reading monitoring returns, for the grantee who owes them and the office that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.awards.models import Award
from grants.core.scoping import get_visible, visible
from grants.monitoring.models import MonitoringReturn
from workflows.actors import Actor
from workflows.award import AwardState
from workflows.deadlines import london_date
from workflows.monitoring import OWED, SETTLED, ReturnFacts, ReturnState
from workflows.rules.budget import count_words

# Limits in words of the return's questions (model form M2, M3, M16).
WORDS = {"own_rag_note": 50, "narrative": 400, "lessons": 300}
PAGE = 200


def get_return(session: Session, actor: Actor, return_id: int) -> MonitoringReturn:
    """The return with its award, for its office's staff or its group."""
    found = get_visible(session, MonitoringReturn, return_id, actor)
    session.scalars(sa.select(Award).where(Award.id == found.award_id).options(joinedload(Award.application))).one()
    return found


def list_returns(session: Session, actor: Actor, *, is_open_only: bool = False) -> Sequence[MonitoringReturn]:
    """Returns that the actor may read, the soonest due first; with `is_open_only` those not settled."""
    statement = (
        sa.select(MonitoringReturn)
        .where(visible(MonitoringReturn, actor))
        .options(joinedload(MonitoringReturn.award))
        .order_by(MonitoringReturn.due_on, MonitoringReturn.id)
        .limit(PAGE)
    )
    if is_open_only:
        statement = statement.where(MonitoringReturn.state.not_in(sorted(SETTLED | {ReturnState.SCHEDULED})))
    return session.scalars(statement).all()


def list_returns_of(session: Session, award: Award) -> Sequence[MonitoringReturn]:
    """The schedule of one award, in its order."""
    return session.scalars(
        sa.select(MonitoringReturn).where(MonitoringReturn.award_id == award.id).order_by(MonitoringReturn.number)
    ).all()


def spend_before(session: Session, monitoring_return: MonitoringReturn) -> int:
    """Pence that the award's other returns have reported as spent."""
    return (
        session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(MonitoringReturn.spend_pence), 0)).where(
                MonitoringReturn.award_id == monitoring_return.award_id,
                MonitoringReturn.id != monitoring_return.id,
                MonitoringReturn.submitted_at.is_not(None),
            )
        )
        or 0
    )


def problems_of(monitoring_return: MonitoringReturn) -> dict[str, str]:
    """What is missing or too long, field to sentence; empty when the return can be sent."""
    found = {}
    if not monitoring_return.own_rag:
        found["own_rag"] = "Say how the project is going."
    if monitoring_return.own_rag in {"amber", "red"} and not monitoring_return.own_rag_note.strip():
        found["own_rag_note"] = "Say what is behind, and what you will do about it."
    if not monitoring_return.narrative.strip():
        found["narrative"] = "Write what you did in these months."
    for name, limit in WORDS.items():
        words = count_words(getattr(monitoring_return, name))
        if words > limit:
            found[name] = f"Use {limit} words or fewer. You wrote {words}."
    if monitoring_return.people_new_count is None:
        found["people_new_count"] = "Write how many people you helped for the first time. Write 0 if none."
    if monitoring_return.spend_pence is None:
        found["spend_pence"] = "Write what you spent of the grant. Write 0 if nothing."
    new, continuing = monitoring_return.people_new_count or 0, monitoring_return.people_continuing_count or 0
    attendances = monitoring_return.attendances_count
    if attendances is not None and attendances < new + continuing:
        found["attendances_count"] = (
            f"Attendances ({attendances:,}) can't be fewer than the people who came ({new + continuing:,})."
        )
    return found


def facts_for_return(
    session: Session,
    monitoring_return: MonitoringReturn,
    *,
    now: datetime,
    certified: bool = False,
    question: str = "",
    answer: str = "",
    reason: str = "",
) -> ReturnFacts:
    """Everything that the guards of a return ask."""
    award = monitoring_return.award
    return ReturnFacts(
        scope=monitoring_return.scope,
        now=now,
        award_active=award.state is AwardState.ACTIVE,
        opens_at=monitoring_return.opens_at,
        period_end_on=monitoring_return.period_end_on,
        today=london_date(now),
        problems=tuple(problems_of(monitoring_return)),
        spend_to_date_pence=spend_before(session, monitoring_return) + (monitoring_return.spend_pence or 0),
        award_pence=award.amount_pence,
        certified=certified,
        question=question,
        answer=answer,
        reason=reason,
    )


def is_overdue(monitoring_return: MonitoringReturn, now: datetime) -> bool:
    """Owed by the grantee after its due day in London; derived, never stored."""
    return monitoring_return.state in OWED and london_date(now) > monitoring_return.due_on
