"""What needs doing now, for one person: how many things wait for each of their roles, in their offices only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import Assignment, Panel, PanelMember
from grants.core.outbox import Delivery, Message
from grants.core.scoping import offices_of, open_to
from grants.decisions.models import Decision
from grants.eligibility.models import Disqualification
from grants.funds.models import Round
from grants.monitoring.models import MonitoringReturn
from grants.representatives.queries import list_own
from grants.reviews.queries import count_waiting
from workflows.actors import Actor, Role
from workflows.application import ApplicationState
from workflows.assignment import UNDECLARED, WORKING, AssignmentState
from workflows.decision import DecisionState
from workflows.monitoring import ReturnState
from workflows.panel import PanelState
from workflows.round import RoundState

OFFICERS = frozenset({Role.OFFICER, Role.MANAGER})
TO_MARK = UNDECLARED | WORKING | {AssignmentState.INTEREST_DECLARED}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of one kind of thing wait. `round_id` is given where all of them are in one round.

    `office_code` is given where the page is an office's.
    """

    kind: str
    count: int
    round_id: int | None = None
    office_code: str = ""


def list_waiting(session: Session, actor: Actor) -> list[Waiting]:
    """What waits for the actor, in the order in which a round goes; nothing that nobody waits for."""
    waiting: list[Waiting] = []
    for roles, count in _COUNTS:
        offices = offices_of(actor, frozenset(roles))
        if offices:
            waiting += count(session, actor, offices)
    return [each for each in waiting if each.count]


def _rounds_in(kind: str, *states: RoundState) -> Callable[[Session, Actor, list[int]], list[Waiting]]:
    def count(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
        rows = session.scalars(
            sa.select(Round.id)
            .where(Round.office_id.in_(offices), Round.state.in_(states), ~Round.is_trial)
            .order_by(Round.id)
        ).all()
        return [Waiting(kind, len(rows), rows[0] if len(rows) == 1 else None)]

    return count


def _entering(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    """Bids that the office enters for groups which nobody reminds: most of them have no e-mail."""
    rows = session.execute(
        sa.select(Application.round_id, sa.func.count())
        .where(
            Application.office_id.in_(offices),
            Application.state == ApplicationState.DRAFT,
            Application.helpers_may_see(),
            open_to(Application, actor),
        )
        .group_by(Application.round_id)
        .order_by(Application.round_id)
    )
    return [Waiting("entering", count, round_id) for round_id, count in rows]


def _checks(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    rows = session.execute(
        sa.select(Application.round_id, sa.func.count())
        .where(
            Application.office_id.in_(offices),
            Application.state == ApplicationState.CHECKING,
            open_to(Application, actor),
        )
        .group_by(Application.round_id)
        .order_by(Application.round_id)
    )
    return [Waiting("checks", count, round_id) for round_id, count in rows]


def _proposals(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    rows = session.execute(
        sa.select(Application.round_id, sa.func.count())
        .join(Disqualification, Disqualification.application_id == Application.id)
        .where(
            Application.office_id.in_(offices),
            Disqualification.settled_at.is_(None),
            Disqualification.proposed_by_id.is_distinct_from(actor.person_id),
            open_to(Application, actor),
        )
        .group_by(Application.round_id)
        .order_by(Application.round_id)
    )
    return [Waiting("proposals", count, round_id) for round_id, count in rows]


def _marking(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    return [
        _count(
            session,
            "marking",
            Assignment.id,
            Assignment.person_id == actor.person_id,
            Assignment.office_id.in_(offices),
            Assignment.state.in_(sorted(TO_MARK)),
        )
    ]


def _panels(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    mine = sa.exists().where(PanelMember.panel_id == Panel.id, PanelMember.person_id == actor.person_id)
    return [_count(session, "panels", Panel.id, Panel.office_id.in_(offices), mine, Panel.state != PanelState.CLOSED)]


def _decisions(kind: str, state: DecisionState) -> Callable[[Session, Actor, list[int]], list[Waiting]]:
    def count(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
        return [_count(session, kind, Decision.id, Decision.office_id.in_(offices), Decision.state == state)]

    return count


def _returns(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    return [
        _count(
            session,
            "returns",
            MonitoringReturn.id,
            MonitoringReturn.office_id.in_(offices),
            MonitoringReturn.state == ReturnState.SUBMITTED,
        )
    ]


def _dead_messages(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    return [
        _count(
            session,
            "messages",
            Message.id,
            Message.office_id.in_(offices),
            Message.delivery == Delivery.DEAD,
            open_to(Message, actor),
        )
    ]


def _count(
    session: Session, kind: str, key: sa.orm.InstrumentedAttribute[int], *where: sa.ColumnElement[bool]
) -> Waiting:
    return Waiting(kind, session.scalar(sa.select(sa.func.count(key)).where(*where)) or 0)


def _preparation(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    own = list_own(session, actor)
    return [
        Waiting("preparation", len(each.lacks), office_code=each.office.code)
        for each in own
        if each.office.id in offices
    ]


def _reviews(session: Session, actor: Actor, offices: list[int]) -> list[Waiting]:
    return [Waiting("reviews", count_waiting(session, actor))]


_COUNTS = (
    ({Role.MANAGER}, _rounds_in("set-up", RoundState.DRAFT, RoundState.APPROVED)),
    (OFFICERS, _entering),
    (OFFICERS, _checks),
    ({Role.MANAGER}, _proposals),
    ({Role.COMMUNITY_REP}, _preparation),
    ({Role.MARKER}, _marking),
    ({Role.CHAIR, Role.PANEL_MEMBER}, _panels),
    ({Role.CHIEF_EXECUTIVE}, _decisions("approvals", DecisionState.OFFICER_APPROVAL)),
    ({Role.DECISION_MAKER}, _decisions("decisions", DecisionState.WITH_PCC)),
    ({Role.MANAGER}, _rounds_in("announce", RoundState.DECIDED)),
    (OFFICERS | {Role.CHIEF_EXECUTIVE}, _reviews),
    (OFFICERS, _returns),
    (OFFICERS, _dead_messages),
)
