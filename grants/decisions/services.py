"""Deciding: the panel's outcomes go into one notice; one person who took no part decides, with a reason each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.applications.queries import base_facts
from grants.assessment import services as assessment
from grants.assessment.models import Panel
from grants.assessment.queries import barred_from
from grants.core import audit, transitions
from grants.core.transitions import Move
from grants.decisions.models import Decision, DecisionItem
from grants.decisions.queries import (
    DECLARATIONS,
    MISSING,
    NOT_APPLICABLE,
    SIGNED,
    facts_for_decision,
    find_current_decision,
    is_panel_closed,
    list_recommendations,
    load_items,
    missing_declarations,
)
from grants.diligence.queries import failed_of
from grants.funding.queries import ceiling_pence
from grants.funds.models import Round
from workflows.actors import SYSTEM, Actor
from workflows.application import PANEL_OUTCOMES
from workflows.deadlines import london_date
from workflows.decision import DecisionFacts, DecisionState
from workflows.errors import Invalid, TransitionRefused
from workflows.round import RoundFacts

UNSHOWN = "a bid that is not shown to you"
OUTCOMES = {"recommended": "grant", "reserve": "reserve", "not_recommended": "decline"}


def raise_decision(session: Session, round_: Round, *, actor: Actor, now: datetime) -> Decision:
    """Put the panel's outcomes into a notice and send it on its way.

    A notice that was returned is filled anew and keeps its reference. Where every declaration is "not applicable"
    and the office asks for no officer approval, it reaches the decision maker in the same step.
    """
    decision = find_current_decision(session, round_)
    if decision is None:
        decision = _draft(session, round_, actor, now)
    elif decision.state not in {DecisionState.DRAFT, DecisionState.RETURNED}:
        raise TransitionRefused("already-decided" if decision.decided_at else "decision-under-way")
    _fill(session, decision)
    facts = facts_for_decision(session, decision, actor, now=now)
    transitions.apply(session, decision, "consult", facts, actor=actor, now=now)
    _move_on(session, decision, now=now)
    return decision


def _draft(session: Session, round_: Round, actor: Actor, now: datetime) -> Decision:
    office = session.get_one(Office, round_.office_id)
    status = MISSING if office.needs_officer_approval else NOT_APPLICABLE
    decision = Decision(
        office_id=round_.office_id,
        round_id=round_.id,
        round=round_,
        reference=_next_reference(session, office, now),
        title=f"{round_.title}: grants",
        declarations={key: {"status": status} for key in DECLARATIONS},
        raised_by_id=actor.person_id,
        is_fictional=round_.is_fictional,
        created_at=now,
    )
    facts = DecisionFacts(scope=decision.scope, now=now, panel_closed=is_panel_closed(session, round_))
    transitions.create(session, [decision], "raise", facts, actor=actor, now=now)
    return decision


def _next_reference(session: Session, office: Office, now: datetime) -> str:
    # The office's row is locked, so that two notices raised at once get two numbers.
    session.scalars(sa.select(Office.id).where(Office.id == office.id).with_for_update()).one()
    year = london_date(now).year
    prefix = f"{office.code.upper()}-{year}-"
    count = session.scalar(
        sa.select(sa.func.count()).where(Decision.office_id == office.id, Decision.reference.startswith(prefix))
    )
    return f"{prefix}{(count or 0) + 1:03d}"


def _fill(session: Session, decision: Decision) -> None:
    """Copy the panel's outcomes into the notice's items, replacing what an earlier round trip left."""
    standing = {item.application_id: item for item in decision.items}
    for recommendation in list_recommendations(session, decision.round):
        item = standing.pop(recommendation.application_id, None)
        if item is None:
            item = DecisionItem(decision_id=decision.id, application_id=recommendation.application_id)
            session.add(item)
        item.outcome = OUTCOMES[recommendation.outcome]
        item.amount_pence = recommendation.amount_pence if item.outcome == "grant" else 0
        item.conditions = recommendation.conditions if item.outcome == "grant" else ""
        item.reason = recommendation.crime_reduction_reason if item.outcome == "grant" else recommendation.reason
    for gone in standing.values():
        session.delete(gone)
    session.flush()
    session.expire(decision, ["items"])


def _move_on(session: Session, decision: Decision, *, now: datetime) -> None:
    """Take the steps that need nobody: declarations complete, and officer approval where none is asked for."""
    facts = facts_for_decision(session, decision, SYSTEM, now=now)
    if not facts.declarations_missing:
        transitions.apply(session, decision, "consulted", facts, actor=SYSTEM, now=now)
        if not facts.officer_approval_needed:
            transitions.apply(session, decision, "pass-on", facts, actor=SYSTEM, now=now)


def record_declaration(
    session: Session, decision: Decision, key: str, status: str, name: str, *, actor: Actor, now: datetime
) -> None:
    """Record that one officer signed, or that their declaration does not apply here."""
    if key not in DECLARATIONS or status not in {SIGNED, NOT_APPLICABLE}:
        raise Invalid(problems={"status": "Choose signed or not applicable."})
    if status == SIGNED and not name.strip():
        raise Invalid(problems={"name": "Write the role of the person who signed."})
    if decision.state is not DecisionState.CONSULTATION:
        raise TransitionRefused("not-in-this-state")
    entry = {"status": status, "name": name.strip(), "at": now.isoformat()}
    decision.declarations = {**decision.declarations, key: entry}
    audit.record(
        session,
        subject_type="decision",
        subject_id=decision.id,
        action=f"declaration-{key}",
        actor=actor,
        at=now,
        office_id=decision.office_id,
        detail=entry,
    )
    session.flush()
    if not missing_declarations(decision):
        _move_on(session, decision, now=now)


def pass_on(session: Session, decision: Decision, *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """The chief executive is satisfied, and passes the notice to the decision maker."""
    facts = facts_for_decision(session, decision, actor, now=now)
    transitions.apply(session, decision, "pass-on", facts, actor=actor, now=now, seen_version=seen_version)


def approve_decision(
    session: Session,
    decision: Decision,
    reasons: Mapping[int, str],
    interests_statement: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide as recommended: every grant with its own reason, keyed by the bid's id in `reasons`.

    Bids recommended become approved, those not recommended declined, the reserve list stays; the round is decided.
    Raises Stale or TransitionRefused (took-part-earlier, award-reason-needed, diligence-failed-since, over-the-pot).
    """
    load_items(session, decision)
    for item in decision.items:
        if item.outcome == "grant":
            item.reason = reasons.get(item.application_id, item.reason).strip()
    facts = facts_for_decision(session, decision, actor, now=now, interests_statement=interests_statement)
    transitions.check(decision, "approve", facts, actor, seen_version=seen_version)
    _refuse_failed(session, decision, actor)
    decision.interests_statement = interests_statement.strip()
    decision.decided_at, decision.decided_by_id, decision.decided_by_name = now, actor.person_id, actor.name
    transitions.apply(session, decision, "approve", facts, actor=actor, now=now, seen_version=seen_version)
    _settle_bids(session, decision, facts, actor=actor, now=now)
    round_facts = RoundFacts(
        scope=decision.round.scope, now=now, panel_closed=facts.panel_closed, decision_approved=True
    )
    transitions.apply(session, decision.round, "decide", round_facts, actor=actor, now=now)


