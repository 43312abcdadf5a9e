"""Pages of scenarios: what could be had under which rules, side by side, and making one the recommendation."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.allocation import queries, services
from grants.allocation.forms import (
    asked_from,
    follow_form,
    missing_reasons,
    scenario_form,
    typed_from,
)
from grants.allocation.models import Scenario
from grants.allocation.queries import Board, Worked
from grants.allocation.views.blueprint import bp
from grants.allocation.views.pictures import area_chart, pot_chart
from grants.assessment.models import Panel
from grants.assessment.queries.facts import is_sitting, member_of
from grants.clock import utc_now
from grants.core.solver import solve
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.errors import Invalid
from workflows.rules.award_reasons import (
    areas_without_bids,
    costs_of_rules,
    departures,
    down_the_list,
    gain_over_the_list,
    ranked,
    way_in,
)
from workflows.rules.awarding import Choice

LOOKERS = (Role.CHAIR, Role.PANEL_MEMBER, Role.OFFICER, Role.MANAGER)
WORKERS = (Role.CHAIR, Role.OFFICER, Role.MANAGER)
MOST_BESIDE = 4


@bp.get("/office/panels/<int:panel_id>/scenarios")
@can_wait
@allows(*LOOKERS, on=queries.get_board_panel)
def scenarios(panel: Panel) -> Any:
    """The scenarios of a round side by side, and what each comes to."""
    actor = current_actor()
    board = queries.board_of(db.session, panel, actor)
    found = queries.shown_scenarios(db.session, panel, actor)
    chosen = _chosen(found)
    return render_template(
        "allocation/scenarios.html",
        panel=panel,
        board=board,
        scenarios=found,
        chosen=chosen,
        order=ranked(board.candidates),
        cells=[_cells(board, each) for each in chosen],
        followed=queries.find_followed(db.session, panel.round_id) if not board.hidden else None,
        may_work=bool(set(WORKERS) & actor.roles_in(panel.scope)) and not board.waiting,
    )


def _chosen(found: list[Scenario]) -> list[Scenario]:
    asked = {
        int(text) for text in request.args.getlist("with") if text.isascii() and text.isdecimal() and len(text) < 10
    }
    return [each for each in found if str(each.id) in asked][:MOST_BESIDE] or found[:MOST_BESIDE]


def _cells(board: Board, scenario: Scenario) -> dict[str, Any]:
    awards = {reference: scenario.awards.get(str(bid.id)) for reference, bid in board.bids.items()}
    spent = sum(pence for pence in awards.values() if pence)
    return {
        "awards": awards,
        "count": sum(1 for pence in awards.values() if pence),
        "spent": spent,
        "left": scenario.rules.get("pot_pence", board.round.pot_pence) - spent,
        "is_stale": queries.is_stale(board, scenario),
    }


@bp.route("/office/panels/<int:panel_id>/scenarios/new", methods=["GET", "POST"])
@allows(*WORKERS, on=queries.get_board_panel)
def new(panel: Panel) -> Any:
    """A scenario with its own pot and rules; begun as a copy of another where the address names one."""
    found = queries.shown_scenarios(db.session, panel, current_actor())
    copied = next((each for each in found if str(each.id) == request.args.get("copy")), None)
    if copied is None:
        return _edit(panel, None, {}, "")
    return _edit(panel, None, copied.rules, f"Copy of {copied.name}"[:80])


@bp.route("/office/scenarios/<int:scenario_id>/edit", methods=["GET", "POST"])
@allows(*WORKERS, on=queries.get_scenario)
def edit(worked: Worked) -> Any:
    return _edit(worked.panel, worked.scenario, worked.scenario.rules, worked.scenario.name)


def _edit(panel: Panel, scenario: Scenario | None, asked: Any, name: str) -> Any:
    board = queries.board_of(db.session, panel, current_actor())
    data = typed_from(asked, name, board) | {"seen_version": scenario.version if scenario else None}
    form: Any = open_form(scenario_form(board), data=data)
    if form.validate_on_submit() and not missing_reasons(form, board):
        try:
            saved = services.save_scenario(
                db.session,
                panel,
                form.name.data or "",
                asked_from(form, board),
                scenario=scenario,
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(f"“{saved.name}” is worked out.", "success")
            return redirect(url_for("allocation.show", scenario_id=saved.id), 303)
    page = render_template(
        "allocation/edit.html", panel=panel, board=board, form=form, scenario=scenario, order=ranked(board.candidates)
    )
    return page, 422 if form.errors or form.form_errors else 200


@bp.get("/office/scenarios/<int:scenario_id>")
@can_wait
@allows(*LOOKERS, on=queries.get_scenario)
def show(worked: Worked) -> Any:
    """What a scenario comes to, why, what each rule costs, and what would let one more in."""
    actor, scenario, panel = current_actor(), worked.scenario, worked.panel
    board = queries.board_of(db.session, panel, actor)
    candidates, rules = queries.rules_of(board, scenario.rules)
    awards = {ref: scenario.awards[str(bid.id)] for ref, bid in board.bids.items() if str(bid.id) in scenario.awards}
    choice = _stored(scenario, awards)
    is_stale = queries.is_stale(board, scenario)
    listed = down_the_list(candidates, rules)
    seat = member_of(panel, actor.person_id)
    is_chair = seat is not None and seat.is_chair and is_sitting(panel)
    return render_template(
        "allocation/show.html",
        panel=panel,
        scenario=scenario,
        board=board,
        rules=rules,
        choice=choice,
        order=ranked(candidates),
        listed=listed,
        departs=set(departures(candidates, awards, board.line)),
        costs=() if choice.conflict or is_stale else costs_of_rules(candidates, rules, choice, solve),
        way=None if is_stale else way_in(candidates, rules, choice),
        gain=gain_over_the_list(candidates, rules, choice),
        empty_areas=areas_without_bids(candidates, rules, board.areas),
        is_stale=is_stale,
        pot_chart=pot_chart(candidates, rules, awards),
        area_chart=area_chart(board, candidates, awards),
        may_work=bool(set(WORKERS) & actor.roles_in(panel.scope)),
        may_follow=is_chair and not board.hidden and not choice.conflict,
    )


def _stored(scenario: Scenario, awards: dict[str, int]) -> Choice:
    """What was found when the scenario was worked out."""
    found = scenario.findings
    bound = Fraction(found["bound"]) if found.get("bound") else None
    ties = tuple(tuple(tie) for tie in found.get("ties", ()))
    return Choice(awards, Fraction(found.get("worth", "0")), bound, tuple(found.get("conflict", ())), ties)


@bp.post("/office/scenarios/<int:scenario_id>/drop")
@allows(*WORKERS, on=queries.get_scenario)
def drop(worked: Worked) -> Any:
    panel_id, name = worked.panel.id, worked.scenario.name
    services.drop_scenario(db.session, worked, actor=current_actor(), now=utc_now())
    flash(f"“{name}” is dropped.", "success")
    return redirect(url_for("allocation.scenarios", panel_id=panel_id), 303)


@bp.route("/office/scenarios/<int:scenario_id>/follow", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_scenario)
def follow(worked: Worked) -> Any:
    """Make the scenario the panel's recommendation, with a reason for each departure from rank."""
    scenario, panel = worked.scenario, worked.panel
    board = queries.board_of(db.session, panel, current_actor())
    departs = services.departures_of(board, scenario)
    parts = tuple(
        each.reference
        for each in ranked(board.candidates)
        if 0 < scenario.awards.get(str(board.bids[each.reference].id), 0) < each.ask_pence
    )
    musts = {f"reason_{number}": said["reason"] for number, said in scenario.rules.get("musts", {}).items()}
    form: Any = open_form(follow_form(board, departs, parts), data=musts | {"seen_version": scenario.version})
    if form.validate_on_submit():
        try:
            services.record_recommendation(
                db.session,
                worked,
                {ref: form[f"reason_{board.bids[ref].id}"].data or "" for ref in departs},
                {ref: form[f"lines_{board.bids[ref].id}"].data or "" for ref in parts},
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            db.session.rollback()
            form.refuse(error)
        else:
            flash(f"“{scenario.name}” is the panel's recommendation.", "success")
            return redirect(url_for("assessment.panel", panel_id=panel.id), 303)
    page = render_template(
        "allocation/follow.html", panel=panel, scenario=scenario, board=board, form=form, departs=departs, parts=parts
    )
    return page, 422 if form.errors or form.form_errors else 200
