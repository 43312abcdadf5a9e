"""What belongs to a round beside its questions, changed on screens: rubric, areas, rules, words and limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, url_for

from grants.funds import editing, model_form
from grants.funds.forms import (
    LIMITS,
    AreasForm,
    CriteriaForm,
    LimitsForm,
    criteria_data,
    rules_data,
    rules_form,
)
from grants.funds.models import Endorsement
from grants.funds.parts import RoundDefinition
from grants.funds.views.blueprint import bp
from grants.funds.views.desk import Desk, form_page, load_desk, save
from grants.funds.views.part_rows import READ
from grants.funds.views.staff import READERS
from grants.web.access import allows, current_actor
from grants.web.forms import Form, open_form
from grants.web.rule_words import rule_does
from workflows.actors import Role
from workflows.errors import Invalid
from workflows.rules.eligibility import RULES
from workflows.rules.scoring import WEIGHTS_SUM


def _to_setup(desk: Desk, anchor: str = "") -> Any:
    return redirect(url_for("funds.setup", round_id=desk.round.id, _anchor=anchor or None), 303)


def _may_change(desk: Desk) -> bool:
    return desk.may_change and Role.MANAGER in current_actor().roles_in(desk.scope)


def _to_read(desk: Desk, part: str) -> Any:
    """The part without a box or a button, for who may not change it or may not now."""
    heading, rows, nothing = READ[part]
    return render_template(
        "funds/part_read.html",
        desk=desk,
        round=desk.round,
        heading=heading,
        rows=rows(desk.definition),
        nothing=nothing,
    )


def _part(template: str, desk: Desk, form: Form, change: Callable[[], RoundDefinition], done: str, **more: Any) -> Any:
    """One part's page: shown, or saved and back to the set-up."""
    if form.validate_on_submit():
        try:
            changed = change()
        except Invalid as error:
            form.refuse(error)
        else:
            if save(desk, form, lambda _: changed, done):
                return _to_setup(desk)
    return form_page(template, desk, form, **more)


@bp.get("/office/rounds/<int:round_id>/form/criteria")
@allows(*READERS, on=load_desk)
def criteria(desk: Desk) -> Any:
    return _criteria(desk) if _may_change(desk) else _to_read(desk, "criteria")


@bp.post("/office/rounds/<int:round_id>/form/criteria")
@allows(Role.MANAGER, on=load_desk)
def save_criteria(desk: Desk) -> Any:
    return _criteria(desk)


def _criteria(desk: Desk) -> Any:
    """The rubric: what is judged, with which weight, and what markers look for."""
    form = open_form(CriteriaForm, data=criteria_data(desk.definition.criteria))

    def change() -> RoundDefinition:
        made = form.criteria(desk.definition.criteria)
        if len({each.code for each in made}) != len(made):
            raise Invalid(problems={"rows": "code-twice"})
        return editing.set_criteria(desk.definition, made)

    total = sum(each["weight"] or 0 for each in form.rows.data if each["title"])
    return _part("funds/criteria.html", desk, form, change, "The rubric is saved.", total=total, whole=WEIGHTS_SUM)


@bp.get("/office/rounds/<int:round_id>/form/areas")
@allows(*READERS, on=load_desk)
def areas(desk: Desk) -> Any:
    return _areas(desk) if _may_change(desk) else _to_read(desk, "areas")


@bp.post("/office/rounds/<int:round_id>/form/areas")
@allows(Role.MANAGER, on=load_desk)
def save_areas(desk: Desk) -> Any:
    return _areas(desk)


def _areas(desk: Desk) -> Any:
    """The areas that a bid may name, and what else people call them."""
    form = open_form(AreasForm, data={"areas": editing.written_areas(desk.definition.areas)})
    return _part(
        "funds/areas.html",
        desk,
        form,
        lambda: replace(desk.definition, areas=editing.read_areas(form.areas.data or "")),
        "The areas are saved.",
    )


@bp.get("/office/rounds/<int:round_id>/form/rules")
@allows(*READERS, on=load_desk)
def rules(desk: Desk) -> Any:
    return _rules(desk) if _may_change(desk) else _to_read(desk, "rules")


@bp.post("/office/rounds/<int:round_id>/form/rules")
@allows(Role.MANAGER, on=load_desk)
def save_rules(desk: Desk) -> Any:
    return _rules(desk)


def _rules(desk: Desk) -> Any:
    """All eligibility rules of the registry, each with what it will do in this round."""
    form = open_form(rules_form(), data=rules_data(desk.definition.rules))
    asked = {question.code for question in desk.definition.questions if not question.is_hidden}
    lacking = {
        code: sorted(min(choices) for choices in reads if not choices & asked)
        for code, reads in model_form.RULE_READS.items()
    }
    own = {rule.code: rule.settings for rule in desk.definition.rules}
    words = {code: rule_does(code, own.get(code, {})) for code in RULES}
    return _part(
        "funds/rules.html",
        desk,
        form,
        lambda: editing.set_rules(desk.definition, form.chosen()),
        "The rules are saved.",
        specs=list(RULES.values()),
        lacking=lacking,
        words=words,
    )


@bp.get("/office/rounds/<int:round_id>/form/words")
@allows(*READERS, on=load_desk)
def words(desk: Desk) -> Any:
    return _words(desk) if _may_change(desk) else _to_read(desk, "words")


@bp.post("/office/rounds/<int:round_id>/form/words")
@allows(Role.MANAGER, on=load_desk)
def save_words(desk: Desk) -> Any:
    return _words(desk)


def _words(desk: Desk) -> Any:
    """The round's words and limits, also for the next version of a published form."""
    data = {name: getattr(desk.definition, name) for name in LIMITS}
    form = open_form(LimitsForm, data={**data, "endorsement": str(desk.definition.endorsement)})

    def change() -> RoundDefinition:
        typed = {name: form[name].data for name in LIMITS}
        return replace(desk.definition, **typed, endorsement=Endorsement(form.endorsement.data))

    return _part("funds/words.html", desk, form, change, "The words and limits are saved.")
