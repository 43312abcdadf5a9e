"""A round's way after its set-up: approved, published, its deadline moved later, or cancelled."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.clock import utc_now
from grants.extensions import db
from grants.funds import queries, services
from grants.funds.forms import CancelForm, DeadlineForm, PressForm, TakeBackForm, moment_data
from grants.funds.models import Round
from grants.funds.views.blueprint import bp
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.errors import Invalid, TransitionRefused


@bp.post("/office/rounds/<int:round_id>/approve")
@allows(Role.MANAGER, on=queries.get_round)
def approve(round_: Round) -> Any:
    seen = PressForm().seen_version.data
    services.approve_round(db.session, round_, seen_version=seen, actor=current_actor(), now=utc_now())
    flash("The round is approved. Publish it when the public may see it.", "success")
    return redirect(url_for("funds.setup", round_id=round_.id), 303)


@bp.route("/office/rounds/<int:round_id>/take-back", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_round)
def take_back(round_: Round) -> Any:
    """An approved round made a draft again, before anybody outside has seen it."""
    form = open_form(TakeBackForm)
    if form.validate_on_submit():
        services.take_back_approval(
            db.session,
            round_,
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
        flash("The round is a draft again. Change it, then approve it once more.", "success")
        return redirect(url_for("funds.setup", round_id=round_.id), 303)
    page = render_template("funds/take_back.html", form=form, round=round_)
    return (page, 422) if form.is_submitted() else page


@bp.post("/office/rounds/<int:round_id>/publish")
@allows(Role.MANAGER, on=queries.get_round)
def publish(round_: Round) -> Any:
    seen = PressForm().seen_version.data
    services.publish_round(db.session, round_, seen_version=seen, actor=current_actor(), now=utc_now())
    flash("The round is published. It opens by itself at its opening time.", "success")
    return redirect(url_for("funds.setup", round_id=round_.id), 303)


@bp.route("/office/rounds/<int:round_id>/deadline", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_round)
def deadline(round_: Round) -> Any:
    form = open_form(DeadlineForm, data=moment_data("closes_at", round_.closes_at))
    if form.validate_on_submit():
        try:
            services.move_deadline(
                db.session,
                round_,
                form.moment("closes_at"),  # type: ignore[arg-type]  # the date is required
                form.reason.data or "",
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(Invalid(problems={"closes_at_on": error.detail["problems"]["closes_at"]}))
        except TransitionRefused as error:
            # Only this refusal is about what was typed; any other is about the round.
            if error.code != "deadline-only-later":
                raise
            form.refuse(Invalid(problems={"closes_at_on": labels.sentence_for(error.code, error.detail)}))
        else:
            flash("The deadline is moved. Everyone who has started a bid is told.", "success")
            return redirect(url_for("funds.setup", round_id=round_.id), 303)
    page = render_template("funds/deadline.html", form=form, round=round_)
    return (page, 422) if form.is_submitted() else page


@bp.route("/office/rounds/<int:round_id>/cancel", methods=["GET", "POST"])
@allows(Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE, on=queries.get_round)
def cancel(round_: Round) -> Any:
    form = open_form(CancelForm)
    if form.validate_on_submit():
        services.cancel_round(
            db.session,
            round_,
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
        flash("The round is cancelled. Everyone with a bid in it is told.", "success")
        return redirect(url_for("funds.setup", round_id=round_.id), 303)
    page = render_template("funds/cancel.html", form=form, round=round_)
    return (page, 422) if form.is_submitted() else page
