"""Which field a question of each kind has, and how its stored answer gets into the field and out of it again."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

import wtforms
from wtforms import FieldList, FormField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from grants.applications.forms.fields import Files, Line, LongText, Number, Several, Text, clean
from grants.applications.forms.tables import TableField
from grants.applications.queries import Part
from grants.core import formats as closer_formats
from grants.funds.models import Question
from grants.web.fields import DateField, MoneyField
from workflows.errors import Refusal
from workflows.rules import answers, formats
from workflows.rules.answers import MOST_LINES, TYPED

YES_NO = (("yes", "Yes"), ("no", "No"))
BLANK_LINES = 3


class Spec(NamedTuple):
    """All that the class of a form depends on for one question."""

    code: str
    kind: str
    label: str
    help_text: str
    choices: tuple[tuple[str, str], ...]
    # The settings of a table as JSON, so that they can be part of a key.
    table: str = ""
    is_many: bool = False


def specs_of(part: Part, areas: tuple[str, ...]) -> tuple[Spec, ...]:
    """What the form of a section depends on, question by question."""
    return tuple(_spec(each, areas) for each in part.questions)


def _spec(question: Question, areas: tuple[str, ...]) -> Spec:
    is_table, is_many = question.kind == "table", bool(question.settings.get("many"))
    table = json.dumps(question.settings, sort_keys=True) if is_table else ""
    words = question.code, str(question.kind), question.label, question.help_text
    return Spec(*words, _choices(question, areas), table, is_many)


def _choices(question: Question, areas: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if question.kind == "areas":
        return tuple((name, name) for name in areas)
    if question.kind == "yes_no":
        return YES_NO
    if question.kind == "declaration" and not question.options:
        return (("yes", "I agree"),)
    return tuple((option["value"], option["label"]) for option in question.options)


def field_of(spec: Spec) -> Any:
    """The field of one question."""
    words: dict[str, Any] = {"label": spec.label, "description": spec.help_text}
    if spec.kind in {"yes_no", "radio"}:
        return RadioField(choices=_drawn(spec), validate_choice=False, **words)
    if spec.kind in {"checkboxes", "areas", "declaration"}:
        return SelectMultipleField(choices=_drawn(spec), validate_choice=False, **words)
    if spec.kind == "budget":
        return FieldList(FormField(Line), min_entries=BLANK_LINES, max_entries=MOST_LINES, **words)
    if spec.kind == "files":
        return Files(**words)
    if spec.kind == "table":
        return TableField(settings=_settings(spec.table), **words)
    if spec.kind in {"money", "date"}:
        return (MoneyField if spec.kind == "money" else DateField)(is_required=False, **words)
    if spec.is_many and spec.kind in formats.CHECKS:
        return Several(**words)
    return ({"long_text": LongText, "number": Number}.get(spec.kind) or Text)(**words)


@lru_cache(maxsize=512)
def _settings(table: str) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(table)
    return settings


def _drawn(spec: Spec) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=label) for value, label in spec.choices]


def for_field(question: Question, value: Any) -> Any:
    """A stored answer as the field takes it."""
    if answers.is_unread(value):
        return None
    if question.kind == "date":
        return answers.as_date(value)
    if question.kind == "budget":
        lines = value if isinstance(value, list) else []
        return [{"description": each.get("description"), "amount": each.get("amount_pence")} for each in lines]
    return value


def show_unread(field: Any, value: Any) -> None:
    """Put back what was kept as typed, unless this request brought something newer. A table does it by itself."""
    if isinstance(field, FieldList):
        lines = value if isinstance(value, list) else []
        for entry, line in zip(field.entries, lines, strict=False):
            if TYPED in line and not entry.form.amount.raw_data:
                entry.form.amount.typed = str(line[TYPED])
    elif answers.is_unread(value) and not field.raw_data:
        if isinstance(field, DateField):
            day, month, year = (*(str(part) for part in value[TYPED]), "", "", "")[:3]
            field.parts = (day, month, year)
        else:
            field.typed = str(value[TYPED])


def was_sent(field: Any, is_on_page: bool) -> bool:
    """Whether the request says something of this question.

    A browser sends every box, empty or not, and nothing at all for a choice that nobody made: a choice was sent when
    it was on the page. What did not come is left alone.
    """
    if isinstance(field, Files):
        return False
    if isinstance(field, TableField):
        return field.was_sent
    if isinstance(field, RadioField | SelectMultipleField | FieldList):
        return is_on_page or bool(field.raw_data)
    return bool(field.raw_data)


def read_value(field: Any, kind: str) -> tuple[Any, Refusal | None]:
    """The answer as it will be stored, and what was put right in it on the way."""
    if kind in formats.CHECKS:
        return _read_formats(field, kind)
    return _read(field, kind), None


def _read_formats(field: Any, kind: str) -> tuple[Any, Refusal | None]:
    texts = field.data if isinstance(field.data, list) else [field.data or ""]
    found = [closer_formats.check(kind, text) for text in texts]
    kept = [text if each.error else each.value for text, each in zip(texts, found, strict=True)]
    # A doubt that the kept spelling no longer shows would never be seen again: it is told once, now.
    mended = [each.warning for each in found if each.warning and formats.check(kind, each.value).warning is None]
    return (kept if isinstance(field.data, list) else kept[0]), next(iter(mended), None)


def _read(field: Any, kind: str) -> Any:
    if kind == "budget":
        return [_read_line(entry.form) for entry in field.entries if _has_text(entry.form)]
    if kind == "date":
        parts = [clean(part) for part in field.parts]
        return field.data.isoformat() if field.data else _kept(parts, any(parts))
    if kind in {"money", "number"}:
        return field.data if field.data is not None else _kept(clean(field.typed), bool(field.typed.strip()))
    return field.data


def _read_line(line: wtforms.Form) -> dict[str, Any]:
    amount, typed = line.amount.data, clean(line.amount.typed)
    stored = {"description": line.description.data, "amount_pence": amount}
    return stored if amount is not None or not typed.strip() else {**stored, TYPED: typed}


def _has_text(line: Any) -> bool:
    return bool(line.description.data and line.description.data.strip()) or bool(line.amount.typed.strip())


def _kept(typed: Any, has_text: bool) -> dict[str, Any] | None:
    return {TYPED: typed} if has_text else None
