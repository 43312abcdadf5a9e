"""Changes of a round as a plain value: each takes a definition and gives the changed one, and loses nothing else.

Codes are what rules, columns and answers read by: a question keeps its code wherever it goes, and a new one gets a
code that no question of the model form has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from grants.funds import model_form
from grants.funds.parts import AreaDef, CriterionDef, QuestionDef, RoundDefinition, RuleDef, SectionDef
from workflows.errors import Invalid, NotFound
from workflows.rules.eligibility import RULES

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
    return _with_sections(definition, code, lambda section: replace(section, **values))


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
    return _with_sections(
        definition,
        code,
        lambda section: replace(
            section, questions=tuple(replace(question, is_hidden=is_hidden) for question in section.questions)
        ),
    )


def add_question(definition: RoundDefinition, section: str, question: QuestionDef) -> RoundDefinition:
    """The question at the end of the section. Raises Invalid code-twice."""
    section_of(definition, section)
    if any(each.code == question.code for each in definition.questions):
        raise Invalid(problems={"code": "code-twice"})
    return _with_sections(definition, section, lambda found: replace(found, questions=(*found.questions, question)))


def change_question(definition: RoundDefinition, code: str, changed: QuestionDef) -> RoundDefinition:
    """The question with other words, bounds or conditions; its code and kind stay."""
    standing = question_of(definition, code)
    return _with_question(definition, code, replace(changed, code=code, kind=standing.kind))


def copy_question(definition: RoundDefinition, code: str, used: Collection[str] = ()) -> RoundDefinition:
    """The same question once more, right after it, with a code of its own."""
    home, question = home_of(definition, code), question_of(definition, code)
    place = home.questions.index(question) + 1
    made = replace(question, code=free_code(definition, used))
    questions = (*home.questions[:place], made, *home.questions[place:])
    return _with_sections(definition, home.code, lambda section: replace(section, questions=questions))


def move_question(definition: RoundDefinition, code: str, way: str) -> RoundDefinition:
    """One place up or down within its section; at the end it stays where it is."""
    home = home_of(definition, code)
    place = home.questions.index(question_of(definition, code))
    questions = _moved(home.questions, place, way)
    return _with_sections(definition, home.code, lambda section: replace(section, questions=questions))


def move_to_section(definition: RoundDefinition, code: str, section: str) -> RoundDefinition:
    """The question at the end of another section."""
    home, question = home_of(definition, code), question_of(definition, code)
    if home.code == section_of(definition, section).code:
        return definition
    return add_question(remove_question(definition, code), section, question)


def hide_question(definition: RoundDefinition, code: str, *, is_hidden: bool) -> RoundDefinition:
    """Keep the question and ask it of nobody, or ask it again."""
    return _with_question(definition, code, replace(question_of(definition, code), is_hidden=is_hidden))


def remove_question(definition: RoundDefinition, code: str) -> RoundDefinition:
    """Without this question; answers that were given to it stay with their bids."""
    home = home_of(definition, code)
    kept = tuple(question for question in home.questions if question.code != code)
    return _with_sections(definition, home.code, lambda section: replace(section, questions=kept))


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


def earlier_choices(definition: RoundDefinition, code: str) -> list[QuestionDef]:
    """The questions before this one whose answer is a choice: what a condition may hang on."""
    asked = definition.questions
    place = next((number for number, each in enumerate(asked) if each.code == code), len(asked))
    return [each for each in asked[:place] if choices_of(each)]


def choices_of(question: QuestionDef) -> tuple[tuple[str, str], ...]:
    """The answers that a question of this kind offers, as (value, label); none where people write."""
    if str(question.kind) == "yes_no":
        return question.options or model_form.YES_NO
    return question.options if str(question.kind) in {"radio", "checkboxes"} else ()


def set_criteria(definition: RoundDefinition, criteria: Sequence[CriterionDef]) -> RoundDefinition:
    """Another rubric; questions that were read for a criterion which is gone count for none."""
    known = {criterion.code for criterion in criteria}
    changed = replace(definition, criteria=tuple(criteria))
    for question in definition.questions:
        if question.criterion_code and question.criterion_code not in known:
            changed = _with_question(changed, question.code, replace(question, criterion_code=""))
    return changed


def read_areas(text: str) -> tuple[AreaDef, ...]:
    """One area on each line, other names for it after a colon: `West Leicester: West Leics, W Leicester`.

    Raises Invalid code-twice when two lines say the same name.
    """
    areas: dict[str, AreaDef] = {}
    for line in text.splitlines():
        name, _, others = line.partition(":")
        name = " ".join(name.split())
        if not name and not others.strip():
            continue
        if not name or name in areas:
            raise Invalid(problems={"areas": "code-twice" if name else "code-needed"})
        aliases = tuple(dict.fromkeys(" ".join(other.split()) for other in others.split(",") if other.strip()))
        areas[name] = AreaDef(name=name, aliases=aliases)
    return tuple(areas.values())


def written_areas(areas: Iterable[AreaDef]) -> str:
    """The areas as `read_areas` reads them."""
    return "\n".join(f"{area.name}: {', '.join(area.aliases)}" if area.aliases else area.name for area in areas)


def set_rules(definition: RoundDefinition, chosen: Mapping[str, Mapping[str, Any]]) -> RoundDefinition:
    """The rules of the registry that the round applies: code -> {"on_breach": ..., parameter: ...}; others stay.

    A rule that is not of the registry came from a file and is left alone.
    """
    own = {rule.code: rule for rule in definition.rules}
    made = [_rule(code, chosen[code], own.get(code)) for code in RULES if code in chosen]
    return replace(definition, rules=(*made, *(rule for rule in definition.rules if rule.code not in RULES)))


def _rule(code: str, values: Mapping[str, Any], standing: RuleDef | None) -> RuleDef:
    spec = RULES[code]
    settings = dict(standing.settings) if standing else {}
    for name, value in values.items():
        # A parameter that says what it said before is not written again, in whatever order a list of it came.
        if name != "on_breach" and not _same(value, settings.get(name, spec.default_params[name])):
            settings[name] = value
    return RuleDef(
        code=code,
        title=standing.title if standing else spec.title,
        is_automatic=spec.automatic,
        on_breach=str(values["on_breach"]),
        settings=settings,
    )


def _same(value: Any, other: Any) -> bool:
    return sorted(value) == sorted(other) if isinstance(value, list) and isinstance(other, list) else value == other


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


def _with_sections(
    definition: RoundDefinition, code: str, change: Callable[[SectionDef], SectionDef]
) -> RoundDefinition:
    sections = tuple(change(section) if section.code == code else section for section in definition.sections)
    return replace(definition, sections=sections)


def _with_question(definition: RoundDefinition, code: str, changed: QuestionDef) -> RoundDefinition:
    home = home_of(definition, code)
    questions = tuple(changed if question.code == code else question for question in home.questions)
    return _with_sections(definition, home.code, lambda section: replace(section, questions=questions))
