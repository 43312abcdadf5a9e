"""The queue of eligibility: every bid in its check by what has to be done with it next, for one officer.

What this officer can't do (their own proposal, a bid that they wrote in) stands apart and is never given to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from grants.applications.models import Application
from grants.applications.queries import wrote
from grants.core.scoping import offices_of, visible
from grants.eligibility.models import CheckClaim, Clarification, Disqualification, EligibilityResult
from grants.funds.models import Round, RoundRule
from workflows.actors import Actor, Role
from workflows.application import IN_CHECKS
from workflows.application import ApplicationState as S
from workflows.deadlines import london_date
from workflows.round import RoundState
from workflows.rules.eligibility import Outcome

CHECKERS = frozenset({Role.OFFICER, Role.MANAGER})
PAGE = 25
# The highest number that a row can have.
LAST = 2**31 - 1
# How long a bid that somebody took up is not given to a colleague; it shuts nobody out (our default).
CLAIM_LASTS = timedelta(minutes=20)


class Next(StrEnum):
    """What has to be done next, in the order in which it is given out; the last four wait for somebody else."""

    CONFIRM = "confirm"
    ANSWERED = "answered"
    OVERDUE = "overdue"
    AUTOMATIC_FAIL = "automatic-fail"
    FAILED = "failed"
    REFERRED = "referred"
    MANUAL = "manual"
    READY = "ready"
    SECOND_PERSON = "second-person"
    WRITTEN_BY_YOU = "written-by-you"
    WITH_GROUP = "with-group"
    NOT_CLOSED = "not-closed"


ORDER = tuple(Next)
DOABLE = frozenset(ORDER[: ORDER.index(Next.SECOND_PERSON)])


@dataclass(frozen=True, slots=True)
class Waiting:
    """One bid of the queue; `claim` is a colleague's or one's own that still holds."""

    application: Application
    kind: Next
    claim: CheckClaim | None

    @property
    def kind_order(self) -> int:
        return ORDER.index(self.kind)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue; `after` is where the next one starts, empty at the end."""

    rows: Sequence[Waiting]
    after: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many bids wait for what, and the rounds that they are in with their own counts."""

    kinds: dict[Next, int]
    rounds: list[tuple[int, str, int]]

    @property
    def doable(self) -> int:
        return sum(count for kind, count in self.kinds.items() if kind in DOABLE)


def counts_of(session: Session, actor: Actor, *, now: datetime, round_id: int | None = None) -> Counted:
    """The whole queue counted, in one query; the counts by kind are of one round where one is named."""
    queue = _queue(actor, now).subquery()
    rows = session.execute(
        sa.select(queue.c.rank, Round.id, Round.title, sa.func.count())
        .join(Round, Round.id == queue.c.round_id)
        .group_by(queue.c.rank, Round.id, Round.title)
        .order_by(Round.id)
    )
    kinds: dict[Next, int] = {}
    rounds: dict[int, tuple[str, int]] = {}
    for rank, number, title, count in rows:
        rounds[number] = (title, rounds.get(number, ("", 0))[1] + count)
        if round_id in (None, number):
            kinds[ORDER[rank]] = kinds.get(ORDER[rank], 0) + count
    return Counted(
        {kind: kinds[kind] for kind in ORDER if kind in kinds},
        [(number, title, count) for number, (title, count) in rounds.items()],
    )


def list_queue(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    round_id: int | None = None,
    kind: Next | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """A page of the queue: by what is to be done, then by when it was sent; an unreadable `after` starts anew."""
    queue = _queue(actor, now).subquery()
    key = sa.tuple_(queue.c.rank, queue.c.submitted_at, queue.c.id)
    asked = (
        sa.select(Application, queue.c.rank, CheckClaim)
        .join(queue, queue.c.id == Application.id)
        .outerjoin(
            CheckClaim, sa.and_(CheckClaim.application_id == Application.id, CheckClaim.claimed_at > now - CLAIM_LASTS)
        )
        .options(joinedload(Application.round), joinedload(CheckClaim.person))
        .order_by(queue.c.rank, queue.c.submitted_at, queue.c.id)
        .limit(limit + 1)
    )
    if round_id is not None:
        asked = asked.where(queue.c.round_id == round_id)
    if kind is not None:
        asked = asked.where(queue.c.rank == ORDER.index(kind))
    if start := _read_cursor(after):
        columns = queue.c.rank, queue.c.submitted_at, queue.c.id
        values = [sa.literal(value, column.type) for value, column in zip(start, columns, strict=True)]
        asked = asked.where(key > sa.tuple_(*values))
    rows = [Waiting(bid, ORDER[rank], claim) for bid, rank, claim in session.execute(asked).unique()]
    return Page(rows[:limit], _cursor_of(rows[limit - 1]) if len(rows) > limit else "")


def find_next(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    round_id: int | None = None,
    kind: Next | None = None,
    but: int | None = None,
) -> Application | None:
    """The bid to be done next by this officer, held for this transaction: not one that a colleague has taken up.

    `but` is a bid that is not wanted again just now.
    """
    queue = _queue(actor, now).subquery()
    taken = sa.exists().where(
        CheckClaim.application_id == queue.c.id,
        CheckClaim.claimed_at > now - CLAIM_LASTS,
        CheckClaim.person_id != (actor.person_id or 0),
    )
    asked = (
        sa.select(Application)
        .join(queue, queue.c.id == Application.id)
        .where(queue.c.rank < len(DOABLE), ~taken)
        .order_by(queue.c.rank, queue.c.submitted_at, queue.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Application)
    )
    if round_id is not None:
        asked = asked.where(queue.c.round_id == round_id)
    if kind is not None:
        asked = asked.where(queue.c.rank == ORDER.index(kind))
    if but is not None:
        asked = asked.where(queue.c.id != but)
    return session.scalars(asked).one_or_none()


def find_claim(session: Session, application: Application, *, now: datetime) -> CheckClaim | None:
    """Who works on the bid now, with their name."""
    return session.scalars(
        sa.select(CheckClaim)
        .where(CheckClaim.application_id == application.id, CheckClaim.claimed_at > now - CLAIM_LASTS)
        .options(joinedload(CheckClaim.person))
    ).one_or_none()


def _queue(actor: Actor, now: datetime) -> sa.Select[Any]:
    """(id, round, when sent, rank) of every bid in its check that the officer may read."""
    # As staff only: that somebody belongs to the group opens nothing here.
    as_staff = replace(actor, organisation_roles=frozenset())
    return (
        sa.select(Application.id, Application.round_id, Application.submitted_at, _rank(actor, now).label("rank"))
        .join(Round, Round.id == Application.round_id)
        .where(
            Application.state.in_(sorted(IN_CHECKS)),
            Application.office_id.in_(offices_of(actor, CHECKERS)),
            visible(Application, as_staff, CHECKERS),
            Application.staff_may_see(),
            Round.state != RoundState.CANCELLED,
        )
    )


def _rank(actor: Actor, now: datetime) -> sa.Case[Any]:
    person = actor.person_id or 0
    proposal, result, asked = Disqualification, EligibilityResult, aliased(Clarification)
    of_bid = result.application_id == Application.id
    proposed = sa.exists().where(proposal.application_id == Application.id, proposal.settled_at.is_(None))
    confirms = sa.and_(
        Application.office_id.in_(offices_of(actor, frozenset({Role.MANAGER}))),
        sa.exists().where(
            proposal.application_id == Application.id,
            proposal.settled_at.is_(None),
            sa.func.coalesce(proposal.proposed_by_id, 0) != person,
        ),
    )
    # What came of a question stands until somebody has judged a rule since.
    judged_since = sa.exists().where(of_bid, ~result.is_automatic, result.decided_at > asked.ended_at)
    ended = sa.exists().where(asked.application_id == Application.id, asked.taken_back_reason == "", ~judged_since)
    late = sa.exists().where(
        asked.application_id == Application.id, asked.ended_at.is_(None), asked.due_on < london_date(now)
    )
    unjudged = sa.exists().where(
        RoundRule.round_id == Application.round_id,
        ~sa.exists().where(of_bid, result.rule_id == RoundRule.id).correlate(Application, RoundRule),
    )
    outcome = {name: sa.exists().where(of_bid, result.outcome == name) for name in (Outcome.FAIL, Outcome.REFER)}
    whens: list[tuple[Any, Next]] = [
        (Application.state == S.SUBMITTED, Next.NOT_CLOSED),
        (sa.and_(Application.state == S.CLARIFICATION, ~late), Next.WITH_GROUP),
        (wrote(person), Next.WRITTEN_BY_YOU),
        (Application.state == S.CLARIFICATION, Next.OVERDUE),
        (confirms, Next.CONFIRM),
        (proposed, Next.SECOND_PERSON),
        (ended.where(asked.answered_at.is_not(None)), Next.ANSWERED),
        (ended.where(asked.ended_at.is_not(None), asked.answered_at.is_(None)), Next.OVERDUE),
        (sa.exists().where(of_bid, result.outcome == Outcome.FAIL, result.is_automatic), Next.AUTOMATIC_FAIL),
        (outcome[Outcome.FAIL], Next.FAILED),
        (outcome[Outcome.REFER], Next.REFERRED),
        (unjudged, Next.MANUAL),
    ]
    return sa.case(*((when, ORDER.index(kind)) for when, kind in whens), else_=ORDER.index(Next.READY))


def _cursor_of(row: Waiting) -> str:
    sent = row.application.submitted_at
    return f"{ORDER.index(row.kind)}~{sent.isoformat() if sent else ''}~{row.application.id}"


def _read_cursor(text: str) -> tuple[int, datetime, int] | None:
    try:
        rank, at, number = text.split("~")
        when = datetime.fromisoformat(at)
        place = min(int(rank), len(ORDER)), when, min(int(number), LAST)
        return place if when.tzinfo and place[0] >= 0 else None
    except ValueError:
        return None
