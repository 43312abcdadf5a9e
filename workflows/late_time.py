"""Time for one bid after its deadline: once, within a short while, by two people, and never while others are scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.actors import Actor
from workflows.errors import Refusal
from workflows.round import RoundState

if TYPE_CHECKING:
    from workflows.application import ApplicationFacts


def lately_over(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.deadline is None:
        return Refusal("round-is-rolling")
    if facts.now < facts.deadline:
        return Refusal("deadline-not-passed", {"deadline": facts.deadline})
    last = facts.deadline + facts.late_for
    return Refusal("too-late-for-more-time", {"last": last}) if facts.now >= last else None


def nobody_scored(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Whoever is let in later than others must not be written while theirs are being compared.
    early = {RoundState.OPEN, RoundState.CLOSED, RoundState.CHECKING}
    return None if facts.round_state in early else Refusal("scoring-has-begun")


def no_late_time_yet(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Once: otherwise each new end of its time would begin the short while anew.
    return Refusal("late-time-given-before") if facts.had_late_time else None


def time_to_come(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.new_deadline is None or facts.new_deadline <= facts.now:
        return Refusal("time-not-to-come")
    return None


def no_time_proposed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.late_proposal_by is None else Refusal("late-time-proposed")


def time_is_proposed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("no-late-time-proposed") if facts.late_proposal_by is None else None


def not_who_proposed_time(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Four eyes: before its deadline a group asks for time among others, after it for itself alone.
    return Refusal("same-person") if facts.late_proposal_by == actor.person_id else None


LATE = [lately_over, nobody_scored, no_late_time_yet, time_to_come]
ASK_FOR_TIME = [*LATE, no_time_proposed]
GIVE_TIME = [time_is_proposed, not_who_proposed_time, *LATE]
