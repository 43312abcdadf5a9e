"""Reading reviews: a group's own, an office's list, and what a person had to do with a bid that they would review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from grants.accounts.models import Membership
from grants.applications.models import Application
from grants.applications.queries import get_application, is_embargoed, tells_at_once, tells_when_announced, writers_of
from grants.assessment.models import Assignment, InterestDeclaration, ModeratedScore, Panel, PanelMember, Recommendation
from grants.assessment.queries.interests import MARKED
from grants.core.audit import AuditEntry
from grants.core.holidays import bank_holidays
from grants.core.installed import settings_of
from grants.core.scoping import get_visible, offices_of, visible
from grants.decisions.models import Decision, DecisionItem
from grants.eligibility.models import Disqualification
from grants.reviews.models import Review
from workflows.actors import Actor, Role, Scope
from workflows.application import ApplicationState
from workflows.assignment import Interest
from workflows.deadlines import london_date
from workflows.errors import NotFound
from workflows.review import WAITING, Part, ReviewFacts, ReviewState, late_from

READERS = frozenset({Role.OFFICER, Role.MANAGER, Role.CHIEF_EXECUTIVE, Role.CHAIR})
RECORDERS = frozenset({Role.OFFICER, Role.MANAGER})
REFUSED = frozenset({ApplicationState.DECLINED, ApplicationState.DISQUALIFIED})
PAGE = 25
# What the audit of a bid says of who had a part in it.
PARTS_BY_ACTION: dict[str, Part] = {
    **dict.fromkeys(("settle-rule", "pass-checks", "ask", "take-back-question", "start-checking"), Part.CHECKED),
    **dict.fromkeys(("propose-disqualification", "disqualify", "set-aside-proposal", "reinstate"), Part.DISQUALIFIED),
    **dict.fromkeys(("moderate", "recommend", "put-in-reserve", "not-recommend", "reopen-scoring"), Part.SAT),
    **dict.fromkeys(("approve", "decline", "send-back"), Part.DECIDED),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal that a group has been told: its bid, when it was told, and until when it may ask for a review."""

    application: Application
    told_at: datetime
    late_from: datetime
    review: Review | None

    @property
    def scope(self) -> Scope:
        return self.application.scope


def get_refusal(session: Session, actor: Actor, application_id: int) -> Refusal:
    """The refusal of the group's own bid, once it was told; NotFound before that and for anybody else."""
    bid = get_application(session, actor, application_id)
    found = find_refusal(session, bid) if bid.organisation_id in actor.organisation_ids else None
    if found is None:
        raise NotFound(subject="application")
    return found


def get_refusal_to_record(session: Session, actor: Actor, application_id: int) -> Refusal:
    """The refusal of a bid that staff may read, once its group was told; NotFound before that."""
    as_staff = replace(actor, organisation_roles=frozenset())
    bid = get_visible(session, Application, application_id, as_staff, RECORDERS, along=("round",))
    found = find_refusal(session, bid)
    if found is None:
        raise NotFound(subject="application")
    return found


def find_refusal(session: Session, application: Application) -> Refusal | None:
    """When the group was told no, and what it asked for since; None while it may not know, or where it is no refusal.

    A bid that went back keeps the page of its review.
    """
    review = _latest(session, application)
    told_at = None if is_embargoed(application) else _told_at(session, application)
    if told_at is None:
        return None if review is None else Refusal(application, review.told_at, review.late_from, review)
    if review is not None and review.told_at != told_at:
        review = None
    days = settings_of(session).review_days
    return Refusal(application, told_at, late_from(london_date(told_at), days, bank_holidays()), review)


def _latest(session: Session, application: Application) -> Review | None:
    return session.scalars(
        sa.select(Review)
        .where(Review.application_id == application.id)
        .options(joinedload(Review.application))
        .order_by(Review.id.desc())
        .limit(1)
    ).one_or_none()


def _told_at(session: Session, application: Application) -> datetime | None:
    if application.state not in REFUSED:
        return None
    if application.state is ApplicationState.DECLINED:
        # By the notice that says so; a later one of the round is about other bids.
        by_notice: datetime | None = session.scalar(
            sa.select(sa.func.max(Decision.published_at))
            .join(DecisionItem, DecisionItem.decision_id == Decision.id)
            .where(DecisionItem.application_id == application.id)
        )
        return by_notice
    confirmed: datetime | None = session.scalar(
        sa.select(sa.func.max(Disqualification.settled_at)).where(
            Disqualification.application_id == application.id, Disqualification.was_confirmed.is_(True)
        )
    )
    if confirmed is None or tells_at_once(application):
        return confirmed
    # A letter that waited for the announcement went with it.
    announced: datetime | None = session.scalar(
        sa.select(sa.func.min(Decision.published_at)).where(Decision.round_id == application.round_id)
    )
    return confirmed if announced is None else max(confirmed, announced)


@tells_when_announced
def review_told(session: Session, application: Application) -> dict[str, Any]:
    """Until when the group may ask us to look again, and what came of it when it did."""
    found = find_refusal(session, application)
    if found is None:
        return {}
    told = {"refusal_told_on": found.told_at} if application.state in REFUSED else {}
    # The last day is the one before the midnight from which it is late.
    last = london_date(found.late_from - timedelta(microseconds=1))
    return told | {"review_by": last, "review_state": "" if found.review is None else str(found.review.state)}


