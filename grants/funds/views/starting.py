"""Beginning a round: from a preset, from the model form, or from an earlier round; from a file on its own page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.accounts.models import Office
from grants.clock import utc_now
from grants.extensions import db
from grants.funds import model_form, presets, queries, services
from grants.funds.forms.starting import NEW_FUND, StartForm
from grants.funds.models import Fund
from grants.funds.parts import RoundDefinition
from grants.funds.services.setting_up import basic_problems
from grants.funds.views.blueprint import bp
from grants.web.access import allows, current_actor
from grants.web.forms import Form, open_form
from workflows.actors import Role
from workflows.errors import Invalid, NotFound

SHORT, FULL = "short", "full"
# How many earlier rounds are offered; any round can be copied from its own page.
EARLIER = 20
# Dates of an earlier round are over; what a preset does not know is asked of the office.
NO_DATES: dict[str, Any] = dict.fromkeys(("scoring_ends_at", "panel_on", "decide_by_on", "announce_on"))


@bp.route("/office/rounds/start", methods=["GET", "POST"])
@allows(Role.MANAGER)
def start_round() -> Any:
    """Ask for what no preset knows; the rest comes with it and can be changed on the next pages."""
    actor = current_actor()
    offices = [number for number, role in sorted(actor.office_roles) if role is Role.MANAGER]
    funds = [fund for fund in queries.list_funds(db.session, actor) if fund.office_id in offices]
    form = open_form(StartForm, data={"fund": request.args.get("fund", "")})
    form.start.choices = _starts()
    form.fund.choices = _funds(funds, offices)
    form.fund.data = form.fund.data or form.fund.choices[0][0]
    if form.validate_on_submit():
        try:
            office, definition = _asked(form, funds, offices)
            if str(form.fund.data).startswith(NEW_FUND):
                _make_fund(office, form)
            round_ = services.create_round(
                db.session, office, definition, actor=actor, now=utc_now(), create_missing=bool(form.has_money.data)
            )
        except Invalid as error:
            db.session.rollback()
            form.refuse(_beside(form, error))
        else:
            flash("The round is begun, as a draft. Check every part of it.", "success")
            return redirect(url_for("funds.setup", round_id=round_.id), 303)
    page = render_template("funds/start.html", form=form, presets=presets.list_presets())
    return (page, 422) if form.is_submitted() else page


def _starts() -> list[tuple[str, str]]:
    rounds = queries.list_rounds(db.session, current_actor())[:EARLIER]
    return [
        (SHORT, "The short form: what every bid must say"),
        (FULL, "The full model form: every question of the field"),
        *((f"preset:{each.key}", f"Preset: {each.title} ({each.office})") for each in presets.list_presets()),
        *((f"round:{round_.id}", f"Like {round_.code}: {round_.title}") for round_, _, _ in rounds),
    ]


def _funds(funds: list[Fund], offices: list[int]) -> list[tuple[str, str]]:
    names = {number: db.session.get_one(Office, number).name for number in offices}
    known = [(str(fund.id), f"{fund.code}: {fund.title}, {names[fund.office_id]}") for fund in funds]
    return [*known, *((f"{NEW_FUND}:{number}", f"A new fund of {name}") for number, name in names.items())]


def _make_fund(office: Office, form: StartForm) -> None:
    try:
        services.create_fund(
            db.session,
            office,
            form.fund_code.data or "",
            form.fund_title.data or "",
            purpose=form.fund_purpose.data or "",
            legal_power=form.legal_power(),
            actor=current_actor(),
            now=utc_now(),
        )
    except Invalid as error:
        problems = error.detail.get("problems", {})
        raise Invalid(problems={f"fund_{name}": code for name, code in problems.items()}) from None


def _asked(form: StartForm, funds: list[Fund], offices: list[int]) -> tuple[Office, RoundDefinition]:
    """The office, and the round as it is asked for. Raises Invalid beside the fields."""
    chosen = str(form.fund.data)
    fund = next((each for each in funds if str(each.id) == chosen), None)
    number = fund.office_id if fund else next((each for each in offices if chosen == f"{NEW_FUND}:{each}"), None)
    if number is None:
        raise Invalid(problems={"fund": "Choose one of these funds."})
    closes_at = form.moment("closes_at")
    definition = replace(
        _start(str(form.start.data)),
        **NO_DATES,
        office="",
        fund=fund.code if fund else form.fund_code.data,
        fund_title=fund.title if fund else form.fund_title.data,
        code=form.code.data,
        title=form.title.data,
        pot_pence=form.pot_pence.data,
        opens_at=form.moment("opens_at"),
        closes_at=closes_at,
        is_rolling=closes_at is None,
        is_on_paper=False,
        events=(),
        warnings=(),
    )
    problems = basic_problems(
        {name: getattr(definition, name) for name in ("title", "pot_pence", "opens_at", "closes_at")}
    )
    if problems:
        raise Invalid(problems=problems)
    return db.session.get_one(Office, number), definition


def _start(chosen: str) -> RoundDefinition:
    kind, _, key = chosen.partition(":")
    try:
        if kind == "preset":
            return presets.get_preset(key).definition
        if kind == "round":
            round_ = queries.get_round(db.session, current_actor(), int(key))
            return queries.current_definition(db.session, round_)
    except (NotFound, ValueError):
        raise Invalid(problems={"start": "Choose one of these."}) from None
    if kind not in {SHORT, FULL}:
        raise Invalid(problems={"start": "Choose one of these."})
    return _blank(model_form.FULL_SECTIONS if kind == FULL else model_form.SECTIONS)


def _blank(sections: Any) -> RoundDefinition:
    return RoundDefinition(
        office="",
        fund="",
        code="",
        title="",
        pot_pence=1,
        opens_at=None,
        closes_at=None,
        criteria=model_form.CRITERIA,
        sections=tuple(model_form.sections_for(model_form.CRITERIA, sections)),
        rules=model_form.default_rules(),
        guidance=model_form.GUIDANCE,
        privacy_notice=model_form.PRIVACY_NOTICE,
    )


def _beside(form: Form, error: Invalid) -> Invalid:
    """Problems of a moment go to its date, and those of the fund to its list."""
    problems = error.detail.get("problems", {})
    places = {"opens_at": "opens_at_on", "closes_at": "closes_at_on"}
    return Invalid(problems={places.get(name, name): code for name, code in problems.items()})
