"""Declaring interests where a round hides its groups: about all of them at once, by name, beside no bid.

Whoever answers for one group alone would see which bid opens; so every group is answered for before any bid opens.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.applications.models import Application
from grants.assessment import queries, services
from grants.assessment.forms.marking import interests_form
from grants.assessment.models import InterestDeclaration
from grants.assessment.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Round
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.assignment import Interest


@bp.route("/office/marking/rounds/<int:round_id>/interests", methods=["GET", "POST"])
@allows(Role.MARKER, on=queries.get_marked_round)
def round_interests(round_: Round) -> Any:
    bids = queries.groups_of(db.session, current_actor(), round_.id)
    mine = [current_actor().person_id or 0]
    said = {bid: row for (bid, _), row in queries.interests_of(db.session, [each.id for each in bids], mine).items()}
    form = open_form(interests_form(bids), data=_standing(bids, said))
    if form.validate_on_submit():
        for bid, interest, detail in form.answers():
            _declare(bid, Interest(interest.data), detail.data or "", said.get(bid.id))
        flash("Thank you. Your declarations are on the record.", "success")
        return redirect(url_for("assessment.queue"), 303)
    page = render_template("assessment/round_interests.html", round=round_, form=form, bids=bids)
    return page, 422 if form.errors else 200


def _standing(bids: list[Application], said: dict[int, InterestDeclaration]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for bid in bids:
        if bid.id in said:
            data[f"interest_{bid.organisation_id}"] = str(said[bid.id].interest)
            data[f"detail_{bid.organisation_id}"] = said[bid.id].detail
    return data


def _declare(bid: Application, interest: Interest, detail: str, standing: InterestDeclaration | None) -> None:
    if standing is not None and (standing.interest, standing.detail) == (interest, detail.strip()):
        return
    services.declare_interest(db.session, bid, interest, detail, actor=current_actor(), now=utc_now())
