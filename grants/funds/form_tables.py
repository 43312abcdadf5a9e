"""The form of a round file: its own questions and rules, or those of the model form where it names none.

A question whose code is the model form's takes from there whatever the file leaves out, and keeps its kind, because
rules and columns read the answer by that code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from grants.funds import model_form
from grants.funds.file_tables import Table
from grants.funds.models import QuestionKind
from grants.funds.parts import CriterionDef, QuestionDef, RuleDef, SectionDef
from workflows.errors import Invalid
from workflows.rules.eligibility import RULES, Outcome, check_params

MODEL: Final = {question.code: question for section in model_form.SECTIONS for question in section.questions}
MODEL_SECTION: Final = {q.code: section.code for section in model_form.SECTIONS for q in section.questions}
MODEL_SECTIONS: Final = {section.code: section for section in model_form.SECTIONS}
# Without these a bid has no name and no amount, and nothing to the right of the form works.
NEEDED: Final = (model_form.PROJECT_TITLE, model_form.ASK)
WITH_OPTIONS: Final = frozenset({QuestionKind.RADIO, QuestionKind.CHECKBOXES})
QUESTION_KEYS: Final = [
    "code",
    "kind",
    "label",
    "help",
    "words",
    "required",
    "options",
    "criterion",
    "private",
    "section",
    "settings",
]
DEFAULT_SECTION: Final = "project"


def read_sections(top: Table, criteria: tuple[CriterionDef, ...]) -> tuple[SectionDef, ...]:
    """The file's form, or the model form for its rubric."""
    tables = top.tables("questions")
    _check_reads(top, criteria, {t.keys.get("code") for t in tables} if tables else set(MODEL))
    if not tables:
        return _without_areas(top, model_form.sections_for(criteria))
    heads = _section_heads(top)
    by_section: dict[str, list[QuestionDef]] = {}
    seen: set[str] = set()
    for table in tables:
        question, section = _question(table, {criterion.code for criterion in criteria}, heads)
        if question.code in seen:
            table.say("code", f'the code "{question.code}" is there already: choose another')
        seen.add(question.code)
        by_section.setdefault(section, []).append(question)
    for code in sorted(set(NEEDED) - seen):
        top.say("questions", f'the question "{code}" is missing: "{MODEL[code].label}"')
    order = [*[code for code in heads if code in by_section], *[code for code in by_section if code not in heads]]
    named = {code: criterion.code for criterion in criteria for code in criterion.reads}
    return tuple(_assemble(code, heads, by_section[code], named) for code in order)


def _assemble(
    code: str, heads: dict[str, SectionDef], questions: list[QuestionDef], named: dict[str, str]
) -> SectionDef:
    head = heads.get(code) or SectionDef(code=code, title=code, questions=())
    own = (replace(q, criterion_code=named[q.code]) if q.code in named else q for q in questions)
    return replace(head, questions=tuple(own))


def _check_reads(top: Table, criteria: tuple[CriterionDef, ...], codes: set[Any]) -> None:
    for number, criterion in enumerate(criteria, 1):
        for code in criterion.reads:
            if code not in codes:
                top.say(f"criteria[{number}].reads", f'there is no question "{code}"')


def _without_areas(top: Table, sections: tuple[SectionDef, ...]) -> tuple[SectionDef, ...]:
    """A round that names no areas does not ask for one."""
    if top.keys.get("areas"):
        return sections
    kept = (tuple(q for q in s.questions if q.kind != QuestionKind.AREAS) for s in sections)
    return tuple(replace(s, questions=questions) for s, questions in zip(sections, kept, strict=True))


def _section_heads(top: Table) -> dict[str, SectionDef]:
    heads = {code: replace(section, questions=()) for code, section in MODEL_SECTIONS.items()}
    for table in top.tables("sections"):
        table.only(("code", "title", "guidance", "eligibility"))
        code = table.code("code", longest=30)
        heads[code] = SectionDef(
            code=code,
            title=table.text("title", needed=True),
            guidance=table.text("guidance", longest=5000),
            is_eligibility=table.flag("eligibility", default=code == model_form.ELIGIBILITY.code),
            questions=(),
        )
    return heads


