"""A table's columns and what they have to come to, as a manager types them and as the question's settings hold them.

What the page does not show of a column, and the limits on parts of a sum, stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from grants.funds import editing
from grants.funds.forms.rounds import LONG, tidy
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import RoundDefinition

COLUMN_KINDS: Final = {
    "text": "Short text",
    "long_text": "Long text",
    "money": "Money",
    "number": "Whole number",
    "date": "Date",
    "choice": "One of several answers",
    "percent": "Percentage",
}
# The answer that a column can come to is of the column's own kind.
COMES_TO: Final = {"money": Kind.MONEY, "number": Kind.NUMBER}
# How the boxes of one row make another: in words, and the setting that holds it.
WAYS: Final = {"row_products": "multiplied together", "row_sums": "added up"}
BLANK_ROWS: Final = 2
NEW_COLUMNS: Final = 5


def choices(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    return [SelectChoice(str(value), label) for value, label in pairs]


class ColumnForm(PlainForm):
    """One column of a table."""

    code = StringField()
    label = StringField("Name of the column", [Length(max=100, message="Use at most 100 characters")], filters=[tidy])
    kind = SelectField("What it takes", choices=choices(COLUMN_KINDS.items()), validate_choice=False)
    is_required = BooleanField("Must be filled in")
    options = TextAreaField("Its answers, one on each line", [LONG], filters=[tidy])
    equals = SelectField("It must add up to the answer to", validate_choice=False)
    plus = SelectField("together with the answer to", validate_choice=False)
    first = SelectField("No day before the answer to", validate_choice=False)
    last = SelectField("No day after the answer to", validate_choice=False)


class RowRuleForm(PlainForm):
    """How boxes of a row make another box of it, such as quantity times cost."""

    parts = SelectMultipleField("These boxes of each row", validate_choice=False)
    way = SelectField("are", choices=choices([("", "Choose"), *WAYS.items()]), validate_choice=False)
    total = SelectField("and must come to", validate_choice=False)


def option_lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def columns_data(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the form shows of the columns, and empty ones for more."""
    sums = {each["column"]: each for each in settings.get("sums", ())}
    inside = {each["column"]: each for each in settings.get("inside", ())}
    filled = [_column_data(each, sums, inside) for each in settings.get("columns", ())]
    return filled + [{}] * (BLANK_ROWS if filled else NEW_COLUMNS)


