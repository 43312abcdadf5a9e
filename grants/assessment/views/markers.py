"""Giving out bids: who marks which bid of a round, shared evenly or by hand, and the start of scoring."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from wtforms.fields.choices import SelectChoice

from grants.applications.models import Application
from grants.assessment import queries, services
from grants.assessment.forms import AssignForm, ReasonForm
from grants.assessment.models import Assignment
from grants.assessment.queries.facts import round_facts
from grants.assessment.queries.work import bids_in, markers_prepared
from grants.assessment.services.assigning import ASSIGNABLE
from grants.assessment.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Round
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.filters import plural
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.application import IN_ASSESSMENT
from workflows.assignment import AssignmentState


@bp.route("/office/applications/<int:application_id>/markers", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_bid)
def bid_markers(application: Application) -> Any:
    assigned = queries.assignments_of(db.session, [application.id]).get(application.id, [])
    people = queries.list_markers(db.session, application.office_id)
    belonging = queries.belonging(db.session, [each.id for each in people], [application.organisation_id])
    standing = [each for each in assigned if each.state is not AssignmentState.TAKEN_OFF]
    taken = {each.person_id for each in standing} | {person_id for person_id, _ in belonging}
    form = open_form(AssignForm)
    form.markers.choices = [SelectChoice(each.id, each.name) for each in people if each.id not in taken]
    form.bids.choices = []
    if form.validate_on_submit():
        chosen = [each for each in people if each.id in (form.markers.data or [])]
        if chosen:
            pairs = [(application, person) for person in chosen]
            made = services.assign_markers(db.session, pairs, actor=current_actor(), now=utc_now())
            flash(f"{plural(len(made), 'marker')} asked to mark {application.reference}.", "success")
            return redirect(url_for("assessment.bid_markers", application_id=application.id), 303)
        form.markers.errors = ["Tick at least one marker."]
    page = render_template(
        "assessment/bid_markers.html",
        application=application,
        assigned=assigned,
        belongs=[each for each in people if each.id in {person_id for person_id, _ in belonging}],
        form=form,
        alert=queries.interest_alerts(db.session, [application.id]).get(application.id),
        may_assign=application.state in ASSIGNABLE,
        labels=labels,
    )
    return page, 422 if form.errors else 200


@bp.route("/office/rounds/<int:round_id>/markers", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_round)
def round_markers(round_: Round) -> Any:
    shut = queries.barred_in(db.session, round_.id, current_actor())
    bids = [bid for bid in bids_in(db.session, round_.id, IN_ASSESSMENT) if bid.id not in shut]
    assigned = queries.assignments_of(db.session, [bid.id for bid in bids])
    people = markers_prepared(db.session, round_.office_id)
    loads = queries.marker_loads(list(people), assigned)
    form = open_form(AssignForm)
    form.markers.choices = [SelectChoice(each.person.id, each.person.name) for each in loads]
    form.bids.choices = [SelectChoice(each.id, each.reference) for each in bids if each.state in ASSIGNABLE]
    if form.validate_on_submit():
        chosen = [each for each in bids if each.id in (form.bids.data or [])]
        done = _assign(round_, [each for each in people if each.id in (form.markers.data or [])], chosen)
        if done:
            flash(done, "success")
            return redirect(url_for("assessment.round_markers", round_id=round_.id), 303)
        form.markers.errors = ["Tick at least one marker and at least one bid."]
    page = render_template(
        "assessment/round_markers.html",
        round=round_,
        loads=loads,
        bids=bids,
        assigned=assigned,
        alerts=queries.interest_alerts(db.session, [each.id for each in bids]),
        assignable=ASSIGNABLE,
        unprepared={each.id for each, is_ready in people.items() if round_.needs_prepared_reps and not is_ready},
        form=form,
        waiting=any(each.assigned > each.locked for each in loads),
        offers=_round_offers(round_),
        labels=labels,
    )
    return page, 422 if form.errors else 200


def _assign(round_: Round, people: list[Any], chosen: list[Application]) -> str:
    """Every ticked marker takes every ticked bid that they have not got yet."""
    standing = queries.assignments_of(db.session, [bid.id for bid in chosen])
    pairs = [
        (bid, person)
        for bid in chosen
        for person in people
        if person.id
        not in {each.person_id for each in standing.get(bid.id, []) if each.state is not AssignmentState.TAKEN_OFF}
    ]
    if not chosen or not people:
        return ""
    services.give_out(db.session, round_, pairs, actor=current_actor(), now=utc_now()) if pairs else None
    return f"{plural(len(pairs), 'bid')} given out."


def _round_offers(round_: Round) -> Any:
    facts = round_facts(db.session, round_, now=utc_now())
    places = {
        "start-scoring": Place("assessment.start_scoring", {"round_id": round_.id}, kind=""),
        "start-moderating": Place("assessment.start_moderating", {"round_id": round_.id}),
    }
    return offered(round_, facts, current_actor(), places)


@bp.post("/office/rounds/<int:round_id>/start-scoring")
@allows(Role.MANAGER, on=queries.get_round)
def start_scoring(round_: Round) -> Any:
    count = services.start_scoring(db.session, round_, actor=current_actor(), now=utc_now())
    flash(f"Scoring has started: {plural(count, 'bid')} went to the markers.", "success")
    return redirect(url_for("assessment.round_markers", round_id=round_.id), 303)


@bp.post("/office/rounds/<int:round_id>/start-moderating")
@allows(Role.MANAGER, on=queries.get_round)
def start_moderating(round_: Round) -> Any:
    services.start_moderating(db.session, round_, actor=current_actor(), now=utc_now())
    flash("Moderation has started.", "success")
    return redirect(url_for("assessment.round_markers", round_id=round_.id), 303)


@bp.route("/office/assignments/<int:assignment_id>/reopen", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_work)
def reopen(assignment: Assignment) -> Any:
    form = open_form(ReasonForm)
    if form.validate_on_submit():
        services.reopen_assignment(
            db.session,
            assignment,
            form.reason.data or "",
            actor=current_actor(),
            now=utc_now(),
            seen_version=form.seen_version.data,
        )
        flash("The marks are open again, and the marker has been told.", "success")
        return redirect(url_for("assessment.panels"), 303)
    page = render_template(
        "assessment/reason.html",
        form=form,
        version=assignment.version,
        title=f"Reopen the marks on {assignment.application.reference}",
        intro=f"{assignment.person.name if assignment.person else assignment.paper_marker} can then change them. "
        "The bid goes back to its markers until they are locked again.",
        button="Reopen the marks",
        back=url_for("assessment.panels"),
    )
    return page, 422 if form.errors else 200
