"""Endorsements: somebody who knows the place says in their own words, by a one-use link, that a bid is good for it.

The group asks and may take its asking back; what is given is the endorser's, and nobody else writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal
from workflows.rules.budget import word_limit_problem

# Our defaults.
MOST_WORDS = 200
MOST_ASKED = 5
ASK_AGAIN_AFTER = timedelta(hours=24)
REMIND_BEFORE = timedelta(days=3)


class EndorsementState(StrEnum):
    REQUESTED = "requested"
    GIVEN = "given"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


S = EndorsementState
WAITING = frozenset({S.REQUESTED})
ANSWERED = frozenset({S.GIVEN, S.DECLINED})
ENDED = frozenset({S.EXPIRED, S.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementFacts:
    """What the guards of an endorsement may ask; defaults refuse, so a forgotten fact never permits."""

    scope: Scope
    now: datetime
    bid_takes_words: bool = False
    bid_is_over: bool = False
    closes_at: datetime | None = None
    asked_count: int = MOST_ASKED
    last_asked_at: datetime | None = None
    was_reminded: bool = True
    words: str = ""
    name: str = ""
    position: str = ""


def bid_takes_more(facts: EndorsementFacts, actor: Actor) -> Refusal | None:
    # A bid that waits for its round to close is nobody's to judge yet. What was sent stays as it was sent: words that
    # come after it stand beside it. Once it is looked at, nothing is added.
    if not facts.bid_takes_words or facts.closes_at is None or facts.now >= facts.closes_at:
        return Refusal("endorsement-closed")
    return None


def not_too_many(facts: EndorsementFacts, actor: Actor) -> Refusal | None:
    return Refusal("endorsements-too-many", {"most": MOST_ASKED}) if facts.asked_count >= MOST_ASKED else None


def not_asked_lately(facts: EndorsementFacts, actor: Actor) -> Refusal | None:
    if facts.last_asked_at is None or facts.now < facts.last_asked_at + ASK_AGAIN_AFTER:
        return Refusal("endorsement-asked-lately")
    return None


def said_who_and_why(facts: EndorsementFacts, actor: Actor) -> Refusal | None:
    if not (facts.words.strip() and facts.name.strip() and facts.position.strip()):
        return Refusal("endorsement-incomplete")
    return word_limit_problem(facts.words, MOST_WORDS)


def reminder_is_due(facts: EndorsementFacts, actor: Actor) -> Refusal | None:
    if facts.was_reminded or facts.closes_at is None or facts.now < facts.closes_at - REMIND_BEFORE:
        return Refusal("reminder-not-due")
    return not_asked_lately(facts, actor)


def asking_is_over(facts: EndorsementFacts, actor: Actor) -> Refusal | None:
    has_closed = facts.closes_at is not None and facts.now >= facts.closes_at
    return None if facts.bid_is_over or has_closed else Refusal("endorsement-open")


WRITERS = {Role.LEAD, Role.CONTRIBUTOR}
# The endorser has no account: the one-use link is their proof, and the service acts for whoever holds it.
LINK = {Role.SYSTEM}
TIMER = {Role.SYSTEM}
ASK = [Tell("endorsement-request", Audience.ENDORSER)]

# fmt: off
ENDORSEMENT = Workflow(
    "endorsement",
    EndorsementState,
    initial=S.REQUESTED,
    terminal={S.GIVEN, S.DECLINED, S.EXPIRED, S.WITHDRAWN},
    rows=[
        # action     from         to            who      provided that                               then
        ("ask",      NEW,         S.REQUESTED,  WRITERS, [bid_takes_more, not_too_many],       ASK),
        ("resend",   S.REQUESTED, S.REQUESTED,  WRITERS, [bid_takes_more, not_asked_lately],   ASK),
        ("remind",   S.REQUESTED, S.REQUESTED,  TIMER,   [bid_takes_more, reminder_is_due],
            [Tell("endorsement-reminder", Audience.ENDORSER)]),
        ("give",     S.REQUESTED, S.GIVEN,      LINK,    [bid_takes_more, said_who_and_why],
            [Tell("endorsement-given", Audience.LEAD)]),
        ("decline",  S.REQUESTED, S.DECLINED,   LINK,    [bid_takes_more],
            [Tell("endorsement-declined", Audience.LEAD)]),
        ("withdraw", S.REQUESTED, S.WITHDRAWN,  WRITERS, [],                                         []),
        ("expire",   S.REQUESTED, S.EXPIRED,    TIMER,   [asking_is_over],                           []),
    ],
)
# fmt: on
