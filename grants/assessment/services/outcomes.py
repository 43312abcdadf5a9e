"""The panel's outcome for one bid: recommended within the pot, in reserve, or not; always with who, when and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import answers_of
from grants.assessment import queries
from grants.assessment.models import Panel, Recommendation
from grants.assessment.queries.facts import is_sitting, recommended_pence
from grants.assessment.services.gates import lock_row
from grants.assessment.services.moderation import ask_gates, panel_for
from grants.core import transitions
from grants.diligence.queries import Weighed, weigh
from grants.funding.queries import ceiling_pence
from grants.funds.model_form import MINIMUM_VIABLE
from workflows.actors import Actor
from workflows.application import ApplicationFacts
from workflows.deadlines import london_date
from workflows.rules.allocation import Placing, reserve_ends
from workflows.rules.scoring import at_or_above_line

PART = "recommend-part"
ACTION = {
    Placing.RECOMMENDED: "recommend",
    Placing.RESERVE: "put-in-reserve",
    Placing.NOT_RECOMMENDED: "not-recommend",
}


def set_outcome(
    session: Session,
    application: Application,
    outcome: str,
    *,
    amount_pence: int | None = None,
    reason: str = "",
    crime_reduction_reason: str = "",
    feedback: str = "",
    lines_removed: str = "",
    conditions: str | None = None,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> Recommendation:
    """Place one bid by hand. The amount of a recommendation is the whole ask (None means that) or a part of it.

    Its conditions are those that due diligence asks for, where they are None. Refused by the table: diligence-failed,
    diligence-open (neither a condition nor a reason), below-line-needs-reason, over-the-pot, part-out-of-range,
    lines-removed-needed, reason-needed (reserve), direct-interest, panel-not-in-session.
    """
    placing = Placing(outcome)
    ask = application.ask_pence or 0
    amount = ask if amount_pence is None else amount_pence
    is_part = placing is Placing.RECOMMENDED and amount != ask
    panel = panel_for(session, application, actor)
    ask_gates(session, panel, application.id, actor, now)
    # Two chairs can't both spend what is left: the round's row is held until this is kept.
    lock_row(session, application.round)
    reason = reason.strip()
    part = {"award_pence": amount, "minimum_pence": minimum_of(session, application), "lines_removed": lines_removed}
    money = _pot_facts(session, application, actor) | (part if is_part else {})
    known = money | diligence_facts(weigh(session, [application], now=now)[application.id], conditions)
    facts = outcome_facts(session, application, panel, actor=actor, now=now, reason=reason, **known)
    row = keep_recommendation(
        session,
        application,
        placing,
        find_recommendation(session, application.id),
        reason=reason,
        crime_reduction_reason=crime_reduction_reason.strip(),
        feedback=feedback.strip(),
        actor=actor,
        now=now,
        amount_pence=amount,
        lines_removed=lines_removed.strip() if is_part else "",
        conditions=facts.conditions,
    )
    transitions.apply(
        session,
        application,
        PART if is_part else ACTION[placing],
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason,
        detail={"amount_pence": row.amount_pence},
    )
    return row


def diligence_facts(weighed: Weighed, conditions: str | None = None) -> dict[str, Any]:
    """What due diligence makes of recommending a bid; its own conditions unless others are given."""
    conditions = weighed.conditions if conditions is None else conditions.strip()
    return {"failed_diligence": weighed.failed, "diligence_open": weighed.is_open, "conditions": conditions}


def _pot_facts(session: Session, application: Application, actor: Actor) -> dict[str, Any]:
    ceiling = ceiling_pence(session, application.round_id, application.round.pot_pence)
    return {
        "pot_left_pence": ceiling - recommended_pence(session, application.round_id, besides=application.id),
        "hides_pot": bool(queries.barred_in(session, application.round_id, actor)),
    }


def minimum_of(session: Session, application: Application) -> int:
    """The least in pence with which the group says that it can go ahead; its ask where it says nothing of use."""
    typed = answers_of(session, application).get(MINIMUM_VIABLE)
    ask = application.ask_pence or 0
    return typed if type(typed) is int and 0 < typed <= ask else ask


def find_recommendation(session: Session, application_id: int) -> Recommendation | None:
    return session.scalars(
        sa.select(Recommendation).where(Recommendation.application_id == application_id)
    ).one_or_none()


def outcome_facts(
    session: Session,
    application: Application,
    panel: Panel | None,
    *,
    actor: Actor,
    now: datetime,
    **more: Any,
) -> ApplicationFacts:
    """The bid's facts for an outcome; the percent is computed again from the scores, and compared exact."""
    if "at_or_above_line" not in more:
        percent = queries.percent_of(session, application)
        line = queries.line_of(application.round, panel)
        more["at_or_above_line"] = percent is not None and at_or_above_line(percent, line)
    # The marker counts are of no interest to an outcome; given, they are not asked of the database.
    known = {"markers_ready": 0, "markers_unlocked": 0, "panel_in_session": is_sitting(panel)}
    return queries.application_facts(session, application, actor=actor, now=now, **{**known, **more})


def keep_recommendation(
    session: Session,
    application: Application,
    placing: Placing,
    row: Recommendation | None,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    reason_code: str = "",
    reserve_rank: int | None = None,
    crime_reduction_reason: str | None = None,
    feedback: str | None = None,
    amount_pence: int | None = None,
    lines_removed: str = "",
    conditions: str = "",
) -> Recommendation:
    """Write the outcome's row; texts that are None stay as they were, and begin as the bid's own."""
    if row is None:
        row = Recommendation(
            office_id=application.office_id,
            round_id=application.round_id,
            application_id=application.id,
            crime_reduction_reason=application.crime_reduction_reason,
            feedback="",
        )
        session.add(row)
    is_recommended = placing is Placing.RECOMMENDED
    row.outcome = placing.value
    whole = application.ask_pence or 0
    row.amount_pence = (whole if amount_pence is None else amount_pence) if is_recommended else 0
    row.lines_removed = lines_removed if is_recommended else ""
    row.conditions = conditions if is_recommended else ""
    row.reason, row.reason_code, row.reserve_rank = reason, reason_code, reserve_rank
    row.reserve_until_on = reserve_ends(london_date(now)) if placing is Placing.RESERVE else None
    row.person_id, row.saved_at = actor.person_id, now
    if crime_reduction_reason is not None:
        row.crime_reduction_reason = crime_reduction_reason
    if feedback is not None:
        row.feedback = feedback
    # What counts for the record is the panel's last word, so a bid that it takes off the list was not recommended.
    application.was_recommended = is_recommended
    return row
