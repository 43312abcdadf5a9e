"""Using answers from an earlier bid: choose the bid, see both texts question by question, tick, copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session

from grants.applications import queries, services
from grants.applications.forms import TickForm, short_sentence_of
from grants.applications.models import Application
from grants.applications.views.blueprint import bp
from grants.applications.views.standing import load_own
from grants.applications.views.words import state_for_group
from grants.clock import utc_now
from grants.extensions import db
from grants.web.access import allows, current_actor
from workflows.actors import Actor, Role, Scope
from workflows.application import ApplicationState
from workflows.errors import Stale
from workflows.rules import answers

WRITERS = (Role.LEAD, Role.CONTRIBUTOR)
CHANGED = "Somebody changed some of these answers while you looked. Nothing was copied. Look again, then tick again."


@dataclass(frozen=True, slots=True)
class CopyPage:
    """A draft and the bid that its answers may come from."""

    application: Application
    source: Application

    @property
    def scope(self) -> Scope:
        return self.application.scope


def load_pair(session: Session, actor: Actor, application_id: int, source_id: int) -> CopyPage:
    application = queries.get_application(session, actor, application_id)
    return CopyPage(application, queries.get_source(session, actor, application, source_id))


@bp.get("/applications/<int:application_id>/copy")
@allows(*WRITERS, on=load_own)
def copy_from(application: Application) -> Any:
    """The group's other bids."""
    if application.state is not ApplicationState.DRAFT:
        return redirect(url_for("applications.show", application_id=application.id))
    sources = queries.list_sources(db.session, application)
    return render_template(
        "applications/copy_from.html",
        application=application,
        sources=[(each, *state_for_group(each)) for each in sources],
    )


@bp.get("/applications/<int:application_id>/copy/<int:source_id>")
@allows(*WRITERS, on=load_pair)
def copy(page: CopyPage) -> Any:
    """Question by question: what would be copied, and what is there."""
    if page.application.state is not ApplicationState.DRAFT:
        return redirect(url_for("applications.show", application_id=page.application.id))
    return _page(page)


@bp.post("/applications/<int:application_id>/copy/<int:source_id>")
@allows(*WRITERS, on=load_pair)
def copy_ticked(page: CopyPage) -> Any:
    """Copy what was ticked, unless it changed since it was shown."""
    form = TickForm()
    ticked = form.codes.data or []
    if not ticked:
        return _page(page, error="Tick at least one answer to copy."), 422
    try:
        written = services.copy_answers(
            db.session,
            page.application,
            page.source,
            ticked,
            seen=form.marks(),
            actor=current_actor(),
            now=utc_now(),
            received_at=g.received_at,
        )
    except Stale:
        db.session.rollback()
        actor, pair = current_actor(), (page.application.id, page.source.id)
        return _page(load_pair(db.session, actor, *pair), error=CHANGED, ticked=ticked), 409
    count = len(written)
    flash(f"{count} answer{'' if count == 1 else 's'} copied. Read them once more: this is another round.", "success")
    return redirect(url_for("applications.show", application_id=page.application.id), 303)


def _page(page: CopyPage, *, error: str = "", ticked: list[str] | None = None) -> str:
    found = queries.copyable_answers(db.session, page.application, page.source)
    return render_template(
        "applications/copy.html",
        application=page.application,
        source=page.source,
        error=error,
        rows=[
            {
                "question": each.question,
                "theirs": answers.shown(each.question, each.value),
                "mine": answers.shown(each.question, each.mine),
                "problem": short_sentence_of(each.question, each.problem) if each.problem else "",
                "is_ticked": each.question.code in ticked if ticked is not None else each.is_new,
            }
            for each in found
        ],
        seen=" ".join(f"{each.question.code}:{each.mark}" for each in found),
    )