def get_review(session: Session, actor: Actor, review_id: int) -> Review:
    """A review of the actor's office, for staff who may read its bid; NotFound else."""
    review = session.scalars(_own(actor).where(Review.id == review_id)).one_or_none()
    if review is None:
        raise NotFound(subject="review")
    return review


def list_reviews(
    session: Session, actor: Actor, *, is_open: bool, before: int | None = None, limit: int = PAGE
) -> tuple[Sequence[Review], int | None]:
    """A page of the office's reviews, the latest first, and the number below which the next page starts.

    Open are those that wait for a reviewer, for an outcome, or for what follows from one.
    """
    waits = sa.or_(
        Review.state.in_([*WAITING, ReviewState.TAKEN_UP]),
        sa.and_(Review.state == ReviewState.REOPENED, Review.followed_up_at.is_(None)),
    )
    asked = _own(actor).where(waits if is_open else ~waits).order_by(Review.id.desc()).limit(limit + 1)
    if before is not None:
        asked = asked.where(Review.id < before)
    rows = session.scalars(asked).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def count_waiting(session: Session, actor: Actor) -> int:
    """How many requests nobody has taken up."""
    own = _own(actor).where(Review.state.in_(sorted(WAITING))).with_only_columns(sa.func.count())
    return session.scalar(own.order_by(None).options()) or 0


def _own(actor: Actor) -> sa.Select[Any]:
    # As staff only, so that a bid that is shut to somebody keeps its review shut, too.
    as_staff = replace(actor, organisation_roles=frozenset())
    return (
        sa.select(Review)
        .join(Review.application)
        .where(Review.office_id.in_(offices_of(actor, READERS)), visible(Application, as_staff, READERS))
        .options(
            contains_eager(Review.application).joinedload(Application.round),
            joinedload(Review.reviewer),
            joinedload(Review.asked_by),
            joinedload(Review.recorded_by),
        )
    )


def facts_for_review(session: Session, review: Review, *, actor: Actor, now: datetime, **more: Any) -> ReviewFacts:
    """What the machine asks of a request that stands."""
    known: dict[str, Any] = {
        "scope": review.scope,
        "now": now,
        "received_at": now,
        "late_from": review.late_from,
        "ground": review.ground,
        "words": review.words,
        "part": _part_in(session, review, actor),
        "reviewer_id": review.reviewer_id,
        "is_followed_up": review.followed_up_at is not None,
    }
    return ReviewFacts(**{**known, **more})


def _part_in(session: Session, review: Review, actor: Actor) -> Part | None:
    if review.recorded_by_id is not None and review.recorded_by_id == actor.person_id:
        return Part.WROTE_DOWN
    return part_of(session, review.application, actor)


def part_of(session: Session, application: Application, actor: Actor) -> Part | None:
    """What this person had to do with the bid; None is nothing, and only then may they review it."""
    person = actor.person_id
    if person is None:
        return Part.DECIDED
    if application.assisted_by and person in writers_of(session, application):
        return Part.ENTERED
    flags = session.execute(sa.select(*(_did(application, person)[part].label(part.name) for part in Part))).one()
    found = next((part for part in Part if getattr(flags, part.name)), None)
    return found or _on_record(session, application, person)


def _did(application: Application, person: int) -> dict[Part, sa.ColumnElement[bool]]:
    bid = application.id

    def some(*clauses: Any) -> sa.ColumnElement[bool]:
        return sa.exists().where(*clauses)

    return {
        Part.MARKED: some(
            Assignment.application_id == bid, Assignment.person_id == person, Assignment.state.in_(MARKED)
        ),
        Part.SAT: sa.or_(
            some(
                PanelMember.panel_id == Panel.id,
                Panel.round_id == application.round_id,
                PanelMember.person_id == person,
            ),
            some(ModeratedScore.application_id == bid, ModeratedScore.person_id == person),
            some(Recommendation.application_id == bid, Recommendation.person_id == person),
        ),
        Part.CHECKED: sa.false(),
        Part.DISQUALIFIED: some(
            Disqualification.application_id == bid,
            sa.or_(Disqualification.proposed_by_id == person, Disqualification.settled_by_id == person),
        ),
        Part.ENTERED: sa.false(),
        Part.WROTE_DOWN: sa.false(),
        Part.INTERESTED: some(
            InterestDeclaration.application_id == bid,
            InterestDeclaration.person_id == person,
            InterestDeclaration.interest != Interest.NONE,
        ),
        Part.BELONGS: some(
            Membership.organisation_id == application.organisation_id,
            Membership.person_id == person,
            Membership.ended_at.is_(None),
        ),
        Part.DECIDED: some(
            DecisionItem.application_id == bid,
            Decision.id == DecisionItem.decision_id,
            sa.or_(Decision.decided_by_id == person, Decision.raised_by_id == person),
        ),
    }


def _on_record(session: Session, application: Application, person: int) -> Part | None:
    """What the audit says: a judgement that somebody replaced since was made all the same."""
    done = session.scalars(
        sa.select(AuditEntry.action)
        .where(
            AuditEntry.subject_type == "application",
            AuditEntry.subject_id == application.id,
            AuditEntry.actor_person_id == person,
            AuditEntry.action.in_(sorted(PARTS_BY_ACTION)),
        )
        .limit(1)
    ).one_or_none()
    return None if done is None else PARTS_BY_ACTION[done]
