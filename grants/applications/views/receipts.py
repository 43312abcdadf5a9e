"""Receipts of a bid for its group: one for each sending, as a page, as a PDF, and as the bytes that were hashed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from grants.accounts import queries as accounts
from grants.applications import queries
from grants.applications.models import Application, Submission
from grants.applications.views.blueprint import bp
from grants.applications.views.helping import help_words
from grants.applications.views.standing import GROUP, load
from grants.extensions import db
from grants.web.access import allows
from grants.web.handouts import hand_out
from grants.web.shedding import can_wait
from workflows.actors import Actor, Scope
from workflows.errors import NotFound


@dataclass(frozen=True, slots=True)
class Sending:
    """One of the times at which a bid was sent."""

    application: Application
    submission: Submission

    @property
    def scope(self) -> Scope:
        return self.application.scope


def load_sending(session: Session, actor: Actor, application_id: int, number: int) -> Sending:
    """The sending with this number; NotFound when the bid is not the actor's or was not sent so often."""
    application = load(session, actor, application_id)
    return Sending(application, queries.get_submission(session, application, number))


@bp.get("/applications/<int:application_id>/receipt")
@allows(*GROUP, on=load)
def receipt(application: Application) -> str:
    """What was sent last, with its number and the time at which it came in."""
    submission = queries.find_submission(db.session, application)
    if submission is None:
        raise NotFound(subject="submission")
    return _page(application, submission)


@bp.get("/applications/<int:application_id>/receipts/<int:number>")
@allows(*GROUP, on=load_sending)
def receipt_of(sending: Sending) -> str:
    """What was sent at one time; a bid that was taken back and sent again has several."""
    return _page(sending.application, sending.submission)


def _page(application: Application, submission: Submission) -> str:
    sendings = queries.list_submissions(db.session, application)
    return render_template(
        "applications/receipt.html",
        application=application,
        submission=submission,
        is_last=sendings[0] is submission,
        others=[each for each in sendings if each is not submission],
        received=queries.exact_time(submission.received_at),
        has_email=accounts.has_lead(db.session, application.organisation_id),
        **help_words(application),
        data_name=queries.file_name("answers", submission, "json"),
    )


@bp.get("/applications/<int:application_id>/receipts/<int:number>/receipt.pdf")
@can_wait
@allows(*GROUP, on=load_sending)
def receipt_file(sending: Sending) -> Any:
    """The receipt of one sending, to be kept."""
    made = queries.receipt(db.session, sending.application, sending.submission)
    return hand_out(made.make(), made.media_type, made.name)


@bp.get("/applications/<int:application_id>/receipts/<int:number>/answers.json")
@can_wait
@allows(*GROUP, on=load_sending)
def sent_answers(sending: Sending) -> Any:
    """The very bytes that the fingerprint on the receipt is of."""
    name = queries.file_name("answers", sending.submission, "json")
    return hand_out(queries.spelled_out(sending.submission.content), "application/json", name)