def _question(table: Table, criteria: set[str], heads: dict[str, SectionDef]) -> tuple[QuestionDef, str]:
    table.only(QUESTION_KEYS)
    code = table.code("code", longest=20)
    model = MODEL.get(code)
    section = table.text("section", longest=30, default=MODEL_SECTION.get(code, DEFAULT_SECTION))
    if section not in heads:
        table.say("section", f'there is no section "{section}": add it under [[sections]]')
    criterion = table.text("criterion", longest=20, default=_model_criterion(model, criteria))
    if criterion and criterion not in criteria:
        table.say("criterion", f'there is no criterion "{criterion}"')
    kind = _kind(table, model)
    return (
        QuestionDef(
            code=code,
            kind=kind,
            label=table.text("label", longest=500, needed=model is None, default=model.label if model else ""),
            help_text=table.text("help", longest=2000, default=model.help_text if model else ""),
            word_limit=table.whole("words", least=1, most=5000, default=model.word_limit if model else None),
            is_required=table.flag("required", default=model.is_required if model else True),
            options=_options(table, kind, model),
            settings=_settings(table, model),
            criterion_code=criterion,
            is_private=table.flag("private", default=model.is_private if model else False),
        ),
        section,
    )


def _model_criterion(model: QuestionDef | None, criteria: set[str]) -> str:
    return model.criterion_code if model and model.criterion_code in criteria else ""


def _kind(table: Table, model: QuestionDef | None) -> QuestionKind:
    value = table.text("kind", longest=20, needed=model is None, default=model.kind if model else "")
    if value not in set(QuestionKind):
        if value:
            table.say("kind", f"choose one of: {', '.join(QuestionKind)}")
        return QuestionKind.TEXT
    if model and value != model.kind:
        table.say("kind", f"{model.code} is always {model.kind}: use another code for a question of your own")
    return QuestionKind(value)


def _options(table: Table, kind: QuestionKind, model: QuestionDef | None) -> tuple[tuple[str, str], ...]:
    if kind == QuestionKind.YES_NO:
        return model_form.YES_NO
    if kind not in WITH_OPTIONS:
        return ()
    if "options" not in table.keys and model:
        return model.options
    options = tuple((label.casefold().replace(" ", "_")[:60], label) for label in table.texts("options", longest=200))
    if len(options) < 2 or len({value for value, _ in options}) < len(options):
        table.say("options", 'write at least two different answers, such as ["Yes", "Not yet"]')
    return options


def _settings(table: Table, model: QuestionDef | None) -> dict[str, Any]:
    settings = table.table("settings").keys
    plain = {key: value for key, value in settings.items() if isinstance(value, (str, int, bool))}
    for key in settings.keys() - plain.keys():
        table.say("settings", f'"{key}" must be a text, a whole number, or true or false')
    return {**(model.settings if model else {}), **plain}


def read_rules(top: Table) -> tuple[RuleDef, ...]:
    """The file's eligibility rules, or the default ones; a file that names some names all that it wants."""
    tables = top.tables("rules")
    if not tables:
        return model_form.default_rules()
    read = [_rule(table) for table in tables]
    codes = [rule.code for rule in read if rule]
    for number, code in enumerate(codes, 1):
        if code in codes[: number - 1]:
            top.say(f"rules[{number}].code", f'the rule "{code}" is there already')
    return tuple(rule for rule in read if rule)


def _rule(table: Table) -> RuleDef | None:
    table.only(("code", "title", "on_fail", "settings"))
    code = table.code("code", longest=10)
    if code not in RULES:
        table.say("code", f"choose one of: {', '.join(RULES)}")
        return None
    on_fail = table.text("on_fail", longest=10, default=RULES[code].default_outcome_on_fail)
    if on_fail not in (Outcome.FAIL, Outcome.REFER):
        table.say("on_fail", "write fail or refer")
    settings = dict(table.table("settings").keys)
    try:
        check_params(code, settings)
    except Invalid as error:
        table.say("settings", f'"{error.detail.get("parameter", code)}" does not fit this rule')
    rule = model_form.rule_of(code, **settings)
    return replace(rule, title=table.text("title", default=rule.title), on_breach=on_fail)
