"""Reading decision notices: what each decides, what is still missing, and whether this actor may decide it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from grants.accounts.models import Office
from grants.applications.models import Application
from grants.assessment.models import Panel, Recommendation
from grants.assessment.queries import barred_from, took_part
from grants.core.scoping import get_visible, visible
from grants.decisions.models import Decision, DecisionItem
from grants.funding.queries import ceiling_pence
from grants.funds.models import Round
from workflows.actors import Actor
from workflows.application import PANEL_OUTCOMES
from workflows.decision import SETTLED, DecisionFacts, DecisionState
from workflows.errors import NotFound
from workflows.panel import PanelState

NOT_APPLICABLE = "not-applicable"
SIGNED = "signed"
MISSING = "missing"
# Who declares on a notice, in its order (published form of a Lincolnshire decision, 007/2020).
DECLARATIONS = (
    "originating-officer",
    "force-chief-finance-officer",
    "chief-constable",
    "office-chief-finance-officer",
    "monitoring-officer",
)


def get_decision(session: Session, actor: Actor, decision_id: int) -> Decision:
    """The notice with its items and their bids, for staff of its office; NotFound otherwise."""
    decision = get_visible(session, Decision, decision_id, actor)
    load_items(session, decision)
    return decision


def load_items(session: Session, decision: Decision) -> None:
    """Read the notice's items with their bids and areas in one query, however many there are."""
    session.scalars(
        sa.select(Decision)
        .where(Decision.id == decision.id)
        .options(
            joinedload(Decision.items).joinedload(DecisionItem.application).joinedload(Application.area),
            joinedload(Decision.round),
        )
    ).unique().one()


def shown_items(session: Session, decisions: Sequence[Decision], actor: Actor) -> dict[int, list[DecisionItem]]:
    """Of each notice the items that the actor may read; those of a direct interest only once it is published."""
    kept_back = [each for each in decisions if each.state is not DecisionState.PUBLISHED]
    shut = barred_from(session, actor.person_id, {item.application_id for each in kept_back for item in each.items})
    return {
        each.id: [item for item in each.items if each not in kept_back or item.application_id not in shut]
        for each in decisions
    }


def get_published_decision(session: Session, actor: Actor, decision_id: int) -> Decision:
    """A notice that anyone may read (Part 1); NotFound until it is published."""
    found = session.scalars(
        sa.select(Decision)
        .where(Decision.id == decision_id, Decision.state == DecisionState.PUBLISHED)
        .options(selectinload(Decision.items).joinedload(DecisionItem.application), joinedload(Decision.round))
    ).one_or_none()
    if found is None:
        raise NotFound(subject="decision")
    return found


def list_decisions(session: Session, actor: Actor) -> Sequence[Decision]:
    """Every notice that the actor may read, newest first."""
    return session.scalars(
        sa.select(Decision)
        .where(visible(Decision, actor))
        .options(joinedload(Decision.round), selectinload(Decision.items))
        .order_by(Decision.id.desc())
    ).all()


def find_current_decision(session: Session, round_: Round) -> Decision | None:
    """The round's notice that is neither rejected nor ended, if there is one."""
    return session.scalars(
        sa.select(Decision)
        .where(Decision.round_id == round_.id, Decision.state != DecisionState.REJECTED)
        .order_by(Decision.id.desc())
        .limit(1)
    ).first()


def is_decided(session: Session, round_id: int) -> bool:
    """Whether the round has a notice that was approved."""
    return bool(
        session.scalar(sa.select(sa.exists().where(Decision.round_id == round_id, Decision.state.in_(sorted(SETTLED)))))
    )


def list_recommendations(session: Session, round_: Round) -> Sequence[Recommendation]:
    """The panel's outcomes of a round with their bids, best first."""
    return session.scalars(
        sa.select(Recommendation)
        .join(Application)
        .where(Recommendation.round_id == round_.id, Application.state.in_(sorted(PANEL_OUTCOMES)))
        .options(joinedload(Recommendation.application))
        .order_by(Application.percent_millionths.desc(), Application.id)
    ).all()


def is_panel_closed(session: Session, round_: Round) -> bool:
    return bool(
        session.scalar(sa.select(sa.exists().where(Panel.round_id == round_.id, Panel.state == PanelState.CLOSED)))
    )


def missing_declarations(decision: Decision) -> tuple[str, ...]:
    """The declarations that nobody has signed or marked as not applicable."""
    given = decision.declarations or {}
    return tuple(key for key in DECLARATIONS if given.get(key, {}).get("status", MISSING) == MISSING)


def facts_for_decision(
    session: Session,
    decision: Decision,
    actor: Actor,
    *,
    now: datetime,
    interests_statement: str = "",
    reason: str = "",
    panel_closed: bool | None = None,
) -> DecisionFacts:
    """Everything that the guards of a notice ask, for this actor."""
    round_, items = decision.round, decision.items
    grants = [item for item in items if item.outcome == "grant"]
    office = session.get_one(Office, decision.office_id)
    bids = [item.application_id for item in items]
    return DecisionFacts(
        scope=decision.scope,
        now=now,
        panel_closed=is_panel_closed(session, round_) if panel_closed is None else panel_closed,
        has_items=bool(items),
        declarations_missing=missing_declarations(decision),
        officer_approval_needed=office.needs_officer_approval,
        interests_stated=bool(interests_statement.strip()),
        took_part=actor.person_id is not None and took_part(session, actor.person_id, bids),
        grants_without_reason=tuple(item.application.reference for item in grants if not item.reason.strip()),
        total_pence=sum(item.amount_pence for item in grants),
        pot_pence=ceiling_pence(session, round_.id, round_.pot_pence),
        reason=reason,
        on_paper=actor.on_paper,
    )
