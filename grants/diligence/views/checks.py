"""Pages of due diligence: what is to be done, one bid's checklist beside what its group sent, and its signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.applications.models import Application
from grants.clock import utc_now
from grants.core.registers import Unavailable
from grants.diligence import queries, services
from grants.diligence.forms import FinishForm, ItemForm, PressForm, ReasonForm, SettleForm
from grants.diligence.models import DueDiligence
from grants.diligence.views.blueprint import bp
from grants.extensions import db
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.forms import open_form
from grants.web.labels import diligence as words
from grants.web.numbers import row_argument
from grants.web.registers import look_up
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.errors import Invalid, NotFound
from workflows.rules.diligence import Rating, Result

HANDLERS = (Role.OFFICER, Role.MANAGER)
ASKED_LATER = "asked on the next page"
# The answers that an item is looked at beside.
READ: dict[str, tuple[str, ...]] = {
    "identity": ("O1", "O2", "O3", "O4", "O5", "O5a", "O6", "O7a"),
    "governing": ("O7",),
    "accounts": ("O9", "O9a", "O9b", "O9c", "B1", "B1a"),
    "policies": ("S1", "S2", "S2a", "S3", "S4", "S5", "S5b", "S6"),
    "record": ("P19", "E5"),
    "subsidy": ("B3", "B7"),
    "officers": ("O8", "O8a", "C1", "C2"),
}


@bp.get("/office/due-diligence")
@can_wait
@allows(*HANDLERS)
def to_do() -> Any:
    """Bids whose group nobody has finished looking at."""
    rows = queries.list_to_do(db.session, current_actor(), after=row_argument("after") or 0, limit=queries.PAGE + 1)
    after = rows[queries.PAGE - 1][0].id if len(rows) > queries.PAGE else None
    return render_template("diligence/list.html", rows=rows[: queries.PAGE], after=after, labels=labels, words=words)


@bp.get("/office/applications/<int:application_id>/due-diligence")
@can_wait
@allows(*HANDLERS, on=queries.get_bid)
def show(application: Application) -> Any:
    return checklist_page(application)


def checklist_page(application: Application, item_form: ItemForm | None = None, settle_form: Any = None) -> Any:
    now, actor = utc_now(), current_actor()
    sent = queries.sent_answers(db.session, application)
    tier, why, _ = queries.needed_tier(db.session, application, now=now)
    open_, standing = queries.find_open(db.session, application), queries.find_standing(db.session, application)
    # Of a check that was begun for a bid that is shut to the reader only what weighs on this bid is theirs to read.
    is_shut = open_ is None and not queries.may_read(db.session, actor, standing)
    check = open_ or (None if is_shut else standing)
    lines = queries.lines_of(check) if check else []
    typed = item_form.code.data if item_form else ""
    forms = {line.code: item_form if item_form and line.code == typed else _blank(line) for line in lines}
    signals = queries.signals_of(db.session, actor, application)
    settling = {each.signal.id: SettleForm(formdata=None) for each in signals if not each.signal.settled}
    if settle_form is not None:
        settling[row_argument("signal") or 0] = settle_form
    by_code = {item["code"]: item for item in sent}
    return render_template(
        "diligence/show.html",
        application=application,
        tier=tier,
        why=[words.WHY[each] for each in why],
        check=check,
        is_open=open_ is not None,
        risk=queries.risk_of(db.session, [application.id]).get(application.id) if is_shut else None,
        holds_until=standing.expires_at if standing and is_shut else None,
        covers=queries.covers(standing, tier),
        lines=lines,
        forms=forms,
        failing=item_form or settle_form,
        options=_options(check, actor, now) if check else [],
        files=queries.sent_files(db.session, application, sent) if check else [],
        numbers=queries.numbers_of(application, sent) if open_ else {},
        same_name=queries.is_same_name,
        signals=signals,
        settling=settling,
        read={code: [by_code[each] for each in codes if each in by_code] for code, codes in READ.items()},
        labels=labels,
        words=words,
    )


def _blank(line: queries.Line) -> ItemForm:
    return ItemForm(formdata=None, code=line.code, seen_item=line.item.id if line.item else 0)


def _options(check: DueDiligence, actor: Any, now: Any) -> list[Any]:
    where = {"application_id": request.view_args["application_id"]} if request.view_args else {}
    facts = queries.facts_for(
        check, now=now, reason=ASKED_LATER, result=Result.PASS, rating=Rating.GREEN, conditions=ASKED_LATER
    )
    places = {
        "finish": Place("diligence.finish", where, is_link=True, kind=""),
        "propose-fail": Place("diligence.propose_fail", where, is_link=True),
        "confirm-fail": Place("diligence.confirm_fail", where, kind="warning"),
        "set-aside-fail": Place("diligence.set_aside_fail", where, is_link=True),
        "reopen": Place("diligence.reopen", where, is_link=True),
    }
    return offered(check, facts, actor, places)


def back(application: Application) -> Any:
    return redirect(url_for("diligence.show", application_id=application.id), 303)


def _check_of(application: Application) -> DueDiligence:
    found = queries.find_open(db.session, application) or queries.find_standing(db.session, application)
    if found is None or not queries.may_read(db.session, current_actor(), found):
        raise NotFound(subject="diligence")
    return found


@bp.post("/office/applications/<int:application_id>/due-diligence/begin")
@allows(*HANDLERS, on=queries.get_bid)
def begin(application: Application) -> Any:
    services.begin(db.session, application, actor=current_actor(), now=utc_now())
    flash("Due diligence has begun. Record what you find for each item.", "success")
    return back(application)


@bp.post("/office/applications/<int:application_id>/due-diligence/items")
@allows(*HANDLERS, on=queries.get_bid)
def record_item(application: Application) -> Any:
    form = open_form(ItemForm)
    if form.validate_on_submit():
        try:
            services.record_item(
                db.session,
                _check_of(application),
                form.code.data or "",
                form.outcome.data or "",
                form.evidence.data or "",
                document_id=form.document.data,
                seen_item=form.seen_item.data or 0,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("Recorded.", "success")
            return back(application)
    return checklist_page(application, form), 422


@bp.post("/office/applications/<int:application_id>/due-diligence/register")
@allows(*HANDLERS, on=queries.get_bid)
def ask_register(application: Application) -> Any:
    """Ask the public register for the group's own number, and keep what it says with the check."""
    kind = request.form.get("kind", "")
    _check_of(application)
    number = queries.numbers_of(application, queries.sent_answers(db.session, application)).get(kind)
    if number is None:
        raise NotFound(subject="number")
    said = look_up(kind, number)
    # The transaction was given up while the register was asked.
    check = _check_of(queries.get_bid(db.session, current_actor(), application.id))
    kept = services.keep_entry(
        db.session, check, kind, number, said or Unavailable(), actor=current_actor(), now=utc_now()
    )
    if kept is None:
        flash("The register can't be asked now. Look there yourself, and write down what you saw.", "warning")
    else:
        flash("What the register says is kept with the check.", "success")
    return back(application)


