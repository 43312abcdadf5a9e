"""The page where a manager sets what a fund asks of due diligence."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.clock import utc_now
from grants.diligence import queries, services
from grants.diligence.forms import RulesForm
from grants.diligence.queries import RulesDesk
from grants.diligence.views.blueprint import bp
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.errors import Invalid


@bp.route("/office/funds/<int:fund_id>/due-diligence", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_rules_desk)
def rules(desk: RulesDesk) -> Any:
    """Whether checks are needed, where tiers end, and how long a check holds."""
    asked = queries.rules_of(db.session, desk.fund.id)
    data = {
        "is_needed": asked.is_needed,
        "low": asked.low_pence,
        "standard": asked.standard_pence,
        "months": asked.holds_months,
        "seen_version": asked.version,
    }
    form = open_form(RulesForm, data=data)
    if form.validate_on_submit():
        try:
            services.set_rules(
                db.session,
                desk.fund,
                is_needed=bool(form.is_needed.data),
                low_pence=form.low.data or 0,
                standard_pence=form.standard.data or 0,
                holds_months=form.months.data or 0,
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The rules are saved. Checks that are begun keep their tier.", "success")
            return redirect(url_for("funds.fund_page", fund_id=desk.fund.id), 303)
    page = render_template("diligence/rules.html", fund=desk.fund, form=form)
    return page, 422 if form.is_submitted() else 200
