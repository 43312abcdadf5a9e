"""Signals about a bid, as a reader may see them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.applications.models import Application
from grants.diligence.models import FraudSignal
from grants.diligence.queries.checks import readable
from workflows.actors import Actor
from workflows.errors import NotFound


@dataclass(frozen=True, slots=True)
class SeenSignal:
    """A signal as this reader may see it: `mine` is the bid of the page, `other` the one beside it, if there is one."""

    signal: FraudSignal
    other: Application | None
    is_first: bool


def signals_of(session: Session, actor: Actor, application: Application) -> list[SeenSignal]:
    """Signals about a bid; one that names a bid that is shut to the reader is not there for them."""
    other_id = sa.case(
        (FraudSignal.application_id == application.id, FraudSignal.other_id), else_=FraudSignal.application_id
    )
    rows = session.execute(
        sa.select(FraudSignal, Application)
        .outerjoin(Application, Application.id == other_id)
        .where(
            sa.or_(FraudSignal.application_id == application.id, FraudSignal.other_id == application.id),
            sa.or_(FraudSignal.other_id.is_(None), readable(actor)),
        )
        .options(joinedload(FraudSignal.settled_by))
        .order_by(FraudSignal.id)
    )
    return [SeenSignal(signal, other, signal.application_id == application.id) for signal, other in rows]


def get_signal(session: Session, actor: Actor, application: Application, signal_id: int) -> FraudSignal:
    """A signal about this bid that the actor may see; NotFound else."""
    for each in signals_of(session, actor, application):
        if each.signal.id == signal_id:
            return each.signal
    raise NotFound(subject="signal")
