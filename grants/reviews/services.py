"""Asking for a review and deciding it: in time, on what went wrong, by somebody who had no part in the decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from grants.applications.services.drafting import lock
from grants.core import transitions
from grants.eligibility import services as eligibility
from grants.reviews.models import Review
from grants.reviews.queries import REFUSED, Refusal, facts_for_review, find_refusal
from workflows.actors import Actor, Role
from workflows.application import ApplicationState
from workflows.deadlines import from_london, london_date
from workflows.errors import Invalid, TransitionRefused
from workflows.review import CameBy, Ground, Return, ReviewFacts
from workflows.round import RoundState

# While scoring is not over a bid that was thrown out can be scored after all.
BEFORE_SCORED = frozenset({RoundState.OPEN, RoundState.CLOSED, RoundState.CHECKING, RoundState.SCORING})


def request_review(
    session: Session, refusal: Refusal, ground: str, words: str, *, actor: Actor, now: datetime, received_at: datetime
) -> Review:
    """The group says what went wrong. Raises Invalid for a ground or words that are missing; else as the table says."""
    facts, told = _asking(session, refusal, ground, words, now, received_at)
    if _may_ask(facts) and (problems := _missing(ground, words)):
        raise Invalid(problems=problems)
    return _create(session, "request", facts, told, actor, now, asked_by_id=actor.person_id)


@dataclass(frozen=True, slots=True)
class Came:
    """What the office states of a request that it writes down: who of the group asked, on which day, and how."""

    asker: str
    on: date
    by: str


def record_request(
    session: Session, refusal: Refusal, ground: str, words: str, came: Came, *, actor: Actor, now: datetime
) -> Review:
    """Write down what a group asks by letter, by telephone or in person; the day on which it came counts.

    Raises Invalid (ground, words, asker, came_on, came_by) for what is missing or can't be; else as the table says.
    """
    # A letter has a day and no hour: it is in time on the whole of the last day.
    facts, told = _asking(session, refusal, ground, words, now, from_london(datetime.combine(came.on, time.min)))
    facts = replace(facts, came_by=came.by, asker=came.asker)
    problems = _missing(ground, words)
    if not came.asker.strip():
        problems["asker"] = "review-who-asked-needed"
    if came.by not in set(CameBy):
        problems["came_by"] = "review-came-by-needed"
    if not london_date(told.told_at) <= came.on <= london_date(now):
        problems["came_on"] = "review-day-impossible"
    if problems and facts.was_told_no and not facts.has_request:
        raise Invalid(problems=problems)
    return _create(
        session,
        "record",
        facts,
        told,
        actor,
        now,
        came_by=came.by,
        asker=came.asker.strip(),
        recorded_by_id=actor.person_id,
    )


def _asking(
    session: Session, refusal: Refusal, ground: str, words: str, now: datetime, received_at: datetime
) -> tuple[ReviewFacts, Refusal]:
    bid = refusal.application
    # Of two who press at once the later waits here, and reads what the first one asked.
    lock(session, bid)
    found = find_refusal(session, bid) or refusal
    facts = ReviewFacts(
        scope=bid.scope,
        now=now,
        received_at=received_at,
        was_told_no=bid.state in REFUSED,
        late_from=found.late_from,
        has_request=found.review is not None,
        ground=ground,
        words=words,
    )
    return facts, found


def _may_ask(facts: ReviewFacts) -> bool:
    is_late = facts.late_from is None or facts.received_at >= facts.late_from
    return facts.was_told_no and not facts.has_request and not is_late


def _create(
    session: Session, action: str, facts: ReviewFacts, told: Refusal, actor: Actor, now: datetime, **more: Any
) -> Review:
    bid = told.application
    review = Review(
        office_id=bid.office_id,
        round_id=bid.round_id,
        organisation_id=bid.organisation_id,
        application_id=bid.id,
        application=bid,
        outcome=str(bid.state),
        told_at=told.told_at,
        late_from=told.late_from,
        ground=facts.ground,
        words=facts.words.strip(),
        asked_at=facts.received_at,
        conclusion="",
        follow_up="",
        **more,
    )
    transitions.create(session, [review], action, facts, actor=actor, now=now, detail={"ground": str(facts.ground)})
    return review


def _missing(ground: str, words: str) -> dict[str, str]:
    problems = {}
    if ground not in set(Ground):
        problems["ground"] = "review-ground-needed"
    if not words.strip():
        problems["words"] = "review-words-needed"
    return problems


def take_up(session: Session, review: Review, *, seen_version: int | None = None, actor: Actor, now: datetime) -> None:
    """Somebody who had no part in it takes the request; from now on only they decide it."""
    facts = facts_for_review(session, review, actor=actor, now=now)
    transitions.check(review, "take-up", facts, actor, seen_version=seen_version)
    review.reviewer_id, review.taken_up_at = actor.person_id, now
    transitions.apply(session, review, "take-up", facts, actor=actor, now=now, seen_version=seen_version)


def hand_back(
    session: Session, review: Review, reason: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """The reviewer can't go on with it: somebody else takes it up."""
    facts = facts_for_review(session, review, actor=actor, now=now, reason=reason)
    _move(session, review, "hand-back", facts, reason, seen_version=seen_version, actor=actor, now=now)
    review.reviewer_id = review.taken_up_at = None
    session.flush()


