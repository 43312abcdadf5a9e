"""Support events: anybody reads of one and signs up; officers plan, change, call off, and post the recording."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from grants.clock import utc_now
from grants.events import queries, services
from grants.events.forms import (
    KINDS,
    CancelEventForm,
    EventForm,
    PressForm,
    RecordingForm,
    SignUpForm,
    event_data,
)
from grants.extensions import db
from grants.funds.models import Round, SupportEvent
from grants.funds.queries import get_round
from grants.web import identity, labels
from grants.web.access import PUBLIC, allows, current_actor
from grants.web.forms import Form, open_form
from workflows.actors import Role
from workflows.errors import Invalid
from workflows.event import EventState

bp = Blueprint("events", __name__)

HANDLERS = (Role.OFFICER, Role.MANAGER)
EVENT = "reporting.event"


@bp.route("/events/<int:event_id>", methods=["GET", "POST"])
@allows(PUBLIC, on=queries.get_public_event)
def show(event: SupportEvent) -> Any:
    """What the event is, and the form to come to it."""
    form = SignUpForm()
    if form.validate_on_submit():
        services.sign_up(
            db.session,
            event,
            form.email.data or "",
            form.name.data or "",
            group_name=form.group_name.data or "",
            needs=form.needs.data or "",
            client=identity.client(),
            site=identity.site(),
            now=utc_now(),
        )
        return redirect(url_for("events.signed_up", event_id=event.id), 303)
    page = render_template(
        "events/show.html",
        event=event,
        form=form,
        kind=KINDS[event.kind],
        left=queries.places_left(db.session, event),
        is_coming=event.state is EventState.PLANNED and utc_now() < event.starts_at,
    )
    return (page, 422) if form.is_submitted() else page


@bp.get("/events/<int:event_id>/signed-up")
@allows(PUBLIC, on=queries.get_public_event)
def signed_up(event: SupportEvent) -> Any:
    return render_template("events/signed_up.html", event=event)


@bp.get("/events/<int:event_id>/place/<int:sign_up_id>/<token>")
@allows(PUBLIC)
def show_place(event_id: int, sign_up_id: int, token: str) -> Any:
    place = queries.get_place(db.session, event_id, sign_up_id, token, identity.site())
    return render_template("events/place.html", event=place.event, is_over=place.cancelled_at is not None)


@bp.post("/events/<int:event_id>/place/<int:sign_up_id>/<token>")
@allows(PUBLIC)
def give_back(event_id: int, sign_up_id: int, token: str) -> Any:
    place = queries.get_place(db.session, event_id, sign_up_id, token, identity.site())
    services.give_back(db.session, place, now=utc_now())
    return render_template("events/place.html", event=place.event, is_over=True)


@bp.get("/office/rounds/<int:round_id>/events")
@allows(*HANDLERS, on=get_round)
def list_events(round_: Round) -> Any:
    events = queries.list_events(db.session, round_.id)
    places = queries.count_places(db.session, [event.id for event in events])
    return render_template("events/list.html", round=round_, events=events, places=places, labels=labels, kinds=KINDS)


@bp.route("/office/rounds/<int:round_id>/events/new", methods=["GET", "POST"])
@allows(*HANDLERS, on=get_round)
def plan(round_: Round) -> Any:
    form = open_form(EventForm)
    if form.validate_on_submit():
        try:
            made = services.plan_event(db.session, round_, form.plan(), actor=current_actor(), now=utc_now())
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The event is planned. It is on the round's page once the round is published.", "success")
            return redirect(url_for(EVENT, event_id=made.id), 303)
    return _form_page("events/edit.html", form, round=round_, event=None)


@bp.route("/office/events/<int:event_id>/change", methods=["GET", "POST"])
@allows(*HANDLERS, on=queries.get_event)
def change(event: SupportEvent) -> Any:
    form = open_form(EventForm, data=event_data(event))
    if form.validate_on_submit():
        try:
            services.change_event(db.session, event, form.plan(), **_by(form))
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The event is changed. Those who signed up are told of a new time, place or link.", "success")
            return redirect(url_for(EVENT, event_id=event.id), 303)
    return _form_page("events/edit.html", form, round=event.round, event=event)


@bp.route("/office/events/<int:event_id>/cancel", methods=["GET", "POST"])
@allows(*HANDLERS, on=queries.get_event)
def cancel(event: SupportEvent) -> Any:
    form = open_form(CancelEventForm)
    if form.validate_on_submit():
        services.cancel_event(db.session, event, form.reason.data or "", **_by(form))
        flash("The event is cancelled. Those who signed up are told.", "success")
        return redirect(url_for(EVENT, event_id=event.id), 303)
    return _form_page("events/cancel.html", form, event=event)


@bp.route("/office/events/<int:event_id>/recording", methods=["GET", "POST"])
@allows(*HANDLERS, on=queries.get_event)
def recording(event: SupportEvent) -> Any:
    form = open_form(RecordingForm, data={"recording_link": event.recording_link})
    if form.validate_on_submit():
        services.publish_recording(db.session, event, form.recording_link.data or "", **_by(form))
        flash("The recording is on the round's page.", "success")
        return redirect(url_for(EVENT, event_id=event.id), 303)
    return _form_page("events/recording.html", form, event=event)


@bp.post("/office/events/<int:event_id>/attendance")
@allows(*HANDLERS, on=queries.get_event)
def attendance(event: SupportEvent) -> Any:
    came = {
        int(each) for each in request.form.getlist("came") if each.isascii() and each.isdecimal() and len(each) < 10
    }
    services.mark_attendance(db.session, event, came, actor=current_actor(), now=utc_now())
    flash("Who came is written down.", "success")
    return redirect(url_for(EVENT, event_id=event.id), 303)


@bp.post("/office/events/<int:event_id>/hold")
@allows(*HANDLERS, on=queries.get_event)
def hold(event: SupportEvent) -> Any:
    services.hold_event(db.session, event, **_by(PressForm()))
    flash("The event is marked as held.", "success")
    return redirect(url_for(EVENT, event_id=event.id), 303)


def _by(form: Form) -> dict[str, Any]:
    return {"seen_version": form.seen_version.data, "actor": current_actor(), "now": utc_now()}


def _form_page(template: str, form: Form, **context: Any) -> Any:
    page = render_template(template, form=form, **context)
    return (page, 422) if form.is_submitted() else page
