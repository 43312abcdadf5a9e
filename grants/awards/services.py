"""Offers and awards: drafted when a grant is approved, made when the round is announced, alive while accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import base_facts
from grants.awards.models import Award
from grants.awards.queries import facts_for_award, list_bids_in, list_expired_offers, list_in_reserve, list_offer_drafts
from grants.core import news, outbox, transitions
from grants.core.holidays import bank_holidays
from grants.core.transitions import Move
from grants.decisions.models import Decision, DecisionItem
from grants.decisions.queries import facts_for_decision, find_current_decision
from grants.funds.models import Round
from workflows.actors import SYSTEM, Actor
from workflows.application import ApplicationState
from workflows.award import AwardFacts
from workflows.deadlines import add_working_days, london_date
from workflows.errors import TransitionRefused
from workflows.round import RoundFacts

BATCH = 500


@news.on("application.approved")
def draft_offers(session: Session, bids: Sequence[Application], actor: Actor, now: datetime) -> None:
    """Approval puts one award for each bid in draft: under embargo until the round is announced."""
    items = session.scalars(
        sa.select(DecisionItem)
        .where(DecisionItem.application_id.in_([bid.id for bid in bids]), DecisionItem.outcome == "grant")
        .order_by(DecisionItem.id)
    )
    # A bid that went back and forth stands in the newest notice.
    newest = {item.application_id: item for item in items}
    awards = [_drafted(bid, newest[bid.id], now) for bid in bids]
    if awards:
        facts = AwardFacts(scope=awards[0].scope, now=now, today=london_date(now), decision_approved=True)
        transitions.create(session, awards, "draft-offer", facts, actor=SYSTEM, now=now)


def _drafted(bid: Application, item: DecisionItem, now: datetime) -> Award:
    code = bid.round.code
    return Award(
        office_id=bid.office_id,
        organisation_id=bid.organisation_id,
        application=bid,
        decision_item=item,
        fund_id=bid.round.fund_id,
        reference=bid.reference if bid.reference.startswith(code) else f"{code}-{bid.reference}",
        organisation_name=bid.organisation_name,
        project_title=bid.project_title,
        amount_pence=item.amount_pence,
        purpose=bid.summary or bid.project_title,
        conditions=item.conditions,
        is_fictional=bid.is_fictional,
        created_at=now,
    )


def announce_round(
    session: Session, round_: Round, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Lift the embargo: publish the notice, make every offer, tell every group, release the letters that were held."""
    decision = find_current_decision(session, round_)
    if decision is None or decision.decided_at is None:
        raise TransitionRefused("decision-not-approved")
    facts = RoundFacts(scope=round_.scope, now=now, decision_approved=True)
    transitions.apply(session, round_, "announce", facts, actor=actor, now=now, seen_version=seen_version)
    _publish(session, decision, actor=actor, now=now)
    _make_offers(session, round_, actor=actor, now=now)
    told = {
        "announce-declined": list_bids_in(session, round_, ApplicationState.DECLINED),
        # Where the last day went by before the announcement, the letter of its end is the outcome.
        "announce-reserve": list_in_reserve(session, round_, london_date(now)),
    }
    for action, bids in told.items():
        moves = [Move(bid, base_facts(session, bid, now=now, decision_approved=True)) for bid in bids]
        transitions.apply_many(session, action, moves, actor=actor, now=now)
    outbox.release(session, f"round:{round_.id}")


def _publish(session: Session, decision: Decision, *, actor: Actor, now: datetime) -> None:
    decision.published_at = now
    facts = facts_for_decision(session, decision, actor, now=now)
    transitions.apply(session, decision, "publish", facts, actor=actor, now=now)


def _make_offers(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    last_day = add_working_days(london_date(now), round_.acceptance_working_days, bank_holidays())
    awards = list_offer_drafts(session, round_)
    for award in awards:
        award.offered_at, award.accept_by_on = now, last_day
    moves = [Move(award, facts_for_award(award, now=now, on_paper=actor.on_paper)) for award in awards]
    transitions.apply_many(session, "offer", moves, actor=actor, now=now)


def accept_offer(
    session: Session,
    award: Award,
    signed_name: str,
    signed_role: str,
    agreed_terms: bool,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The signatory signs for the group; the bid becomes an award.

    Raises TransitionRefused (offer-expired, terms-not-agreed, signature-needed) or Stale.
    """
    facts = facts_for_award(award, now=now, signed_name=signed_name, agreed_terms=agreed_terms)
    transitions.check(award, "accept", facts, actor, seen_version=seen_version)
    award.signed_name, award.signed_role = signed_name.strip(), signed_role.strip()
    award.accepted_at, award.accepted_by_id = now, actor.person_id
    transitions.apply(session, award, "accept", facts, actor=actor, now=now, seen_version=seen_version)
    bid = award.application
    own = base_facts(session, bid, now=now, offer_accepted=True)
    transitions.apply(session, bid, "award", own, actor=SYSTEM, now=now)


def decline_offer(
    session: Session, award: Award, reason: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """The group turns the offer down; the money is free again."""
    facts = facts_for_award(award, now=now, reason=reason)
    transitions.check(award, "decline", facts, actor, seen_version=seen_version)
    award.declined_reason = reason.strip()
    transitions.apply(session, award, "decline", facts, actor=actor, now=now, seen_version=seen_version, reason=reason)
    _end_bids(session, [award], now=now)


def activate_award(
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
    """Start the grant: conditions met as the note says, funding period set. Its returns are made by who listens."""
    facts = facts_for_award(award, now=now, conditions_met=bool(conditions_note.strip()))
    facts = replace(facts, starts_on=starts_on, ends_on=ends_on)
    transitions.check(award, "activate", facts, actor, seen_version=seen_version)
    award.starts_on, award.ends_on = starts_on, ends_on
    award.conditions_met_note = conditions_note.strip()
    transitions.apply(session, award, "activate", facts, actor=actor, now=now, seen_version=seen_version)


def lapse_due_offers(session: Session, now: datetime) -> int:
    """Timed duty: end the offers that nobody accepted in time. Returns how many were ended in this batch."""
    awards = list_expired_offers(session, now, BATCH)
    moves = [Move(award, facts_for_award(award, now=now)) for award in awards]
    transitions.apply_many(session, "lapse", moves, actor=SYSTEM, now=now)
    _end_bids(session, awards, now=now)
    return len(awards)


def _end_bids(session: Session, awards: Sequence[Award], *, now: datetime) -> None:
    moves = [
        Move(award.application, base_facts(session, award.application, now=now, offer_over=True))
        for award in awards
        if award.application.state is ApplicationState.APPROVED
    ]
    transitions.apply_many(session, "lapse-offer", moves, actor=SYSTEM, now=now)
