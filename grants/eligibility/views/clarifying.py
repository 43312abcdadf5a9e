"""Questions about a bid: an officer asks, the group reads and answers, and both read what was said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from config import LARGEST_UPLOAD_BYTES
from grants.applications.models import Application
from grants.clock import utc_now
from grants.core.holidays import bank_holidays
from grants.documents.models import Document
from grants.documents.receiving import Taken, take_in
from grants.documents.storage import CHUNK, StorageDown, store_of
from grants.eligibility import queries, services
from grants.eligibility.forms import AnswerForm, AskForm
from grants.eligibility.views.blueprint import bp
from grants.eligibility.views.checking import CHECKERS, reason_page
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.commit import keep_although_refused
from grants.web.downloads import download, name_as_given
from grants.web.forms import open_form
from grants.web.labels import sentence_for
from grants.web.shedding import can_wait
from workflows.actors import GROUP_ROLES, Actor, Role, Scope
from workflows.application import ApplicationState
from workflows.deadlines import add_working_days, london_date
from workflows.errors import Invalid

# How the fields of files are named, and how many are taken at once.
PREFIX = "file-"
MOST_FILES = 10
# How long a group has to answer, unless the officer says another day (our default).
WORKING_DAYS = 5


@bp.url_value_preprocessor
def _take_larger_forms(endpoint: str | None, _: Any) -> None:
    if endpoint == "eligibility.questions":
        request.max_content_length = LARGEST_UPLOAD_BYTES


@bp.route("/office/applications/<int:application_id>/eligibility/ask", methods=["GET", "POST"])
@allows(*CHECKERS, on=queries.get_bid)
def ask(application: Application) -> Any:
    """Write a question and the day by which it is to be answered."""
    usual = add_working_days(london_date(utc_now()), WORKING_DAYS, bank_holidays())
    form = open_form(AskForm, data={"seen_version": application.version, "due_on": usual, "wanted": []})
    form.wanted.choices = [(each.code, each.label) for each in queries.file_questions(db.session, application)]
    if form.validate_on_submit():
        try:
            services.ask_clarification(
                db.session,
                application,
                form.question.data or "",
                form.due_on.data,
                wanted=form.wanted.data or [],
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The question is on its way. The check waits for the answer.", "success")
            return redirect(url_for("eligibility.check", application_id=application.id), 303)
    page = render_template("eligibility/ask.html", application=application, form=form, usual_days=WORKING_DAYS)
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/applications/<int:application_id>/eligibility/take-back-question", methods=["GET", "POST"])
@allows(*CHECKERS, on=queries.get_bid)
def take_back_question(application: Application) -> Any:
    """Go on without an answer, for a reason that the group reads."""
    return reason_page(
        application, services.take_back_clarification, "Take the question back", "The question is taken back."
    )


@bp.route("/applications/<int:application_id>/questions", methods=["GET", "POST"])
@allows(*sorted(GROUP_ROLES), on=queries.get_own_bid)
def questions(application: Application) -> Any:
    """Everything that was asked about the bid; the question that waits has a box for its answer."""
    form = open_form(AnswerForm, data={"seen_version": application.version})
    if form.validate_on_submit() and _answered(application.id, form):
        flash("Your answer is with us.", "success")
        return redirect(url_for("applications.show", application_id=application.id), 303)
    roles = current_actor().roles_in(application.scope)
    page = render_template(
        "eligibility/questions.html",
        application=application,
        clarifications=queries.list_clarifications(db.session, application),
        labels_of={each.code: each.label for each in queries.file_questions(db.session, application)},
        may_answer=application.state is ApplicationState.CLARIFICATION and bool(roles & {Role.LEAD, Role.CONTRIBUTOR}),
        form=form,
    )
    return page, 422 if form.is_submitted() else 200


def _answered(application_id: int, form: AnswerForm) -> bool:
    try:
        files = _files()
        services.answer_clarification(
            db.session,
            queries.get_own_bid(db.session, current_actor(), application_id),
            form.answer.data or "",
            files=files,
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
            received_at=g.received_at,
        )
    except Invalid as error:
        form.refuse(error if "problems" in error.detail else _about_a_file(error))
        return False
    except StorageDown:
        current_app.logger.exception("the store of files is away")
        form.refuse(_about_a_file(Invalid("files-away")))
        return False
    return True


def _about_a_file(error: Invalid) -> Invalid:
    return Invalid(problems={"answer": sentence_for(error.code, error.detail)})


def _files() -> list[tuple[str, Taken]]:
    """The files that came with an answer, looked at and stored; by the code of the question that they are of."""
    chosen = [(name, each) for name, each in request.files.items() if name.startswith(PREFIX) and each.filename]
    if not chosen:
        return []
    # No lock is held while a file is looked at and stored.
    keep_although_refused()
    store, largest = store_of(db.session), current_app.extensions["settings"].largest_file
    return [
        (name.removeprefix(PREFIX), take_in(store, _pieces(each.stream), name_as_given(each), largest=largest))
        for name, each in chosen[:MOST_FILES]
    ]


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A file that came with an answer about a bid, whose scope counts."""

    document: Document
    scope: Scope


def load_answer_file(session: Session, actor: Actor, application_id: int, document_id: int) -> AnswerFile:
    """A file of an answer, for the officers who may check the bid."""
    bid = queries.get_bid(session, actor, application_id)
    return AnswerFile(queries.get_answer_file(session, bid, document_id), bid.scope)


@bp.get("/office/applications/<int:application_id>/eligibility/files/<int:document_id>")
@can_wait
@allows(*CHECKERS, on=load_answer_file)
def answer_file(found: AnswerFile) -> Any:
    return download(found.document)
