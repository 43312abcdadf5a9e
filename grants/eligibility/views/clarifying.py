"""Questions about a bid: an officer asks, the group reads and answers, and both read what was said."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, url_for

from grants.applications.models import Application
from grants.clock import utc_now
from grants.core.holidays import bank_holidays
from grants.eligibility import queries, services
from grants.eligibility.forms import AnswerForm, AskForm
from grants.eligibility.views.blueprint import bp
from grants.eligibility.views.checking import CHECKERS, reason_page
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import GROUP_ROLES, Role
from workflows.application import ApplicationState
from workflows.deadlines import add_working_days, london_date
from workflows.errors import Invalid

# How long a group has to answer, unless the officer says another day (our default).
WORKING_DAYS = 5


@bp.route("/office/applications/<int:application_id>/eligibility/ask", methods=["GET", "POST"])
@allows(*CHECKERS, on=queries.get_bid)
def ask(application: Application) -> Any:
    """Write a question and the day by which it is to be answered."""
    usual = add_working_days(london_date(utc_now()), WORKING_DAYS, bank_holidays())
    form = open_form(AskForm, data={"seen_version": application.version, "due_on": usual})
    if form.validate_on_submit():
        try:
            services.ask_clarification(
                db.session,
                application,
                form.question.data or "",
                form.due_on.data,
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
    if form.validate_on_submit():
        try:
            services.answer_clarification(
                db.session,
                application,
                form.answer.data or "",
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
                received_at=g.received_at,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("Your answer is with us.", "success")
            return redirect(url_for("applications.show", application_id=application.id), 303)
    roles = current_actor().roles_in(application.scope)
    page = render_template(
        "eligibility/questions.html",
        application=application,
        clarifications=queries.list_clarifications(db.session, application),
        may_answer=application.state is ApplicationState.CLARIFICATION and bool(roles & {Role.LEAD, Role.CONTRIBUTOR}),
        form=form,
    )
    return page, 422 if form.is_submitted() else 200
