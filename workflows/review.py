"""Requests for a review (A21): a group that was told no says what went wrong, and somebody who had no part looks.

A review is about how it was decided and never marks the bid again; the decision stands, or it goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.deadlines import add_working_days, end_of_day
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class ReviewState(StrEnum):
    REQUESTED = "requested"
    TAKEN_UP = "taken_up"
    UPHELD = "upheld"
    REOPENED = "reopened"


S = ReviewState
WAITING = frozenset({S.REQUESTED})
UNDER_REVIEW = frozenset({S.TAKEN_UP})
CONCLUDED = frozenset({S.UPHELD, S.REOPENED})


class Ground(StrEnum):
    """What may have gone wrong in how it was decided; that the scores could be higher is none of these."""

    RULE_READ_WRONGLY = "rule-read-wrongly"
    SOMETHING_MISSED = "something-missed"
    FACTS_WRONG = "facts-wrong"
    STEPS_NOT_KEPT = "steps-not-kept"
    INTEREST = "interest"


class CameBy(StrEnum):
    """How a request came that somebody of the office wrote down for the group."""

    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in-person"


class Part(StrEnum):
    """What a person had to do with a bid, so that they can't review how it was decided."""

    MARKED = "marked_it"
    SAT = "sat_on_its_panel_or_agreed_its_scores"
    CHECKED = "checked_whether_it_is_eligible"
    DISQUALIFIED = "proposed_or_confirmed_that_it_is_out"
    ENTERED = "entered_it_for_its_group"
    WROTE_DOWN = "wrote_the_request_down_for_the_group"
    INTERESTED = "declared_an_interest_in_it"
    BELONGS = "belong_to_the_group"
    DECIDED = "raised_or_made_the_decision"


class Return(StrEnum):
    """Where a reopened bid goes: `REINSTATED` is done; the others are a manager's or chair's to do."""

    REINSTATED = "reinstated"
    CHECK = "check"
    PANEL = "panel"
    DECISION = "decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """What the guards of a review may ask; defaults refuse, so a forgotten fact never permits.

    `late_from` is the first instant that is too late, `part` what the actor had to do with the bid.
    """

    scope: Scope
    now: datetime
    received_at: datetime
    was_told_no: bool = False
    late_from: datetime | None = None
    has_request: bool = True
    ground: str = ""
    words: str = ""
    # Of a request that the office writes down: how it came, and who of the group asked.
    came_by: str = ""
    asker: str = ""
    part: Part | None = Part.DECIDED
    reviewer_id: int | None = None
    reason: str = ""
    is_followed_up: bool = True


def late_from(told_on: date, working_days: int, holidays: frozenset[date]) -> datetime:
    """The first instant at which a request is late: the end of so many working days after the day of the letter."""
    return end_of_day(add_working_days(told_on, working_days, holidays))


def told_no(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    return None if facts.was_told_no else Refusal("review-nothing-decided")


def in_time_to_ask(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    # When it came in counts, as with the closing of a round.
    if facts.late_from is None or facts.received_at >= facts.late_from:
        return Refusal("review-too-late", {"late_from": facts.late_from})
    return None


def not_asked_before(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    return Refusal("review-asked-already") if facts.has_request else None


def says_what_went_wrong(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    return None if facts.ground in set(Ground) and facts.words.strip() else Refusal("review-ground-needed")


def says_who_asked_and_how(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    return None if facts.came_by in set(CameBy) and facts.asker.strip() else Refusal("review-asker-needed")


def had_no_part(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    return None if facts.part is None else Refusal("review-had-a-part", {"part": facts.part})


def is_the_reviewer(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    if facts.reviewer_id is not None and facts.reviewer_id == actor.person_id:
        return None
    return Refusal("review-is-anothers")


def conclusion_given(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


def not_followed_up(facts: ReviewFacts, actor: Actor) -> Refusal | None:
    return Refusal("review-followed-up") if facts.is_followed_up else None


LEAD = {Role.LEAD}
STAFF = {Role.OFFICER, Role.MANAGER}
REVIEWERS = {Role.OFFICER, Role.MANAGER, Role.CHIEF_EXECUTIVE}
FOLLOWERS = {Role.MANAGER, Role.CHAIR}
OUTCOME = Tell("review-outcome", Audience.LEAD)

# fmt: off
REVIEW = Workflow(
    "review",
    ReviewState,
    initial=S.REQUESTED,
    terminal={S.UPHELD, S.REOPENED},
    rows=[
        # action      from          to            who        provided that                                        then
        ("request",   NEW,          S.REQUESTED,  LEAD,      [told_no, in_time_to_ask, not_asked_before, says_what_went_wrong],
            [Tell("review-received", Audience.LEAD), Tell("review-requested", Audience.MANAGERS)]),
        # A group that asks by letter or telephone has the same days; whoever writes it down does not review it.
        ("record",    NEW,          S.REQUESTED,  STAFF,     [told_no, in_time_to_ask, not_asked_before, says_what_went_wrong, says_who_asked_and_how],
            [Tell("review-received", Audience.LEAD), Tell("review-requested", Audience.MANAGERS)]),
        ("take-up",   S.REQUESTED,  S.TAKEN_UP,   REVIEWERS, [had_no_part],                                           []),
        ("hand-back", S.TAKEN_UP,   S.REQUESTED,  REVIEWERS, [is_the_reviewer, conclusion_given],
            [Tell("review-requested", Audience.MANAGERS)]),
        ("uphold",    S.TAKEN_UP,   S.UPHELD,     REVIEWERS, [is_the_reviewer, had_no_part, conclusion_given],        [OUTCOME]),
        ("reopen",    S.TAKEN_UP,   S.REOPENED,   REVIEWERS, [is_the_reviewer, had_no_part, conclusion_given],
            [OUTCOME, Tell("review-reopened", Audience.MANAGERS), Tell("review-reopened", Audience.CHAIR)]),
        ("follow-up", S.REOPENED,   S.REOPENED,   FOLLOWERS, [not_followed_up, conclusion_given],
            [Tell("review-followed-up", Audience.LEAD)]),
    ],
)
# fmt: on
