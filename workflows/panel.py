"""Panels: nobody sits before every interest is declared, and nothing leaves before every bid has a line drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal
from workflows.round import RoundState


class PanelState(StrEnum):
    CONVENED = "convened"
    INTERESTS_DECLARED = "interests_declared"
    IN_SESSION = "in_session"
    CLOSED = "closed"


S = PanelState
PREPARING = frozenset({S.CONVENED, S.INTERESTS_DECLARED})
SITTING = frozenset({S.IN_SESSION})
DONE = frozenset({S.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFacts:
    """What the guards of a panel may ask; money in pence; defaults refuse."""

    scope: Scope
    now: datetime
    round_state: RoundState
    undeclared: int = 1
    # Community representatives among those present who lack their training or their word on confidentiality, by name.
    unprepared: tuple[str, ...] = ("not-checked",)
    members_present: int = 0
    quorum: int = 3
    has_officer: bool = False
    has_community_rep: bool = False
    needs_community_rep: bool = False
    chair_present: bool = False
    without_outcome: int = 1
    recommended_pence: int = 0
    pot_pence: int = 0
    decision_is_settled: bool = True
    reason: str = ""
    on_paper: bool = False
    # The reader stands aside from a bid, so what the others leave of the pot is not theirs to know.
    hides_pot: bool = False


def everyone_declared(facts: PanelFacts, actor: Actor) -> Refusal | None:
    if facts.undeclared and not facts.on_paper:
        return Refusal("interests-undeclared", {"count": facts.undeclared})
    return None


def scoring_done(facts: PanelFacts, actor: Actor) -> Refusal | None:
    ready = {RoundState.MODERATING, RoundState.RECOMMENDING}
    return None if facts.round_state in ready else Refusal("scoring-not-done")


def quorate(facts: PanelFacts, actor: Actor) -> Refusal | None:
    # Our default: three members, an officer among them, the chair present, a resident where the round asks for one.
    if facts.on_paper:
        return None
    rep_missing = facts.needs_community_rep and not facts.has_community_rep
    if facts.members_present < facts.quorum or not facts.chair_present or not facts.has_officer or rep_missing:
        return Refusal("not-quorate", {"present": facts.members_present, "need": facts.quorum})
    return None


def reps_prepared(facts: PanelFacts, actor: Actor) -> Refusal | None:
    if facts.unprepared and not facts.on_paper:
        return Refusal("reps-unprepared", {"names": facts.unprepared})
    return None


def every_bid_has_an_outcome(facts: PanelFacts, actor: Actor) -> Refusal | None:
    return Refusal("bids-without-outcome", {"count": facts.without_outcome}) if facts.without_outcome else None


def within_the_pot(facts: PanelFacts, actor: Actor) -> Refusal | None:
    if facts.recommended_pence > facts.pot_pence:
        if facts.hides_pot:
            return Refusal("over-the-pot-unshown")
        return Refusal("over-the-pot", {"ask": facts.recommended_pence, "left": facts.pot_pence})
    return None


def undecided(facts: PanelFacts, actor: Actor) -> Refusal | None:
    return Refusal("already-decided") if facts.decision_is_settled else None


def reason_given(facts: PanelFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


MANAGER = {Role.MANAGER}
CHAIR = {Role.CHAIR}
TIMER = {Role.SYSTEM}
RETURNER = {Role.CHAIR, Role.DECISION_MAKER}

# fmt: off
PANEL = Workflow(
    "panel",
    PanelState,
    initial=S.CONVENED,
    terminal=(),
    rows=[
        # action               from                  to                    who       provided that                            then
        ("convene",            NEW,                  S.CONVENED,           MANAGER,  [],                                      []),
        ("interests-complete", S.CONVENED,           S.INTERESTS_DECLARED, TIMER,    [everyone_declared],                     []),
        # A member who joins late has declared nothing yet, so the gate comes back.
        ("interests-reopened", S.INTERESTS_DECLARED, S.CONVENED,           MANAGER,  [],                                      []),
        ("open",               S.INTERESTS_DECLARED, S.IN_SESSION,         CHAIR,    [scoring_done, everyone_declared, reps_prepared, quorate], []),
        ("close",              S.IN_SESSION,         S.CLOSED,             CHAIR,    [every_bid_has_an_outcome, within_the_pot],
            [Tell("recommendation-recorded", Audience.MANAGERS)]),
        ("reopen",             S.CLOSED,             S.IN_SESSION,         RETURNER, [reason_given, undecided],               []),
    ],
)
# fmt: on
