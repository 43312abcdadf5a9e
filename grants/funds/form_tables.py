"""The form of a round file: its own questions and rules, or those of the model form where it names none.

A question whose code is the model form's takes from there whatever the file leaves out, and keeps its kind, because
rules and columns read the answer by that code. A file that is `complete` takes nothing from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from grants.funds import model_form
from grants.funds.file_tables import Table
from grants.funds.models import QuestionKind
from grants.funds.parts import CriterionDef, QuestionDef, RuleDef, SectionDef
from workflows.errors import Invalid
from workflows.rules.answers import settings_fault
from workflows.rules.eligibility import RULES, Outcome, check_params

# The forms that a file may name; a question of one may also be asked by itself beside those of the other.
FORMS: Final = {"short": model_form.SECTIONS, "full": model_form.FULL_SECTIONS}
_ALL: Final = [*model_form.FULL_SECTIONS, *model_form.SECTIONS]
MODEL: Final = {question.code: question for section in _ALL for question in section.questions}
MODEL_SECTION: Final = {q.code: section.code for section in _ALL for q in section.questions}
MODEL_SECTIONS: Final = {section.code: section for section in [*_ALL[len(FORMS["full"]) :], *_ALL]}
MODEL_KINDS: Final = {code: {q.kind for section in _ALL for q in section.questions if q.code == code} for code in MODEL}
# Without these a bid has no name and no amount, and nothing to the right of the form works.
NEEDED: Final = (model_form.PROJECT_TITLE, model_form.ASK)
WITH_OPTIONS: Final = frozenset({QuestionKind.RADIO, QuestionKind.CHECKBOXES})
# What is chosen from where a question says nothing else.
DEFAULT_OPTIONS: Final = {QuestionKind.YES_NO: model_form.YES_NO}
LONGEST_LABEL, LONGEST_HELP, LONGEST_GUIDANCE = 2_000, 5_000, 20_000
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
    "hidden",
    "show_when",
]
DEFAULT_SECTION: Final = "project"


def read_sections(top: Table, criteria: tuple[CriterionDef, ...]) -> tuple[SectionDef, ...]:
    """The file's form, or the model form for its rubric."""
    tables, is_whole = top.tables("questions"), top.flag("complete")
    form = _form_named(top)
    asked = {question.code for section in form for question in section.questions}
    known = {t.keys.get("code") for t in tables} if tables or is_whole else asked
    _check_reads(top, criteria, known)
    if not tables and not is_whole:
        return _without_areas(top, model_form.sections_for(criteria, form))
    heads = _section_heads(top, is_whole)
    by_section: dict[str, list[QuestionDef]] = {code: [] for code in heads} if is_whole else {}
    seen: set[str] = set()
    for table in tables:
        question, section = _question(table, {criterion.code for criterion in criteria}, heads, is_whole)
        if question.code in seen:
            table.say("code", f'the code "{question.code}" is there already: choose another')
        if question.show_when and question.show_when["question"] not in known:
            table.say("show_when", f'there is no question "{question.show_when["question"]}"')
        seen.add(question.code)
        by_section.setdefault(section, []).append(question)
    for code in sorted(set(NEEDED) - seen):
        top.say("questions", f'the question "{code}" is missing: "{MODEL[code].label}"')
    order = [*[code for code in heads if code in by_section], *[code for code in by_section if code not in heads]]
    named = {code: criterion.code for criterion in criteria for code in criterion.reads}
    return tuple(_assemble(code, heads, by_section[code], named) for code in order)


def _form_named(top: Table) -> tuple[SectionDef, ...]:
    """The model form that the file starts from: the short one unless it says `form = "full"`."""
    name = top.text("form", default="short")
    if name not in FORMS:
        top.say("form", f"choose one of: {', '.join(FORMS)}")
    return FORMS.get(name, model_form.SECTIONS)


def with_reads(criteria: tuple[CriterionDef, ...], sections: tuple[SectionDef, ...]) -> tuple[CriterionDef, ...]:
    """The rubric with the questions that each criterion is judged on, as the questions themselves say."""
    asked = [question for section in sections for question in section.questions]
    return tuple(
        replace(each, reads=tuple(question.code for question in asked if question.criterion_code == each.code))
        for each in criteria
    )


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
            elif any(code in other.reads for other in criteria[: number - 1]):
                top.say(f"criteria[{number}].reads", f'"{code}" is read for another criterion: name it under one')


def _without_areas(top: Table, sections: tuple[SectionDef, ...]) -> tuple[SectionDef, ...]:
    """A round that names no areas does not ask for one."""
    if top.keys.get("areas"):
        return sections
    kept = (tuple(q for q in s.questions if q.kind != QuestionKind.AREAS) for s in sections)
    return tuple(replace(s, questions=questions) for s, questions in zip(sections, kept, strict=True))


def _section_heads(top: Table, is_whole: bool) -> dict[str, SectionDef]:
    taken = {} if is_whole else MODEL_SECTIONS
    heads = {code: replace(section, questions=()) for code, section in taken.items()}
    for table in top.tables("sections"):
        table.only(("code", "title", "guidance", "eligibility"))
        code = table.code("code", longest=30)
        heads[code] = SectionDef(
            code=code,
            title=table.text("title", needed=True),
            guidance=table.text("guidance", longest=LONGEST_GUIDANCE),
            is_eligibility=table.flag("eligibility", default=code == model_form.ELIGIBILITY.code),
            questions=(),
        )
    return heads


