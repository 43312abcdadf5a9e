"""What happens next with a bid that was sent, and when, as its group may know it: steps from its state and its dates.

Before the announcement every outcome has the same steps, and a day that has passed is never promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workflows.application import IN_ASSESSMENT, PANEL_OUTCOMES, ApplicationState
from workflows.deadlines import london_date
from workflows.round import RoundState

S = ApplicationState
TOLD = frozenset({RoundState.ANNOUNCED, RoundState.COMPLETE})
# What must not be told apart until the round is announced.
EMBARGOED = IN_ASSESSMENT | PANEL_OUTCOMES | {S.APPROVED, S.DECLINED}
# What a decision notice says of a bid; a bid that was withdrawn or was not eligible is in none.
WITH_OUTCOME = frozenset({S.APPROVED, S.AWARDED, S.OFFER_LAPSED, S.RESERVE, S.DECLINED})


class Stage(StrEnum):
    """The steps of a bid in their order; the last ones belong to one outcome each."""

    SEND = "send"
    CLOSE = "close"
    CHECK = "check"
    ANSWER = "answer"
    SCORE = "score"
    PANEL = "panel"
    OUTCOME = "outcome"
    OFFER = "offer"
    START = "start"
    RESERVE = "reserve"
    RESERVE_OVER = "reserve-over"
    NOT_SENT = "not-sent"
    TAKEN_OUT = "taken-out"
    NOT_ELIGIBLE = "not-eligible"
    OFFER_OVER = "offer-over"
    CANCELLED = "cancelled"


class Progress(StrEnum):
    """Where a step stands. `ENDED` is where the bid goes no further."""

    DONE = "done"
    NOW = "now"
    LATER = "later"
    ENDED = "ended"


COMMON = (Stage.SEND, Stage.CLOSE, Stage.CHECK, Stage.SCORE, Stage.PANEL, Stage.OUTCOME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """What the round and the bid say of the time. Days are London's; None is a day that nobody named."""

    sent_at: datetime | None = None
    deadline: datetime | None = None
    closes_at: datetime | None = None
    is_rolling: bool = False
    answer_by: date | None = None
    scoring_ends_on: date | None = None
    panel_on: date | None = None
    outcome_on: date | None = None
    told_on: date | datetime | None = None
    accept_by: date | None = None
    accepted_on: date | datetime | None = None
    starts_on: date | None = None
    is_running: bool = False
    reserve_until: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `day` is when it was or is expected; `is_late` when that has passed and the step has not."""

    stage: Stage
    progress: Progress
    day: date | datetime | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class _Course:
    """Where a state stands among the common steps, and which of its own come after or instead of the rest."""

    now: Stage | None = None
    ends: Stage | None = None
    own: tuple[Stage, ...] = ()


_ASSESSED = _Course(now=Stage.SCORE)
# Every state decides here what its group is told; a state that is not here fails the test of this module.
COURSES: Mapping[ApplicationState, _Course] = {
    S.DRAFT: _Course(now=Stage.SEND),
    S.SUBMITTED: _Course(now=Stage.CLOSE),
    S.CHECKING: _Course(now=Stage.CHECK),
    S.CLARIFICATION: _Course(now=Stage.CHECK),
    S.DISQUALIFIED: _Course(now=Stage.CHECK, ends=Stage.NOT_ELIGIBLE),
    S.ELIGIBLE: _ASSESSED,
    S.SCORING: _ASSESSED,
    S.SCORED: _ASSESSED,
    S.MODERATED: _ASSESSED,
    S.RECOMMENDED: _ASSESSED,
    S.RECOMMENDED_PART: _ASSESSED,
    S.NOT_RECOMMENDED: _ASSESSED,
    S.RESERVE: _Course(own=(Stage.RESERVE,)),
    S.APPROVED: _Course(own=(Stage.OFFER, Stage.START)),
    S.DECLINED: _Course(),
    S.AWARDED: _Course(),
    S.OFFER_LAPSED: _Course(ends=Stage.OFFER_OVER),
    S.LAPSED: _Course(now=Stage.SEND, ends=Stage.NOT_SENT),
    S.WITHDRAWN: _Course(now=Stage.SEND, ends=Stage.TAKEN_OUT),
}


def is_held_back(state: ApplicationState, round_state: RoundState, tells_at_once: bool) -> bool:
    """Whether the group may not see yet what was decided; `tells_at_once` is how the round tells the disqualified."""
    if round_state in TOLD:
        return False
    return state in EMBARGOED or (state is S.DISQUALIFIED and not tells_at_once)


def steps(
    state: ApplicationState, round_state: RoundState, dates: Dates, now: datetime, *, tells_at_once: bool = True
) -> tuple[Step, ...]:
    """What is done, what is under way and what comes, in order; what was decided is in it only once it may be known."""
    if is_held_back(state, round_state, tells_at_once):
        # One course for every outcome, by what the public may know of the round.
        found = _common(_of_round(round_state), dates, now)
    elif state in WITH_OUTCOME:
        found = [*_common(None, dates, now), *_own(state, dates, now)]
    elif (end := COURSES[state].ends) is not None:
        found = [*_until(state, dates, now), Step(end, Progress.ENDED, dates.told_on)]
    else:
        found = _common(COURSES[state].now, dates, now)
        if state is S.CLARIFICATION:
            found = _with_question(found, dates)
        if state is S.SUBMITTED and (dates.is_rolling or _has_closed(dates, now)):
            found = _common(Stage.CHECK, dates, now)
    if round_state is RoundState.CANCELLED and state not in (S.LAPSED, S.WITHDRAWN):
        found = [*(step for step in found if step.progress is Progress.DONE), Step(Stage.CANCELLED, Progress.ENDED)]
    return tuple(found)


def _of_round(round_state: RoundState) -> Stage:
    if round_state in (RoundState.MODERATING, RoundState.RECOMMENDING):
        return Stage.PANEL
    return Stage.OUTCOME if round_state is RoundState.DECIDED else Stage.SCORE


def _common(at: Stage | None, dates: Dates, now: datetime) -> list[Step]:
    """The steps that every bid goes through; those before `at` are done, and all of them where it is None."""
    stages = [stage for stage in COMMON if stage is not Stage.CLOSE or not dates.is_rolling]
    place = len(COMMON) if at is None else COMMON.index(at)
    return [_step(stage, COMMON.index(stage) - place, dates, now) for stage in stages]


def _step(stage: Stage, distance: int, dates: Dates, now: datetime) -> Step:
    if stage is Stage.CLOSE and _has_closed(dates, now):
        distance = -1
    progress = Progress.DONE if distance < 0 else Progress.NOW if distance == 0 else Progress.LATER
    if progress is Progress.DONE:
        return Step(stage, progress, _happened(stage, dates))
    day = _expected(stage, dates)
    # A closing time that has passed is a timer that is late by a moment, and no promise that was broken.
    is_late = isinstance(day, date) and not isinstance(day, datetime) and day < london_date(now)
    return Step(stage, progress, day, is_late)


def _happened(stage: Stage, dates: Dates) -> date | datetime | None:
    # Only what is on record: that a day was expected does not show that it was kept.
    return {Stage.SEND: dates.sent_at, Stage.CLOSE: dates.closes_at, Stage.OUTCOME: dates.told_on}.get(stage)


def _expected(stage: Stage, dates: Dates) -> date | datetime | None:
    return {
        Stage.SEND: dates.deadline,
        Stage.CLOSE: dates.closes_at,
        Stage.SCORE: dates.scoring_ends_on,
        Stage.PANEL: dates.panel_on,
        Stage.OUTCOME: dates.outcome_on,
    }.get(stage)


def _has_closed(dates: Dates, now: datetime) -> bool:
    return dates.closes_at is not None and now >= dates.closes_at


def _with_question(found: list[Step], dates: Dates) -> list[Step]:
    place = next(index for index, step in enumerate(found) if step.stage is Stage.CHECK) + 1
    return [*found[:place], Step(Stage.ANSWER, Progress.NOW, dates.answer_by), *found[place:]]


def _until(state: ApplicationState, dates: Dates, now: datetime) -> list[Step]:
    """What was done before a bid ended; nothing of what would have come."""
    done = [Step(Stage.SEND, Progress.DONE, dates.sent_at)] if dates.sent_at is not None else []
    if not dates.is_rolling and _has_closed(dates, now):
        done.append(Step(Stage.CLOSE, Progress.DONE, dates.closes_at))
    if state is S.DISQUALIFIED:
        done.append(Step(Stage.CHECK, Progress.DONE))
    return done


def _own(state: ApplicationState, dates: Dates, now: datetime) -> list[Step]:
    """What follows an outcome that the group has been told."""
    if (end := COURSES[state].ends) is not None:
        return [Step(end, Progress.ENDED)]
    if state is S.RESERVE and dates.reserve_until is not None and dates.reserve_until < london_date(now):
        return [Step(Stage.RESERVE_OVER, Progress.ENDED, dates.reserve_until)]
    if state is S.AWARDED:
        start = Progress.DONE if dates.is_running else Progress.NOW
        return [Step(Stage.OFFER, Progress.DONE, dates.accepted_on), Step(Stage.START, start, dates.starts_on)]
    return [
        Step(stage, Progress.LATER if stage is Stage.START else Progress.NOW, _own_day(stage, dates))
        for stage in COURSES[state].own
    ]


def _own_day(stage: Stage, dates: Dates) -> date | None:
    return {Stage.OFFER: dates.accept_by, Stage.RESERVE: dates.reserve_until}.get(stage)
