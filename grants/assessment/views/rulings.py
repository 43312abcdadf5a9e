"""Interests of a panel on one page: what was declared, what was ruled, and one that comes to light late."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from grants.accounts.models import Person
from grants.assessment import queries, services
from grants.assessment.forms.rulings import FoundForm, RulingForm
from grants.assessment.models import Panel
from grants.assessment.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.errors import Invalid

RULERS = (Role.CHAIR, Role.MANAGER)
KINDS = {"direct": "Direct", "indirect": "Indirect"}
RULINGS = {"takes_part": "Takes part", "leaves": "Leaves"}


@bp.get("/office/panels/<int:panel_id>/rulings")
@allows(*RULERS, on=queries.get_panel)
def rulings(panel: Panel) -> Any:
    """Every interest of the panel's members and markers that the reader may see; those that wait come first."""
    lines = queries.interests_for_minutes(db.session, panel, current_actor())
    return render_template(
        "assessment/rulings.html",
        panel=panel,
        lines=sorted(lines, key=lambda line: not line.waits),
        me=current_actor().person_id,
        kinds=KINDS,
        words=RULINGS,
    )


@bp.route("/office/panels/<int:panel_id>/rulings/<int:declaration_id>", methods=["GET", "POST"])
@allows(*RULERS, on=lambda session, actor, panel_id, declaration_id: queries.get_panel(session, actor, panel_id))
def rule(panel: Panel) -> Any:
    declaration_id = int((request.view_args or {})["declaration_id"])
    line = queries.get_interest_line(db.session, current_actor(), panel, declaration_id)
    form = open_form(RulingForm)
    if form.validate_on_submit():
        try:
            services.rule_on_interest(
                db.session,
                panel,
                line,
                form.ruling.data,
                form.reason.data or "",
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The ruling is on the record.", "success")
            return redirect(url_for("assessment.rulings", panel_id=panel.id), 303)
    page = render_template("assessment/ruling.html", panel=panel, line=line, form=form, kinds=KINDS)
    return page, 422 if form.errors or form.form_errors else 200


@bp.route("/office/panels/<int:panel_id>/bids/<int:application_id>/found", methods=["GET", "POST"])
@allows(*RULERS, on=queries.get_panel_bid)
def found(subject: queries.PanelBid) -> Any:
    """Record a direct interest of somebody else in this bid."""
    panel, application = subject.panel, subject.application
    people = _people(subject)
    form = open_form(FoundForm)
    form.person.choices = [SelectChoice(person.id, person.name) for person in people.values()]
    if form.validate_on_submit():
        try:
            person = people.get(form.person.data)
            if person is None:
                raise Invalid(problems={"person": "person-has-no-part"})
            services.record_found_interest(
                db.session, panel, application, person, form.reason.data or "", actor=current_actor(), now=utc_now()
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The interest is on the record. The bid is shut to them, and their marks of it are void.", "success")
            return redirect(url_for("assessment.rulings", panel_id=panel.id), 303)
    page = render_template("assessment/found.html", panel=panel, application=application, form=form)
    return page, 422 if form.errors or form.form_errors else 200


def _people(subject: queries.PanelBid) -> dict[int, Person]:
    """Who has a part in the bid, besides whoever asks."""
    assigned = queries.assignments_of(db.session, [subject.application.id]).get(subject.application.id, [])
    people = [each.person for each in subject.panel.members] + [each.person for each in assigned if each.person]
    return {person.id: person for person in people if person.id != current_actor().person_id}
