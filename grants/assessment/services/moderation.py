"""Moderation: the panel agrees a score for each criterion beside the markers' own, which nobody ever overwrites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import ModeratedScore, Panel
from grants.assessment.queries.facts import is_sitting, member_of
from grants.assessment.queries.marks import agreed_of, locked_marks
from grants.assessment.services.gates import lock_row, start_recommending_when_due, store_percent
from grants.core import transitions
from workflows.actors import Actor
from workflows.application import ApplicationFacts
from workflows.errors import Invalid, NotAllowed, NotFound, TransitionRefused
from workflows.rules import moderation

# Criterion code -> the agreed score (None: the markers' mean stands) and the panel's reason.
Agreed = Mapping[str, tuple[int | None, str]]

# What must hold before a panel agrees anything, told by features to the right; of one bid, or of the whole round.
Gate = Callable[[Session, Panel, int | None, Actor, datetime], None]
_gates: list[Gate] = []


def before_agreeing(gate: Gate) -> Gate:
    """Have the function asked first; it raises what it refuses. Nobody asks it of a panel that met on paper."""
    _gates.append(gate)
    return gate


def ask_gates(session: Session, panel: Panel | None, application_id: int | None, actor: Actor, now: datetime) -> None:
    for gate in _gates if panel is not None and not actor.on_paper else ():
        gate(session, panel, application_id, actor, now)


def save_agreed_scores(
    session: Session,
    application: Application,
    agreed: Agreed,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """Record what the panel agreed for the criteria named, and that the bid is moderated.

    A score outside all the markers' own needs a reason (refused: agreed-score-needs-reason). The chair who agrees
    the last bid's scores moves the round on to recommending.
    """
    panel = panel_for(session, application, actor)
    ask_gates(session, panel, application.id, actor, now)
    # The round is held, so that of two chairs who agree the last two bids one moves it on.
    lock_row(session, application.round)
    rubric = queries.rubric_of(session, application.round_id)
    before = agreed_of(session, [application.id], rubric).get(application.id, {})
    was = {code: row.score for code, row in before.items()}
    for code, (score, reason) in agreed.items():
        _keep(session, application, rubric, before, code, score, reason.strip(), actor, now)
    facts = moderation_facts(session, application, panel, rubric, before, actor, now)
    store_percent(session, application)
    detail = {"was": was, "agreed": {code: row.score for code, row in before.items()}}
    transitions.apply(
        session, application, "moderate", facts, actor=actor, now=now, seen_version=seen_version, detail=detail
    )
    start_recommending_when_due(session, application.round, actor=actor, now=now)


def panel_for(session: Session, application: Application, actor: Actor) -> Panel | None:
    """The panel that the actor chairs; on paper there may be none. NotFound with a direct interest in the bid."""
    panel = queries.find_panel(session, application.round_id)
    if actor.on_paper:
        return panel
    require_chair(panel, actor)
    if queries.barred_from(session, actor.person_id, [application.id]):
        raise NotFound(subject="application")
    if queries.needs_ruling(session, application.id, actor.person_id):
        raise TransitionRefused("interest-not-ruled")
    return panel


def require_chair(panel: Panel | None, actor: Actor) -> None:
    """NotAllowed unless the actor sits on this panel as a chair; a chair of the office who does not, may not."""
    if actor.on_paper:
        return
    seat = member_of(panel, actor.person_id) if panel else None
    if seat is None or not seat.is_chair:
        raise NotAllowed(needs=["chair"])


def _keep(
    session: Session,
    application: Application,
    rubric: queries.Rubric,
    rows: dict[str, ModeratedScore],
    code: str,
    score: int | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    criterion = rubric.find(code)
    if criterion is None:
        raise Invalid("unknown-criterion", criterion=code)
    if score is None:
        if code in rows:
            session.delete(rows.pop(code))
        return
    if not criterion.min_score <= score <= criterion.max_score:
        raise Invalid("score-out-of-range", criterion=code, score=score, max_score=criterion.max_score)
    row = rows.get(code)
    if row is None:
        row = rows[code] = ModeratedScore(application_id=application.id, criterion_id=criterion.id)
        session.add(row)
    row.score, row.reason, row.person_id, row.saved_at = score, reason, actor.person_id, now


def moderation_facts(
    session: Session,
    application: Application,
    panel: Panel | None,
    rubric: queries.Rubric,
    agreed: Mapping[str, ModeratedScore],
    actor: Actor,
    now: datetime,
) -> ApplicationFacts:
    """The bid's facts as the panel sees them, from the agreed scores given."""
    marks = locked_marks(queries.marks_of(session, [application.id], rubric).get(application.id, []), rubric)
    scores = {code: row.score for code, row in agreed.items()}
    reasons = {code: row.reason for code, row in agreed.items()}
    return queries.application_facts(
        session,
        application,
        actor=actor,
        now=now,
        panel_in_session=is_sitting(panel),
        criteria_not_agreed=moderation.criteria_not_agreed(scores, marks, rubric.weights),
        agreed_without_reason=moderation.agreed_without_reason(scores, marks, reasons),
    )


def reopen_scoring(
    session: Session,
    application: Application,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """The chair sends a scored bid back to its markers, for instance when one stood aside and is replaced."""
    panel_for(session, application, actor)
    facts = queries.application_facts(session, application, actor=actor, now=now, reason=reason)
    transitions.apply(
        session,
        application,
        "reopen-scoring",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason,
    )
