"""Trying a form out: its public page before there is one, and a round for the officer alone, opened and ended."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from grants.clock import utc_now
from grants.extensions import db
from grants.funds import queries, services
from grants.funds.forms import PressForm
from grants.funds.models import Round
from grants.funds.views.blueprint import bp
from grants.funds.views.public import draw_round
from grants.funds.views.staff import READERS
from grants.web.access import allows, current_actor
from grants.web.shedding import can_wait
from workflows.actors import Role

TESTERS = (Role.OFFICER, Role.MANAGER)


@bp.post("/office/rounds/<int:round_id>/try")
@allows(*TESTERS, on=queries.get_round)
def try_form(round_: Round) -> Any:
    trial = services.try_form(db.session, round_, actor=current_actor(), now=utc_now())
    flash("This is your test. Start an application as a group does: only you get its e-mails.", "success")
    return redirect(url_for("funds.public_round", round_id=trial.id), 303)


@bp.get("/office/rounds/<int:round_id>/page-preview")
@can_wait
@allows(*READERS, on=queries.get_round)
def preview_round(round_: Round) -> str:
    """The round's public page as it will be, drawn from what its editor has."""
    page = queries.page_from(db.session, round_, queries.editable(db.session, round_).definition)
    return draw_round(page, start_url="", check_url="", news_url="", is_preview=True)


@bp.post("/office/trials/<int:round_id>/end")
@allows(*TESTERS, on=queries.get_trial)
def end_trial(trial: Round) -> Any:
    seen = PressForm().seen_version.data
    services.end_trial(db.session, trial, seen_version=seen, actor=current_actor(), now=utc_now())
    flash("The test is over. It is counted nowhere.", "success")
    return redirect(url_for("funds.setup", round_id=trial.trial_of_id), 303)
