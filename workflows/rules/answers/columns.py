"""What a table is made of: its columns, and the rules that its settings give; whether all of that holds together.

`settings` of a table's question:
  columns      [{code, label, kind, required, options [[value, label]], word_limit, hint}]
  min_rows, max_rows
  row_sums     [{parts: [column], total: column}]           grant + other = total
  row_products [{parts: [column, column], total: column}]   quantity x unit cost = total
  sums         [{column, equals: question, plus: question}] the column (and that answer) comes to that answer
  caps         [{column, where: {column: value}, percent: hundredths, of: question}]
  inside       [{column, from: question, to: question}]     dates between two dates of the form
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.rules.answers.cells import KINDS
from workflows.rules.answers.values import is_whole

# More rows than any plan has; what is above it is told and not drawn (our default).
MOST_ROWS: Final = 200
# What each rule of a table has to say.
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "row_sums": ("parts", "total"),
    "row_products": ("parts", "total"),
    "sums": ("column", "equals"),
    "caps": ("column", "percent"),
    "inside": ("column",),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `options` are pairs of value and label."""

    code: str
    label: str
    kind: str = "text"
    is_required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    word_limit: int | None = None
    hint: str = ""

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.options)


def columns_of(settings: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns of a table's question; one without a code is none, one of an unknown kind is a text."""
    return tuple(_column(each) for each in described(settings, "columns", "code"))


def _column(each: Mapping[str, Any]) -> Column:
    limit = each.get("word_limit")
    return Column(
        code=str(each["code"]),
        label=str(each.get("label", each["code"])),
        kind=str(each.get("kind")) if each.get("kind") in KINDS else "text",
        is_required=bool(each.get("required", True)),
        options=tuple((str(pair[0]), str(pair[1])) for pair in each.get("options", ()) if len(pair) == 2),
        word_limit=limit if is_whole(limit) else None,
        hint=str(each.get("hint", "")),
    )


def settings_fault(settings: Mapping[str, Any]) -> str:
    """The first key of a table's settings that can't be meant so; empty when all of them hold together."""
    codes = [column.code for column in columns_of(settings)]
    if not codes or len(set(codes)) < len(codes) or len(codes) < len(settings.get("columns", ())):
        return "columns"
    if any(each.get("kind", "text") not in KINDS for each in settings["columns"]):
        return "columns"
    if any(column.kind == "choice" and not column.options for column in columns_of(settings)):
        return "columns"
    least, most = settings.get("min_rows", 0), settings.get("max_rows", MOST_ROWS)
    if not (is_whole(least) and is_whole(most) and 0 <= least <= most <= MOST_ROWS and most):
        return "max_rows"
    for key, needed in NEEDED.items():
        rules = settings.get(key, [])
        sound = described(settings, key, *needed)
        named = {str(name) for rule in sound for name in (rule.get("column"), rule.get("total")) if name}
        named |= {str(part) for rule in sound for part in rule.get("parts", ())}
        if not isinstance(rules, list) or len(sound) < len(rules) or not named <= set(codes):
            return key
    return ""


def described(settings: Mapping[str, Any], key: str, *needed: str) -> list[Mapping[str, Any]]:
    """The entries of a list in the settings that say what they have to; the others count for nothing."""
    entries = settings.get(key, ())
    if not isinstance(entries, (list, tuple)):
        return []
    return [each for each in entries if isinstance(each, Mapping) and all(each.get(name) for name in needed)]
