"""An officer's word on a signal, and comparing the bids of a round again."""

from __future__ import annotations

from typing import Any

from flask import flash

from grants.applications.models import Application
from grants.clock import utc_now
from grants.diligence import queries, services
from grants.diligence.forms import SettleForm
from grants.diligence.views.blueprint import bp
from grants.diligence.views.checks import HANDLERS, back, checklist_page
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.numbers import row_argument


@bp.post("/office/applications/<int:application_id>/due-diligence/signals")
@allows(*HANDLERS, on=queries.get_bid)
def settle_signal(application: Application) -> Any:
    signal = queries.get_signal(db.session, current_actor(), application, row_argument("signal") or 0)
    form = open_form(SettleForm)
    if form.validate_on_submit():
        services.settle_signal(
            db.session,
            application,
            signal,
            form.settled.data or "",
            form.note.data or "",
            actor=current_actor(),
            now=utc_now(),
        )
        flash("Your note is kept with the signal.", "success")
        return back(application)
    return checklist_page(application, settle_form=form), 422


@bp.post("/office/applications/<int:application_id>/due-diligence/compare")
@allows(*HANDLERS, on=queries.get_bid)
def compare(application: Application) -> Any:
    """Compare the bids of this one's round again."""
    services.find_signals(db.session, application.round, actor=current_actor(), now=utc_now())
    # How many are new of other bids is not this page's to tell.
    flash("The bids of the round were compared. What was found about this one is below.", "success")
    return back(application)
