"""Pages of a change of many bids: what it comes to, confirming it, calling it back, and what came of each bid."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from grants.bulk import queries, services
from grants.bulk.forms import PressForm
from grants.bulk.models import BulkItem, BulkJob, ItemResult, SavedView
from grants.clock import utc_now
from grants.core.installed import settings_of
from grants.extensions import db
from grants.funds.models import Round
from grants.funds.queries import get_round
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.filters import day
from grants.web.labels.bulk import BULK_KINDS
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.bulk import BulkState

bp = Blueprint("bulk", __name__)

CHANGERS = (Role.OFFICER, Role.MANAGER)


@bp.get("/office/rounds/<int:round_id>/changes")
@can_wait
@allows(*CHANGERS, on=get_round)
def jobs(round_: Round) -> Any:
    """The latest changes of many bids of a round."""
    found = queries.list_jobs(db.session, current_actor(), round_)
    counts = {job.id: sum(item.result is not ItemResult.LEFT_OUT for item in job.items) for job in found}
    return render_template("bulk/list.html", round=round_, jobs=found, counts=counts, kinds=BULK_KINDS, labels=labels)


@bp.get("/office/changes/<int:job_id>")
@can_wait
@allows(*CHANGERS, on=queries.get_job)
def show(job: BulkJob) -> Any:
    """How many bids, which, the very e-mails, and until when it can be called back."""
    actor, now = current_actor(), utc_now()
    items, hidden = queries.items_of(db.session, job, actor)
    count = sum(item.result is ItemResult.PLANNED for item in items)
    where = {"job_id": job.id}
    places = {
        "confirm": Place("bulk.confirm", where, kind=""),
        "call-back": Place("bulk.call_back", where, kind="warning"),
    }
    facts = queries.facts_for_job(db.session, job, now=now)
    return render_template(
        "bulk/show.html",
        job=job,
        kind=BULK_KINDS[job.kind],
        words=_shown(job),
        count=count,
        hidden=hidden,
        groups={result: [item for item in items if item.result is result] for result in ItemResult},
        reasons={item.id: _reason(item) for item in items if item.code},
        letter_count=sum(len(item.letters) for item in items if item.result is ItemResult.PLANNED),
        recall_minutes=settings_of(db.session()).recall_minutes,
        offers=offered(job, facts, actor, places) if job.state in {BulkState.PLANNED, BulkState.WAITING} else [],
        labels=labels,
    )


def _shown(job: BulkJob) -> dict[str, str]:
    """What was typed for all, as people read it."""
    return {name: day(date.fromisoformat(text)) if name == "due_on" else text for name, text in job.words.items()}


def _reason(item: BulkItem) -> str:
    return labels.sentence_for(item.code, item.detail)


@bp.post("/office/changes/<int:job_id>/confirm")
@allows(*CHANGERS, on=queries.get_job)
def confirm(job: BulkJob) -> Any:
    services.confirm(
        db.session(), job, seen_version=PressForm().seen_version.data, actor=current_actor(), now=utc_now()
    )
    flash("It is confirmed. Nothing is done until the time below, and until then it can be called back.", "success")
    return redirect(url_for("bulk.show", job_id=job.id), 303)


@bp.post("/office/changes/<int:job_id>/call-back")
@allows(*CHANGERS, on=queries.get_job)
def call_back(job: BulkJob) -> Any:
    services.call_back(
        db.session(), job, seen_version=PressForm().seen_version.data, actor=current_actor(), now=utc_now()
    )
    flash("It is called back. No bid was changed and nobody was told.", "success")
    return redirect(url_for("bulk.show", job_id=job.id), 303)


@bp.post("/office/views/<int:view_id>/drop")
@allows(*CHANGERS, on=queries.get_own_view)
def drop_view(view: SavedView) -> Any:
    round_id, name = view.round_id, view.name
    services.drop_view(db.session(), view, actor=current_actor(), now=utc_now())
    flash(f"The view “{name}” is dropped.", "success")
    return redirect(url_for("reporting.applications", round_id=round_id), 303)
