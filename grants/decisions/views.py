"""Pages of decision notices: what is waiting, one notice, its approval or return, and the published Part 1."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from grants.clock import utc_now
from grants.core import transitions
from grants.decisions import queries, services
from grants.decisions.forms import ApproveForm, DeclarationForm, ReasonForm
from grants.decisions.models import Decision
from grants.extensions import db
from grants.funds.models import Round
from grants.funds.queries import get_round
from grants.web import labels
from grants.web.access import PUBLIC, allows, current_actor
from grants.web.forms import open_form
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.errors import Invalid

bp = Blueprint("decisions", __name__)

READERS = (Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE, Role.MANAGER, Role.OFFICER, Role.CHAIR)
ORIGINATORS = (Role.MANAGER, Role.OFFICER, Role.CHAIR)
DECLARATION_LABELS = {
    "originating-officer": "Originating officer",
    "force-chief-finance-officer": "Chief finance officer of the force",
    "chief-constable": "Chief Constable",
    "office-chief-finance-officer": "Chief finance officer of the office",
    "monitoring-officer": "Monitoring officer",
}


@bp.get("/office/decisions")
@allows(*READERS)
def list_decisions() -> Any:
    actor = current_actor()
    found = queries.list_decisions(db.session, actor)
    shown = queries.shown_items(db.session, found, actor)
    grants = {key: [item for item in items if item.outcome == "grant"] for key, items in shown.items()}
    return render_template("decisions/list.html", decisions=found, grants_of=grants, labels=labels)


@bp.post("/office/rounds/<int:round_id>/decision")
@allows(*ORIGINATORS, on=get_round)
def raise_decision(round_: Round) -> Any:
    decision = services.raise_decision(db.session, round_, actor=current_actor(), now=utc_now())
    flash("The notice is ready. Its page shows where it is.", "success")
    return redirect(url_for("decisions.show", decision_id=decision.id), 303)


@bp.get("/office/decisions/<int:decision_id>")
@allows(*READERS, on=queries.get_decision)
def show(decision: Decision) -> Any:
    return _page(decision, _approve_form(decision))


@bp.post("/office/decisions/<int:decision_id>/approve")
@allows(Role.DECISION_MAKER, on=queries.get_decision)
def approve(decision: Decision) -> Any:
    form = ApproveForm()
    if not form.validate_on_submit():
        return _page(decision, form), 422
    reasons = {int(entry["application_id"]): entry["reason"] for entry in form.grants.data if entry["application_id"]}
    services.approve_decision(
        db.session,
        decision,
        reasons,
        form.statement,
        seen_version=form.seen_version.data,
        actor=current_actor(),
        now=utc_now(),
    )
    flash("You approved the recommendations. A manager now announces them.", "success")
    return redirect(url_for("decisions.show", decision_id=decision.id), 303)


@bp.route("/office/decisions/<int:decision_id>/return", methods=["GET", "POST"])
@allows(Role.DECISION_MAKER, on=queries.get_decision)
def send_back(decision: Decision) -> Any:
    return _reason_page(decision, services.return_decision, "Return to the panel", "The panel was asked to look again.")


@bp.route("/office/decisions/<int:decision_id>/reject", methods=["GET", "POST"])
@allows(Role.DECISION_MAKER, on=queries.get_decision)
def reject(decision: Decision) -> Any:
    return _reason_page(decision, services.reject_decision, "Reject the notice", "You rejected the notice.")


def _reason_page(decision: Decision, service: Any, heading: str, done: str) -> Any:
    form = open_form(ReasonForm, data={"seen_version": decision.version})
    if form.validate_on_submit():
        service(
            db.session,
            decision,
            form.reason.data,
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
        flash(done, "success")
        return redirect(url_for("decisions.show", decision_id=decision.id), 303)
    page = render_template("decisions/reason.html", decision=decision, form=form, heading=heading)
    return page, 422 if form.errors else 200


@bp.post("/office/decisions/<int:decision_id>/pass-on")
@allows(Role.CHIEF_EXECUTIVE, on=queries.get_decision)
def pass_on(decision: Decision) -> Any:
    form = ReasonForm()
    services.pass_on(db.session, decision, seen_version=form.seen_version.data, actor=current_actor(), now=utc_now())
    flash("The notice is with the decision maker.", "success")
    return redirect(url_for("decisions.show", decision_id=decision.id), 303)


@bp.post("/office/decisions/<int:decision_id>/declarations")
@allows(*ORIGINATORS, Role.CHIEF_EXECUTIVE, on=queries.get_decision)
def declare(decision: Decision) -> Any:
    form = DeclarationForm()
    if form.validate_on_submit():
        try:
            services.record_declaration(
                db.session,
                decision,
                form.key.data or "",
                form.status.data,
                form.name.data or "",
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("decisions.show", decision_id=decision.id), 303)
    return _page(decision, _approve_form(decision), declaration=form), 422


@bp.get("/decisions/<int:decision_id>")
@can_wait
@allows(PUBLIC, on=queries.get_published_decision)
def published(decision: Decision) -> Any:
    return render_template("decisions/published.html", decision=decision)


def _approve_form(decision: Decision) -> ApproveForm:
    grants = [
        {"application_id": item.application_id, "reason": item.reason}
        for item in decision.items
        if item.outcome == "grant"
    ]
    return open_form(ApproveForm, data={"grants": grants, "seen_version": decision.version})


def _page(decision: Decision, form: ApproveForm, declaration: DeclarationForm | None = None) -> str:
    actor = current_actor()
    facts = queries.facts_for_decision(
        db.session,
        decision,
        actor,
        now=utc_now(),
        # The form below asks for these; the page shows only what the form can't mend.
        interests_statement="asked below",
        reason="asked on the next page",
    )
    items = queries.shown_items(db.session, [decision], actor)[decision.id]
    options = [
        (option, labels.action_label("decision", option.action), _sentence(option))
        for option in transitions.options(decision, facts, actor)
    ]
    return render_template(
        "decisions/show.html",
        decision=decision,
        form=form,
        declaration=declaration,
        declaration_errors=_declaration_errors(declaration),
        declaration_labels=DECLARATION_LABELS,
        options={option.action: (option.is_allowed, label, sentence) for option, label, sentence in options},
        bids={str(item.application_id): item for item in items},
        grants=[item for item in items if item.outcome == "grant"],
        others=[item for item in items if item.outcome != "grant"],
        left_out=len(decision.items) - len(items),
        labels=labels,
    )


def _declaration_errors(form: DeclarationForm | None) -> list[tuple[str, str]]:
    """What is wrong with a declaration, leading to the box of the officer that it was about."""
    if form is None:
        return []
    known = form.key.data if form.key.data in DECLARATION_LABELS else "originating-officer"
    return [(f"name-{known}", str(sentence)) for field in form for sentence in field.errors]


def _sentence(option: Any) -> str:
    return "" if option.refusal is None else labels.sentence_for(option.refusal.code, option.refusal.detail)
