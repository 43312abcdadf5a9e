"""Entering a bid for a group that applies on paper or by telephone, reading it back, and the group taking it over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session

from grants.accounts import queries as account_queries
from grants.accounts.models import Office, Organisation
from grants.applications import queries, services
from grants.applications.forms.assisting import EnterForm, ReadBackForm
from grants.applications.models import Application, AssistedBy, ReadBackBy
from grants.applications.queries.read_back import read_back_copy
from grants.applications.services.assisting import Help
from grants.applications.views.blueprint import bp
from grants.applications.views.helping import help_words
from grants.applications.views.standing import load
from grants.applications.views.starting import why_closed
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.forms import moment_data
from grants.funds.models import Round
from grants.funds.queries import deadline_of, get_round
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import Form, open_form
from grants.web.handouts import hand_out
from workflows.actors import Actor, Role
from workflows.application import ApplicationState
from workflows.errors import Invalid, NotFound, Stale

NOT_ADDED = (
    "{} was not added to the group, which is here already: its own people say who belongs to it. They get its letters."
)


@bp.get("/office/rounds/<int:round_id>/enter")
@allows(Role.OFFICER, Role.MANAGER, on=get_round)
def enter(round_: Round) -> str:
    """Which group it is, how its bid comes, and its consent; or why nothing can be entered now."""
    return _enter_page(round_, open_form(EnterForm, data=moment_data("consent", utc_now())))


@bp.post("/office/rounds/<int:round_id>/enter")
@allows(Role.OFFICER, Role.MANAGER, on=get_round)
def begin_for_group(round_: Round) -> Any:
    """Begin the group's draft; a group that looks like one that is here is asked about first."""
    form = EnterForm()
    if why_closed(round_) or not form.validate():
        return _enter_page(round_, form), 422
    found = account_queries.find_lookalikes(db.session, **form.facts())
    chosen = form.ask_whether_same(found)
    if chosen is False:
        return _enter_page(round_, form, found), 422
    known = next((each for each in found if each.id == chosen), None)
    actor, now = current_actor(), utc_now()
    try:
        bid = services.enter_for_group(
            db.session,
            round_,
            known or form.organisation(),
            _help(round_, form),
            contact_email=form.contact_email.data or "",
            actor=actor,
            now=now,
            received_at=g.received_at,
        )
    except Invalid as error:
        form.refuse(error)
        return _enter_page(round_, form, found), 422
    if known and form.contact_email.data:
        flash(NOT_ADDED.format(form.contact_email.data), "info")
    flash("The bid is begun. It is saved as you type; read it back to the group before you send it.", "success")
    return redirect(url_for("applications.show", application_id=bid.id), 303)


def _help(round_: Round, form: EnterForm) -> Help:
    consent_at = form.moment("consent")
    assert isinstance(consent_at, datetime)  # noqa: S101 - the form has just asked for it
    return Help(
        how=AssistedBy(form.how.data),
        contact_name=form.contact_name.data or "",
        contact_details=form.contact_details.data or "",
        consent_at=consent_at,
        consent_words=consent_words(round_),
    )


def consent_words(round_: Round) -> str:
    """What is read out before anything is written down; it is kept with the bid as it was put."""
    office = db.session.get_one(Office, round_.office_id).name
    return (
        f"{office} writes your application down for you. It uses what you say to decide on your bid, as its privacy "
        "notice says. Before we send it you hear or read all of it, and it is sent only when you say that it is right."
    )


def _enter_page(round_: Round, form: EnterForm, found: list[Organisation] | None = None) -> str:
    refusal = why_closed(round_)
    return render_template(
        "applications/enter.html",
        round=round_,
        form=form,
        found=found or [],
        words=consent_words(round_),
        deadline=deadline_of(round_),
        why_not=labels.sentence_for(refusal.code, refusal.detail) if refusal else "",
    )


def load_helped(session: Session, actor: Actor, application_id: int) -> Application:
    """A draft that the office enters, for its officers; NotFound for its group's own people and for other bids."""
    application = load(session, actor, application_id)
    is_own = application.organisation_id in actor.organisation_ids
    if is_own or not application.is_helped or application.state is not ApplicationState.DRAFT:
        raise NotFound(subject="application")
    return application


@bp.get("/applications/<int:application_id>/read-back")
@allows(Role.LEAD, on=load_helped)
def read_back(application: Application) -> str:
    """Every answer to be read out or printed, and the place to say that the group agreed."""
    return _read_back_page(application, open_form(ReadBackForm))


@bp.post("/applications/<int:application_id>/read-back")
@allows(Role.LEAD, on=load_helped)
def record_read_back(application: Application) -> Any:
    """Keep who agreed, how and to which answers; when one was changed meanwhile it is to be read again."""
    form = ReadBackForm()
    if not form.validate():
        return _read_back_page(application, form), 422
    try:
        services.record_read_back(
            db.session,
            application,
            to=form.to.data or "",
            how=ReadBackBy(form.how.data),
            seen_hash=form.seen_hash.data or "",
            actor=current_actor(),
            now=utc_now(),
        )
    except Stale:
        form.form_errors.append(labels.sentence_for("answers-changed-since-read"))
        return _read_back_page(application, form), 409
    flash("The read-back is written down. You can send the bid now.", "success")
    return redirect(url_for("applications.check", application_id=application.id), 303)


def _content(application: Application) -> list[dict[str, Any]]:
    given = queries.answers_of(db.session, application)
    return queries.content_of(queries.paper_of(db.session, application.round), given)


def _read_back_page(application: Application, form: ReadBackForm) -> str:
    content = _content(application)
    return render_template(
        "applications/read_back.html",
        application=application,
        form=form,
        content=content,
        content_hash=queries.hash_of(content),
        **help_words(application),
    )


@bp.get("/applications/<int:application_id>/read-back.pdf")
@allows(Role.LEAD, on=load_helped)
def read_back_file(application: Application) -> Any:
    """The copy to print and post."""
    made = read_back_copy(db.session, application, _content(application), made_at=utc_now())
    return hand_out(made, "application/pdf", f"read-back-{application.reference}.pdf")


@bp.post("/applications/<int:application_id>/take-over")
@allows(Role.LEAD, on=load)
def take_over(application: Application) -> Any:
    """The group goes on by itself."""
    open_form(Form)
    services.take_over(db.session, application, actor=current_actor(), now=utc_now())
    flash("The application is in your hands now. The office can't read or change it until you send it.", "success")
    return redirect(url_for("applications.show", application_id=application.id), 303)
