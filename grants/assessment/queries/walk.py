"""A marker's own way through a round: its bids in an order that is theirs alone, how far they are, and what is next.

The order is a hash of marker and bid, so a bid that is added later moves no other, and nobody's bid is read first or
last by everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import Assignment
from grants.core.scoping import visible
from grants.funds.models import Round
from workflows.actors import Actor, Role
from workflows.application import PASSED_CHECKS
from workflows.assignment import LOCKED_STATES, OUT, AssignmentState
from workflows.errors import NotFound

MARKERS = frozenset({Role.MARKER})


@dataclass(frozen=True, slots=True)
class Stop:
    """One bid on the way."""

    assignment_id: int
    state: AssignmentState
    comes_back: bool

    @property
    def is_locked(self) -> bool:
        return self.state in LOCKED_STATES


@dataclass(frozen=True, slots=True)
class Walk:
    """All bids of one marker in one round, in their order; `here` is the one that is open."""

    stops: tuple[Stop, ...]
    here: int = 0

    @property
    def total(self) -> int:
        return len(self.stops)

    @property
    def locked(self) -> int:
        return sum(each.is_locked for each in self.stops)

    @property
    def to_come_back_to(self) -> int:
        return sum(each.comes_back for each in self.stops)

    @property
    def number(self) -> int:
        """Which one is open, from 1."""
        return self._at + 1

    @property
    def previous(self) -> int | None:
        return self.stops[self._at - 1].assignment_id if self._at > 0 else None

    @property
    def next(self) -> int | None:
        return self.stops[self._at + 1].assignment_id if self._at + 1 < self.total else None

    @property
    def next_unmarked(self) -> int | None:
        """The next that is not locked, going round; those to come back to are last."""
        after = [*self.stops[self._at + 1 :], *self.stops[: self._at]]
        left = [each for each in after if not each.is_locked]
        return next((each.assignment_id for each in sorted(left, key=lambda each: each.comes_back)), None)

    @property
    def _at(self) -> int:
        return next((at for at, each in enumerate(self.stops) if each.assignment_id == self.here), 0)


def own_work(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    """Which assignments are the actor's to read: their own, of bids past the checks that nothing shuts to them."""
    return (
        Assignment.person_id == (actor.person_id or 0),
        Assignment.state.not_in(sorted(OUT)),
        Application.state.in_(sorted(PASSED_CHECKS)),
        visible(Application, actor, MARKERS),
    )


def get_marked_round(session: Session, actor: Actor, round_id: int) -> Round:
    """A round in which the actor marks."""
    mine = sa.select(Assignment.id).join(Assignment.application)
    mine = mine.where(Assignment.round_id == round_id, *own_work(actor)).limit(1)
    found = session.get(Round, round_id) if session.scalar(mine) is not None else None
    if found is None:
        raise NotFound(subject="round")
    return found


def walk_of(session: Session, actor: Actor, round_id: int, *, here: int = 0) -> Walk:
    """The actor's way through one round; one query."""
    rows = session.execute(
        sa.select(
            Assignment.id,
            Assignment.state,
            Assignment.comes_back,
            Assignment.person_id,
            Assignment.application_id,
            Assignment.round_id,
        )
        .join(Assignment.application)
        .where(Assignment.round_id == round_id, *own_work(actor))
    )
    in_order = sorted(rows, key=marking_order)
    return Walk(tuple(Stop(row.id, row.state, row.comes_back) for row in in_order), here)


def marking_order(row: Any) -> tuple[int, str]:
    """Newest round first, then by a hash of the marker and the bid."""
    seed = f"{row.person_id}:{row.application_id}"
    return -row.round_id, sha256(seed.encode()).hexdigest()
