"""Awards: an offer is made once, for no more than was decided, and lives only as long as its acceptance period (W1-W4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class AwardState(StrEnum):
    OFFER_DRAFT = "offer_draft"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    DECLINED_BY_RECIPIENT = "declined_by_recipient"
    LAPSED = "lapsed"


S = AwardState
UNANSWERED = frozenset({S.OFFER_DRAFT, S.OFFERED})
COMMITTED = frozenset({S.ACCEPTED, S.ACTIVE})
RELEASED = frozenset({S.DECLINED_BY_RECIPIENT, S.LAPSED})

# Our default; a round may say otherwise (published practice gives two to four weeks).
ACCEPTANCE_WORKING_DAYS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardFacts:
    """What the guards of an award may ask; money in pence, days London calendar days; defaults refuse."""

    scope: Scope
    now: datetime
    today: date
    decision_approved: bool = False
    round_announced: bool = False
    amount_pence: int = 0
    decided_pence: int = 0
    accept_by_on: date | None = None
    signed_name: str = ""
    agreed_terms: bool = False
    conditions_open: int = 1
    starts_on: date | None = None
    ends_on: date | None = None
    reason: str = ""
    on_paper: bool = False


def decision_stands(facts: AwardFacts, actor: Actor) -> Refusal | None:
    return None if facts.decision_approved else Refusal("decision-not-approved")


def announced(facts: AwardFacts, actor: Actor) -> Refusal | None:
    return None if facts.round_announced else Refusal("round-not-announced")


def within_what_was_decided(facts: AwardFacts, actor: Actor) -> Refusal | None:
    if not 0 < facts.amount_pence <= facts.decided_pence:
        return Refusal("over-the-decision", {"ask": facts.amount_pence, "left": facts.decided_pence})
    return None


def within_acceptance_period(facts: AwardFacts, actor: Actor) -> Refusal | None:
    if facts.accept_by_on is None or facts.today > facts.accept_by_on:
        return Refusal("offer-expired", {"accept_by_on": facts.accept_by_on})
    return None


def signed(facts: AwardFacts, actor: Actor) -> Refusal | None:
    if not facts.agreed_terms:
        return Refusal("terms-not-agreed")
    return None if facts.signed_name.strip() else Refusal("signature-needed")


def acceptance_period_over(facts: AwardFacts, actor: Actor) -> Refusal | None:
    if facts.accept_by_on is None or facts.today <= facts.accept_by_on:
        return Refusal("offer-still-open", {"accept_by_on": facts.accept_by_on})
    return None


def conditions_met(facts: AwardFacts, actor: Actor) -> Refusal | None:
    return Refusal("conditions-open", {"count": facts.conditions_open}) if facts.conditions_open else None


def has_funding_period(facts: AwardFacts, actor: Actor) -> Refusal | None:
    if facts.starts_on is None or facts.ends_on is None or facts.ends_on < facts.starts_on:
        return Refusal("funding-period-needed")
    return None


def reason_given(facts: AwardFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


TIMER = {Role.SYSTEM}
STAFF = {Role.OFFICER, Role.MANAGER}
MANAGER = {Role.MANAGER}
DECIDER = {Role.DECISION_MAKER}
SIGNATORY = {Role.SIGNATORY}

# fmt: off
AWARD = Workflow(
    "award",
    AwardState,
    initial=S.OFFER_DRAFT,
    # An active award ends with the closing rows that come with payments; until then it stays active.
    terminal={S.ACTIVE, S.DECLINED_BY_RECIPIENT, S.LAPSED},
    rows=[
        # action        from            to                       who              provided that                                      then
        ("draft-offer", NEW,            S.OFFER_DRAFT,           TIMER | DECIDER, [decision_stands],                                 []),
        ("offer",       S.OFFER_DRAFT,  S.OFFERED,               MANAGER,         [decision_stands, announced, within_what_was_decided],
            [Tell("offer", Audience.LEAD), Tell("offer", Audience.SIGNATORY)]),
        ("accept",      S.OFFERED,      S.ACCEPTED,              SIGNATORY,       [within_acceptance_period, signed],
            [Tell("offer-accepted", Audience.OFFICERS), Tell("offer-accepted-copy", Audience.SIGNATORY)]),
        ("decline",     S.OFFERED,      S.DECLINED_BY_RECIPIENT, SIGNATORY,       [reason_given],
            [Tell("offer-declined", Audience.OFFICERS)]),
        ("lapse",       S.OFFERED,      S.LAPSED,                TIMER,           [acceptance_period_over],
            [Tell("offer-lapsed", Audience.LEAD), Tell("offer-lapsed", Audience.OFFICERS)]),
        ("activate",    S.ACCEPTED,     S.ACTIVE,                STAFF,           [conditions_met, has_funding_period],
            [Tell("award-active", Audience.MEMBERS)]),
    ],
)
# fmt: on
