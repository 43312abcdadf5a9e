"""Decision notices: recommended by some, declared by officers, decided by one who took no part before (N1-N5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class DecisionState(StrEnum):
    DRAFT = "draft"
    CONSULTATION = "consultation"
    OFFICER_APPROVAL = "officer_approval"
    WITH_PCC = "with_pcc"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    PUBLISHED = "published"


S = DecisionState
PREPARING = frozenset({S.DRAFT, S.CONSULTATION, S.OFFICER_APPROVAL, S.RETURNED})
WAITING = frozenset({S.WITH_PCC})
SETTLED = frozenset({S.APPROVED, S.PUBLISHED})
REFUSED = frozenset({S.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFacts:
    """What the guards of a notice may ask; money in pence; defaults refuse."""

    scope: Scope
    now: datetime
    panel_closed: bool = False
    has_items: bool = False
    declarations_missing: tuple[str, ...] = ("not-checked",)
    officer_approval_needed: bool = True
    interests_stated: bool = False
    took_part: bool = True
    grants_without_reason: tuple[str, ...] = ("not-checked",)
    total_pence: int = 0
    pot_pence: int = 0
    reason: str = ""
    on_paper: bool = False


def panel_has_closed(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    return None if facts.panel_closed else Refusal("panel-not-closed")


def has_recommendations(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    return None if facts.has_items else Refusal("nothing-recommended")


def declarations_in(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    if facts.declarations_missing:
        return Refusal("declarations-missing", {"which": facts.declarations_missing})
    return None


def timer_only_when_not_needed(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    # An office whose scheme of delegation asks for no officer approval records it as "not applicable".
    return Refusal("officer-approval-needed") if actor.is_system and facts.officer_approval_needed else None


def interests_on_record(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    return None if facts.interests_stated else Refusal("interests-statement-needed")


def never_their_own(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    return Refusal("took-part-earlier") if facts.took_part else None


def every_grant_says_why(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    if facts.grants_without_reason:
        return Refusal("award-reason-needed", {"references": facts.grants_without_reason})
    return None


def within_the_pot(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    if facts.total_pence > facts.pot_pence:
        return Refusal("over-the-pot", {"ask": facts.total_pence, "left": facts.pot_pence})
    return None


def reason_given(facts: DecisionFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


TIMER = {Role.SYSTEM}
MANAGER = {Role.MANAGER}
ORIGINATOR = {Role.MANAGER, Role.OFFICER, Role.CHAIR}
CHIEF_EXECUTIVE = {Role.CHIEF_EXECUTIVE}
DECIDER = {Role.DECISION_MAKER}

# fmt: off
DECISION = Workflow(
    "decision",
    DecisionState,
    initial=S.DRAFT,
    terminal={S.REJECTED, S.PUBLISHED},
    rows=[
        # action      from                    to                  who                      provided that                           then
        ("raise",     NEW,                    S.DRAFT,            ORIGINATOR,              [panel_has_closed],                     []),
        ("consult",   {S.DRAFT, S.RETURNED},  S.CONSULTATION,     ORIGINATOR,              [panel_has_closed, has_recommendations], []),
        ("consulted", S.CONSULTATION,         S.OFFICER_APPROVAL, TIMER,                   [declarations_in],                      []),
        ("pass-on",   S.OFFICER_APPROVAL,     S.WITH_PCC,         TIMER | CHIEF_EXECUTIVE, [declarations_in, timer_only_when_not_needed],
            [Tell("decision-awaiting", Audience.DECISION_MAKERS)]),
        ("approve",   S.WITH_PCC,             S.APPROVED,         DECIDER,
            [never_their_own, interests_on_record, every_grant_says_why, within_the_pot],  []),
        ("return",    S.WITH_PCC,             S.RETURNED,         DECIDER,                 [reason_given],
            [Tell("decision-returned", Audience.CHAIR)]),
        ("reject",    S.WITH_PCC,             S.REJECTED,         DECIDER,                 [never_their_own, reason_given],
            [Tell("decision-rejected", Audience.MANAGERS)]),
        ("publish",   S.APPROVED,             S.PUBLISHED,        MANAGER,                 [],                                     []),
    ],
)
# fmt: on