def _column_data(
    column: Mapping[str, Any], sums: Mapping[str, Mapping[str, Any]], inside: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    total, days = sums.get(column["code"], {}), inside.get(column["code"], {})
    return {
        "code": column["code"],
        "label": column["label"],
        "kind": column["kind"],
        "is_required": column.get("required", True),
        "options": "\n".join(label for _, label in column.get("options", ())),
        "equals": total.get("equals", ""),
        "plus": total.get("plus", ""),
        "first": days.get("from", ""),
        "last": days.get("to", ""),
    }


def row_rules_data(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the form shows of how boxes make others, and one more; nothing before there are columns to name."""
    if not settings.get("columns"):
        return []
    found = [
        {"parts": list(each["parts"]), "way": way, "total": each["total"]}
        for way in WAYS
        for each in settings.get(way, ())
    ]
    return [*found, {}]


def draw_table_choices(form: Any, definition: RoundDefinition, settings: Mapping[str, Any]) -> None:
    """Fill the lists of a table with the answers and columns that can be named."""
    asked = [each for each in definition.questions if not each.is_hidden]
    amounts = _named("No answer", asked, set(COMES_TO.values()))
    days = _named("No answer", asked, {Kind.DATE})
    for entry in form.columns.entries:
        entry.form.equals.choices = entry.form.plus.choices = amounts
        entry.form.first.choices = entry.form.last.choices = days
    figures = [(each["code"], each["label"]) for each in settings.get("columns", ()) if each.get("kind") in COMES_TO]
    for entry in form.row_rules.entries:
        entry.form.parts.choices = choices(figures)
        entry.form.total.choices = choices([("", "Choose"), *figures])


def _named(nothing: str, asked: Iterable[Any], kinds: set[Kind]) -> list[SelectChoice]:
    found = [(each.code, f"{each.code}: {each.label[:60]}") for each in asked if each.kind in kinds]
    return choices([("", nothing), *found])


def table_faults(form: Any, definition: RoundDefinition) -> bool:
    """Say beside its field what the columns can't come to; whether there was anything."""
    kinds = {each.code: each.kind for each in definition.questions}
    found = False
    for entry in form.columns.entries:
        row = entry.form
        wanted = COMES_TO.get(row.kind.data)
        for field in (row.equals, row.plus):
            if row.label.data and field.data and (wanted is None or kinds.get(field.data) is not wanted):
                field.errors = ["Money adds up to an amount of money, and whole numbers to a whole number."]
                found = True
        if row.label.data and row.plus.data and not row.equals.data:
            row.equals.errors = ["Choose what both come to."]
            found = True
        for field in (row.first, row.last):
            if row.label.data and field.data and row.kind.data != "date":
                field.errors = ["Only a date has a first and a last day."]
                found = True
    for entry in form.row_rules.entries:
        found = _row_fault(entry.form) or found
    return found


def _row_fault(row: Any) -> bool:
    parts, way, total = row.parts.data or [], row.way.data, row.total.data
    if not (parts or way or total):
        return False
    if len(parts) < 2:
        row.parts.errors = ["Tick two boxes or more, or leave all of this empty."]
    elif not way:
        row.way.errors = ["Choose what is done with them."]
    elif not total or total in parts:
        row.total.errors = ["Choose another box for what they come to."]
    else:
        return False
    return True


def read_table(form: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the columns, sums and row rules of the form."""
    rows = [row for row in form.columns.data if (row.get("label") or "").strip()]
    columns = read_columns(rows, settings.get("columns", ()))
    typed = {column["code"]: row for column, row in zip(columns, rows, strict=True)}
    made = dict(settings) | {"columns": columns}
    sums = {code: {"equals": row.get("equals"), "plus": row.get("plus")} for code, row in typed.items()}
    days = {code: {"from": row.get("first"), "to": row.get("last")} for code, row in typed.items()}
    _put(made, "sums", _by_column(settings.get("sums", ()), sums))
    _put(made, "inside", _by_column(settings.get("inside", ()), days))
    for way in WAYS if settings.get("columns") else ():
        rules = [each for each in form.row_rules.data if each["way"] == way]
        _put(made, way, [{"parts": each["parts"], "total": each["total"]} for each in rules])
    drop_lost_rules(made)
    return made


def _put(settings: dict[str, Any], name: str, rules: list[dict[str, Any]]) -> None:
    if rules or name in settings:
        settings[name] = rules


def _by_column(standing: Iterable[Mapping[str, Any]], typed: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rules of columns as typed, those that stood before in their places; one that names nothing is none."""
    left = dict(typed)
    order = [each["column"] for each in standing if each["column"] in left]
    order += [code for code in left if code not in order]
    named = ({"column": code} | {name: value for name, value in left[code].items() if value} for code in order)
    return [each for each in named if len(each) > 1]


def named_options(labels: Sequence[str], standing: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The answers with their values: a label that stays keeps its value, and so does one that was only reworded.

    Values are what stored answers hold, so they never change under a label that somebody has chosen.
    """
    values = {label: value for value, label in standing}
    if len(labels) == len(standing):
        # The same number of lines: a new line in the place of one that is gone is that one in other words.
        for (value, old), new in zip(standing, labels, strict=True):
            if old not in labels and new not in values:
                values[new] = value
    taken = {value for value, _ in standing}
    made = []
    for label in labels:
        value = values.get(label) or editing.value_for(label, taken)
        taken.add(value)
        made.append((value, label))
    return tuple(made)


def read_columns(rows: Iterable[Mapping[str, Any]], standing: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """The columns of a table as its settings hold them; rows without a name are left out.

    What the page does not show of a column that was there stays, and so do the values of its answers.
    """
    known = {each["code"]: each for each in standing}
    named = [row for row in rows if (row.get("label") or "").strip()]
    taken = {row["code"] for row in named if row.get("code")}
    columns: list[dict[str, Any]] = []
    for row in named:
        code = row.get("code") or editing.value_for(row["label"], taken)
        taken.add(code)
        before = known.get(code, {})
        column = {name: value for name, value in before.items() if name not in {"required", "options"}}
        column |= {"code": code, "label": row["label"], "kind": row.get("kind") or "text"}
        if not row.get("is_required"):
            column["required"] = False
        if column["kind"] == "choice":
            pairs = [(value, label) for value, label in before.get("options", ())]
            column["options"] = [list(pair) for pair in named_options(option_lines(row.get("options") or ""), pairs)]
        columns.append(column)
    return columns


def drop_lost_rules(settings: dict[str, Any]) -> None:
    """Take out the sums and limits of a table that name a column which is no longer there."""
    held = {column["code"] for column in settings["columns"]}
    for name in ("row_sums", "row_products", "sums", "caps", "inside"):
        if name in settings:
            settings[name] = [each for each in settings[name] if _columns_of(each) <= held]


def _columns_of(rule: Mapping[str, Any]) -> set[str]:
    return {*rule.get("parts", ()), *(rule[name] for name in ("total", "column") if name in rule)}
