"""Reading changes of many bids and kept views: an office's own, and never a bid that is shut to the reader."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from grants.applications.models import Application
from grants.bulk.models import BulkItem, BulkJob, ItemResult, SavedView
from grants.core.scoping import get_visible, visible
from grants.funds.models import Round
from workflows.actors import Actor
from workflows.bulk import BulkFacts, BulkState
from workflows.errors import NotFound

SHOWN = 50


def get_job(session: Session, actor: Actor, job_id: int) -> BulkJob:
    """A change of the actor's office; one that was only planned is its planner's alone."""
    job = get_visible(session, BulkJob, job_id, actor, along=("round", "planned_by"))
    if job.state in {BulkState.PLANNED, BulkState.DROPPED} and job.planned_by_id != actor.person_id:
        raise NotFound(subject="BulkJob")
    return job


def facts_for_job(session: Session, job: BulkJob, *, now: datetime, count: int | None = None) -> BulkFacts:
    """The facts of a change; `count` of bids that it would move, read where it is not known."""
    if count is None:
        planned = BulkItem.result == ItemResult.PLANNED
        count = session.scalar(sa.select(sa.func.count()).where(BulkItem.job_id == job.id, planned)) or 0
    return BulkFacts(
        scope=job.scope,
        now=now,
        planned_by=job.planned_by_id,
        planned_at=job.planned_at,
        due_at=job.due_at,
        count=count,
    )


def items_of(session: Session, job: BulkJob, actor: Actor) -> tuple[list[BulkItem], int]:
    """The bids of a change that the actor may read, and how many more there are that they may not."""
    shown = session.scalars(
        sa.select(BulkItem)
        .join(Application, Application.id == BulkItem.application_id)
        .where(BulkItem.job_id == job.id, visible(Application, actor))
        .options(joinedload(BulkItem.application))
        .order_by(Application.reference)
    ).all()
    everything = session.scalar(sa.select(sa.func.count()).where(BulkItem.job_id == job.id)) or 0
    return list(shown), everything - len(shown)


def list_jobs(session: Session, actor: Actor, round_: Round) -> Sequence[BulkJob]:
    """The latest changes of many bids of a round, newest first; plans of others are left out."""
    own = sa.or_(
        BulkJob.state.not_in([BulkState.PLANNED, BulkState.DROPPED]),
        sa.and_(BulkJob.state == BulkState.PLANNED, BulkJob.planned_by_id == (actor.person_id or 0)),
    )
    return session.scalars(
        sa.select(BulkJob)
        .where(visible(BulkJob, actor), BulkJob.round_id == round_.id, own)
        .options(joinedload(BulkJob.planned_by), selectinload(BulkJob.items))
        .order_by(BulkJob.id.desc())
        .limit(SHOWN)
    ).all()


def find_bids(session: Session, actor: Actor, round_: Round, ids: Collection[int]) -> list[Application]:
    """Those of these bids that the round has and the actor may read, by reference."""
    return list(
        session.scalars(
            sa.select(Application)
            .where(Application.id.in_(sorted(ids)), Application.round_id == round_.id, visible(Application, actor))
            .order_by(Application.reference)
        )
    )


def list_views(session: Session, actor: Actor, round_: Round) -> Sequence[SavedView]:
    """The actor's own views of the round's list, and those that colleagues share; by name."""
    return session.scalars(
        sa.select(SavedView)
        .where(
            SavedView.round_id == round_.id,
            sa.or_(SavedView.person_id == (actor.person_id or 0), SavedView.is_shared),
        )
        .options(joinedload(SavedView.person))
        .order_by(sa.func.lower(SavedView.name), SavedView.id)
    ).all()


def get_own_view(session: Session, actor: Actor, view_id: int) -> SavedView:
    """A view that the actor keeps; NotFound for anybody else's."""
    view = get_visible(session, SavedView, view_id, actor)
    if view.person_id != actor.person_id:
        raise NotFound(subject="SavedView")
    return view
