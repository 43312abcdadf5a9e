"""What finance allows a round to promise above its pot, and who is next when money comes free."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.allocation import queries, services
from grants.allocation.forms import OverForm
from grants.allocation.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.funding.queries import find_over_programming
from grants.funds.models import Round
from grants.funds.queries import get_round
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.deadlines import london_date
from workflows.errors import Invalid


@bp.route("/office/rounds/<int:round_id>/over-programming", methods=["GET", "POST"])
@allows(Role.FINANCE, Role.MANAGER, on=get_round)
def over_programming(round_: Round) -> Any:
    """What finance allows above the pot."""
    row = find_over_programming(db.session, round_.id)
    data = {"percent": row.hundredths / 100, "reason": row.reason} if row else {}
    form = open_form(OverForm, data=data)
    if form.validate_on_submit():
        try:
            services.authorise_over_programming(
                db.session,
                round_,
                int((form.percent.data or 0) * 100),
                form.reason.data or "",
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("It is on the record.", "success")
            return redirect(url_for("allocation.over_programming", round_id=round_.id), 303)
    may_change = Role.FINANCE in current_actor().roles_in(round_.scope)
    page = render_template("allocation/over.html", round=round_, row=row, form=form, may_change=may_change)
    return page, 422 if form.errors or form.form_errors else 200


@bp.get("/office/rounds/<int:round_id>/reserve")
@can_wait
@allows(Role.CHAIR, Role.OFFICER, Role.MANAGER, Role.DECISION_MAKER, Role.FINANCE, on=get_round)
def reserve(round_: Round) -> Any:
    """The reserve list by rank with its last days, what is free, and the first that it would fund."""
    today = london_date(utc_now())
    found = queries.reserve_of(db.session, round_, current_actor(), today)
    return render_template("allocation/reserve.html", round=round_, reserve=found, today=today)