def _question(
    table: Table, criteria: set[str], heads: dict[str, SectionDef], is_whole: bool
) -> tuple[QuestionDef, str]:
    table.only(QUESTION_KEYS)
    code = table.code("code", longest=20)
    model = None if is_whole else MODEL.get(code)
    section = table.text("section", longest=30, default=MODEL_SECTION.get(code, DEFAULT_SECTION))
    if section not in heads:
        table.say("section", f'there is no section "{section}": add it under [[sections]]')
    criterion = table.text("criterion", longest=20, default=_model_criterion(model, criteria))
    if criterion and criterion not in criteria:
        table.say("criterion", f'there is no criterion "{criterion}"')
    kind = _kind(table, code, model)
    return (
        QuestionDef(
            code=code,
            kind=kind,
            label=table.text(
                "label", longest=LONGEST_LABEL, needed=model is None, default=model.label if model else ""
            ),
            help_text=table.text("help", longest=LONGEST_HELP, default=model.help_text if model else ""),
            word_limit=table.whole("words", least=1, most=5000, default=model.word_limit if model else None),
            is_required=table.flag("required", default=model.is_required if model else True),
            options=_options(table, kind, model),
            settings=_settings(table, model),
            criterion_code=criterion,
            is_private=table.flag("private", default=model.is_private if model else False),
            show_when=_show_when(table, model),
            is_hidden=table.flag("hidden", default=model.is_hidden if model else False),
        ),
        section,
    )


def _model_criterion(model: QuestionDef | None, criteria: set[str]) -> str:
    return model.criterion_code if model and model.criterion_code in criteria else ""


def _kind(table: Table, code: str, model: QuestionDef | None) -> QuestionKind:
    value = table.text("kind", longest=20, needed=model is None, default=model.kind if model else "")
    if value not in set(QuestionKind):
        if value:
            table.say("kind", f"choose one of: {', '.join(QuestionKind)}")
        return QuestionKind.TEXT
    fixed = sorted(MODEL_KINDS.get(code, {value}))
    if value not in fixed:
        table.say("kind", f"{code} is always {' or '.join(fixed)}: use another code for a question of your own")
    return QuestionKind(value)


def option_value(label: str) -> str:
    """What is stored for an option that has only its words."""
    return label.casefold().replace(" ", "_")[:60]


def _options(table: Table, kind: QuestionKind, model: QuestionDef | None) -> tuple[tuple[str, str], ...]:
    if "options" not in table.keys:
        default = model.options if model and kind == model.kind else DEFAULT_OPTIONS.get(kind, ())
        if kind in WITH_OPTIONS and not default:
            table.say("options", _TOO_FEW)
        return default
    options = tuple(_option_pairs(table))
    if len({value for value, _ in options}) < len(options) or (kind in WITH_OPTIONS and len(options) < 2):
        table.say("options", _TOO_FEW)
    return options


_TOO_FEW: Final = 'write at least two different answers, such as ["Yes", "Not yet"]'


def _option_pairs(table: Table) -> Iterator[tuple[str, str]]:
    written = table.keys["options"]
    pairs = isinstance(written, list) and any(isinstance(each, dict) for each in written)
    if not pairs:
        yield from ((option_value(label), label) for label in table.texts("options", longest=LONGEST_LABEL))
        return
    for number, each in enumerate(written, 1):
        path = f"{table.at('options')}[{number}]"
        entry = Table(table.reader, path, each if isinstance(each, dict) else {"label": each})
        entry.only(("value", "label"))
        label = entry.text("label", longest=LONGEST_LABEL, needed=True)
        yield entry.text("value", longest=200, default=option_value(label)), label


def _show_when(table: Table, model: QuestionDef | None) -> dict[str, Any] | None:
    if "show_when" not in table.keys:
        return dict(model.show_when) if model and model.show_when else None
    condition = table.table("show_when")
    condition.only(("question", "is"))
    found = {"question": condition.code("question", longest=20), "is": list(condition.texts("is", longest=200))}
    if not found["is"]:
        table.say("show_when", 'write the answers for which it is asked: {question = "S1", is = ["yes"]}')
    return found if found["question"] and found["is"] else None


def _settings(table: Table, model: QuestionDef | None) -> dict[str, Any]:
    settings = table.table("settings").keys
    plain = {key: _plain(value) for key, value in settings.items()}
    for key in plain:
        if plain[key] is None:
            table.say("settings", f'"{key}" can not be read: write texts, numbers, true or false, or lists of them')
    read = {**(model.settings if model else {}), **{k: v for k, v in plain.items() if v is not None}}
    if table.keys.get("kind", model.kind if model else "") == QuestionKind.TABLE and (fault := settings_fault(read)):
        table.say("settings", f'"{fault}" of this table does not fit: look at its columns and sums')
    return read


def _plain(value: Any) -> Any:
    """The value as JSON keeps it; None for what JSON has no word for."""
    if isinstance(value, dict):
        read = {str(key): _plain(each) for key, each in value.items()}
        return None if None in read.values() else read
    if isinstance(value, list):
        members = [_plain(each) for each in value]
        return None if None in members else members
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, (str, int, bool)) else None


def read_rules(top: Table) -> tuple[RuleDef, ...]:
    """The file's eligibility rules, or the default ones; a file that names some names all that it wants."""
    tables = top.tables("rules")
    if not tables and not top.flag("complete"):
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
