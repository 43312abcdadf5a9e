"""Setting a round up: from a file, as a copy, its basics changed; and the page of every part and what is missing."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, url_for

from grants.accounts import queries as accounts
from grants.accounts.models import Office
from grants.clock import utc_now
from grants.extensions import db
from grants.funds import queries, services
from grants.funds.definition import FileProblem, RoundDefinition, RoundFileError, read_round_file
from grants.funds.definition_file import file_of
from grants.funds.forms import CopyForm, EditForm, RoundFileForm, edit_data
from grants.funds.models import Round
from grants.funds.views.blueprint import bp
from grants.funds.views.problems import problem_links
from grants.funds.views.staff import DASHBOARD, READERS
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Offer, Place, offered
from grants.web.forms import Form, open_form
from grants.web.rule_words import rule_words
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.errors import Invalid
from workflows.rules.burden import burden_of

FILE_LIMIT = 500_000


@bp.get("/office/rounds/<int:round_id>/setup")
@allows(*READERS, on=queries.get_round)
def setup(round_: Round) -> Any:
    whole = queries.with_parts(db.session, round_)
    problems = queries.problems_of(db.session, whole)
    rules = [
        (rule, rule_words(rule.code, rule.title, rule.settings, max_months=whole.max_months)) for rule in whole.rules
    ]
    return render_template(
        "funds/setup.html",
        round=whole,
        current_office=db.session.get_one(Office, whole.office_id),
        problems=problem_links(whole, problems),
        trials=queries.list_trials(db.session, whole),
        may_try=bool({Role.OFFICER, Role.MANAGER} & current_actor().roles_in(whole.scope)),
        burden=burden_of(whole.questions, max_ask_pence=whole.max_ask_pence, pot_pence=whole.pot_pence),
        free_pence=queries.unallocated_pence(db.session, whole.fund_id, but_round_id=whole.id),
        rules=rules,
        line=f"{Decimal(whole.line_hundredths) / 100:f}%",
        changes=queries.list_deadline_changes(db.session, whole),
        options=_offers(whole),
        may_copy=Role.MANAGER in current_actor().roles_in(whole.scope),
        dashboard_url=_dashboard_url(whole),
        labels=labels,
    )


@bp.get("/office/rounds/<int:round_id>/file")
@can_wait
@allows(*READERS, on=queries.get_round)
def round_file(round_: Round) -> Response:
    """The round as a file: what its editor sees, a working copy too."""
    text = file_of(queries.editable(db.session, round_).definition)
    headers = {"Content-Disposition": f'attachment; filename="{_safe(round_.code)}.toml"'}
    return Response(text, mimetype="application/toml", headers=headers)


def _safe(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", code)


def _dashboard_url(round_: Round) -> str:
    return url_for(DASHBOARD, round_id=round_.id) if DASHBOARD in current_app.view_functions else ""


def _offers(round_: Round) -> list[Offer]:
    actor = current_actor()
    # A reason and a new time are asked for on the next page, so here they count as given.
    facts = queries.facts_for_round(
        db.session, round_, now=utc_now(), reason="asked next", new_closes_at=_any_later(round_)
    )
    own = {"round_id": round_.id}
    places = {
        "edit": Place("funds.edit", own, is_link=True),
        "approve": Place("funds.approve", own, kind=""),
        "take-back": Place("funds.take_back", own, is_link=True),
        "schedule": Place("funds.publish", own, kind=""),
        "move-deadline": Place("funds.deadline", own, is_link=True),
        "extend-deadline": Place("funds.deadline", own, is_link=True),
        "change-form": Place("applications.form_change", own, is_link=True),
        "cancel": Place("funds.cancel", own, is_link=True, kind="warning"),
    }
    return offered(round_, facts, actor, places)


def _any_later(round_: Round) -> Any:
    return None if round_.closes_at is None else round_.closes_at.replace(year=round_.closes_at.year + 4)


@bp.route("/office/rounds/new", methods=["GET", "POST"])
@allows(Role.MANAGER)
def new_round() -> Any:
    form = open_form(RoundFileForm)
    problems: list[FileProblem] = []
    if form.validate_on_submit():
        try:
            definition = read_round_file(_text_of(form), _name_of(form))
            round_ = _create(definition, form)
        except RoundFileError as error:
            problems = error.problems
            form.refuse(Invalid(problems={"text": error.code}))
        except Invalid as error:
            db.session.rollback()
            form.refuse(_beside_text(error))
        else:
            flash("The round is set up as a draft. Check every part.", "success")
            for warning in definition.warnings:
                flash(f"{warning.column}: {warning.message}.")
            return redirect(url_for("funds.setup", round_id=round_.id), 303)
    page = render_template("funds/new.html", form=form, problems=problems)
    return (page, 422) if form.is_submitted() else page


def _text_of(form: RoundFileForm) -> str:
    """The file's text, kept in the box too, so that it can be put right there."""
    if not form.file.data:
        return form.text.data or ""
    raw = form.file.data.read(FILE_LIMIT + 1)
    try:
        form.text.data = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Invalid(problems={"file": "This is not a text file. Save it as UTF-8 text."}) from None
    if len(raw) > FILE_LIMIT:
        raise Invalid(problems={"file": "This file is too large for a round. Check that it is the right one."})
    return form.text.data


