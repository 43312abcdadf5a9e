"""Changes of many things at once: shown whole first, then a while in which they can be called back, then done.

Each thing still goes through its own table when its turn comes; this one only says when that may be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class BulkState(StrEnum):
    PLANNED = "planned"
    WAITING = "waiting"
    DONE = "done"
    CALLED_BACK = "called_back"
    DROPPED = "dropped"


S = BulkState
PLANNED = frozenset({S.PLANNED})
WAITING = frozenset({S.WAITING})
OVER = frozenset({S.DONE, S.CALLED_BACK, S.DROPPED})

# What was shown an hour ago is no longer what would happen (our default).
PLAN_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkFacts:
    """What the guards of a change of many may ask; defaults refuse."""

    scope: Scope
    now: datetime
    planned_by: int | None = None
    planned_at: datetime | None = None
    due_at: datetime | None = None
    count: int = 0


def something_to_do(facts: BulkFacts, actor: Actor) -> Refusal | None:
    return None if facts.count else Refusal("nothing-to-do")


def own_plan(facts: BulkFacts, actor: Actor) -> Refusal | None:
    # It is done in the name of whoever saw what it comes to.
    return None if facts.planned_by is not None and facts.planned_by == actor.person_id else Refusal("not-your-plan")


def lately_planned(facts: BulkFacts, actor: Actor) -> Refusal | None:
    if facts.planned_at is None or facts.now >= facts.planned_at + PLAN_LASTS:
        return Refusal("plan-too-old")
    return None


def plan_is_old(facts: BulkFacts, actor: Actor) -> Refusal | None:
    is_old = facts.planned_at is not None and facts.now >= facts.planned_at + PLAN_LASTS
    return None if is_old else Refusal("plan-stands")


def still_to_come(facts: BulkFacts, actor: Actor) -> Refusal | None:
    return Refusal("done-already") if facts.due_at is None or facts.now >= facts.due_at else None


def time_has_come(facts: BulkFacts, actor: Actor) -> Refusal | None:
    return Refusal("can-be-called-back") if facts.due_at is None or facts.now < facts.due_at else None


STAFF = {Role.OFFICER, Role.MANAGER}
TIMER = {Role.SYSTEM}

# fmt: off
BULK = Workflow(
    "bulk",
    BulkState,
    initial=S.PLANNED,
    terminal=OVER,
    rows=[
        # action       from       to              who    provided that                                then
        ("plan",       NEW,       S.PLANNED,      STAFF, [],                                          []),
        ("confirm",    S.PLANNED, S.WAITING,      STAFF, [own_plan, something_to_do, lately_planned], []),
        ("drop",       S.PLANNED, S.DROPPED,      TIMER, [plan_is_old],                               []),
        # Whoever sees that it is wrong may stop it, not only who began it.
        ("call-back",  S.WAITING, S.CALLED_BACK,  STAFF, [still_to_come],                             []),
        ("carry-out",  S.WAITING, S.DONE,         TIMER, [time_has_come],                             []),
    ],
)
# fmt: on
