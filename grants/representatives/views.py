"""Pages of representatives: who they are, what each may judge and did first, and their own page to sign on."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from grants.accounts.models import Office
from grants.accounts.queries import get_office
from grants.clock import utc_now
from grants.extensions import db
from grants.representatives import queries, services
from grants.representatives.forms import EndForm, ReachForm, RecordForm, SignForm, standing_reach
from grants.representatives.models import PreparationRecord
from grants.representatives.queries import Representative
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.labels import representatives as words
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.errors import Invalid
from workflows.rules.representing import Preparation

bp = Blueprint("representatives", __name__)

KEEPERS = (Role.ADMIN, Role.MANAGER)


@bp.get("/office/<office_code>/representatives")
@can_wait
@allows(*KEEPERS, on=get_office)
def list_them(office: Office) -> Any:
    people = queries.list_representatives(db.session, office)
    return render_template("representatives/list.html", current_office=office, people=people, words=words)


@bp.get("/office/<office_code>/people/<int:person_id>/representing")
@can_wait
@allows(*KEEPERS, on=queries.get_representative)
def show(found: Representative) -> Any:
    return _page(found)


def _page(found: Representative, reach: ReachForm | None = None, record: RecordForm | None = None) -> Any:
    failing = next((form for form in (reach, record) if form is not None and form.errors), None)
    if reach is None:
        reach = ReachForm(formdata=None, data=standing_reach(found.reaches)) if record else _reach_form(found)
        _offer(reach, found)
    page = render_template(
        "representatives/show.html",
        found=found,
        current_office=found.office,
        reach_form=reach,
        record_form=record or RecordForm(formdata=None),
        failing=failing,
        words=words,
    )
    return page, 422 if failing else 200


def _reach_form(found: Representative) -> ReachForm:
    return open_form(ReachForm, data=standing_reach(found.reaches))


def _offer(form: ReachForm, found: Representative) -> None:
    rounds = {each.id: each for each in queries.list_round_choices(db.session, found.office)}
    # What was given for a round that is over stays on the page, so that saving it takes nothing away unseen.
    rounds |= {each.round.id: each.round for each in found.reaches if each.round is not None}
    areas = {*queries.list_area_choices(db.session, found.office)} | {each.area_name for each in found.reaches}
    form.offer(rounds.values(), sorted(areas - {""}))


@bp.post("/office/<office_code>/people/<int:person_id>/reach")
@allows(*KEEPERS, on=queries.get_representative)
def set_reach(found: Representative) -> Any:
    form = ReachForm()
    _offer(form, found)
    if not form.validate():
        return _page(found, reach=form)
    services.set_reach(
        db.session,
        found.person,
        found.office,
        form.parts(),
        actor=current_actor(),
        now=utc_now(),
        reason=form.reason.data or "",
    )
    return _back(found, f"What {found.person.name} may judge is saved.")


@bp.post("/office/<office_code>/people/<int:person_id>/preparations")
@allows(*KEEPERS, on=queries.get_representative)
def record(found: Representative) -> Any:
    form = RecordForm()
    if not form.validate():
        return _page(found, record=form)
    try:
        services.record_preparation(
            db.session,
            found.person,
            found.office,
            Preparation(form.kind.data),
            form.done_on.data,
            form.evidence.data or "",
            until_on=form.until_on.data,
            actor=current_actor(),
            now=utc_now(),
        )
    except Invalid as error:
        form.refuse(error)
        return _page(found, record=form)
    return _back(found, "It is on the record.")


def _back(found: Representative, sentence: str) -> Any:
    flash(sentence, "success")
    return redirect(url_for("representatives.show", office_code=found.office.code, person_id=found.person.id), 303)


@bp.route("/office/preparations/<int:record_id>/end", methods=["GET", "POST"])
@allows(*KEEPERS, on=queries.get_record)
def end(prepared: PreparationRecord) -> Any:
    form = open_form(EndForm)
    office = db.session.get_one(Office, prepared.office_id)
    where = url_for("representatives.show", office_code=office.code, person_id=prepared.person_id)
    if form.validate_on_submit():
        services.end_preparation(db.session, prepared, form.reason.data or "", actor=current_actor(), now=utc_now())
        flash("It is taken back. No bid is open to them until it is done again.", "success")
        return redirect(where, 303)
    page = render_template(
        "representatives/end.html", prepared=prepared, current_office=office, form=form, where=where, words=words
    )
    return page, 422 if form.errors else 200


def _is_what_was_read(form: SignForm, seen: str) -> bool:
    if form.seen.data == seen:
        return True
    form.refuse(Invalid(problems={"agrees": "statement-changed"}))
    form.seen.raw_data, form.seen.data, form.agrees.data = None, seen, False
    return False


@bp.route("/office/<office_code>/representing", methods=["GET", "POST"])
@allows(Role.COMMUNITY_REP, on=queries.get_own)
def own(found: Representative) -> Any:
    """What I may judge, and what I do before."""
    statement = found.office.confidentiality_statement.strip() or words.STATEMENT
    seen = sha256(statement.encode()).hexdigest()
    form = open_form(SignForm, data={"seen": seen})
    if form.validate_on_submit() and _is_what_was_read(form, seen):
        services.sign_confidentiality(
            db.session,
            found.person,
            found.office,
            form.signed_name.data or "",
            statement,
            actor=current_actor(),
            now=utc_now(),
        )
        flash("Thank you. Your signature is on the record.", "success")
        return redirect(url_for("representatives.own", office_code=found.office.code), 303)
    page = render_template(
        "representatives/own.html",
        found=found,
        current_office=found.office,
        form=form,
        statement=statement,
        signed=found.standing(Preparation.CONFIDENTIALITY),
        words=words,
    )
    return page, 422 if form.errors else 200
