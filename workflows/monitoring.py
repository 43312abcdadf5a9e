"""Monitoring returns: asked for in time, certified by a signatory, read by an officer, never lost between them (M1-M7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class ReturnState(StrEnum):
    SCHEDULED = "scheduled"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    AWAITING_SIGN_OFF = "awaiting_sign_off"
    SUBMITTED = "submitted"
    QUERIED = "queried"
    ACCEPTED = "accepted"
    WAIVED = "waived"


S = ReturnState
NOT_YET = frozenset({S.SCHEDULED})
# With the grantee: these are what reminders are about.
OWED = frozenset({S.OPEN, S.IN_PROGRESS, S.AWAITING_SIGN_OFF})
WITH_OFFICE = frozenset({S.SUBMITTED})
ASKED_BACK = frozenset({S.QUERIED})
SETTLED = frozenset({S.ACCEPTED, S.WAIVED})

OPENS_DAYS_BEFORE_PERIOD_END = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFacts:
    """What the guards of a return may ask; money in pence; defaults refuse."""

    scope: Scope
    now: datetime
    award_active: bool = False
    opens_at: datetime | None = None
    period_end_on: date | None = None
    today: date
    problems: tuple[str, ...] = ("not-checked",)
    spend_to_date_pence: int = 0
    award_pence: int = 0
    certified: bool = False
    question: str = ""
    answer: str = ""
    reason: str = ""


def award_is_active(facts: ReturnFacts, actor: Actor) -> Refusal | None:
    return None if facts.award_active else Refusal("award-not-active")


def opening_reached(facts: ReturnFacts, actor: Actor) -> Refusal | None:
    if facts.opens_at is None or facts.now < facts.opens_at:
        return Refusal("opening-not-reached", {"opens_at": facts.opens_at})
    return None


def filled_in(facts: ReturnFacts, actor: Actor) -> Refusal | None:
    return Refusal("return-not-complete", {"problems": facts.problems}) if facts.problems else None


def not_over_the_award(facts: ReturnFacts, actor: Actor) -> Refusal | None:
    if facts.spend_to_date_pence > facts.award_pence:
        return Refusal("spend-over-award", {"ask": facts.spend_to_date_pence, "left": facts.award_pence})
    return None


def is_certified(facts: ReturnFacts, actor: Actor) -> Refusal | None:
    return None if facts.certified else Refusal("certification-needed")


def question_asked(facts: ReturnFacts, actor: Actor) -> Refusal | None:
    return None if facts.question.strip() else Refusal("question-needed")


def answer_given(facts: ReturnFacts, actor: Actor) -> Refusal | None:
    return None if facts.answer.strip() else Refusal("answer-needed")


def reason_given(facts: ReturnFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


TIMER = {Role.SYSTEM}
STAFF = {Role.OFFICER, Role.MANAGER}
MANAGER = {Role.MANAGER}
GROUP = {Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY}
SIGNATORY = {Role.SIGNATORY}

# fmt: off
MONITORING = Workflow(
    "return",
    ReturnState,
    initial=S.SCHEDULED,
    terminal={S.WAIVED},
    rows=[
        # action      from                            to                   who            provided that                        then
        ("schedule",  NEW,                            S.SCHEDULED,         TIMER | STAFF, [award_is_active],                   []),
        ("open",      S.SCHEDULED,                    S.OPEN,              TIMER,         [award_is_active, opening_reached],  []),
        ("start",     S.OPEN,                         S.IN_PROGRESS,       GROUP,         [],                                  []),
        ("finish",    S.IN_PROGRESS,                  S.AWAITING_SIGN_OFF, GROUP,         [filled_in, not_over_the_award],
            [Tell("return-to-sign", Audience.SIGNATORY)]),
        ("send-back", S.AWAITING_SIGN_OFF,            S.IN_PROGRESS,       SIGNATORY,     [],                                  []),
        ("submit",    S.AWAITING_SIGN_OFF,            S.SUBMITTED,         SIGNATORY,     [filled_in, not_over_the_award, is_certified],
            [Tell("return-received", Audience.OFFICERS), Tell("return-receipt", Audience.MEMBERS)]),
        ("query",     S.SUBMITTED,                    S.QUERIED,           STAFF,         [question_asked],
            [Tell("return-queried", Audience.MEMBERS)]),
        ("answer",    S.QUERIED,                      S.SUBMITTED,         GROUP,         [answer_given],
            [Tell("return-answered", Audience.OFFICERS)]),
        ("accept",    {S.SUBMITTED, S.QUERIED},       S.ACCEPTED,          STAFF,         [],
            [Tell("return-accepted", Audience.MEMBERS)]),
        ("reopen",    S.ACCEPTED,                     S.IN_PROGRESS,       MANAGER,       [reason_given],
            [Tell("return-reopened", Audience.MEMBERS)]),
        ("waive",     frozenset(S) - {S.WAIVED},      S.WAIVED,            MANAGER,       [reason_given],
            [Tell("return-waived", Audience.MEMBERS)]),
    ],
)
# fmt: on
