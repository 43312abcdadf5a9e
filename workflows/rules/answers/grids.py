"""A table or a budget as it is read back: its heads, its rows in words, and what its amounts come to.

It is plain text in lists, so that what was sent keeps it as it stood, whatever becomes of the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypedDict

from workflows.money import format_pounds
from workflows.rules.answers.cells import shown_cell
from workflows.rules.answers.columns import NEEDED, Column, columns_of, described
from workflows.rules.answers.tables import Row, rows_of
from workflows.rules.answers.values import QuestionLike, budget_lines, is_blank, is_blank_row, is_whole

BUDGET: Final = (Column("description", "What it is for"), Column("amount_pence", "Amount", "money"))
FIGURES: Final = frozenset({"money", "number", "percent"})


class Grid(TypedDict):
    """Heads, rows and totals have one text for each column; `numeric` are the places of the columns of figures."""

    head: list[str]
    numeric: list[int]
    rows: list[list[str]]
    total: list[str]


def grid(question: QuestionLike, value: Any) -> Grid | None:
    """The answer as a table; None when it is blank, could not be read, or is no table."""
    columns, rows = _parts(question, value)
    written = [row for row in rows if not is_blank_row(row)]
    if not columns or not written:
        return None
    summed = _summed(question, columns)
    sums = [_sum(column, written) if column.code in summed else "" for column in columns]
    return {
        "head": [column.label for column in columns],
        "numeric": [place for place, column in enumerate(columns) if column.kind in FIGURES],
        "rows": [[_cell(column, row) for column in columns] for row in written],
        "total": [f"Total {sums[0]}".strip(), *sums[1:]] if any(sums) else [],
    }


def _parts(question: QuestionLike, value: Any) -> tuple[tuple[Column, ...], Sequence[Row]]:
    kind = str(question.kind)
    if is_blank(value) or kind not in {"table", "budget"}:
        return (), []
    if kind == "table":
        return columns_of(question.settings), rows_of(value) or []
    return BUDGET, (rows_of(value) or []) if budget_lines(value) is not None else []


def _summed(question: QuestionLike, columns: Sequence[Column]) -> set[str]:
    """Amounts come to something, but not what one of a thing costs; of numbers only those that a rule adds up."""
    told = {str(rule["column"]) for rule in described(question.settings, "sums", *NEEDED["sums"])}
    each = {
        str(part)
        for rule in described(question.settings, "row_products", *NEEDED["row_products"])
        for part in rule["parts"]
    }
    return told | {column.code for column in columns if column.kind == "money" and column.code not in each}


def _sum(column: Column, rows: Sequence[Row]) -> str:
    figures = [row[column.code] for row in rows if is_whole(row.get(column.code))]
    if not figures:
        return ""
    return format_pounds(sum(figures)) if column.kind == "money" else f"{sum(figures):,}"


def _cell(column: Column, row: Row) -> str:
    return shown_cell(column.kind, row.get(column.code), column.labels)
