"""What the figures of a table have to come to, as a manager types it and as the question's settings hold it.

Sums of columns and days stand beside their column; boxes of a row that make another, and shares, have their own lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from wtforms import Form as PlainForm
from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from grants.funds.forms.rounds import PercentField, tidy
from grants.funds.forms.tables import choices, read_columns
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import RoundDefinition

# The answer that a column can come to is of the column's own kind.
COMES_TO: Final = {"money": Kind.MONEY, "number": Kind.NUMBER}
# How the boxes of one row make another: in words, and the setting that holds it.
WAYS: Final = {"row_products": "multiplied together", "row_sums": "added up"}


class RowRuleForm(PlainForm):
    """How boxes of a row make another box of it, such as quantity times cost."""

    parts = SelectMultipleField("These boxes of each row", validate_choice=False)
    way = SelectField("are", choices=choices([("", "Choose"), *WAYS.items()]), validate_choice=False)
    total = SelectField("and must come to", validate_choice=False)


class CapForm(PlainForm):
    """How much of a column may go to rows of one sort, such as management."""

    where = SelectField("Rows with this answer", validate_choice=False)
    column = SelectField("may have of this column", validate_choice=False)
    percent = PercentField("at most this share", [Optional()], filters=[tidy])
    of = SelectField("of", validate_choice=False)


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


def caps_data(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the form shows of the shares, and one more; nothing where no column sorts the rows."""
    if not _sorts(settings):
        return []
    return [*(_cap_data(each) for each in settings.get("caps", ()) if _is_shown(each)), {}]


def _cap_data(cap: Mapping[str, Any]) -> dict[str, Any]:
    ((column, value),) = cap["where"].items()
    percent = f"{Decimal(cap['percent']) / 100:f}"
    return {"where": f"{column}={value}", "column": cap["column"], "percent": percent, "of": cap.get("of", "")}


def _is_shown(cap: Mapping[str, Any]) -> bool:
    # A file may hold others, of several columns or of all rows; they are left as they are.
    return len(cap.get("where", {})) == 1


def _sorts(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers by which rows are sorted, as `column=value` with its words."""
    return [
        (f"{each['code']}={value}", f"{each['label']}: {label}")
        for each in settings.get("columns", ())
        if each.get("kind") == "choice"
        for value, label in each.get("options", ())
    ]


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
    for entry in form.caps.entries:
        entry.form.where.choices = choices([("", "Choose"), *_sorts(settings)])
        entry.form.column.choices = choices([("", "Choose"), *figures])
        entry.form.of.choices = choices([("", "the whole column"), *((each.value, each.label) for each in amounts[1:])])


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
    for entry in form.caps.entries:
        found = _cap_fault(entry.form) or found
    return found


def _cap_fault(row: Any) -> bool:
    if not (row.where.data or row.percent.data):
        return False
    if not row.where.data:
        row.where.errors = ["Choose which rows are meant."]
    elif not row.column.data:
        row.column.errors = ["Choose the column that is added up."]
    elif not row.percent.hundredths:
        row.percent.errors = ["Write a percentage from 1 to 100, like 15."]
    else:
        return False
    return True


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
    if _sorts(settings):
        typed_caps = [_read_cap(entry.form) for entry in form.caps.entries if entry.form.where.data]
        _put(made, "caps", [*typed_caps, *(each for each in settings.get("caps", ()) if not _is_shown(each))])
    drop_lost_rules(made)
    return made


def _read_cap(row: Any) -> dict[str, Any]:
    column, _, value = row.where.data.partition("=")
    cap = {"column": row.column.data, "where": {column: value}, "percent": row.percent.hundredths}
    return cap | ({"of": row.of.data} if row.of.data else {})


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


def drop_lost_rules(settings: dict[str, Any]) -> None:
    """Take out the sums and limits of a table that name a column which is no longer there."""
    held = {column["code"] for column in settings["columns"]}
    for name in ("row_sums", "row_products", "sums", "caps", "inside"):
        if name in settings:
            settings[name] = [each for each in settings[name] if _columns_of(each) <= held]


def _columns_of(rule: Mapping[str, Any]) -> set[str]:
    own = (rule[name] for name in ("total", "column") if name in rule)
    return {*rule.get("parts", ()), *rule.get("where", ()), *own}
