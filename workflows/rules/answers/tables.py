"""Tables: the sums that their rows come to, and everything that is wrong with them, each told at its own box.

What the settings of a table's question may say is in `columns`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from workflows.errors import Refusal
from workflows.money import LARGEST, format_pounds
from workflows.rules.answers.columns import MOST_ROWS, NEEDED, Column, columns_of, described
from workflows.rules.answers.values import (
    MOST_CHARACTERS,
    SHORT_CHARACTERS,
    Given,
    QuestionLike,
    as_date,
    is_blank,
    is_blank_row,
    is_unread,
    is_whole,
)
from workflows.rules.budget import word_limit_problem

Row = Mapping[str, Any]
LARGEST_NUMBER: Final = 1_000_000_000
FULL_PERCENT: Final = 100_00


@dataclass(frozen=True, slots=True)
class Sum:
    """What a column comes to, in pence or as a plain number; `target` is what it has to come to, where that is known."""

    column: str
    label: str
    kind: str
    total: int
    plus: str = ""
    equals: str = ""
    extra: int = 0
    target: int | None = None

    @property
    def whole(self) -> int:
        return self.total + self.extra


def rows_of(value: Any) -> list[Row] | None:
    """The rows of a stored table; None when it is not one."""
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        return None
    return value


def completed(settings: Mapping[str, Any], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows with the totals that were left empty and can be worked out from the boxes beside them."""
    done = [dict(row) for row in rows]
    for rule, work_out in _row_rules(settings):
        for row in done:
            whole = work_out(row, rule["parts"])
            if whole is not None and row.get(rule["total"]) is None:
                row[rule["total"]] = whole
    return done


def sums_of(question: QuestionLike, value: Any, given: Given) -> list[Sum]:
    """What the columns come to that have to come to something, for the page to show."""
    columns = {column.code: column for column in columns_of(question.settings)}
    rows = rows_of(value) or []
    found = []
    for rule in described(question.settings, "sums", *NEEDED["sums"]):
        column = columns.get(str(rule["column"]))
        if column is not None:
            plus, equals = str(rule.get("plus", "")), str(rule.get("equals", ""))
            found.append(
                Sum(
                    column=column.code,
                    label=column.label,
                    kind=column.kind,
                    total=_total(rows, column.code),
                    plus=plus,
                    equals=equals,
                    extra=_amount(given.get(plus)) or 0,
                    target=_amount(given.get(equals)),
                )
            )
    return found


def table_problems(question: QuestionLike, value: Any, given: Given) -> list[Refusal]:
    """Everything wrong with a table; `row` counts from 1, `column` is a code. Rows that are wholly blank are no rows.

    Codes: answer-unreadable, too-few-rows, too-many-rows, cell-missing, cell-unreadable, not-a-choice,
    too-many-words, too-many-characters, number-too-large, percent-too-large, row-does-not-add,
    row-does-not-multiply, cell-outside-dates, column-does-not-sum, column-above-cap.
    """
    rows = rows_of(value)
    if rows is None:
        return [Refusal("answer-unreadable", {"kind": "table"})]
    if len(rows) > int(question.settings.get("max_rows", MOST_ROWS)):
        return [
            Refusal("too-many-rows", {"most": int(question.settings.get("max_rows", MOST_ROWS)), "have": len(rows)})
        ]
    columns = columns_of(question.settings)
    typed = [(place, row) for place, row in enumerate(rows, 1) if not is_blank_row(row)]
    found = list(_few(question, len(typed)))
    for place, row in typed:
        found += _cell_problems(columns, place, row)
        found += _row_problems(question, place, row)
        found += _date_problems(question, place, row, given)
    # Sums say little while a box can't be read: first things first.
    return found or [*_sum_problems(question, value, given), *_cap_problems(question, rows, given)]


def gaps(question: QuestionLike, given: Given) -> list[Refusal]:
    """What a table that was left empty leaves open: a sum to which another answer alone does not come."""
    if str(question.kind) != "table":
        return []
    return [each for each in _sum_problems(question, [], given) if each.detail["plus"] in given]


def _few(question: QuestionLike, count: int) -> Iterator[Refusal]:
    least = int(question.settings.get("min_rows", 0))
    if count < least:
        yield Refusal("too-few-rows", {"least": least, "have": count})


def _cell_problems(columns: Sequence[Column], place: int, row: Row) -> Iterator[Refusal]:
    for column in columns:
        found = cell_problem(column, row.get(column.code))
        if found is not None:
            at = {"row": place, "column": column.code, "label": column.label}
            yield Refusal(found.code, {**found.detail, **at})


def cell_problem(column: Column, value: Any) -> Refusal | None:
    """The first thing wrong with one box."""
    if is_blank(value):
        return Refusal("cell-missing", {"kind": column.kind}) if column.is_required else None
    if is_unread(value) or not _fits(column.kind, value):
        return Refusal("cell-unreadable", {"kind": column.kind})
    if column.kind == "choice":
        return None if value in column.labels else Refusal("not-a-choice")
    if column.kind == "money" and value > LARGEST:
        return Refusal("amount-too-large", {"most": format_pounds(LARGEST)})
    if column.kind == "number" and value > LARGEST_NUMBER:
        return Refusal("number-too-large", {"most": f"{LARGEST_NUMBER:,}"})
    if column.kind == "percent" and value > FULL_PERCENT:
        return Refusal("percent-too-large")
    return _long(column, value) if isinstance(value, str) else None