def _refuse_failed(session: Session, decision: Decision, actor: Actor) -> None:
    """A group that failed due diligence after the panel met gets nothing: the notice goes back to the panel."""
    grants = {item.application_id: item.application.reference for item in decision.items if item.outcome == "grant"}
    failed = failed_of(session, grants)
    shut = barred_from(session, actor.person_id, failed)
    named = sorted(UNSHOWN if number in shut else grants[number] for number in failed)
    if named:
        raise TransitionRefused("diligence-failed-since", references=tuple(named))


def _settle_bids(session: Session, decision: Decision, facts: DecisionFacts, *, actor: Actor, now: datetime) -> None:
    left = ceiling_pence(session, decision.round_id, decision.round.pot_pence)
    granted, declined = [], []
    for item in decision.items:
        own = base_facts(
            session,
            item.application,
            now=now,
            took_part=facts.took_part,
            award_reason=item.reason,
            pot_left_pence=left,
            award_pence=item.amount_pence if item.outcome == "grant" else None,
            on_paper=actor.on_paper,
            failed_diligence=False,
        )
        move = Move(item.application, own, reason=item.reason, detail={"decision_id": decision.id})
        if item.outcome == "grant":
            granted.append(move)
            left -= item.amount_pence
        elif item.outcome == "decline":
            declined.append(move)
    transitions.apply_many(session, "approve", granted, actor=actor, now=now)
    transitions.apply_many(session, "decline", declined, actor=actor, now=now)


def return_decision(
    session: Session,
    decision: Decision,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Send the recommendations back: the panel opens again and every bid waits for its outcome."""
    facts = facts_for_decision(session, decision, actor, now=now, reason=reason)
    transitions.apply(
        session, decision, "return", facts, actor=actor, now=now, seen_version=seen_version, reason=reason
    )
    bids = [item.application for item in decision.items if item.application.state in PANEL_OUTCOMES]
    moves = [Move(bid, base_facts(session, bid, now=now, reason=reason), reason=reason) for bid in bids]
    transitions.apply_many(session, "send-back", moves, actor=actor, now=now)
    panel = session.scalars(sa.select(Panel).where(Panel.round_id == decision.round_id)).one()
    assessment.reopen_panel(session, panel, reason, actor=actor, now=now)


def reject_decision(
    session: Session,
    decision: Decision,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Refuse the notice for good; the chair may reopen the panel, and a new notice may follow."""
    facts = facts_for_decision(session, decision, actor, now=now, reason=reason)
    transitions.check(decision, "reject", facts, actor, seen_version=seen_version)
    decision.decided_at, decision.decided_by_id, decision.decided_by_name = now, actor.person_id, actor.name
    decision.note = reason.strip()
    transitions.apply(
        session, decision, "reject", facts, actor=actor, now=now, seen_version=seen_version, reason=reason
    )