def _name_of(form: RoundFileForm) -> str:
    return (form.file.data.filename if form.file.data else "") or "ROUND.toml"


def _create(definition: RoundDefinition, form: RoundFileForm) -> Round:
    actor = current_actor()
    office = accounts.find_office(db.session, definition.office)
    # An office where one is not a manager is answered as one that does not exist.
    if office is None or (office.id, Role.MANAGER) not in actor.office_roles:
        raise Invalid(problems={"office": "You set up no rounds for an office with this code."})
    return services.create_round(
        db.session, office, definition, actor=actor, now=utc_now(), create_missing=bool(form.create_missing.data)
    )


def _beside_text(error: Invalid) -> Invalid:
    """A file has no field for each key, so what is wrong with one is said at the text."""
    known = {"file", "text", "create_missing"}
    return Invalid(problems={k if k in known else "text": v for k, v in error.detail.get("problems", {}).items()})


@bp.route("/office/rounds/<int:round_id>/edit", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_round)
def edit(round_: Round) -> Any:
    form = open_form(EditForm, obj=round_, data=edit_data(round_))
    if form.validate_on_submit():
        try:
            services.edit_round(
                db.session,
                round_,
                form.changes(),
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(_beside(form, error))
        else:
            flash("The changes are saved.", "success")
            return redirect(url_for("funds.setup", round_id=round_.id), 303)
    return _form_page("funds/edit.html", form, round_)


@bp.route("/office/rounds/<int:round_id>/copy", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_round)
def copy(round_: Round) -> Any:
    form = open_form(CopyForm)
    if form.validate_on_submit():
        try:
            made = services.copy_round(
                db.session,
                round_,
                code=form.code.data or "",
                title=form.title.data or "",
                opens_at=form.moment("opens_at"),  # type: ignore[arg-type]  # the date is required
                closes_at=form.moment("closes_at"),
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(_beside(form, error))
        else:
            flash("The copy is a draft. Check every part.", "success")
            return redirect(url_for("funds.setup", round_id=made.id), 303)
    return _form_page("funds/copy.html", form, round_)


def _beside(form: Form, error: Invalid) -> Invalid:
    """Problems of a moment go to its date."""
    problems = error.detail.get("problems", {})
    return Invalid(problems={f"{name}_on" if f"{name}_on" in form else name: code for name, code in problems.items()})


def _form_page(template: str, form: Form, round_: Round) -> Any:
    page = render_template(template, form=form, round=round_)
    return (page, 422) if form.is_submitted() else page
