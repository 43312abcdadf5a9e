"""The panel's outcome for one bid: recommended within the pot, in reserve, or not; always with who, when and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import Panel, Recommendation
from grants.assessment.queries.facts import is_sitting, recommended_pence
from grants.assessment.services.gates import lock_row
from grants.assessment.services.moderation import ask_gates, panel_for
from grants.core import transitions
from workflows.actors import Actor
from workflows.application import ApplicationFacts
from workflows.errors import Invalid
from workflows.rules.allocation import Placing
from workflows.rules.scoring import at_or_above_line

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
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> Recommendation:
    """Place one bid by hand. The amount of a recommendation is the whole ask (None means that), never a part.

    Refused by the table: below-line-needs-reason, over-the-pot, reason-needed (reserve), direct-interest,
    panel-not-in-session.
    """
    placing = Placing(outcome)
    if placing is Placing.RECOMMENDED and amount_pence not in (None, application.ask_pence):
        raise Invalid(problems={"amount_pence": "amount-not-ask"})
    panel = panel_for(session, application, actor)
    ask_gates(session, panel, application.id, actor, now)
    # Two chairs can't both spend what is left: the round's row is held until this is kept.
    lock_row(session, application.round)
    reason = reason.strip()
    facts = outcome_facts(
        session,
        application,
        panel,
        actor=actor,
        now=now,
        reason=reason,
        pot_left_pence=application.round.pot_pence
        - recommended_pence(session, application.round_id, besides=application.id),
        hides_pot=bool(queries.barred_in(session, application.round_id, actor)),
    )
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
    )
    transitions.apply(
        session,
        application,
        ACTION[placing],
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason,
        detail={"amount_pence": row.amount_pence},
    )
    return row


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
    row.amount_pence = (application.ask_pence or 0) if is_recommended else 0
    row.reason, row.reason_code, row.reserve_rank = reason, reason_code, reserve_rank
    row.person_id, row.saved_at = actor.person_id, now
    if crime_reduction_reason is not None:
        row.crime_reduction_reason = crime_reduction_reason
    if feedback is not None:
        row.feedback = feedback
    # What counts for the record is the panel's last word, so a bid that it takes off the list was not recommended.
    application.was_recommended = is_recommended
    return row