@bp.route("/office/applications/<int:application_id>/due-diligence/finish", methods=["GET", "POST"])
@allows(*HANDLERS, on=queries.get_bid)
def finish(application: Application) -> Any:
    check = _check_of(application)
    form = open_form(FinishForm, data={"seen_version": check.version})
    if form.validate_on_submit() and _is_complete(form, check):
        services.finish(
            db.session,
            check,
            form.result.data or "",
            form.rating.data or "",
            form.conditions.data or "",
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
        flash("Due diligence is finished. It holds for other bids of the group, too, until it expires.", "success")
        return back(application)
    page = render_template("diligence/finish.html", application=application, check=check, form=form, words=words)
    return page, 422 if form.is_submitted() else 200


def _is_complete(form: FinishForm, check: DueDiligence) -> bool:
    """Words that the machine will ask for are asked beside their field."""
    facts = queries.facts_for(check, now=utc_now())
    doubtful = facts.concerns or facts.large_for_income or form.rating.data == Rating.RED
    problems = {}
    if form.result.data == Result.CONDITIONS and not (form.conditions.data or "").strip():
        problems["conditions"] = "diligence-conditions-needed"
    if doubtful and not (form.reason.data or "").strip():
        problems["reason"] = "diligence-reason-needed"
    form.refuse(Invalid(problems=problems))
    return not problems


@bp.route("/office/applications/<int:application_id>/due-diligence/fail", methods=["GET", "POST"])
@allows(*HANDLERS, on=queries.get_bid)
def propose_fail(application: Application) -> Any:
    done = "A manager confirms it or sets it aside. Until then nothing has changed."
    return _reason_page(application, "propose-fail", services.propose_fail, done)


@bp.route("/office/applications/<int:application_id>/due-diligence/set-aside", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_bid)
def set_aside_fail(application: Application) -> Any:
    return _reason_page(application, "set-aside-fail", services.set_aside_fail, "The check goes on.")


@bp.route("/office/applications/<int:application_id>/due-diligence/reopen", methods=["GET", "POST"])
@allows(*HANDLERS, on=queries.get_bid)
def reopen(application: Application) -> Any:
    return _reason_page(application, "reopen", services.reopen, "Due diligence is open again.")


@bp.post("/office/applications/<int:application_id>/due-diligence/confirm-fail")
@allows(Role.MANAGER, on=queries.get_bid)
def confirm_fail(application: Application) -> Any:
    services.confirm_fail(
        db.session,
        _check_of(application),
        seen_version=PressForm().seen_version.data,
        actor=current_actor(),
        now=utc_now(),
    )
    flash("The group failed due diligence. Its bid is where it was: what becomes of it is decided elsewhere.")
    return back(application)


def _reason_page(application: Application, action: str, service: Callable[..., None], done: str) -> Any:
    check = _check_of(application)
    form = open_form(ReasonForm, data={"seen_version": check.version})
    if form.validate_on_submit():
        service(
            db.session,
            check,
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
        flash(done, "success")
        return back(application)
    page = render_template(
        "diligence/reason.html", application=application, check=check, action=action, form=form, labels=labels
    )
    return page, 422 if form.is_submitted() else 200
