"""Going bid to bid: the next one that nobody else works on is taken up for a while, and given to no colleague.

A claim is a courtesy. It is never asked before a judgement, and a colleague may open the bid all the same.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.core import audit
from grants.eligibility.models import CheckClaim
from grants.eligibility.queries import CLAIM_LASTS, Next, find_next
from workflows.actors import Actor


def take_next(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    round_id: int | None = None,
    kind: Next | None = None,
    but: int | None = None,
) -> Application | None:
    """Take up the bid that is to be done next; None when nothing is left that this officer could do."""
    bid = find_next(session, actor, now=now, round_id=round_id, kind=kind, but=but)
    if bid is not None:
        claim(session, bid, actor=actor, now=now)
    return bid


def claim(session: Session, application: Application, *, actor: Actor, now: datetime) -> None:
    """Say that the actor works on this bid now. Who judges a colleague's bid takes it over."""
    if actor.person_id is None:
        return
    standing = session.get(CheckClaim, application.id)
    is_going_on = (
        standing is not None and standing.person_id == actor.person_id and now < standing.claimed_at + CLAIM_LASTS
    )
    if standing is None:
        session.add(CheckClaim(application_id=application.id, person_id=actor.person_id, claimed_at=now))
    else:
        standing.person_id, standing.claimed_at = actor.person_id, now
    session.flush()
    if not is_going_on:
        audit.record(
            session,
            subject_type="application",
            subject_id=application.id,
            action="take-up-check",
            actor=actor,
            at=now,
            office_id=application.office_id,
        )


def go_on(session: Session, application: Application, *, actor: Actor, now: datetime) -> None:
    """Whoever has taken the bid up still works on it; nothing for anybody else."""
    session.execute(
        sa.update(CheckClaim)
        .where(CheckClaim.application_id == application.id, CheckClaim.person_id == (actor.person_id or 0))
        .values(claimed_at=now)
    )
