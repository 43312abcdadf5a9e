"""Pages of monitoring returns: the group's schedule and form, its signature, and the office's reading of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from grants.awards.models import Award
from grants.awards.queries import get_award
from grants.clock import utc_now
from grants.core import transitions
from grants.extensions import db
from grants.monitoring import queries, services
from grants.monitoring.forms import AcceptReturnForm, AnswerForm, CertifyForm, QuestionForm, ReasonForm, ReturnForm
from grants.monitoring.models import MonitoringReturn
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role

bp = Blueprint("monitoring", __name__)

READERS = (Role.OFFICER, Role.MANAGER, Role.FINANCE, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE, Role.CHAIR)
STAFF = (Role.OFFICER, Role.MANAGER)
GROUP = (Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY)


@bp.get("/office/returns")
@allows(*STAFF)
def list_returns() -> Any:
    is_all = request.args.get("show") == "all"
    returns = queries.list_returns(db.session, current_actor(), is_open_only=not is_all)
    return render_template("monitoring/list.html", returns=returns, is_all=is_all, **_common())


@bp.get("/office/awards/<int:award_id>/returns")
@allows(*READERS, on=get_award)
def for_award(award: Award) -> Any:
    return _schedule(award, labels.STAFF, "monitoring.show", "awards.show")


@bp.get("/office/returns/<int:return_id>")
@allows(*READERS, on=queries.get_return)
def show(monitoring_return: MonitoringReturn) -> Any:
    return _staff_page(monitoring_return)


@bp.post("/office/returns/<int:return_id>/query")
@allows(*STAFF, on=queries.get_return)
def query(monitoring_return: MonitoringReturn) -> Any:
    form = QuestionForm()
    if not form.validate_on_submit():
        return _staff_page(monitoring_return, question=form), 422
    services.query_return(db.session, monitoring_return, form.question.data or "", **_who(form))
    flash("The question is on its way to the group.", "success")
    return _to_staff(monitoring_return)


@bp.post("/office/returns/<int:return_id>/accept")
@allows(*STAFF, on=queries.get_return)
def accept(monitoring_return: MonitoringReturn) -> Any:
    form = AcceptReturnForm()
    if not form.validate_on_submit():
        return _staff_page(monitoring_return, accept=form), 422
    services.accept_return(
        db.session, monitoring_return, rag=form.rag.data, feedback=form.feedback.data or "", **_who(form)
    )
    flash("The return is accepted. The group is told.", "success")
    return _to_staff(monitoring_return)


@bp.route("/office/returns/<int:return_id>/reopen", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_return)
def reopen(monitoring_return: MonitoringReturn) -> Any:
    return _reason_page(monitoring_return, services.reopen_return, "Reopen the return")


@bp.route("/office/returns/<int:return_id>/waive", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_return)
def waive(monitoring_return: MonitoringReturn) -> Any:
    return _reason_page(monitoring_return, services.waive_return, "Say it is not needed")


@bp.get("/grants/<int:award_id>/returns")
@allows(*GROUP, on=get_award)
def mine(award: Award) -> Any:
    return _schedule(award, labels.GROUP, "monitoring.fill_in", "awards.offer")


@bp.get("/returns/<int:return_id>")
@allows(*GROUP, on=queries.get_return)
def fill_in(monitoring_return: MonitoringReturn) -> Any:
    return _group_page(monitoring_return)


@bp.post("/returns/<int:return_id>")
@allows(*GROUP, on=queries.get_return)
def save(monitoring_return: MonitoringReturn) -> Any:
    form = ReturnForm()
    if not form.validate_on_submit():
        return _group_page(monitoring_return, form=form), 422
    values = {name: getattr(form, name).data for name in services.FIELDS}
    values = {name: "" if value is None and name in _TEXTS else value for name, value in values.items()}
    services.save_return(db.session, monitoring_return, values, **_who(form))
    if request.form.get("then") != "finish":
        flash("Saved. You can come back to it.", "success")
        return redirect(url_for("monitoring.fill_in", return_id=monitoring_return.id), 303)
    return _finish(monitoring_return)


def _finish(monitoring_return: MonitoringReturn) -> Any:
    if queries.problems_of(monitoring_return):
        # What was written is kept; the page says what is missing before it can go to be signed.
        flash("Saved. Some things are missing before it can be signed.", "success")
        return redirect(url_for("monitoring.fill_in", return_id=monitoring_return.id, missing=1), 303)
    services.finish_return(db.session, monitoring_return, seen_version=None, actor=current_actor(), now=utc_now())
    flash("The return is ready to be signed.", "success")
    return redirect(url_for("monitoring.fill_in", return_id=monitoring_return.id), 303)


@bp.post("/returns/<int:return_id>/send-back")
@allows(Role.SIGNATORY, on=queries.get_return)
def send_back(monitoring_return: MonitoringReturn) -> Any:
    services.send_back_return(db.session, monitoring_return, **_who(ReasonForm()))
    return redirect(url_for("monitoring.fill_in", return_id=monitoring_return.id), 303)


@bp.post("/returns/<int:return_id>/submit")
@allows(Role.SIGNATORY, on=queries.get_return)
def submit(monitoring_return: MonitoringReturn) -> Any:
    form = CertifyForm()
    if not form.validate_on_submit():
        return _group_page(monitoring_return, certify=form), 422
    services.submit_return(
        db.session, monitoring_return, form.certified_name.data or "", bool(form.is_certified.data), **_who(form)
    )
    flash("Your return is sent. A receipt is on its way by e-mail.", "success")
    return redirect(url_for("monitoring.fill_in", return_id=monitoring_return.id), 303)


@bp.post("/returns/<int:return_id>/answer")
@allows(*GROUP, on=queries.get_return)
def answer(monitoring_return: MonitoringReturn) -> Any:
    form = AnswerForm()
    if not form.validate_on_submit():
        return _group_page(monitoring_return, answer=form), 422
    services.answer_query(db.session, monitoring_return, form.answer.data or "", **_who(form))
    flash("Your answer is sent.", "success")
    return redirect(url_for("monitoring.fill_in", return_id=monitoring_return.id), 303)


_TEXTS = frozenset({"own_rag", "own_rag_note", "narrative", "lessons", "spend_note"})


def _who(form: Any) -> dict[str, Any]:
    return {"seen_version": form.seen_version.data, "actor": current_actor(), "now": utc_now()}


def _common() -> dict[str, Any]:
    now = utc_now()
    return {"labels": labels, "is_overdue": lambda each: queries.is_overdue(each, now)}


def _schedule(award: Award, audience: str, link: str, back: str) -> str:
    return render_template(
        "monitoring/schedule.html",
        award=award,
        returns=queries.list_returns_of(db.session, award),
        is_staff=audience == labels.STAFF,
        audience=audience,
        link=link,
        back=back,
        **_common(),
    )


def _to_staff(monitoring_return: MonitoringReturn) -> Any:
    return redirect(url_for("monitoring.show", return_id=monitoring_return.id), 303)


def _reason_page(monitoring_return: MonitoringReturn, service: Any, heading: str) -> Any:
    form = open_form(ReasonForm, data={"seen_version": monitoring_return.version})
    if form.validate_on_submit():
        service(db.session, monitoring_return, form.reason.data or "", **_who(form))
        return _to_staff(monitoring_return)
    page = render_template("monitoring/reason.html", each=monitoring_return, form=form, heading=heading)
    return page, 422 if form.errors else 200


def _options(monitoring_return: MonitoringReturn) -> dict[str, tuple[bool, str, str]]:
    """Each action that the reader's role has; what a form on the page asks for is not a reason against it."""
    asked = "asked on the page"
    facts = queries.facts_for_return(
        db.session, monitoring_return, now=utc_now(), certified=True, question=asked, answer=asked, reason=asked
    )
    return {
        option.action: (
            option.is_allowed,
            labels.action_label("return", option.action),
            "" if option.refusal is None else labels.sentence_for(option.refusal.code, option.refusal.detail),
        )
        for option in transitions.options(monitoring_return, facts, current_actor())
    }


