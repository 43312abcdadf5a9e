"""What a group may read of its bid after it was sent, put together from the features to the right.

What is told only with the announcement is not even read before it, so no page can let it slip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.funds.queries import deadline_for
from workflows.application import ApplicationState
from workflows.deadlines import to_london
from workflows.rules.after import Dates, Step, is_held_back, steps

# The fields of a `Story` that a feature knows, by name; nothing where it knows nothing of this bid.
Telling = Callable[[Session, Application], dict[str, Any]]
_always: list[Telling] = []
_announced: list[Telling] = []


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the office put to the group: `answer` is empty until it came, `end` says how it went."""

    question: str
    asked_at: datetime
    due_on: date
    end: str
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What features to the right add to the page of a sent bid. Amounts in pence."""

    questions: tuple[Asked, ...] = ()
    answer_by: date | None = None
    told_on: date | datetime | None = None
    band: str = ""
    feedback: str = ""
    # When the letter of a refusal went, which may have waited; the last day to ask for a review, and where one stands.
    refusal_told_on: datetime | None = None
    review_by: date | None = None
    review_state: str = ""
    award_id: int | None = None
    award_state: str = ""
    amount_pence: int | None = None
    accept_by: date | None = None
    accepted_on: date | datetime | None = None
    starts_on: date | None = None
    is_running: bool = False
    # The last day of the reserve list, for a bid that is or was on it.
    reserve_until: date | None = None


def tells_always(feature: Telling) -> Telling:
    """Have the function's fields told whatever the round has come to."""
    _always.append(feature)
    return feature


def tells_when_announced(feature: Telling) -> Telling:
    """Have the function's fields told once the group may know the outcome, and not asked for before."""
    _announced.append(feature)
    return feature


def tells_at_once(application: Application) -> bool:
    """Whether a disqualification waits for no announcement; a rolling round is never announced as a whole."""
    return application.round.tells_disqualified_at_once or application.round.is_rolling


def is_embargoed(application: Application) -> bool:
    """The group may not see yet what was decided on its bid."""
    return is_held_back(application.state, application.round.state, tells_at_once(application))


def story_of(session: Session, application: Application) -> Story:
    """What the group may read now."""
    tellers = _always if is_embargoed(application) else [*_always, *_announced]
    told: dict[str, Any] = {}
    for teller in tellers:
        told |= teller(session, application)
    return Story(**told)


def steps_of(application: Application, story: Story, *, now: datetime) -> tuple[Step, ...]:
    """What happens next with this bid, and when."""
    round_ = application.round
    is_draft = application.state is ApplicationState.DRAFT
    dates = Dates(
        # A bid that was taken back counts as not sent.
        sent_at=None if is_draft else application.submitted_at,
        deadline=deadline_for(application),
        closes_at=round_.closes_at,
        is_rolling=round_.is_rolling,
        answer_by=story.answer_by,
        scoring_ends_on=round_.scoring_ends_at and to_london(round_.scoring_ends_at).date(),
        panel_on=round_.panel_on,
        outcome_on=round_.announce_on or round_.decide_by_on,
        told_on=story.refusal_told_on or story.told_on,
        accept_by=story.accept_by,
        accepted_on=story.accepted_on,
        starts_on=story.starts_on,
        is_running=story.is_running,
        reserve_until=story.reserve_until,
    )
    return steps(application.state, round_.state, dates, now, tells_at_once=tells_at_once(application))