def _long(column: Column, value: str) -> Refusal | None:
    most = MOST_CHARACTERS if column.kind == "long_text" or column.word_limit else SHORT_CHARACTERS
    if len(value) > most:
        return Refusal("too-many-characters", {"limit": most, "have": len(value)})
    return None if column.word_limit is None else word_limit_problem(value, column.word_limit)


def _fits(kind: str, value: Any) -> bool:
    if kind in {"money", "number", "percent"}:
        return is_whole(value) and value >= 0
    return isinstance(value, str) and (kind != "date" or as_date(value) is not None)


def _row_problems(question: QuestionLike, place: int, row: Row) -> Iterator[Refusal]:
    columns = {column.code: column for column in columns_of(question.settings)}
    for rule, work_out in _row_rules(question.settings):
        whole, said = work_out(row, rule["parts"]), _amount(row.get(rule["total"]))
        if whole is not None and said is not None and whole != said:
            code = "row-does-not-add" if work_out is _added else "row-does-not-multiply"
            total = columns.get(rule["total"], Column(rule["total"], ""))
            names = " and ".join(columns[part].label for part in rule["parts"] if part in columns)
            detail = {"row": place, "column": total.code, "label": total.label, "parts": names}
            yield Refusal(code, {**detail, "should": _figure(total, whole), "said": _figure(total, said)})


def _figure(column: Column, figure: int) -> str:
    return format_pounds(figure) if column.kind == "money" else f"{figure:,}"


def _row_rules(settings: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Any]]:
    products = described(settings, "row_products", *NEEDED["row_products"])
    sums = described(settings, "row_sums", *NEEDED["row_sums"])
    return [(rule, _multiplied) for rule in products] + [(rule, _added) for rule in sums]


def _added(row: Row, parts: Sequence[str]) -> int | None:
    """The sum of the boxes; one that is left empty is nought, unless all are."""
    values = [row.get(part) for part in parts]
    if all(value is None for value in values) or not all(value is None or is_whole(value) for value in values):
        return None
    return sum(value or 0 for value in values)


def _multiplied(row: Row, parts: Sequence[str]) -> int | None:
    product = 1
    for part in parts:
        value: Any = row.get(part)
        if not is_whole(value):
            return None
        product *= value
    return product


def _date_problems(question: QuestionLike, place: int, row: Row, given: Given) -> Iterator[Refusal]:
    for rule in described(question.settings, "inside", *NEEDED["inside"]):
        day = as_date(row.get(rule["column"]))
        first, last = as_date(given.get(rule.get("from", ""))), as_date(given.get(rule.get("to", "")))
        if day is not None and ((first and day < first) or (last and day > last)):
            at = {"row": place, "column": rule["column"]}
            yield Refusal("cell-outside-dates", {**at, "first": first, "last": last})


def _sum_problems(question: QuestionLike, value: Any, given: Given) -> Iterator[Refusal]:
    for each in sums_of(question, value, given):
        if each.target is not None and each.whole != each.target:
            figures = {"total": each.whole, "target": each.target, "difference": abs(each.whole - each.target)}
            shown = {
                name: _figure(Column(each.column, each.label, each.kind), figure) for name, figure in figures.items()
            }
            more = "too much" if each.whole > each.target else "missing"
            yield Refusal(
                "column-does-not-sum",
                {"label": each.label, "which": more, "code": each.equals, "plus": each.plus, **shown},
            )


def _cap_problems(question: QuestionLike, rows: Sequence[Row], given: Given) -> Iterator[Refusal]:
    columns = {column.code: column for column in columns_of(question.settings)}
    for rule in described(question.settings, "caps", *NEEDED["caps"]):
        where, percent = dict(rule.get("where", {})), int(rule["percent"])
        counted = [row for row in rows if all(row.get(column) == wanted for column, wanted in where.items())]
        have = _total(counted, rule["column"])
        base = _amount(given.get(rule["of"])) if rule.get("of") else _total(rows, rule["column"])
        # Exact: a share of 10% is kept or broken to the penny.
        if base is not None and have * FULL_PERCENT > base * percent:
            named = [
                columns[code].labels.get(str(value), str(value)) for code, value in where.items() if code in columns
            ]
            most = base * percent // FULL_PERCENT
            share = f"{percent / 100:g}%"
            detail = {"what": ", ".join(named), "have_pence": have, "most_pence": most, "share": share}
            yield Refusal("column-above-cap", detail)


def _total(rows: Sequence[Row], column: str) -> int:
    return sum(row[column] for row in rows if is_whole(row.get(column)))


def _amount(value: Any) -> int | None:
    return value if is_whole(value) else None
