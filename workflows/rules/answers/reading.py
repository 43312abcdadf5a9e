"""How an answer reads to a person: on a page, in the receipt, in a letter and in an export."""

from __future__ import annotations

from typing import Any

from workflows.money import format_pounds
from workflows.rules import files
from workflows.rules.answers.cells import MONTH_NAMES, shown_cell
from workflows.rules.answers.columns import columns_of
from workflows.rules.answers.tables import rows_of
from workflows.rules.answers.values import (
    QuestionLike,
    as_date,
    budget_lines,
    is_blank,
    is_blank_row,
    is_unread,
    is_whole,
    typed_text,
)
from workflows.rules.budget import BudgetLine


def shown(question: QuestionLike, value: Any) -> str:
    """The answer as a person reads it; empty when it is blank. A table has a numbered line for each row."""
    if is_blank(value):
        return ""
    if is_unread(value):
        return typed_text(value)
    kind = str(question.kind)
    if kind == "money" and is_whole(value):
        return format_pounds(value)
    if kind == "number" and is_whole(value):
        return f"{value:,}"
    if kind == "date" and (day := as_date(value)):
        return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"
    if kind == "budget" and (lines := budget_lines(value)) is not None:
        return "\n".join(f"{each.description}: {_pounds(each.amount_pence)}" for each in lines if not _empty(each))
    if kind == "files":
        return files.shown(value)
    if kind == "table":
        return _table(question, value)
    labels = {"yes": "Yes", "no": "No"} | {option["value"]: option["label"] for option in question.options}
    if isinstance(value, list):
        return "\n".join(labels.get(str(item), str(item)) for item in value)
    return labels.get(str(value), str(value)) if kind in {"yes_no", "radio"} else str(value)


def _table(question: QuestionLike, value: Any) -> str:
    rows, columns = rows_of(value), columns_of(question.settings)
    if rows is None:
        return str(value)
    lines: list[str] = []
    for row in rows:
        if not is_blank_row(row):
            cells = [(each.label, shown_cell(each.kind, row.get(each.code), each.labels)) for each in columns]
            said = "; ".join(f"{_named(label)} {text}" for label, text in cells if text)
            lines.append(f"{len(lines) + 1}. {said}")
    return "\n".join(lines)


def _named(label: str) -> str:
    return label if label.endswith("?") else f"{label}:"


def _pounds(pence: int | None) -> str:
    return "no amount" if pence is None else format_pounds(pence)


def _empty(line: BudgetLine) -> bool:
    return not line.description.strip() and line.amount_pence is None
