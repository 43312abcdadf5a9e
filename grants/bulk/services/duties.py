"""Carrying out changes of many bids when their time has come, each bid by itself: one that moved meanwhile is left."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.queries import get_actor
from grants.applications.models import Application
from grants.bulk.models import BulkItem, BulkJob, ItemResult
from grants.bulk.queries import facts_for_job
from grants.bulk.services.changing import plain
from grants.bulk.services.doors import DOORS, Turn
from grants.core import transitions
from grants.core.scoping import get_visible
from workflows.actors import NOBODY, SYSTEM, Actor
from workflows.bulk import PLAN_LASTS, BulkState
from workflows.errors import DomainError

OLD_PLANS = 100


def carry_out_due(session: Session, now: datetime) -> int:
    """Do the oldest change that is due; returns 1, or 0 when none is. Safe to run twice and in two workers."""
    job = _find_one(session, sa.and_(BulkJob.state == BulkState.WAITING, BulkJob.due_at <= now))
    if job is None:
        return 0
    # Whoever confirmed it is asked again: a role that has ended meanwhile does nothing any more.
    actor = get_actor(session, job.planned_by_id) or NOBODY
    number = job.id
    planned = BulkItem.result == ItemResult.PLANNED
    for item_id in session.scalars(
        sa.select(BulkItem.id).where(BulkItem.job_id == number, planned).order_by(BulkItem.id)
    ).all():
        _do(session, job, item_id, actor, now)
    facts = facts_for_job(session, job, now=now)
    transitions.apply(session, job, "carry-out", facts, actor=SYSTEM, now=now)
    return 1


def _find_one(session: Session, due: sa.ColumnElement[bool]) -> BulkJob | None:
    found = sa.select(BulkJob).where(due).order_by(BulkJob.id).limit(1).with_for_update(skip_locked=True)
    return session.scalars(found.execution_options(populate_existing=True)).first()


def _do(session: Session, job: BulkJob, item_id: int, actor: Actor, now: datetime) -> None:
    item = session.get_one(BulkItem, item_id)
    turn = Turn(actor, now, item.seen_version, job.words)
    part = session.begin_nested()
    try:
        application = get_visible(session, Application, item.application_id, actor)
        DOORS[job.kind].go(session, application, turn)
        item.result = ItemResult.DONE
        part.commit()
    except DomainError as error:
        part.rollback()
        session.expire_all()
        item.result, item.code, item.detail = ItemResult.REFUSED, error.code, plain(error.detail)
    session.flush()


def drop_old_plans(session: Session, now: datetime) -> int:
    """Drop plans that nobody confirmed in an hour; returns how many, 0 when none is left."""
    old = sa.and_(BulkJob.state == BulkState.PLANNED, BulkJob.planned_at <= now - PLAN_LASTS)
    found = sa.select(BulkJob).where(old).order_by(BulkJob.id).limit(OLD_PLANS).with_for_update(skip_locked=True)
    jobs = session.scalars(found.execution_options(populate_existing=True)).all()
    moves = [transitions.Move(job, facts_for_job(session, job, now=now, count=0)) for job in jobs]
    transitions.apply_many(session, "drop", moves, actor=SYSTEM, now=now)
    return len(jobs)
