"""Pages of the eligibility check of one bid: what each rule found, judging a rule, and two people to disqualify."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.applications.models import Application
from grants.applications.queries import states_in
from grants.clock import utc_now
from grants.eligibility import queries, services
from grants.eligibility.forms import ConfirmForm, ProposeForm, ReasonForm, SettleForm
from grants.eligibility.models import Clarification
from grants.eligibility.queries import Read, RuleLine, RuleOfBid, Told
from grants.eligibility.views.blueprint import bp
from grants.extensions import db
from grants.web import findings, labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.forms import open_form
from grants.web.numbers import row_argument
from workflows.actors import GROUP_ROLES, Role
from workflows.application import ApplicationState
from workflows.errors import Invalid
from workflows.rules.eligibility import Outcome

CHECKERS = (Role.OFFICER, Role.MANAGER)
ASKED_LATER = "asked on the next page"
# The day is asked for there, too.
A_WHILE = timedelta(days=7)


@bp.get("/office/applications/<int:application_id>/eligibility")
@allows(*CHECKERS, on=queries.get_bid)
def check(application: Application) -> Any:
    return _check_page(application)


def _check_page(application: Application, typed: SettleForm | None = None) -> str:
    """The whole check on one page; `typed` is a judgement that could not be taken as it was typed."""
    actor, now = current_actor(), utc_now()
    lines = queries.rule_lines(db.session, application)
    proposal = queries.find_proposal(db.session, application)
    facts = queries.check_facts(
        db.session,
        application,
        actor=actor,
        now=now,
        lines=lines,
        proposal=proposal,
        reason=ASKED_LATER,
        question=ASKED_LATER,
        answer_due_at=now + A_WHILE,
    )
    is_open = application.state is ApplicationState.CHECKING and proposal is None
    may_judge = is_open and actor.person_id not in facts.entered_by
    clarifications = queries.list_clarifications(db.session, application)
    read = queries.answers_read(db.session, application, [line.rule.code for line in lines])
    return render_template(
        "eligibility/check.html",
        application=application,
        lines=lines,
        forms=_judgements(lines, typed) if may_judge else {},
        read=read,
        file_states=_file_states(read, clarifications),
        proposal=proposal,
        clarifications=clarifications,
        proposals=queries.list_proposals(db.session, application),
        titles={line.rule.code: line.rule.title for line in lines},
        is_open=is_open,
        may_judge=may_judge,
        claim=queries.find_claim(db.session, application, now=now),
        asked={"round": row_argument("round"), "kind": request.args.get("kind", "")},
        form=typed,
        options=offered(application, facts, actor, _places(application)),
        labels=labels,
        findings=findings,
    )


def _judgements(lines: list[RuleLine], typed: SettleForm | None) -> dict[str, SettleForm]:
    """A form for each rule that is still to be judged, and for the one that was typed and not taken."""
    wrong = "" if typed is None else typed.rule_code.data or ""
    found = {
        line.rule.code: _judgement(line)
        for line in lines
        if not line.is_settled or line.outcome is Outcome.FAIL or line.rule.code == wrong
    }
    if typed is not None:
        found[wrong] = _with_own_ids(typed, wrong)
    return found


def _judgement(line: RuleLine) -> SettleForm:
    by_hand = line.result if line.result is not None and not line.result.is_automatic else None
    values = {
        "rule_code": line.rule.code,
        "seen_outcome": "" if line.result is None else line.result.outcome,
        "outcome": by_hand.outcome if by_hand else None,
        "note": by_hand.note if by_hand else "",
    }
    # Not from the request: on this page it belongs to one rule at most.
    return _with_own_ids(SettleForm(formdata=None, data=values), line.rule.code)


def _with_own_ids(form: SettleForm, code: str) -> SettleForm:
    # Several of these forms stand on one page.
    for field in (form.rule_code, form.seen_outcome, form.outcome, form.note):
        field.id = f"{field.name}-{code}"
    return form


def _file_states(read: dict[str, list[Read]], clarifications: Sequence[Clarification]) -> dict[int, Any]:
    items = [dict(each.item) for found in read.values() for each in found if each.is_files]
    items += [{"kind": "files", "value": each.files} for each in clarifications if each.files]
    return states_in(db.session, [("", items)]) if items else {}


def _places(application: Application) -> dict[str, Place]:
    where = {"application_id": application.id}
    return {
        "pass-checks": Place("eligibility.pass_bid", where, kind=""),
        "ask": Place("eligibility.ask", where, is_link=True),
        "take-back-question": Place("eligibility.take_back_question", where, is_link=True),
        "propose-disqualification": Place("eligibility.propose", where, is_link=True),
        "disqualify": Place("eligibility.confirm", where, kind="warning"),
        "set-aside-proposal": Place("eligibility.set_aside", where, is_link=True),
        "reinstate": Place("eligibility.reinstate", where, is_link=True),
    }


@bp.post("/office/applications/<int:application_id>/eligibility/run")
@allows(*CHECKERS, on=queries.get_bid)
def run(application: Application) -> Any:
    services.run_rules(db.session, application, actor=current_actor(), now=utc_now())
    flash("The automatic rules were run again. What a person had judged was left alone.", "success")
    return back_to_check(application)


@bp.route("/office/applications/<int:application_id>/eligibility/rules/<rule_code>", methods=["GET", "POST"])
@allows(*CHECKERS, on=queries.get_rule_of_bid)
def settle(subject: RuleOfBid) -> Any:
    """One rule judged: it is saved at once, and the page goes on at the next rule."""
    line = subject.line
    form = open_form(SettleForm, data=_judgement(line).data)
    if not form.is_submitted():
        return render_template(
            "eligibility/settle.html", application=subject.application, line=line, form=form, findings=findings
        )
    form.rule_code.data = line.rule.code
    if form.validate() and _settled(subject, form):
        flash(f"Your judgement of “{line.rule.title}” was recorded.", "success")
        where = {"round": row_argument("round"), "kind": request.args.get("kind") or None}
        to = url_for("eligibility.check", application_id=subject.application.id, **where)
        return redirect(f"{to}#{_next_rule(subject)}", 303)
    return _check_page(subject.application, form), 422


def _next_rule(subject: RuleOfBid) -> str:
    """Where the page goes on: the next rule that is still to be judged, or what can be done with the bid."""
    lines = queries.rule_lines(db.session, subject.application)
    place = next(index for index, line in enumerate(lines) if line.rule.code == subject.line.rule.code)
    left = next((line for line in [*lines[place:], *lines[:place]] if not line.is_settled), None)
    return "app-actions-heading" if left is None else f"rule-{left.rule.code}"


def _settled(subject: RuleOfBid, form: SettleForm) -> bool:
    try:
        services.settle_rule(
            db.session,
            subject.application,
            subject.line.rule.code,
            form.outcome.data,
            form.note.data or "",
            seen_outcome=form.seen_outcome.data,
            actor=current_actor(),
            now=utc_now(),
        )
    except Invalid as error:
        form.refuse(error)
        return False
    return True


@bp.route("/office/applications/<int:application_id>/eligibility/disqualify", methods=["GET", "POST"])
@allows(*CHECKERS, on=queries.get_bid)
def propose(application: Application) -> Any:
    failed = queries.failed(queries.rule_lines(db.session, application))
    form = open_form(
        ProposeForm,
        data={"seen_version": application.version, "rule_codes": [line.rule.code for line in failed]},
    )
    form.rule_codes.choices = [(line.rule.code, line.rule.title) for line in failed]
    if form.validate_on_submit() and _proposed(application, form):
        flash("The proposal is made. A manager who is not you confirms it or sets it aside.", "success")
        return back_to_check(application)
    page = render_template("eligibility/propose.html", application=application, form=form)
    return page, 422 if form.is_submitted() else 200


def _proposed(application: Application, form: ProposeForm) -> bool:
    try:
        services.propose_disqualification(
            db.session,
            application,
            # What was sent, as it was sent: a page without a tick must not fall back on the page's own start.
            request.form.getlist("rule_codes"),
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
    except Invalid as error:
        form.refuse(error)
        return False
    return True


@bp.post("/office/applications/<int:application_id>/eligibility/confirm")
@allows(Role.MANAGER, on=queries.get_bid)
def confirm(application: Application) -> Any:
    services.confirm_disqualification(
        db.session, application, seen_version=ConfirmForm().seen_version.data, actor=current_actor(), now=utc_now()
    )
    flash("The bid is disqualified.", "success")
    return back_to_check(application)


@bp.post("/office/applications/<int:application_id>/eligibility/pass")
@allows(*CHECKERS, on=queries.get_bid)
def pass_bid(application: Application) -> Any:
    services.pass_checks(
        db.session, application, seen_version=ConfirmForm().seen_version.data, actor=current_actor(), now=utc_now()
    )
    flash("The bid passed as eligible.", "success")
    return back_to_check(application)


@bp.route("/office/applications/<int:application_id>/eligibility/set-aside", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_bid)
def set_aside(application: Application) -> Any:
    return reason_page(application, services.set_aside_proposal, "Set the proposal aside", "The proposal is set aside.")


@bp.route("/office/applications/<int:application_id>/eligibility/reinstate", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_bid)
def reinstate(application: Application) -> Any:
    return reason_page(application, services.reinstate, "Reinstate the bid", "The bid is eligible again.")


@bp.get("/applications/<int:application_id>/eligibility")
@allows(*sorted(GROUP_ROLES), on=queries.find_told)
def told(subject: Told) -> Any:
    """The group reads which rules its bid did not meet, and why."""
    return render_template("eligibility/told.html", told=subject, application=subject.application, findings=findings)


def reason_page(application: Application, service: Any, heading: str, done: str) -> Any:
    form = open_form(ReasonForm, data={"seen_version": application.version})
    if form.validate_on_submit():
        service(
            db.session,
            application,
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
        flash(done, "success")
        return back_to_check(application)
    page = render_template("eligibility/reason.html", application=application, form=form, heading=heading)
    return page, 422 if form.is_submitted() else 200


def back_to_check(application: Application) -> Any:
    return redirect(url_for("eligibility.check", application_id=application.id), 303)
