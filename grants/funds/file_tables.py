"""Reading a TOML file key by key: every problem is kept with its line and key, and nothing here ever raises.

A reader takes what it can and goes on, so that whoever wrote the file hears of everything at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from grants.funds.parts import FileProblem
from workflows.deadlines import DeadlineError, from_london, to_london
from workflows.money import MoneyError, parse_stated

T = TypeVar("T")

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]")
_KEY = re.compile(r"""\s*["']?([^"'=\[\]#]+?)["']?\s*=""")
# Everything below the space but tab and line breaks: no database or page takes them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Instants that can be told in any zone.
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_POUNDS_LIMIT = 10**9
_NOT_MONEY = {
    "ambiguous-comma": "a comma before one or two digits can mean two things: write 1200 or 1.20",
    "negative": "an amount can't be below zero",
    "too-many-decimals": "an amount has at most two decimals",
    "too-large": "this amount is too large",
    "empty": "write an amount, such as £100,000",
}


@dataclass
class FileReader:
    """One file: its name, where each key stands, and what is wrong so far."""

    name: str
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)
    warnings: list[FileProblem] = field(default_factory=list)

    def say(self, path: str, message: str) -> None:
        self.problems.append(self._found(path, message))

    def warn(self, path: str, message: str) -> None:
        self.warnings.append(self._found(path, message))

    def _found(self, path: str, message: str) -> FileProblem:
        # A key that is missing is looked for where its table begins.
        line = self.lines.get(path) or self.lines.get(path.rpartition(".")[0]) or 1
        return FileProblem(self.name, str(line), path, message)


def load(text: str, name: str) -> tuple[FileReader, dict[str, Any]]:
    """The file's keys and a reader for them; a file that is not TOML is one problem and no keys."""
    reader = FileReader(name, _line_numbers(text))
    try:
        return reader, tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"), parse_float=_decimal)
    except RecursionError:
        message = "brackets are nested too deep"
    except ValueError as error:
        message = f"this is not TOML: {error}"
    line = re.search(r"at line (\d+)", message)
    reader.problems.append(FileProblem(name, line[1] if line else "1", "", message))
    return reader, {}


