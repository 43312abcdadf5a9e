"""The boxes of a table: what a person typed becomes a value of its column, and is written back as people write it.

Percentages are whole hundredths of a percent, money is pence; what can't be read is kept as `{"typed": text}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from workflows.money import MoneyError, format_pounds, format_pounds_exact, parse_pounds
from workflows.rules.answers.values import TYPED, as_date, is_unread, is_whole, typed_text

KINDS: Final = ("text", "long_text", "money", "number", "date", "choice", "percent")
MONTH_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[\s./-]+([0-9]{1,2}|[a-z]{3,9})\.?[\s,./-]+([0-9]{4})", re.IGNORECASE)
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?\s*%?")
# Years that a plan of work can name (our default); a year beyond them is a slip of the finger.
EARLIEST, LATEST = 1900, 2200


def read_cell(kind: str, text: str) -> Any:
    """The value of one box; None when it is empty."""
    if not text.strip():
        return None
    if kind in {"text", "long_text", "choice"}:
        return text
    value = _READERS[kind](text.strip())
    return {TYPED: text} if value is None else value


def written_cell(kind: str, value: Any) -> str:
    """The value as its box shows it, which reads back as the same value."""
    if value is None:
        return ""
    if is_unread(value):
        return typed_text(value)
    if kind == "money" and is_whole(value):
        return format_pounds_exact(value).replace("£", "").removesuffix(".00")
    if kind == "percent" and is_whole(value):
        return _percent(value)
    if kind == "date" and (day := as_date(value)):
        return _day(day)
    return str(value)


def shown_cell(kind: str, value: Any, labels: Mapping[str, str]) -> str:
    """The value as it reads in a receipt."""
    if value is None or is_unread(value):
        return written_cell(kind, value)
    if kind == "money" and is_whole(value):
        return format_pounds(value)
    if kind == "number" and is_whole(value):
        return f"{value:,}"
    if kind == "percent" and is_whole(value):
        return f"{_percent(value)}%"
    return labels.get(str(value), str(value)) if kind == "choice" else written_cell(kind, value)


def read_day(text: str) -> date | None:
    """A date as people write it in one box: 27 3 2025, 27/3/2025, 27 March 2025, 2025-03-27."""
    if found := _ISO.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
    elif found := _DAY.fullmatch(text):
        day, month, year = found[1], _month(found[2]), found[3]
    else:
        return None
    if not month or not EARLIEST <= int(year) <= LATEST:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month(text: str) -> str:
    if text.isdecimal():
        return text
    name = text.lower()
    return next((str(n) for n, full in enumerate(MONTH_NAMES, 1) if full.lower().startswith(name)), "")


def _date(text: str) -> str | None:
    day = read_day(text)
    return day.isoformat() if day else None


def _money(text: str) -> int | None:
    try:
        return parse_pounds(text)
    except MoneyError:
        return None


def _number(text: str) -> int | None:
    figure = text.replace(",", "").replace(" ", "")
    # Digits only and not too many: Python would refuse to read thousands of them.
    return int(figure) if figure.isascii() and figure.isdecimal() and len(figure) <= 12 else None


def _hundredths(text: str) -> int | None:
    found = _PERCENT.fullmatch(text)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else None


_READERS: Final = {"money": _money, "number": _number, "date": _date, "percent": _hundredths}


def _percent(hundredths: int) -> str:
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}" + (f".{rest:02d}".rstrip("0") if rest else "")


def _day(day: date) -> str:
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"
