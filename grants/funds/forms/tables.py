"""A table's columns as a manager types them and as the question's settings hold them.

What the page does not show of a column stays as it was, and so do the values of its answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from grants.funds import editing
from grants.funds.forms.rounds import LONG, tidy

COLUMN_KINDS: Final = {
    "text": "Short text",
    "long_text": "Long text",
    "money": "Money",
    "number": "Whole number",
    "date": "Date",
    "choice": "One of several answers",
    "percent": "Percentage",
}
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
