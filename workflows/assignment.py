"""Marker assignments: interests first, then marking alone, then a lock that only a chair can lift with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class AssignmentState(StrEnum):
    ASSIGNED = "assigned"
    INTEREST_DECLARED = "interest_declared"
    RECUSED = "recused"
    MARKING = "marking"
    LOCKED = "locked"
    REOPENED = "reopened"
    FINAL = "final"
    TAKEN_OFF = "taken_off"


class Interest(StrEnum):
    """A declaration about one bid; `direct` shuts the person out of it altogether (domain practice, section 9)."""

    NONE = "none"
    INDIRECT = "indirect"
    DIRECT = "direct"


class InterestKind(StrEnum):
    """What kind of interest it is (domain practice, section 9)."""

    RUNS = "runs"
    FAMILY = "family"
    HELPED_WRITE = "helped_write"
    PAID = "paid"
    SAME_BODY = "same_body"
    COMPETITOR = "competitor"
    OTHER = "other"


S = AssignmentState
UNDECLARED = frozenset({S.ASSIGNED})
DECLARED = frozenset({S.INTEREST_DECLARED})
WORKING = frozenset({S.MARKING, S.REOPENED})
LOCKED_STATES = frozenset({S.LOCKED, S.FINAL})
# Ended before their time: by an interest, or by a manager; neither reads the bid as its marker any more.
OUT = frozenset({S.RECUSED, S.TAKEN_OFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentFacts:
    """What the guards of one marker's work on one bid may ask; defaults refuse."""

    scope: Scope
    now: datetime
    marker_id: int
    marker_declared: Interest | None = None
    # A sign of an interest waits for the marker's answer.
    is_proposed: bool = True
    marker_belongs_to_group: bool = True
    # The marker is a community representative who is not prepared, or not for this bid.
    is_beyond_reach: bool = True
    unscored: tuple[str, ...] = ("not-checked",)
    unjustified: tuple[str, ...] = ()
    bid_in_scoring: bool = False
    moderation_closed: bool = False
    reason: str = ""
    on_paper: bool = False
    # Whoever brings in a marker's sheet has no part in marking the bid, and says when and how the marker confirmed it.
    actor_marks_bid: bool = True
    is_confirmed: bool = False


def not_of_the_group(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return Refusal("marker-of-the-group") if facts.marker_belongs_to_group else None


def own_assignment(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return None if facts.on_paper or facts.marker_id == actor.person_id else Refusal("not-your-assignment")


def interest_stated(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return None if facts.marker_declared is not None else Refusal("interest-not-declared")


def proposals_answered(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return Refusal("interest-proposed") if facts.is_proposed and not facts.on_paper else None


def within_reach(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return Refusal("rep-unprepared") if facts.is_beyond_reach and not facts.on_paper else None


def no_direct_interest(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return Refusal("direct-interest") if facts.marker_declared is Interest.DIRECT else None


def has_direct_interest(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return None if facts.marker_declared is Interest.DIRECT else Refusal("no-direct-interest")


def scoring_under_way(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return None if facts.bid_in_scoring else Refusal("bid-not-in-scoring")


def every_criterion_scored(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return Refusal("criteria-unscored", {"criteria": facts.unscored}) if facts.unscored else None


def every_score_justified(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    if facts.unjustified and not facts.on_paper:
        return Refusal("score-needs-justification", {"criteria": facts.unjustified})
    return None


def reason_given(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


def before_moderation_closes(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return Refusal("moderation-closed") if facts.moderation_closed else None


def after_moderation_closes(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return None if facts.moderation_closed else Refusal("moderation-not-closed")


def not_a_marker_of_it(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return Refusal("marks-the-bid") if facts.actor_marks_bid else None


def confirmed_by_marker(facts: AssignmentFacts, actor: Actor) -> Refusal | None:
    return None if facts.is_confirmed else Refusal("marker-has-not-confirmed")


MARKER = {Role.MARKER}
MANAGER = {Role.MANAGER}
CHAIR = {Role.CHAIR}
TIMER = {Role.SYSTEM}

# fmt: off
ASSIGNMENT = Workflow(
    "assignment",
    AssignmentState,
    initial=S.ASSIGNED,
    terminal={S.RECUSED, S.FINAL},
    rows=[
        # action      from                                  to                   who      provided that                                 then
        ("assign",    NEW,                                  S.ASSIGNED,          MANAGER, [not_of_the_group],
            [Tell("marking-assigned", Audience.MARKER)]),
        # Many bids at once: each marker is told of theirs in one e-mail.
        ("give-out",  NEW,                                  S.ASSIGNED,          MANAGER, [not_of_the_group],                           []),
        ("take-off",  {S.ASSIGNED, S.INTEREST_DECLARED, S.MARKING, S.REOPENED}, S.TAKEN_OFF, MANAGER,
            [reason_given, before_moderation_closes],                                                                                   []),
        # The same work begins anew: interests are asked again, and what was void stays void.
        ("assign-again",   S.TAKEN_OFF,                     S.ASSIGNED,          MANAGER, [not_of_the_group, no_direct_interest],
            [Tell("marking-assigned", Audience.MARKER)]),
        ("give-out-again", S.TAKEN_OFF,                     S.ASSIGNED,          MANAGER, [not_of_the_group, no_direct_interest],       []),
        ("declare",   S.ASSIGNED,                           S.INTEREST_DECLARED, MARKER,  [own_assignment, within_reach, interest_stated, proposals_answered], []),
        ("recuse",    {S.INTEREST_DECLARED, S.MARKING, S.LOCKED, S.REOPENED}, S.RECUSED, MARKER,
            [own_assignment, has_direct_interest, before_moderation_closes],     [Tell("marker-recused", Audience.MANAGERS)]),
        # An interest that a chair or manager found or ruled on, whatever the marker says.
        ("set-aside", {S.ASSIGNED, S.INTEREST_DECLARED, S.MARKING, S.LOCKED, S.REOPENED}, S.RECUSED, TIMER,
            [has_direct_interest, before_moderation_closes],                     [Tell("marker-recused", Audience.MANAGERS)]),
        ("begin",     S.INTEREST_DECLARED,                  S.MARKING,           MARKER,  [own_assignment, within_reach, proposals_answered, no_direct_interest], []),
        ("lock",      {S.MARKING, S.REOPENED},              S.LOCKED,            MARKER,
            [own_assignment, within_reach, proposals_answered, scoring_under_way, every_criterion_scored, every_score_justified],                           []),
        # A manager brings in the sheet of a marker who works on paper; it is the marker who says that the scores are theirs.
        ("begin-for", S.INTEREST_DECLARED,                  S.MARKING,           MANAGER,
            [not_a_marker_of_it, within_reach, proposals_answered, no_direct_interest],                                                          []),
        ("lock-for",  {S.MARKING, S.REOPENED},              S.LOCKED,            MANAGER,
            [not_a_marker_of_it, confirmed_by_marker, within_reach, proposals_answered, scoring_under_way, every_criterion_scored,
             every_score_justified],                                                                                                    []),
        ("reopen",    S.LOCKED,                             S.REOPENED,          CHAIR,   [reason_given, before_moderation_closes],
            [Tell("marking-reopened", Audience.MARKER)]),
        ("finalise",  S.LOCKED,                             S.FINAL,             TIMER,   [after_moderation_closes],                    []),
    ],
)
# fmt: on
