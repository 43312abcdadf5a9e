"""The form of a round at a glance, and what moves its parts: a draft's own rows, or the next version of the form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import flash, render_template, request

from grants.extensions import db
from grants.funds import editing, queries
from grants.funds.forms import KINDS, PressForm, SectionForm
from grants.funds.parts import QuestionDef, RoundDefinition
from grants.funds.views.blueprint import bp
from grants.funds.views.desk import (
    Change,
    Desk,
    QuestionDesk,
    SectionDesk,
    back_to_form,
    form_page,
    load_desk,
    load_question,
    load_section,
    save,
)
from grants.funds.views.staff import READERS
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.errors import NotFound, Stale
from workflows.rules.burden import burden_of

# What a button beside a section or question does, and what is said once it is done.
MOVES: Final = {
    "up": "Moved up.",
    "down": "Moved down.",
    "copy": "Copied. The copy is right after it.",
    "hide": "Hidden: groups are not asked.",
    "show": "Asked again.",
    "remove": "Removed. Answers that were given to it stay with their bids.",
}
Move = Callable[[RoundDefinition, str, frozenset[str]], RoundDefinition]
ON_SECTION: Final[dict[str, Move]] = {
    "up": lambda whole, code, used: editing.move_section(whole, code, editing.UP),
    "down": lambda whole, code, used: editing.move_section(whole, code, editing.DOWN),
    "copy": editing.copy_section,
    "hide": lambda whole, code, used: editing.hide_section(whole, code, is_hidden=True),
    "show": lambda whole, code, used: editing.hide_section(whole, code, is_hidden=False),
    "remove": lambda whole, code, used: editing.remove_section(whole, code),
}
ON_QUESTION: Final[dict[str, Move]] = {
    "up": lambda whole, code, used: editing.move_question(whole, code, editing.UP),
    "down": lambda whole, code, used: editing.move_question(whole, code, editing.DOWN),
    "copy": editing.copy_question,
    "hide": lambda whole, code, used: editing.hide_question(whole, code, is_hidden=True),
    "show": lambda whole, code, used: editing.hide_question(whole, code, is_hidden=False),
    "remove": lambda whole, code, used: editing.remove_question(whole, code),
}


@bp.get("/office/rounds/<int:round_id>/form")
@allows(*READERS, on=load_desk)
def structure(desk: Desk) -> Any:
    """Every section and question at a glance, with the buttons that change them."""
    conditions = {
        question.code: editing.condition_words(desk.definition, question.show_when)
        for question in desk.definition.questions
        if question.show_when
    }
    return render_template(
        "funds/structure.html",
        desk=desk,
        round=desk.round,
        definition=desk.definition,
        kinds=KINDS,
        conditions=conditions,
        hanging={question.code for question in editing.left_hanging(desk.definition)},
        may_change=desk.may_change and Role.MANAGER in current_actor().roles_in(desk.scope),
        burden=burden_of(
            desk.definition.questions,
            max_ask_pence=desk.definition.max_ask_pence,
            pot_pence=desk.definition.pot_pence,
        ),
    )


@bp.route("/office/rounds/<int:round_id>/form/sections", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_desk)
def new_section(desk: Desk) -> Any:
    form = open_form(SectionForm)
    if form.validate_on_submit():
        title, guidance = form.title.data or "", form.guidance.data or ""
        if save(desk, form, lambda whole: editing.add_section(whole, title, guidance), "The section is added."):
            return back_to_form(desk)
    return form_page("funds/section_edit.html", desk, form, section=None)


@bp.route("/office/rounds/<int:round_id>/form/sections/<code>", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_section)
def edit_section(desk: SectionDesk) -> Any:
    section = desk.section
    form = open_form(SectionForm, data={"title": section.title, "guidance": section.guidance})
    if form.validate_on_submit():
        words = {"title": form.title.data or "", "guidance": form.guidance.data or ""}
        if save(desk, form, lambda whole: editing.change_section(whole, section.code, **words), "Saved."):
            return back_to_form(desk, f"section-{section.code}")
    return form_page("funds/section_edit.html", desk, form, section=section)


@bp.post("/office/rounds/<int:round_id>/form/press")
@allows(Role.MANAGER, on=load_desk)
def press(desk: Desk) -> Any:
    """One button of the form's page: `do` says which, as `question:P3:up`."""
    form = PressForm()
    part, code, move = _pressed()
    # Two people at one form: the second is told before a part is looked for that the first may have removed.
    if form.seen_version.data not in (None, desk.editable.seen_version):
        raise Stale(subject="round", id=desk.round.id)
    used = queries.used_codes(db.session, desk.round)
    act = (ON_SECTION if part == "section" else ON_QUESTION)[move]
    anchor = _anchor(desk, part, code, move)
    change: Change = lambda whole: act(whole, code, used)  # noqa: E731  (typed)
    if not save(desk, form, change, MOVES[move]):
        for words in form.form_errors:
            flash(words)
        return back_to_form(desk, anchor)
    _warn_of_hanging(change(desk.definition), desk.definition)
    return back_to_form(desk, anchor)


def _pressed() -> tuple[str, str, str]:
    part, _, rest = request.form.get("do", "").partition(":")
    code, _, move = rest.rpartition(":")
    if part not in {"section", "question"} or move not in MOVES:
        raise NotFound(subject="button")
    return part, code, move


def _anchor(desk: Desk, part: str, code: str, move: str) -> str:
    if move != "remove":
        return f"{part}-{code}"
    return "" if part == "section" else f"section-{editing.home_of(desk.definition, code).code}"


def _warn_of_hanging(after: RoundDefinition, before: RoundDefinition) -> None:
    """Say which questions have lost the question that they wait for: the form can't be published like this."""
    known = {question.code for question in editing.left_hanging(before)}
    for question in editing.left_hanging(after):
        if question.code not in known:
            flash(f"{question.code} waits for an answer that is not asked before it now. Change when it is asked.")


@bp.get("/office/rounds/<int:round_id>/form/sections/<code>/remove")
@allows(Role.MANAGER, on=load_section)
def ask_remove_section(desk: SectionDesk) -> Any:
    title = f"the section {desk.section.title}"
    return _ask_remove(desk, title, f"section:{desk.section.code}:remove", desk.section.questions)


@bp.get("/office/rounds/<int:round_id>/form/questions/<code>/remove")
@allows(Role.MANAGER, on=load_question)
def ask_remove_question(desk: QuestionDesk) -> Any:
    return _ask_remove(desk, desk.question.code, f"question:{desk.question.code}:remove", (desk.question,))


def _ask_remove(desk: Desk, title: str, button: str, gone: Sequence[QuestionDef]) -> Any:
    """What goes, what stays, and what hangs on it, before it is done."""
    hanging = editing.hanging_on(desk.definition, [question.code for question in gone])
    return form_page(
        "funds/remove_part.html", desk, PressForm(), title=title, button=button, questions=gone, hanging=hanging
    )