@dataclass(frozen=True)
class Table:
    """One table of the file and the way to it: "" for the top, `criteria[2]` for the second of a list."""

    reader: FileReader
    path: str
    keys: Mapping[str, Any]

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def say(self, key: str, message: str) -> None:
        self.reader.say(self.at(key), message)

    def only(self, known: Iterable[str]) -> None:
        allowed = set(known)
        for key in self.keys:
            if key not in allowed:
                self.say(key, "this key is not known here: check how it is spelt, or take it out")

    def text(self, key: str, *, longest: int = 200, needed: bool = False, default: str = "") -> str:
        value = self.keys.get(key)
        if value is None:
            if needed:
                self.say(key, "this is missing: add it")
            return default
        if not isinstance(value, str):
            self.say(key, 'write a text between quotation marks, such as "West Leicester"')
            return default
        text = value.strip()
        if _CONTROL.search(text):
            self.say(key, "this text holds a character that can't be printed: type it again")
            return default
        if needed and not text:
            self.say(key, "this is empty: write it")
        if len(text) > longest:
            self.say(key, f"this is too long: use {longest} letters or fewer")
        return text

    def code(self, key: str, *, longest: int) -> str:
        code = self.text(key, longest=longest, needed=True)
        if code and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", code):
            self.say(key, "a code is letters, digits, dots and hyphens, without spaces")
        return code

    def whole(self, key: str, *, least: int, most: int, default: int | None = None, needed: bool = False) -> int | None:
        value = self.keys.get(key)
        if value is None:
            if needed:
                self.say(key, "this is missing: add it")
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.say(key, f"write a whole number from {least} to {most}")
            return default
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.keys.get(key, default)
        if not isinstance(value, bool):
            self.say(key, "write true or false")
            return default
        return value

    def money(self, key: str, *, needed: bool = False) -> int | None:
        """Pounds as a number or as people write them; the qualifier of "over £598,000" is a warning."""
        value = self.keys.get(key)
        if value is None:
            if needed:
                self.say(key, "this is missing: add an amount, such as £100,000")
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            self.say(key, _NOT_MONEY["empty"])
            return None
        if not isinstance(value, str):
            if isinstance(value, Decimal) and not value.is_finite():
                self.say(key, _NOT_MONEY["empty"])
                return None
            if abs(value) > _POUNDS_LIMIT:
                self.say(key, _NOT_MONEY["too-large"])
                return None
            value = format(value, "f") if value != int(value) else str(int(value))
        return self._stated(key, value)

    def _stated(self, key: str, text: str) -> int | None:
        try:
            stated = parse_stated(text)
        except MoneyError as error:
            self.say(key, _NOT_MONEY.get(error.code, "this is not an amount: write it like £100,000"))
            return None
        if stated.qualifier or stated.warning:
            shown = f"£{stated.pence // 100:,}"
            self.reader.warn(self.at(key), f'"{text.strip()}" is taken as {shown}: check that this is what is meant')
        if stated.pence <= 0:
            self.say(key, "the amount must be more than £0")
            return None
        return stated.pence

    def percent(self, key: str, *, needed: bool = False, default: int = 0) -> int:
        """Hundredths of a percent."""
        if key not in self.keys:
            if needed:
                self.say(key, "this is missing: add a percentage from 0 to 100")
            return default
        found = as_hundredths(self.keys[key])
        if found is None:
            self.say(key, "write a percentage from 0 to 100 with at most two decimals")
        return default if found is None else found

    def moment(self, key: str, *, needed: bool = False) -> datetime | None:
        """The UTC instant of a London wall clock."""
        value = self.keys.get(key)
        if value is None:
            if needed:
                self.say(key, "this is missing: add a London date and time, such as 2024-01-15T17:00:00")
            return None
        if isinstance(value, datetime) and _comes_twice(value):
            return value.astimezone(UTC)
        wall = _wall_clock(value)
        if wall is None:
            self.say(key, "write a London date and time without a zone, such as 2024-01-15T17:00:00")
            return None
        try:
            return from_london(wall)
        except (DeadlineError, OverflowError):
            self.say(key, "London clocks skip this time: they go forward in that hour. Choose another")
            return None

    def day(self, key: str) -> date | None:
        value = self.keys.get(key)
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value.strip())
            except ValueError:
                value = ""
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.say(key, "write a date, such as 2024-01-15")
        return None

    def texts(self, key: str, *, longest: int = 120) -> tuple[str, ...]:
        value = self.keys.get(key, [])
        if not isinstance(value, list):
            self.say(key, 'write a list, such as ["West Leicester", "East Leicester"]')
            return ()
        entries = Table(self.reader, "", {f"{self.at(key)}[{n}]": each for n, each in enumerate(value, 1)})
        read = [entries.text(name, longest=longest, needed=True) for name in entries.keys]
        return tuple(text for text in read if text)

    def table(self, key: str) -> Table:
        value = self.keys.get(key, {})
        if not isinstance(value, dict):
            self.say(key, f"write a table headed [{key}]")
            value = {}
        return Table(self.reader, self.at(key), value)

    def tables(self, key: str) -> list[Table]:
        value = self.keys.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.say(key, f"write one table headed [[{key}]] for each")
            return []
        return [Table(self.reader, f"{self.at(key)}[{number}]", each) for number, each in enumerate(value, 1)]


def as_hundredths(value: Any) -> int | None:
    """A percentage in hundredths; None for what is not one."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    if not 0 <= value <= 100:
        return None
    scaled = Decimal(value) * 100
    return int(scaled) if scaled == int(scaled) else None


def repeated(values: Iterable[T]) -> set[T]:
    """The values that come more than once."""
    seen: set[T] = set()
    return {value for value in values if value in seen or seen.add(value)}  # type: ignore[func-returns-value]


def _wall_clock(value: Any) -> datetime | None:
    if isinstance(value, str):
        text = value.strip()
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?", text):
            return None
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is None else None


def _comes_twice(value: datetime) -> bool:
    """The second coming of the hour that the clocks go back by: only a zone can say it."""
    return value.tzinfo is not None and FIRST < value < LAST and bool(to_london(value).fold)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        # An exponent beyond anything that can be counted; it is refused where it is read.
        return Decimal("nan")


def _line_numbers(text: str) -> dict[str, int]:
    # Only for pointing at lines: a key inside a long text may be taken for one, and then points there.
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    path = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            path = header[2]
            if header[1] == "[[":
                counts[path] = counts.get(path, 0) + 1
                path = f"{path}[{counts[path]}]"
            lines.setdefault(path, number)
        elif key := _KEY.match(line):
            lines.setdefault(f"{path}.{key[1].strip()}" if path else key[1].strip(), number)
    return lines