def uphold(
    session: Session, review: Review, reason: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """It was decided as it should be: the decision stands, and the group reads why."""
    _conclude(session, review, "uphold", reason, seen_version=seen_version, actor=actor, now=now)


def reopen(
    session: Session, review: Review, reason: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Something went wrong, and the bid goes back.

    One that was thrown out goes back at once where a manager says so and scoring is not over; all else is a task of
    the manager or the chair, because no review changes a decision by itself.
    """
    to = _goes_to(review, actor)
    _conclude(session, review, "reopen", reason, to=to, seen_version=seen_version, actor=actor, now=now)
    if to is Return.REINSTATED:
        eligibility.reinstate(session, review.application, reason, actor=actor, now=now)
        review.followed_up_at = now
        session.flush()


def _goes_to(review: Review, actor: Actor) -> Return:
    bid = review.application
    if review.outcome != ApplicationState.DISQUALIFIED:
        return Return.DECISION
    if bid.state is not ApplicationState.DISQUALIFIED or bid.round.state not in BEFORE_SCORED:
        return Return.PANEL
    return Return.REINSTATED if Role.MANAGER in actor.roles_in(bid.scope) else Return.CHECK


def follow_up(
    session: Session, review: Review, words: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """What came of a reopened review, in words that the group reads."""
    facts = facts_for_review(session, review, actor=actor, now=now, reason=words)
    transitions.check(review, "follow-up", facts, actor, seen_version=seen_version)
    still_out = review.application.state is ApplicationState.DISQUALIFIED
    if review.returned_to is Return.CHECK and still_out and review.application.round.state in BEFORE_SCORED:
        raise TransitionRefused("review-reinstate-first")
    review.follow_up, review.followed_up_at = words.strip(), now
    _move(session, review, "follow-up", facts, words, seen_version=seen_version, actor=actor, now=now)


def _conclude(
    session: Session,
    review: Review,
    action: str,
    reason: str,
    *,
    to: Return | None = None,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    facts = facts_for_review(session, review, actor=actor, now=now, reason=reason)
    transitions.check(review, action, facts, actor, seen_version=seen_version)
    review.conclusion, review.concluded_at, review.returned_to = reason.strip(), now, to
    _move(session, review, action, facts, reason, seen_version=seen_version, actor=actor, now=now)


def _move(session: Session, review: Review, action: str, facts: ReviewFacts, reason: str, **more: Any) -> None:
    detail: dict[str, Any] = {"application_id": review.application_id}
    if action == "reopen":
        detail["to"] = str(review.returned_to)
    transitions.apply(session, review, action, facts, reason=reason.strip(), detail=detail, **more)
