"""The lifecycle of due diligence: begun, finished by a person, expired by the timer, opened again with a reason.

A fail is proposed by one person and confirmed by a second, as a disqualification is (Government Functional Standard
015: grants are kept from one pair of hands).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal
from workflows.rules.diligence import Rating, Result


class DiligenceState(StrEnum):
    BEGUN = "begun"
    FAIL_PROPOSED = "fail_proposed"
    FINISHED = "finished"
    EXPIRED = "expired"


S = DiligenceState
OPEN = frozenset({S.BEGUN, S.FAIL_PROPOSED})
ENDED = frozenset({S.FINISHED, S.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class DiligenceFacts:
    """What the guards of due diligence may ask; defaults refuse, so a forgotten fact never permits."""

    scope: Scope
    now: datetime
    stands: bool = True
    unsettled: tuple[str, ...] = ("not-checked",)
    concerns: int = 1
    large_for_income: bool = True
    result: str = ""
    rating: str = ""
    conditions: str = ""
    reason: str = ""
    proposed_by: int | None = None
    expires_at: datetime | None = None


def none_stands(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    return Refusal("diligence-stands") if facts.stands else None


def every_item_recorded(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    return Refusal("diligence-items-open", {"count": len(facts.unsettled)}) if facts.unsettled else None


def has_rating(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    return None if facts.rating in set(Rating) else Refusal("diligence-rating-needed")


def passes(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    return None if facts.result in (Result.PASS, Result.CONDITIONS) else Refusal("diligence-result-needed")


def conditions_written(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    if facts.result == Result.CONDITIONS and not facts.conditions.strip():
        return Refusal("diligence-conditions-needed")
    return None


def doubts_reasoned(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    """A concern, a red rating, or a grant that is large beside the group's income needs words."""
    doubtful = facts.concerns or facts.large_for_income or facts.rating == Rating.RED
    return Refusal("diligence-reason-needed") if doubtful and not facts.reason.strip() else None


def says_why(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


def is_a_second_person(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    if facts.proposed_by is None or facts.proposed_by == actor.person_id:
        return Refusal("diligence-second-person")
    return None


def time_is_up(facts: DiligenceFacts, actor: Actor) -> Refusal | None:
    return None if facts.expires_at is not None and facts.now >= facts.expires_at else Refusal("diligence-still-holds")


STAFF = {Role.OFFICER, Role.MANAGER}
MANAGER = {Role.MANAGER}

# fmt: off
DILIGENCE = Workflow(
    "diligence",
    DiligenceState,
    initial=S.BEGUN,
    terminal={S.EXPIRED},
    rows=[
        # action          from             to               who            provided that                                 then
        ("begin",         NEW,             S.BEGUN,         STAFF,         [none_stands],                                  []),
        ("finish",        S.BEGUN,         S.FINISHED,      STAFF,
            [every_item_recorded, passes, has_rating, conditions_written, doubts_reasoned],                                []),
        ("propose-fail",  S.BEGUN,         S.FAIL_PROPOSED, STAFF,         [says_why],                                     []),
        ("confirm-fail",  S.FAIL_PROPOSED, S.FINISHED,      MANAGER,       [is_a_second_person],                           []),
        ("set-aside-fail", S.FAIL_PROPOSED, S.BEGUN,        MANAGER,       [says_why],                                     []),
        ("reopen",        S.FINISHED,      S.BEGUN,         STAFF,         [says_why],                                     []),
        ("expire",        S.FINISHED,      S.EXPIRED,       {Role.SYSTEM}, [time_is_up],                                   []),
    ],
)
# fmt: on
