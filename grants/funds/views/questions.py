"""One question of a round's form: added, put in other words, given another kind of answer, or asked only sometimes."""

from __future__ import annotations

from typing import Any, Final

from flask import flash, redirect, request, url_for

from grants.extensions import db
from grants.funds import editing, queries
from grants.funds.forms import (
    KINDS,
    ConditionForm,
    KindForm,
    PressForm,
    QuestionEditForm,
    draw_choices,
    kind_fields,
    question_data,
    read_question,
)
from grants.funds.forms.tables import choices
from grants.funds.models import QuestionKind
from grants.funds.parts import QuestionDef
from grants.funds.views.blueprint import bp
from grants.funds.views.desk import Desk, QuestionDesk, back_to_form, form_page, load_desk, load_question, save
from grants.web.access import allows
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.errors import NotFound

KEPT_APART: Final = (
    "Answers that groups have given to the published question do not fit this one. They stay with their bids as they "
    "are, and once you publish the change groups are asked anew."
)


@bp.route("/office/rounds/<int:round_id>/form/questions", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_desk)
def new_question(desk: Desk) -> Any:
    """Which kind of question, and where: the next page asks for its words."""
    form = open_form(KindForm, data={"section": request.args.get("section", "")})
    # None is chosen beforehand: the first one is asked before the form, where few questions belong.
    form.section.choices = choices([("", "Choose a section"), *((s.code, s.title) for s in desk.definition.sections)])
    if form.validate_on_submit():
        where = {"kind": form.kind.data, "section": form.section.data}
        return redirect(url_for("funds.add_question", round_id=desk.round.id, **where), 303)
    return form_page("funds/question_kind.html", desk, form, question=None, offered=list(KINDS))


@bp.route("/office/rounds/<int:round_id>/form/questions/new/<kind>", methods=["GET", "POST"])
@allows(Role.MANAGER, on=lambda session, actor, round_id, kind: load_desk(session, actor, round_id))
def add_question(desk: Desk) -> Any:
    kind = _kind(str((request.view_args or {})["kind"]))
    code = editing.free_code(desk.definition, queries.used_codes(db.session, desk.round))
    blank = QuestionDef(code=code, kind=kind, label="", word_limit=200 if kind is QuestionKind.LONG_TEXT else None)
    section = request.args.get("section") or (desk.definition.sections[-1].code if desk.definition.sections else "")
    form = _form(desk, blank, section)
    if form.validate_on_submit() and form.is_whole(kind, desk.definition):
        made, home = read_question(form, blank), form.section.data or section
        if save(desk, form, lambda whole: editing.add_question(whole, home, made), "The question is added."):
            return back_to_form(desk, f"question-{code}")
    return _page(desk, form, blank, is_new=True)


@bp.route("/office/rounds/<int:round_id>/form/questions/<code>", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_question)
def edit_question(desk: QuestionDesk) -> Any:
    """The question's words and bounds; `?kind=` draws it for another kind of answer, saved with the rest."""
    standing, code = desk.question, desk.question.code
    kind = _kind(request.args.get("kind") or standing.kind)
    question = editing.as_kind(standing, kind)
    form = _form(desk, question, desk.home.code)
    if form.validate_on_submit() and form.is_whole(kind, desk.definition):
        made, home = read_question(form, question), form.section.data or desk.home.code
        if save(desk, form, lambda whole: editing.put_question(whole, code, made, home), "The question is saved."):
            if not queries.answers_fit(db.session, desk.round, made):
                flash(KEPT_APART)
            return back_to_form(desk, f"question-{code}")
    fits = queries.answers_fit(db.session, desk.round, question)
    return _page(desk, form, question, is_new=False, kept_apart="" if fits else KEPT_APART)


def _form(desk: Desk, question: QuestionDef, section: str) -> QuestionEditForm:
    form = open_form(QuestionEditForm, data={**question_data(question), "section": section})
    draw_choices(form, desk.definition, question)
    return form


def _page(desk: Desk, form: QuestionEditForm, question: QuestionDef, **more: Any) -> Any:
    condition = editing.condition_words(desk.definition, question.show_when)
    hanging = editing.hanging_on(desk.definition, [question.code])
    fields = kind_fields(question.kind)
    return form_page(
        "funds/question_edit.html",
        desk,
        form,
        question=question,
        fields=fields,
        kinds=KINDS,
        condition=condition,
        hanging=hanging,
        **more,
    )


@bp.route("/office/rounds/<int:round_id>/form/questions/<code>/kind", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_question)
def edit_kind(desk: QuestionDesk) -> Any:
    """Which kind of answer the question is to take; its own page then asks for what that kind needs."""
    offered = [kind for kind in KINDS if kind in editing.kinds_for(desk.question.code)]
    form = open_form(KindForm, data={"kind": str(desk.question.kind), "section": desk.home.code})
    del form.section
    form.kind.choices = choices((kind, KINDS[kind]) for kind in offered)
    if form.validate_on_submit():
        where = {"round_id": desk.round.id, "code": desk.question.code, "kind": form.kind.data}
        return redirect(url_for("funds.edit_question", **where), 303)
    return form_page("funds/question_kind.html", desk, form, question=desk.question, offered=offered)


@bp.route("/office/rounds/<int:round_id>/form/questions/<code>/when", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_question)
def edit_condition(desk: QuestionDesk) -> Any:
    """Two steps, each a page: first the question that it hangs on, then those of its answers."""
    question, standing = desk.question, desk.question.show_when or {}
    earlier = editing.earlier_choices(desk.definition, question.code)
    asked = request.args.get("on", str(standing.get("question", "")))
    on = next((each for each in earlier if each.code == asked), None)
    ticked = [str(value) for value in standing.get("is", ())] if on and standing.get("question") == on.code else []
    form = open_form(ConditionForm, data={"question": on.code if on else "", "answers": ticked})
    form.answers.choices = choices(editing.choices_of(on) if on else ())
    if form.validate_on_submit():
        target, answers = form.question.data or "", form.answers.data or []
        if save(desk, form, lambda whole: editing.set_condition(whole, question.code, target, answers), "Saved."):
            return back_to_form(desk, f"question-{question.code}")
    condition = editing.condition_words(desk.definition, question.show_when)
    return form_page(
        "funds/question_when.html", desk, form, question=question, earlier=earlier, on=on, condition=condition
    )


@bp.post("/office/rounds/<int:round_id>/form/questions/<code>/always")
@allows(Role.MANAGER, on=load_question)
def ask_always(desk: QuestionDesk) -> Any:
    code = desk.question.code
    save(desk, PressForm(), lambda whole: editing.set_condition(whole, code, "", ()), "Asked of everybody.")
    return back_to_form(desk, f"question-{code}")


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


def _kind(text: str) -> QuestionKind:
    try:
        return QuestionKind(text)
    except ValueError:
        raise NotFound(subject="question") from None