def _staff_page(each: MonitoringReturn, **forms: Any) -> str:
    version = {"seen_version": each.version}
    return render_template(
        "monitoring/show.html",
        each=each,
        award=each.award,
        options=_options(each),
        question=forms.get("question") or QuestionForm(formdata=None, data=version, prefix=""),
        accept=forms.get("accept") or AcceptReturnForm(formdata=None, data=version),
        wrong=next(iter(forms.values()), None),
        spent_before=queries.spend_before(db.session, each),
        **_common(),
    )


def _group_page(each: MonitoringReturn, **forms: Any) -> str:
    stored = {name: getattr(each, name) for name in services.FIELDS} | {"seen_version": each.version}
    form = forms.get("form") or open_form(ReturnForm, data=stored)
    if request.args.get("missing") and request.method == "GET":
        for name, sentence in queries.problems_of(each).items():
            form[name].errors = [*form[name].errors, sentence]
    return render_template(
        "monitoring/fill_in.html",
        each=each,
        award=each.award,
        form=form,
        certify=forms.get("certify") or CertifyForm(formdata=None),
        answer=forms.get("answer") or AnswerForm(formdata=None),
        wrong=next(iter(forms.values()), form if form.errors else None),
        options=_options(each),
        words=queries.WORDS,
        **_common(),
    )
