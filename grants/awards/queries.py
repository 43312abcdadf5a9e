"""Reading awards and offers, for the office that gives and the group that gets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.applications.models import Application
from grants.applications.queries import tells_when_announced
from grants.assessment.models import Recommendation
from grants.awards.models import Award, PastAward
from grants.core.scoping import get_visible, visible
from grants.decisions.models import Decision
from grants.funds.models import Round
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.award import AwardFacts, AwardState
from workflows.deadlines import london_date
from workflows.round import RoundState
from workflows.rules.after import WITH_OUTCOME

ANNOUNCED = frozenset({RoundState.ANNOUNCED, RoundState.COMPLETE})
PAGE = 200


def get_award(session: Session, actor: Actor, award_id: int) -> Award:
    """The award, for its office's staff or its group; an offer in draft does not exist for the group."""
    return get_visible(session, Award, award_id, actor)


def list_awards(session: Session, actor: Actor) -> Sequence[Award]:
    """The latest awards that the actor may read, newest first, with their fund."""
    return session.scalars(
        sa.select(Award)
        .where(visible(Award, actor))
        .options(joinedload(Award.fund))
        .order_by(Award.id.desc())
        .limit(PAGE)
    ).all()


def list_past_awards(session: Session, actor: Actor) -> Sequence[PastAward]:
    """Grants from published reports, as stated there, in the sources' order."""
    return session.scalars(
        sa.select(PastAward).where(visible(PastAward, actor)).order_by(PastAward.programme, PastAward.position)
    ).all()


def list_offer_drafts(session: Session, round_: Round) -> Sequence[Award]:
    """The offers that wait for the round to be announced."""
    return session.scalars(
        sa.select(Award)
        .join(Application, Application.id == Award.application_id)
        .where(Application.round_id == round_.id, Award.state == AwardState.OFFER_DRAFT)
        .options(joinedload(Award.decision_item), joinedload(Award.application))
        .order_by(Award.id)
    ).all()


@tells_when_announced
def outcome_told(session: Session, application: Application) -> dict[str, Any]:
    """When the round was announced, and the offer or grant that came of the bid."""
    if application.state not in WITH_OUTCOME:
        return {}
    published = sa.select(sa.func.max(Decision.published_at)).where(Decision.round_id == application.round_id)
    offer = sa.select(Award).where(Award.application_id == application.id, Award.state != AwardState.OFFER_DRAFT)
    award = session.scalars(offer).one_or_none()
    known: dict[str, Any] = {"told_on": session.scalar(published)}
    if award is not None:
        known |= {
            "award_id": award.id,
            "award_state": str(award.state),
            "amount_pence": award.amount_pence,
            "accept_by": award.accept_by_on,
            "accepted_on": award.accepted_at,
            "starts_on": award.starts_on,
            "is_running": award.state is AwardState.ACTIVE,
        }
    return known


def list_bids_in(session: Session, round_: Round, state: ApplicationState) -> Sequence[Application]:
    return session.scalars(
        sa.select(Application)
        .where(Application.round_id == round_.id, Application.state == state)
        .order_by(Application.id)
    ).all()


def list_in_reserve(session: Session, round_: Round, today: date) -> Sequence[Application]:
    """Bids on the reserve list whose last day has not gone by."""
    return session.scalars(
        sa.select(Application)
        .outerjoin(Recommendation, Recommendation.application_id == Application.id)
        .where(
            Application.round_id == round_.id,
            Application.state == ApplicationState.RESERVE,
            sa.or_(Recommendation.reserve_until_on.is_(None), Recommendation.reserve_until_on >= today),
        )
        .order_by(Application.id)
    ).all()


def list_expired_offers(session: Session, now: datetime, limit: int) -> Sequence[Award]:
    """Offers whose last day to accept is over in London."""
    return session.scalars(
        sa.select(Award)
        .where(Award.state == AwardState.OFFERED, Award.accept_by_on < london_date(now))
        .options(joinedload(Award.application).joinedload(Application.round))
        .order_by(Award.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Award)
    ).all()


def facts_for_award(
    award: Award,
    *,
    now: datetime,
    signed_name: str = "",
    agreed_terms: bool = False,
    conditions_met: bool = False,
    reason: str = "",
    on_paper: bool = False,
) -> AwardFacts:
    """Everything that the guards of an award ask; its decision item and its bid's round are read when not loaded."""
    return AwardFacts(
        scope=award.scope,
        now=now,
        today=london_date(now),
        decision_approved=award.decision_item.decision.decided_at is not None,
        round_announced=award.application.round.state in ANNOUNCED,
        amount_pence=award.amount_pence,
        decided_pence=award.decision_item.amount_pence,
        accept_by_on=award.accept_by_on,
        signed_name=signed_name,
        agreed_terms=agreed_terms,
        conditions_open=0 if conditions_met or not award.conditions.strip() else 1,
        starts_on=award.starts_on,
        ends_on=award.ends_on,
        reason=reason,
        on_paper=on_paper,
    )
