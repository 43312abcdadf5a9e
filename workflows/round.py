"""Rounds: open and close at their published London times, and pass each gate only when the bids have (R1-R6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class RoundState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    CHECKING = "checking"
    SCORING = "scoring"
    MODERATING = "moderating"
    RECOMMENDING = "recommending"
    DECIDED = "decided"
    ANNOUNCED = "announced"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


S = RoundState
SETTING_UP = frozenset({S.DRAFT, S.APPROVED})
PUBLISHED = frozenset({S.SCHEDULED, S.OPEN})
ASSESSING = frozenset({S.CLOSED, S.CHECKING, S.SCORING, S.MODERATING, S.RECOMMENDING})
FINISHED = frozenset({S.DECIDED, S.ANNOUNCED, S.COMPLETE, S.CANCELLED})
BEFORE_DECIDED = SETTING_UP | PUBLISHED | ASSESSING


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """What the guards of a round may ask. Counts are of bids; defaults refuse, so a forgotten fact never permits."""

    scope: Scope
    now: datetime
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    is_rolling: bool = False
    is_trial: bool = False
    new_closes_at: datetime | None = None
    reason: str = ""
    setup_problems: tuple[str, ...] = ("not-checked",)
    # Of a change of the published form: whether there is one, and whether bids are judged by what it changes.
    has_changes: bool = False
    judged_by_it: int = 1
    bids_to_lapse: int = 1
    bids_unchecked: int = 1
    bids_eligible: int = 0
    bids_unscored: int = 1
    bids_unmoderated: int = 1
    panel_closed: bool = False
    decision_approved: bool = False
    offers_unanswered: int = 1


def reason_given(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


def set_up_is_sound(facts: RoundFacts, actor: Actor) -> Refusal | None:
    if facts.setup_problems:
        return Refusal("round-not-ready", {"problems": facts.setup_problems})
    return None


def a_trial(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return None if facts.is_trial else Refusal("not-a-trial")


def something_changed(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return None if facts.has_changes else Refusal("nothing-changed")


def nobody_judged_by_it(facts: RoundFacts, actor: Actor) -> Refusal | None:
    # A rolling round judges bids while it is open: two bids of a round are never held against two rubrics (our default).
    return Refusal("rubric-in-use", {"count": facts.judged_by_it}) if facts.judged_by_it else None


def opening_reached(facts: RoundFacts, actor: Actor) -> Refusal | None:
    if facts.opens_at is None or facts.now < facts.opens_at:
        return Refusal("opening-not-reached", {"opens_at": facts.opens_at})
    return None


def closing_reached(facts: RoundFacts, actor: Actor) -> Refusal | None:
    if facts.closes_at is None or facts.now < facts.closes_at:
        return Refusal("closing-not-reached", {"closes_at": facts.closes_at})
    return None


def only_later(facts: RoundFacts, actor: Actor) -> Refusal | None:
    # Moving a published deadline earlier would shut out people who planned by it (our default, R3).
    if facts.is_rolling or facts.closes_at is None:
        return Refusal("round-is-rolling")
    if facts.now >= facts.closes_at:
        return Refusal("deadline-passed", {"deadline": facts.closes_at})
    if facts.new_closes_at is None or facts.new_closes_at <= facts.closes_at:
        return Refusal("deadline-only-later", {"closes_at": facts.closes_at})
    return None


def drafts_ended(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return Refusal("drafts-not-lapsed-yet", {"count": facts.bids_to_lapse}) if facts.bids_to_lapse else None


def all_checked(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return Refusal("bids-still-checking", {"count": facts.bids_unchecked}) if facts.bids_unchecked else None


def some_eligible(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return None if facts.bids_eligible else Refusal("no-eligible-bids")


def all_scored(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return Refusal("bids-still-scoring", {"count": facts.bids_unscored}) if facts.bids_unscored else None


def all_moderated(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return Refusal("bids-still-moderating", {"count": facts.bids_unmoderated}) if facts.bids_unmoderated else None


def panel_has_closed(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return None if facts.panel_closed else Refusal("panel-not-closed")


def decision_is_approved(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return None if facts.decision_approved else Refusal("decision-not-approved")


def offers_answered(facts: RoundFacts, actor: Actor) -> Refusal | None:
    return Refusal("offers-unanswered", {"count": facts.offers_unanswered}) if facts.offers_unanswered else None


TIMER = {Role.SYSTEM}
MANAGER = {Role.MANAGER}
TESTERS = {Role.OFFICER, Role.MANAGER}
CHAIR = {Role.CHAIR}
# R6 of the published practice: stopping a round is for the commissioner or the chief executive.
HEAD = {Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE}

REVISED = [something_changed, set_up_is_sound, nobody_judged_by_it, reason_given]
FORM_CHANGED = [Tell("form-changed", Audience.APPLICANTS)]

# fmt: off
ROUND = Workflow(
    "round",
    RoundState,
    initial=S.DRAFT,
    terminal={S.COMPLETE, S.CANCELLED},
    rows=[
        # action               from             to              who               provided that                     then
        ("create",             NEW,             S.DRAFT,        MANAGER,          [],                               []),
        ("try",                NEW,             S.DRAFT,        TESTERS,          [a_trial],                        []),
        ("open-trial",         S.DRAFT,         S.OPEN,         TESTERS,          [a_trial],                        []),
        ("end-trial",          S.OPEN,          S.CANCELLED,    TESTERS | TIMER,  [a_trial],                        []),
        ("edit",               S.DRAFT,         S.DRAFT,        MANAGER,          [],                               []),
        ("approve",            S.DRAFT,         S.APPROVED,     MANAGER,          [set_up_is_sound],                []),
        ("take-back",          S.APPROVED,      S.DRAFT,        MANAGER,          [reason_given],                   []),
        ("schedule",           S.APPROVED,      S.SCHEDULED,    TIMER | MANAGER,  [set_up_is_sound],                []),
        ("open",               S.SCHEDULED,     S.OPEN,         TIMER,            [opening_reached],
            [Tell("round-opened", Audience.SUBSCRIBERS)]),
        ("move-deadline",      S.SCHEDULED,     S.SCHEDULED,    MANAGER,          [only_later, reason_given],       []),
        ("change-form",        S.SCHEDULED,     S.SCHEDULED,    MANAGER,          [],                               []),
        ("change-form",        S.OPEN,          S.OPEN,         MANAGER,          [],                               []),
        ("revise",             S.SCHEDULED,     S.SCHEDULED,    MANAGER,          REVISED,                          FORM_CHANGED),
        ("revise",             S.OPEN,          S.OPEN,         MANAGER,          REVISED,                          FORM_CHANGED),
        ("extend-deadline",    S.OPEN,          S.OPEN,         MANAGER,          [only_later, reason_given],
            [Tell("deadline-moved", Audience.APPLICANTS)]),
        ("close",              S.OPEN,          S.CLOSED,       TIMER,            [closing_reached],                []),
        ("start-checking",     S.CLOSED,        S.CHECKING,     TIMER | MANAGER,  [drafts_ended],                   []),
        ("start-scoring",      S.CHECKING,      S.SCORING,      MANAGER,          [drafts_ended, all_checked, some_eligible], []),
        ("start-moderating",   S.SCORING,       S.MODERATING,   TIMER | MANAGER,  [all_scored],
            [Tell("moderation-ready", Audience.CHAIR)]),
        ("start-recommending", S.MODERATING,    S.RECOMMENDING, CHAIR | MANAGER,  [all_moderated],                  []),
        ("decide",             S.RECOMMENDING,  S.DECIDED,      TIMER | HEAD,     [panel_has_closed, decision_is_approved],
            [Tell("round-decided", Audience.MANAGERS)]),
        ("announce",           S.DECIDED,       S.ANNOUNCED,    MANAGER,          [],                               []),
        ("complete",           S.ANNOUNCED,     S.COMPLETE,     MANAGER,          [offers_answered],                []),
        ("cancel",             BEFORE_DECIDED,  S.CANCELLED,    HEAD,             [reason_given],
            [Tell("round-cancelled", Audience.APPLICANTS)]),
    ],
)
# fmt: on
