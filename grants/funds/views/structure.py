"""The form of a round, changed on screens: its sections and questions, as a draft or as the next version of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from grants.clock import utc_now
from grants.extensions import db
from grants.funds import editing, queries, services
from grants.funds.forms import (
    KINDS,
    KindForm,
    PressForm,
    QuestionEditForm,
    SectionForm,
    draw_choices,
    kind_fields,
    question_data,
    read_question,
)
from grants.funds.models import QuestionKind, Round
from grants.funds.parts import QuestionDef, RoundDefinition, SectionDef
from grants.funds.queries import Editable
from grants.funds.views.blueprint import bp
from grants.funds.views.staff import READERS
from grants.web.access import allows, current_actor
from grants.web.forms import Form, open_form
from workflows.actors import Actor, Role, Scope
from workflows.errors import Invalid, NotFound
from workflows.round import PUBLISHED, SETTING_UP
from workflows.rules.burden import burden_of

Change = Callable[[RoundDefinition], RoundDefinition]
# What a button beside a section or question does, and what is said once it is done.
MOVES = {
    "up": "Moved up.",
    "down": "Moved down.",
    "copy": "Copied. The copy is right after it.",
    "hide": "Hidden: groups are not asked.",
    "show": "Asked again.",
    "remove": "Removed. Answers that were given to it stay with their bids.",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """A round with what a change of it starts from."""

    round: Round
    editable: Editable

    @property
    def scope(self) -> Scope:
        return self.round.scope

    @property
    def definition(self) -> RoundDefinition:
        return self.editable.definition

    @property
    def may_change(self) -> bool:
        """Before it opens and while it takes bids; later the form is what was answered."""
        return self.round.state in SETTING_UP | PUBLISHED


@dataclass(frozen=True, slots=True)
class SectionDesk(Desk):
    """A section of the form before its manager."""

    section: SectionDef


@dataclass(frozen=True, slots=True)
class QuestionDesk(Desk):
    """A question of the form before its manager."""

    question: QuestionDef
    home: SectionDef


def load_desk(session: Session, actor: Actor, round_id: int) -> Desk:
    round_ = queries.get_round(session, actor, round_id)
    return Desk(round_, queries.editable(session, round_))


def load_section(session: Session, actor: Actor, round_id: int, code: str, **_: str) -> SectionDesk:
    desk = load_desk(session, actor, round_id)
    return SectionDesk(desk.round, desk.editable, editing.section_of(desk.definition, code))


def load_question(session: Session, actor: Actor, round_id: int, code: str, **_: str) -> QuestionDesk:
    desk = load_desk(session, actor, round_id)
    question, home = editing.question_of(desk.definition, code), editing.home_of(desk.definition, code)
    return QuestionDesk(desk.round, desk.editable, question, home)


def save(desk: Desk, form: Form, change: Change, done: str) -> bool:
    """Save the changed definition; what is refused is beside its field, and nothing is saved."""
    try:
        services.save_definition(
            db.session,
            desk.round,
            change(desk.definition),
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return False
    flash(done, "success")
    return True


def back_to_form(desk: Desk, anchor: str = "") -> Any:
    return redirect(url_for("funds.structure", round_id=desk.round.id, _anchor=anchor or None), 303)


def form_page(template: str, desk: Desk, form: Form, **more: Any) -> Any:
    if form.seen_version.data is None:
        form.seen_version.data = desk.editable.seen_version
    page = render_template(template, desk=desk, round=desk.round, definition=desk.definition, form=form, **more)
    return (page, 422) if form.is_submitted() else page


@bp.get("/office/rounds/<int:round_id>/form")
@allows(*READERS, on=load_desk)
def structure(desk: Desk) -> Any:
    """Every section and question at a glance, with the buttons that change them."""
    return render_template(
        "funds/structure.html",
        desk=desk,
        round=desk.round,
        definition=desk.definition,
        kinds=KINDS,
        labels_by_code={question.code: question.label for question in desk.definition.questions},
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


@bp.post("/office/rounds/<int:round_id>/form/sections/<code>/<any(up, down, copy, hide, show, remove):move>")
@allows(Role.MANAGER, on=load_section)
def move_section(desk: SectionDesk) -> Any:
    code, move = desk.section.code, _move()
    used = queries.used_codes(db.session, desk.round)
    changes: dict[str, Change] = {
        "up": lambda whole: editing.move_section(whole, code, editing.UP),
        "down": lambda whole: editing.move_section(whole, code, editing.DOWN),
        "copy": lambda whole: editing.copy_section(whole, code, used),
        "hide": lambda whole: editing.hide_section(whole, code, is_hidden=True),
        "show": lambda whole: editing.hide_section(whole, code, is_hidden=False),
        "remove": lambda whole: editing.remove_section(whole, code),
    }
    return _pressed(desk, changes[move], MOVES[move], "" if move == "remove" else f"section-{code}")


@bp.route("/office/rounds/<int:round_id>/form/questions", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_desk)
def new_question(desk: Desk) -> Any:
    """Which kind of question, and where: the next page asks for its words."""
    form = open_form(KindForm, data={"section": request.args.get("section", "")})
    form.section.choices = [(each.code, each.title) for each in desk.definition.sections]
    if form.validate_on_submit():
        where = {"kind": form.kind.data, "section": form.section.data}
        return redirect(url_for("funds.add_question", round_id=desk.round.id, **where), 303)
    return form_page("funds/question_kind.html", desk, form)


@bp.route("/office/rounds/<int:round_id>/form/questions/new/<kind>", methods=["GET", "POST"])
@allows(Role.MANAGER, on=lambda session, actor, round_id, kind: load_desk(session, actor, round_id))
def add_question(desk: Desk) -> Any:
    kind = _kind()
    code = editing.free_code(desk.definition, queries.used_codes(db.session, desk.round))
    blank = QuestionDef(code=code, kind=kind, label="", word_limit=200 if kind is QuestionKind.LONG_TEXT else None)
    section = request.args.get("section") or (desk.definition.sections[-1].code if desk.definition.sections else "")
    form = open_form(QuestionEditForm, data={**question_data(blank), "section": section})
    draw_choices(form, desk.definition, code, blank)
    if form.validate_on_submit() and _has_answers(form, kind):
        made, home = read_question(form, blank), form.section.data or section
        if save(desk, form, lambda whole: editing.add_question(whole, home, made), "The question is added."):
            return back_to_form(desk, f"question-{code}")
    return form_page(
        "funds/question_edit.html", desk, form, question=blank, is_new=True, fields=kind_fields(kind), kind=KINDS[kind]
    )


@bp.route("/office/rounds/<int:round_id>/form/questions/<code>", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_question)
def edit_question(desk: QuestionDesk) -> Any:
    question, code = desk.question, desk.question.code
    form = open_form(QuestionEditForm, data={**question_data(question), "section": desk.home.code})
    draw_choices(form, desk.definition, code, question)
    if form.validate_on_submit() and _has_answers(form, question.kind):
        made, home = read_question(form, question), form.section.data or desk.home.code

        def change(whole: RoundDefinition) -> RoundDefinition:
            return editing.move_to_section(editing.change_question(whole, code, made), code, home)

        if save(desk, form, change, "The question is saved."):
            return back_to_form(desk, f"question-{code}")
    return form_page(
        "funds/question_edit.html",
        desk,
        form,
        question=question,
        is_new=False,
        fields=kind_fields(question.kind),
        kind=KINDS[question.kind],
    )


@bp.post("/office/rounds/<int:round_id>/form/questions/<code>/<any(up, down, copy, hide, show, remove):move>")
@allows(Role.MANAGER, on=load_question)
def move_question(desk: QuestionDesk) -> Any:
    code, move = desk.question.code, _move()
    used = queries.used_codes(db.session, desk.round)
    changes: dict[str, Change] = {
        "up": lambda whole: editing.move_question(whole, code, editing.UP),
        "down": lambda whole: editing.move_question(whole, code, editing.DOWN),
        "copy": lambda whole: editing.copy_question(whole, code, used),
        "hide": lambda whole: editing.hide_question(whole, code, is_hidden=True),
        "show": lambda whole: editing.hide_question(whole, code, is_hidden=False),
        "remove": lambda whole: editing.remove_question(whole, code),
    }
    anchor = f"section-{desk.home.code}" if move == "remove" else f"question-{code}"
    return _pressed(desk, changes[move], MOVES[move], anchor)


@bp.get("/office/rounds/<int:round_id>/form/sections/<code>/remove")
@allows(Role.MANAGER, on=load_section)
def ask_remove_section(desk: SectionDesk) -> Any:
    where = {"round_id": desk.round.id, "code": desk.section.code, "move": "remove"}
    title = f"the section {desk.section.title}"
    return _ask_remove(desk, title, url_for("funds.move_section", **where), desk.section.questions)


@bp.get("/office/rounds/<int:round_id>/form/questions/<code>/remove")
@allows(Role.MANAGER, on=load_question)
def ask_remove_question(desk: QuestionDesk) -> Any:
    where = {"round_id": desk.round.id, "code": desk.question.code, "move": "remove"}
    return _ask_remove(desk, desk.question.code, url_for("funds.move_question", **where), (desk.question,))


def _ask_remove(desk: Desk, title: str, action: str, gone: Sequence[QuestionDef]) -> Any:
    """What goes, what stays, and what hangs on it, before it is done."""
    codes = {question.code for question in gone}
    hanging = [
        question
        for question in desk.definition.questions
        if question.code not in codes and (question.show_when or {}).get("question") in codes
    ]
    return form_page(
        "funds/remove_part.html", desk, PressForm(), title=title, action=action, questions=gone, hanging=hanging
    )


@bp.route("/office/rounds/<int:round_id>/form/model-questions", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_desk)
def model_questions(desk: Desk) -> Any:
    """Questions and documents of the model form that this form does not ask: tick, and they are in."""
    missing = editing.missing_from_model(desk.definition)
    form = open_form(PressForm)
    ticked = request.form.getlist("codes")
    if form.validate_on_submit():
        if not ticked:
            form.form_errors.append("Tick the questions that you want to add.")
        elif save(desk, form, lambda whole: editing.add_from_model(whole, ticked), "The questions are added."):
            return back_to_form(desk)
    return form_page("funds/model_questions.html", desk, form, missing=missing, kinds=KINDS)


def _has_answers(form: QuestionEditForm, kind: QuestionKind) -> bool:
    # What can't be filled in is said here, beside its field, and not only when the round is to be published.
    if kind in {QuestionKind.RADIO, QuestionKind.CHECKBOXES} and not (form.options.data or "").strip():
        form.options.errors = ["Write at least one answer."]
        return False
    if kind is QuestionKind.TABLE and not any((row["label"] or "").strip() for row in form.columns.data):
        form.columns.entries[0].form.label.errors = ["Name at least one column."]
        return False
    return True


def _pressed(desk: Desk, change: Change, done: str, anchor: str) -> Any:
    form = PressForm()
    if not save(desk, form, change, done):
        for words in form.form_errors:
            flash(words)
    return back_to_form(desk, anchor)


def _move() -> str:
    return str((request.view_args or {})["move"])


def _kind() -> QuestionKind:
    try:
        return QuestionKind(str((request.view_args or {})["kind"]))
    except ValueError:
        raise NotFound(subject="question") from None
