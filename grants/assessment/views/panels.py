"""A panel's pages: its seats, the moderation table, the line, and its opening and closing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for
from wtforms.fields.choices import SelectChoice

from grants.assessment import queries, services
from grants.assessment.forms import CHAIR, MEMBER, LineForm, PresenceForm, ReasonForm, seats_form
from grants.assessment.models import Panel
from grants.assessment.queries.facts import PanelTally, is_sitting, member_of, panel_facts
from grants.assessment.queries.panels import list_seats
from grants.assessment.services.panel import OFFICERS, Seat
from grants.assessment.views.blueprint import bp
from grants.assessment.views.preparing import must_prepare, to_preparation
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Round
from grants.representatives.queries import unprepared_among
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.errors import Invalid
from workflows.panel import PREPARING
from workflows.rules.scoring import show_percent

SITTERS = (Role.CHAIR, Role.PANEL_MEMBER, Role.OFFICER, Role.MANAGER)


@bp.get("/office/panels")
@allows(*SITTERS)
def panels() -> Any:
    found = queries.list_panels(db.session, current_actor())
    return render_template("assessment/panels.html", panels=found, labels=labels)


@bp.route("/office/rounds/<int:round_id>/panel", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_round)
def seats(round_: Round) -> Any:
    panel = queries.find_panel(db.session, round_.id)
    people = list_seats(db.session, round_.office_id)
    form = open_form(seats_form(people), data=_seated(panel))
    if form.validate_on_submit():
        try:
            panel = _seat(round_, panel, form)
        except Invalid as error:
            db.session.rollback()
            form.refuse(error)
        else:
            flash("The panel is convened. Its members can declare their interests now.", "success")
            return redirect(url_for("assessment.panel", panel_id=panel.id), 303)
    page = render_template(
        "assessment/seats.html",
        round=round_,
        panel=panel,
        form=form,
        officers=OFFICERS,
        unprepared=unprepared_among(db.session, round_, [each.id for each, _ in people]),
        may_change=panel is None or panel.state in PREPARING,
    )
    return page, 422 if form.errors else 200


def _seated(panel: Panel | None) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for each in panel.members if panel else ():
        data[f"seat_{each.person_id}"] = CHAIR if each.is_chair else MEMBER
    return data


def _seat(round_: Round, panel: Panel | None, form: Any) -> Panel:
    members = [
        Seat(person.id, seat.data == CHAIR, bool(roles & OFFICERS))
        for person, roles, seat in form.rows()
        if seat.data in {CHAIR, MEMBER}
    ]
    actor, now = current_actor(), utc_now()
    if panel is None:
        return services.convene_panel(db.session, round_, members, actor=actor, now=now)
    services.change_members(db.session, panel, members, actor=actor, now=now, seen_version=form.seen_version.data)
    return panel


@bp.get("/office/panels/<int:panel_id>")
@allows(*SITTERS, on=queries.get_panel)
def panel(panel: Panel) -> Any:
    actor = current_actor()
    seat = member_of(panel, actor.person_id)
    if must_prepare(panel.round):
        return to_preparation(panel.round)
    table = queries.moderation_table(db.session, panel, actor)
    unsaid = _unsaid(panel, table)
    waiting = {person_id for _, person_id in unsaid}
    if seat is not None and seat.person_id in waiting:
        return redirect(url_for("assessment.interests", panel_id=panel.id), 303)
    is_chair = seat is not None and seat.is_chair
    return render_template(
        "assessment/panel.html",
        panel=panel,
        table=table,
        reader=queries.reader_for(db.session, [each.application for each in table.lines if each.application]),
        seat=seat,
        may_rule=is_chair or Role.MANAGER in actor.roles_in(panel.scope),
        names={each.person_id: each.person.name for each in panel.members},
        undeclared=[each.person.name for each in panel.members if each.person_id in waiting],
        may_draw=is_sitting(panel) and is_chair and not table.stands_aside,
        all_moderated=all(each.percent is not None or each.stands_aside for each in table.lines),
        offers=_offers(panel, table, len(unsaid)) if is_chair else [],
        labels=labels,
    )


def _unsaid(panel: Panel, table: queries.ModerationTable) -> frozenset[tuple[int, int]]:
    """The (bid, person) pairs that the panel waits for; once it has opened it waits for none."""
    if panel.state not in PREPARING:
        return table.undeclared
    bids = [each.id for each in queries.bids_of_panel(db.session, panel)]
    asked = queries.proposed_to(db.session, bids, [each.person_id for each in panel.members])
    return table.undeclared | (asked - queries.beyond_members(db.session, panel, bids))


def _offers(panel: Panel, table: queries.ModerationTable, unsaid: int) -> Any:
    actor = current_actor()
    where = {"panel_id": panel.id}
    places = {
        "open": Place("assessment.open_session", where, is_link=True, kind=""),
        "close": Place("assessment.close", where, kind="secondary"),
        "reopen": Place("assessment.reopen_session", where, is_link=True),
    }
    facts = panel_facts(
        db.session,
        panel,
        actor=actor,
        now=utc_now(),
        undeclared=unsaid,
        tally=PanelTally(table.without_outcome, table.recommended_pence),
        hides_pot=bool(table.stands_aside),
        # The reason, and who is present, are asked for on the pages that these buttons lead to.
        reason="later",
    )
    there = len(panel.members)
    facts = replace(facts, members_present=there, quorum=min(facts.quorum, there), chair_present=True)
    facts = replace(facts, has_officer=True, has_community_rep=True)
    return offered(panel, facts, actor, places)


@bp.route("/office/panels/<int:panel_id>/open", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_panel)
def open_session(panel: Panel) -> Any:
    form = open_form(PresenceForm)
    form.present.choices = [SelectChoice(each.person_id, each.person.name) for each in panel.members]
    if form.validate_on_submit():
        services.open_panel(
            db.session,
            panel,
            form.present.data or [],
            actor=current_actor(),
            now=utc_now(),
            seen_version=form.seen_version.data,
        )
        flash("The panel is in session.", "success")
        return redirect(url_for("assessment.panel", panel_id=panel.id), 303)
    page = render_template("assessment/open.html", panel=panel, form=form)
    return page, 422 if form.errors else 200


@bp.post("/office/panels/<int:panel_id>/draw")
@allows(Role.CHAIR, on=queries.get_panel)
def draw(panel: Panel) -> Any:
    form = open_form(ReasonForm)
    allocation = services.draw_the_line(
        db.session, panel.round, actor=current_actor(), now=utc_now(), seen_version=form.seen_version.data
    )
    flash(
        f"The line is drawn: {len(allocation.recommended)} to recommend, {len(allocation.reserve)} in reserve, "
        f"{len(allocation.not_recommended)} not recommended. You can change each.",
        "success",
    )
    return redirect(url_for("assessment.panel", panel_id=panel.id), 303)


@bp.route("/office/panels/<int:panel_id>/line", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_panel)
def line(panel: Panel) -> Any:
    form = open_form(LineForm)
    if form.validate_on_submit():
        services.move_line(
            db.session, panel, form.hundredths, form.reason.data or "", actor=current_actor(), now=utc_now()
        )
        flash("The line has moved for every bid. Draw it again to place the bids by it.", "success")
        return redirect(url_for("assessment.panel", panel_id=panel.id), 303)
    shown = show_percent(queries.line_of(panel.round, panel))
    page = render_template("assessment/line.html", panel=panel, form=form, line=shown)
    return page, 422 if form.errors else 200


@bp.post("/office/panels/<int:panel_id>/close")
@allows(Role.CHAIR, on=queries.get_panel)
def close(panel: Panel) -> Any:
    form = open_form(ReasonForm)
    services.close_panel(db.session, panel, actor=current_actor(), now=utc_now(), seen_version=form.seen_version.data)
    flash("The panel is closed, and managers have been told.", "success")
    return redirect(url_for("assessment.panel", panel_id=panel.id), 303)


@bp.route("/office/panels/<int:panel_id>/reopen", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_panel)
def reopen_session(panel: Panel) -> Any:
    form = open_form(ReasonForm)
    if form.validate_on_submit():
        services.reopen_panel(
            db.session,
            panel,
            form.reason.data or "",
            actor=current_actor(),
            now=utc_now(),
            seen_version=form.seen_version.data,
        )
        flash("The panel is in session again.", "success")
        return redirect(url_for("assessment.panel", panel_id=panel.id), 303)
    page = render_template(
        "assessment/reason.html",
        form=form,
        version=panel.version,
        title=f"Reopen the panel on {panel.round.title}",
        intro="Outcomes can then be changed until the decision is made.",
        button="Reopen the panel",
        back=url_for("assessment.panel", panel_id=panel.id),
    )
    return page, 422 if form.errors else 200
