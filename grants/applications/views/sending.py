"""Sending a bid: check it, send it once; take it back while there is time, or withdraw it."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from grants.applications import queries, services
from grants.applications.forms import WithdrawForm, sentence_of
from grants.applications.models import Application
from grants.applications.views.blueprint import bp
from grants.applications.views.clock import clock_of
from grants.applications.views.helping import help_words
from grants.applications.views.standing import load, may_act
from grants.clock import utc_now
from grants.extensions import db
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import Form, open_form
from workflows.actors import Role
from workflows.application import APPLICATION, ApplicationState
from workflows.errors import DomainError, Stale, TooLate, TransitionRefused
from workflows.rules import answers, files


@bp.get("/applications/<int:application_id>/check")
@allows(Role.LEAD, Role.CONTRIBUTOR, on=load)
def check(application: Application) -> Any:
    """Every answer with a link to change it, what is still wrong, and the button that sends."""
    if application.state is not ApplicationState.DRAFT:
        return redirect(url_for("applications.show", application_id=application.id))
    return _check_page(application)


def _check_page(application: Application, notice: str = "") -> str:
    paper = queries.paper_of(db.session, application.round)
    given = queries.answers_of(db.session, application)
    problems = queries.problems_of(db.session, application, paper, given)
    wrong = {problem.question.code: problem.refusal for problem in problems}
    counted = answers.in_force(paper.questions, given)
    parts = [
        (part.section, [_row(application, part, each, given, wrong) for each in asked])
        for part in paper.parts
        if (asked := [each for each in part.questions if answers.applies(each, counted)])
    ]
    content_hash = queries.hash_of(queries.content_of(paper, given))
    return render_template(
        "applications/check.html",
        application=application,
        parts=parts,
        problems=[
            (_link(application, paper, problem.question), sentence_of(problem.question, problem.refusal))
            for problem in problems
        ],
        doubts=[
            (_link(application, paper, question), sentence_of(question, doubt))
            for question in paper.questions
            for doubt in queries.question_doubts(question, counted, paper.districts)
        ],
        content_hash=content_hash,
        is_read_back=not queries.needs_read_back(db.session, application, content_hash),
        **help_words(application),
        is_lead=Role.LEAD in current_actor().roles_in(application.scope),
        clock=clock_of(application),
        notice=notice,
    )


def _row(application: Application, part: queries.Part, question: Any, given: Any, wrong: Any) -> dict[str, Any]:
    href = url_for("applications.section", application_id=application.id, code=part.section.code)
    blank = "Not answered" if question.is_required else "Not answered (you may leave this out)"
    return {
        "key": question.label,
        "value": _shown(question, given.get(question.code)) or blank,
        "long": True,
        "table": answers.grid(question, given.get(question.code)),
        "is_wrong": question.code in wrong,
        "actions": [{"href": f"{href}#{question.code}", "text": "Change", "hidden": question.label}],
    }


def _shown(question: Any, value: Any) -> str:
    return files.names(value) if question.kind == "files" else answers.shown(question, value)


def _link(application: Application, paper: queries.Paper, question: Any) -> str:
    part = next(part for part in paper.parts if question in part.questions)
    href = url_for("applications.section", application_id=application.id, code=part.section.code)
    return f"{href}#{question.code}"


@bp.post("/applications/<int:application_id>/submit")
@allows(Role.LEAD, on=load)
def submit(application: Application) -> Any:
    """Send the bid; pressed again, or by somebody else a moment later, it leads to the same receipt."""
    application_id = application.id
    form = open_form(Form)
    try:
        services.submit_application(
            db.session,
            application,
            seen_version=form.seen_version.data,
            seen_hash=request.form.get("seen_hash", ""),
            actor=current_actor(),
            now=utc_now(),
            received_at=g.received_at,
        )
    except (Stale, TransitionRefused) as error:
        return _not_sent(application_id, error)
    return redirect(url_for("applications.receipt", application_id=application_id), 303)


def _not_sent(application_id: int, error: DomainError) -> Any:
    db.session.rollback()
    application = load(db.session, current_actor(), application_id)
    sentence = labels.sentence_for(error.code, error.detail)
    if application.state is not ApplicationState.DRAFT:
        if queries.find_submission(db.session, application) is None:
            raise error
        return redirect(url_for("applications.receipt", application_id=application_id), 303)
    if error.code == "form-not-complete":
        return _check_page(application, sentence), 422
    if isinstance(error, TooLate):
        content = queries.content_of(
            queries.paper_of(db.session, application.round), queries.answers_of(db.session, application)
        )
        return render_template(
            "applications/too_late.html", application=application, sentence=sentence, content=content
        ), 409
    return _check_page(application, sentence), 409


@bp.post("/applications/<int:application_id>/unsubmit")
@allows(Role.LEAD, on=load)
def unsubmit(application: Application) -> Any:
    """Take the bid back to change it, while the round is open."""
    services.unsubmit_application(
        db.session,
        application,
        seen_version=open_form(Form).seen_version.data,
        actor=current_actor(),
        now=utc_now(),
        received_at=g.received_at,
    )
    flash("You have taken your application back. It counts only if you send it again before the deadline.", "info")
    return redirect(url_for("applications.show", application_id=application.id), 303)


@bp.get("/applications/<int:application_id>/withdraw")
@allows(Role.LEAD, on=load)
def withdraw(application: Application) -> Any:
    """Ask first: a bid that is withdrawn can't come back. Where it can't be withdrawn the bid's page says why."""
    if not may_act(application) or APPLICATION.row("withdraw", application.state) is None:
        return redirect(url_for("applications.show", application_id=application.id))
    return _withdraw_page(application, open_form(WithdrawForm))


def _withdraw_page(application: Application, form: WithdrawForm) -> str:
    return render_template("applications/withdraw.html", application=application, form=form)


@bp.post("/applications/<int:application_id>/withdraw")
@allows(Role.LEAD, on=load)
def confirm_withdraw(application: Application) -> Any:
    """End the bid at the group's wish."""
    if not may_act(application):
        raise TransitionRefused("round-not-announced")
    form = open_form(WithdrawForm)
    if not form.validate():
        return _withdraw_page(application, form), 422
    services.withdraw_application(
        db.session,
        application,
        seen_version=form.seen_version.data,
        reason=(form.reason.data or "").strip(),
        actor=current_actor(),
        now=utc_now(),
    )
    flash("Your application is withdrawn.", "success")
    return redirect(url_for("applications.show", application_id=application.id), 303)
