"""What a round has come to across the features: the counts that its gates ask for, and its bids by area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import Panel
from grants.assessment.queries import barred_in
from grants.awards.models import Award
from grants.decisions.models import Decision
from grants.funds import queries as funds
from grants.funds.models import Round
from grants.reporting.funnel import NOT_RECEIVED, Funnel
from workflows.actors import Actor
from workflows.application import IN_CHECKS
from workflows.application import ApplicationState as S
from workflows.award import AwardState
from workflows.decision import SETTLED
from workflows.panel import PanelState
from workflows.round import RoundFacts, RoundState

# A link to where the rest is asked; the gate itself is asked again there.
ASKED_LATER = "asked on the next page"
TOLD = frozenset({RoundState.ANNOUNCED, RoundState.COMPLETE})
UNSCORED = frozenset({S.ELIGIBLE, S.SCORING})
UNMODERATED = UNSCORED | {S.SCORED}
UNANSWERED = frozenset({AwardState.OFFER_DRAFT, AwardState.OFFERED})


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area of the round; None stands for bids that name none of its areas."""

    area_id: int | None
    name: str
    received: int
    asked_pence: int
    recommended: int
    recommended_pence: int


def hidden_until_announced(session: Session, round_: Round, actor: Actor) -> tuple[int, ...]:
    """The bids that this reader's totals leave out: those of a direct interest, until the outcomes are public."""
    return () if round_.state in TOLD else barred_in(session, round_.id, actor)


def facts_for_round(session: Session, round_: Round, states: Mapping[str, int], *, now: datetime) -> RoundFacts:
    """Everything that the gates of a round ask; `states` counts its bids by state, as the funnel does."""
    counts = {state: states.get(state, 0) for state in S}
    bid_of_award = sa.select(Application.id).where(Application.round_id == round_.id)
    unanswered = sa.select(sa.func.count()).where(
        Award.application_id.in_(bid_of_award), Award.state.in_(sorted(UNANSWERED))
    )
    panel_closed, decided, offers = session.execute(
        sa.select(
            sa.exists().where(Panel.round_id == round_.id, Panel.state == PanelState.CLOSED),
            sa.exists().where(Decision.round_id == round_.id, Decision.state.in_(sorted(SETTLED))),
            unanswered.scalar_subquery(),
        )
    ).one()
    return funds.facts_for_round(
        session,
        round_,
        now=now,
        reason=ASKED_LATER,
        new_closes_at=None if round_.closes_at is None else round_.closes_at + timedelta(days=1),
        bids_to_lapse=counts[S.DRAFT],
        bids_unchecked=sum(counts[state] for state in IN_CHECKS),
        bids_eligible=counts[S.ELIGIBLE] + counts[S.SCORING],
        bids_unscored=sum(counts[state] for state in UNSCORED),
        bids_unmoderated=sum(counts[state] for state in UNMODERATED),
        panel_closed=panel_closed,
        decision_approved=decided,
        offers_unanswered=offers,
    )


def list_areas(session: Session, funnel: Funnel) -> list[AreaLine]:
    """The bids that the funnel counts by area, in the round's order; one query."""
    round_ = funnel.round_
    rows = session.execute(
        sa.select(Application.area_id, sa.func.count(), sa.func.coalesce(sa.func.sum(Application.ask_pence), 0))
        .where(
            Application.round_id == round_.id,
            Application.state.not_in(sorted(NOT_RECEIVED)),
            Application.id.not_in(funnel.left_out) if funnel.left_out else sa.true(),
        )
        .group_by(Application.area_id)
    )
    found = {area_id: (count, int(asked)) for area_id, count, asked in rows}
    lines = [
        AreaLine(area.id, area.name, *found.get(area.id, (0, 0)), *funnel.by_area.get(area.name, (0, 0)))
        for area in round_.areas
    ]
    without = [AreaLine(None, "No area named", *found[None], 0, 0)] if None in found else []
    return lines + without
