"""What markers have of a bid's files where its group is hidden, and the officer's way to give them one as it is."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import get_sent_file
from grants.assessment import queries, services
from grants.assessment.forms import ReasonForm
from grants.assessment.views.blueprint import bp
from grants.assessment.views.files import SentFile
from grants.clock import utc_now
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Actor, Role
from workflows.errors import NotFound

OFFICE = (Role.OFFICER, Role.MANAGER)


def load_hidden(session: Session, actor: Actor, application_id: int) -> Application:
    """A bid of a round whose markers may not know whose bids they read."""
    application = queries.get_bid(session, actor, application_id)
    if not application.round.is_anonymous:
        raise NotFound(subject="application")
    return application


def load_held(session: Session, actor: Actor, application_id: int, document_id: int) -> SentFile:
    application = load_hidden(session, actor, application_id)
    return SentFile(get_sent_file(session, application, document_id), application.scope, application)


@bp.get("/office/applications/<int:application_id>/markers/files")
@allows(*OFFICE, on=load_hidden)
def markers_files(application: Application) -> Any:
    files = queries.list_markers_files(db.session, application)
    return render_template("assessment/markers_files.html", application=application, files=files)


@bp.route("/office/applications/<int:application_id>/markers/files/<int:document_id>", methods=["GET", "POST"])
@allows(*OFFICE, on=load_held)
def release_file(found: SentFile) -> Any:
    form = open_form(ReasonForm)
    application = found.application
    if form.validate_on_submit():
        services.release_file(
            db.session, application, found.document, form.reason.data or "", actor=current_actor(), now=utc_now()
        )
        flash("The markers have the file now.", "success")
        return redirect(url_for("assessment.markers_files", application_id=application.id), 303)
    page = render_template(
        "assessment/reason.html",
        form=form,
        version=application.version,
        title=f"Give the markers {found.document.file_name}",
        intro="They get it as it is, with all that it says of who made it. Look into it first, and say what you found.",
        button="Give it to the markers",
        back=url_for("assessment.markers_files", application_id=application.id),
    )
    return page, 422 if form.errors else 200
