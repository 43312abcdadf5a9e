"""The sections and questions of a form changed as plain values: nothing is lost but what a change names.

Codes are what rules, columns and answers read by: a question keeps its code wherever it goes, and a new one gets a
code that no question of the model form has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any, Final, TypeVar

from grants.funds import model_form
from grants.funds.form_tables import MODEL_KINDS
from grants.funds.models import QuestionKind
from grants.funds.parts import QuestionDef, RoundDefinition, SectionDef
from workflows.errors import Invalid, NotFound

T = TypeVar("T")

UP: Final = "up"
DOWN: Final = "down"
LONGEST_SECTION_CODE: Final = 30


def section_of(definition: RoundDefinition, code: str) -> SectionDef:
    """The section with this code; NotFound."""
    return _found(definition.sections, code, "section")


def question_of(definition: RoundDefinition, code: str) -> QuestionDef:
    """The question with this code; NotFound."""
    return _found(definition.questions, code, "question")


def home_of(definition: RoundDefinition, code: str) -> SectionDef:
    """The section that a question is in; NotFound."""
    for section in definition.sections:
        if any(question.code == code for question in section.questions):
            return section
    raise NotFound(subject="question")


def add_section(definition: RoundDefinition, title: str, guidance: str = "") -> RoundDefinition:
    """A new, empty section at the end, with a code made from its title."""
    made = SectionDef(code=_section_code(definition, title), title=title, guidance=guidance, questions=())
    return replace(definition, sections=(*definition.sections, made))


def change_section(definition: RoundDefinition, code: str, **values: Any) -> RoundDefinition:
    """Another title or guidance for a section."""
    section_of(definition, code)
    return with_sections(definition, code, lambda section: replace(section, **values))


def copy_section(definition: RoundDefinition, code: str, used: Collection[str] = ()) -> RoundDefinition:
    """The same section with its questions once more, right after it; every copy gets a code that none of `used` is."""
    section = section_of(definition, code)
    copied = replace(section, code=_section_code(definition, section.title), questions=(), is_eligibility=False)
    place = definition.sections.index(section) + 1
    sections = (*definition.sections[:place], copied, *definition.sections[place:])
    changed = replace(definition, sections=sections)
    for question in section.questions:
        changed = add_question(changed, copied.code, replace(question, code=free_code(changed, used)))
    return changed


def move_section(definition: RoundDefinition, code: str, way: str) -> RoundDefinition:
    """One place up or down; at the end it stays where it is."""
    place = definition.sections.index(section_of(definition, code))
    return replace(definition, sections=_moved(definition.sections, place, way))


def remove_section(definition: RoundDefinition, code: str) -> RoundDefinition:
    """Without this section and its questions. Raises Invalid for the questions that are asked before the form."""
    section = section_of(definition, code)
    if section.is_eligibility:
        raise Invalid(problems={"section": "quiz-section-stays"})
    return replace(definition, sections=tuple(each for each in definition.sections if each.code != code))


def hide_section(definition: RoundDefinition, code: str, *, is_hidden: bool) -> RoundDefinition:
    """Ask none of its questions, or all of them again."""
    section_of(definition, code)
    return with_sections(
        definition,
        code,
        lambda section: replace(
            section, questions=tuple(replace(question, is_hidden=is_hidden) for question in section.questions)
        ),
    )


def add_question(definition: RoundDefinition, section: str, question: QuestionDef) -> RoundDefinition:
    """The question at the end of the section. Raises Invalid: code-twice, files-before-form."""
    if any(each.code == question.code for each in definition.questions):
        raise Invalid(problems={"code": "code-twice"})
    _refuse_in_quiz(section_of(definition, section), question)
    return with_sections(definition, section, lambda found: replace(found, questions=(*found.questions, question)))


def change_question(definition: RoundDefinition, code: str, changed: QuestionDef) -> RoundDefinition:
    """The question with other words, bounds or another kind of answer; its code stays. Raises as `put_question`."""
    return put_question(definition, code, changed, home_of(definition, code).code)


def put_question(definition: RoundDefinition, code: str, changed: QuestionDef, section: str) -> RoundDefinition:
    """The changed question in this section: in its place, or at the end of another section.

    Raises Invalid: question-kind-is-read for a code whose kind rules and columns read, files-before-form.
    """
    home, standing = home_of(definition, code), question_of(definition, code)
    if changed.kind is not standing.kind and changed.kind not in MODEL_KINDS.get(code, {changed.kind}):
        raise Invalid(problems={"kind": "question-kind-is-read"})
    made, target = replace(changed, code=code), section_of(definition, section)
    _refuse_in_quiz(target, made)
    if home.code == target.code:
        return with_question(definition, code, made)
    return add_question(remove_question(definition, code), section, made)


def _refuse_in_quiz(home: SectionDef, question: QuestionDef) -> None:
    # The questions before the form are answered by people who are not signed in, and nobody keeps a stranger's file.
    if home.is_eligibility and question.kind is QuestionKind.FILES:
        raise Invalid(problems={"section": "files-before-form"})


def copy_question(definition: RoundDefinition, code: str, used: Collection[str] = ()) -> RoundDefinition:
    """The same question once more, right after it, with a code of its own."""
    home, question = home_of(definition, code), question_of(definition, code)
    place = home.questions.index(question) + 1
    made = replace(question, code=free_code(definition, used))
    questions = (*home.questions[:place], made, *home.questions[place:])
    return with_sections(definition, home.code, lambda section: replace(section, questions=questions))


def move_question(definition: RoundDefinition, code: str, way: str) -> RoundDefinition:
    """One place up or down within its section; at the end it stays where it is."""
    home = home_of(definition, code)
    place = home.questions.index(question_of(definition, code))
    questions = _moved(home.questions, place, way)
    return with_sections(definition, home.code, lambda section: replace(section, questions=questions))


def move_to_section(definition: RoundDefinition, code: str, section: str) -> RoundDefinition:
    """The question at the end of another section. Raises Invalid files-before-form."""
    return put_question(definition, code, question_of(definition, code), section)


def hide_question(definition: RoundDefinition, code: str, *, is_hidden: bool) -> RoundDefinition:
    """Keep the question and ask it of nobody, or ask it again."""
    return with_question(definition, code, replace(question_of(definition, code), is_hidden=is_hidden))


def remove_question(definition: RoundDefinition, code: str) -> RoundDefinition:
    """Without this question; answers that were given to it stay with their bids."""
    home = home_of(definition, code)
    kept = tuple(question for question in home.questions if question.code != code)
    return with_sections(definition, home.code, lambda section: replace(section, questions=kept))


def missing_from_model(definition: RoundDefinition) -> list[tuple[SectionDef, list[QuestionDef]]]:
    """The questions of the full model form that this form does not ask, by their sections."""
    asked = {question.code for question in definition.questions}
    found = [(section, [each for each in section.questions if each.code not in asked]) for section in _model()]
    return [(section, questions) for section, questions in found if questions]


def add_from_model(definition: RoundDefinition, codes: Iterable[str]) -> RoundDefinition:
    """These questions of the model form, each in its section, which is made where the form has none of that name."""
    wanted = set(codes)
    for section, questions in missing_from_model(definition):
        chosen = [question for question in questions if question.code in wanted]
        if chosen and not any(each.code == section.code for each in definition.sections):
            definition = replace(definition, sections=(*definition.sections, replace(section, questions=())))
        for question in chosen:
            definition = add_question(definition, section.code, _fitting(definition, question))
    return definition


def _fitting(definition: RoundDefinition, question: QuestionDef) -> QuestionDef:
    # A rubric of one's own may lack the criterion that the model form reads this answer for.
    known = {criterion.code for criterion in definition.criteria}
    return question if question.criterion_code in known else replace(question, criterion_code="")


def free_code(definition: RoundDefinition, used: Collection[str] = ()) -> str:
    """N1, N2 and so on: the first that is not asked here, nor among those `used` before, nor of the model form."""
    taken = {question.code for question in definition.questions} | set(used)
    taken |= {question.code for section in _model() for question in section.questions}
    number = 1
    while f"N{number}" in taken:
        number += 1
    return f"N{number}"


def value_for(label: str, taken: Iterable[str]) -> str:
    """A short stable value for an option or column, made from its label, and like none of `taken`."""
    stem = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:30] or "choice"
    values = set(taken)
    number, value = 2, stem
    while value in values:
        value, number = f"{stem}_{number}", number + 1
    return value


def _model() -> tuple[SectionDef, ...]:
    return model_form.FULL_SECTIONS


def _section_code(definition: RoundDefinition, title: str) -> str:
    taken = {section.code for section in definition.sections} | {section.code for section in _model()}
    return value_for(title, taken)[:LONGEST_SECTION_CODE]


def _found(parts: Iterable[Any], code: str, subject: str) -> Any:
    found = next((part for part in parts if part.code == code), None)
    if found is None:
        raise NotFound(subject=subject)
    return found


def _moved(parts: tuple[T, ...], place: int, way: str) -> tuple[T, ...]:
    other = place - 1 if way == UP else place + 1
    if not 0 <= other < len(parts):
        return parts
    moved = list(parts)
    moved[place], moved[other] = moved[other], moved[place]
    return tuple(moved)


def with_sections(
    definition: RoundDefinition, code: str, change: Callable[[SectionDef], SectionDef]
) -> RoundDefinition:
    sections = tuple(change(section) if section.code == code else section for section in definition.sections)
    return replace(definition, sections=sections)


def with_question(definition: RoundDefinition, code: str, changed: QuestionDef) -> RoundDefinition:
    home = home_of(definition, code)
    questions = tuple(changed if question.code == code else question for question in home.questions)
    return with_sections(definition, home.code, lambda section: replace(section, questions=questions))
