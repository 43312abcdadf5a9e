"""Reading a CSV file cell by cell: every problem is kept with its row and column, and nothing here ever raises.

Rows are counted as a spreadsheet counts them: the header is row 1, and an empty line is a row too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grants.funds.definition import FileProblem
from workflows.deadlines import DeadlineError, from_london
from workflows.money import MoneyError, Stated, format_pounds, parse_stated

# Everything below the space but tab and line breaks: no database or page takes them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_MONEY = {
    "empty": "this is empty: write an amount, such as £12,500",
    "ambiguous-comma": "a comma before one or two digits can mean two things: write 1200 or 1.20",
    "negative": "an amount can't be below zero",
    "too-many-decimals": "an amount has at most two decimals",
    "too-large": "this amount is too large",
}
_WALL_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")


@dataclass
class CsvFile:
    """One file: its name, and what is wrong or doubtful in it so far."""

    name: str
    problems: list[FileProblem] = field(default_factory=list)
    warnings: list[FileProblem] = field(default_factory=list)

    def say(self, row: int, column: str, message: str) -> None:
        self.problems.append(FileProblem(self.name, str(row), column, message))

    def warn(self, row: int, column: str, message: str) -> None:
        self.warnings.append(FileProblem(self.name, str(row), column, message))


def read_text(data: bytes, file: CsvFile, save_as: str = "CSV UTF-8") -> str | None:
    """The text of a UTF-8 file, with or without its mark; None when it is in anything else."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        file.say(1, "", f"this file is UTF-16: save it again as {save_as}")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        file.say(line, "", f"this file is not UTF-8 (it may come from an older Windows): save it again as {save_as}")
        return None


@dataclass(frozen=True)
class Cells:
    """One row of the file, by column; each reader of a cell keeps what is wrong with it and goes on."""

    file: CsvFile
    row: int
    values: Mapping[str, str]

    def say(self, column: str, message: str) -> None:
        self.file.say(self.row, column, message)

    def warn(self, column: str, message: str) -> None:
        self.file.warn(self.row, column, message)

    def text(self, column: str, *, longest: int = 200, needed: bool = False) -> str:
        text = self.values.get(column, "").strip()
        if _CONTROL.search(text):
            self.say(column, "this text holds a character that can't be printed: type it again")
            return ""
        if needed and not text:
            self.say(column, "this is empty: write it")
        if len(text) > longest:
            self.say(column, f"this is too long: use {longest} letters or fewer")
        return text

    def money(self, column: str, *, needed: bool = False) -> Stated | None:
        """An amount as people write it; a figure that is our reading, such as "over £598,000", is a warning."""
        text = self.text(column)
        if not text:
            if needed:
                self.say(column, _NOT_MONEY["empty"])
            return None
        try:
            stated = parse_stated(text)
        except MoneyError as error:
            self.say(column, _NOT_MONEY.get(error.code, f'"{text}" is not an amount: write it like £12,500'))
            return None
        if stated.qualifier or stated.warning:
            self.warn(column, f'"{text}" is taken as {format_pounds(stated.pence)}: check that this is what is meant')
        return stated

    def whole(self, column: str, *, most: int) -> int | None:
        """A whole number from 0, also as a spreadsheet may write it: 4, 4.0."""
        text = self.text(column)
        found = re.fullmatch(r"([0-9]{1,6})(?:\.0+)?", text)
        if found is None or int(found[1]) > most:
            self.say(column, f"{_quoted(text)}: write a whole number from 0 to {most}")
            return None
        return int(found[1])

    def moment(self, column: str) -> datetime | None:
        """The UTC instant of a London wall clock; None where the cell is empty."""
        text = self.text(column)
        if not text:
            return None
        if not _WALL_CLOCK.fullmatch(text):
            self.say(column, f'"{text}": write a London date and time without a zone, such as 2024-01-15T16:30:00')
            return None
        try:
            return from_london(datetime.fromisoformat(text))
        except DeadlineError:
            self.say(column, f'"{text}": London clocks skip this time. Choose another')
        except (ValueError, OverflowError):
            self.say(column, f'"{text}" is not a date and time')
        return None


def _quoted(text: str) -> str:
    return f'"{text}"' if text else "this is empty"


def rows_of(text: str, file: CsvFile, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Cells]:
    """The rows below the header, empty ones left out; nothing where the header can't be used."""
    records = _records(text, file)
    header = next(records, None)
    if header is None:
        file.say(1, "", f"this file is empty: begin it with the header {','.join(columns)}")
        return
    names = _columns(header[1], file, columns, optional)
    if names is None:
        return
    for row, record in records:
        if not any(cell.strip() for cell in record):
            continue
        if len(record) > len(names):
            file.say(row, "", f"this row has {len(record)} cells and the header {len(names)}: put quotes around commas")
        yield Cells(file, row, {name: cell for name, cell in zip(names, record, strict=False) if name})


def _records(text: str, file: CsvFile) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    while True:
        row += 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            file.say(row, "", f"this is not CSV from here on ({error}): look for a quotation mark that is not closed")
            return
        if record is None:
            return
        yield row, record


def _columns(header: Sequence[str], file: CsvFile, columns: Sequence[str], optional: Sequence[str]) -> list[str] | None:
    """The name of each column, "" for one that is not read; None when a column is missing."""
    names = [re.sub(r"[\s-]+", "_", cell.strip().casefold()) for cell in header]
    if len(names) == 1 and any(mark in header[0] for mark in ";\t"):
        file.say(1, "", "the columns of this file are not separated by commas: save it again as CSV")
        return None
    missing = [name for name in columns if name not in names]
    for name in missing:
        file.say(1, name, "this column is missing: add it to the header")
    known = {*columns, *optional}
    read: list[str] = []
    for place, name in enumerate(names):
        if name in known and name in read:
            file.say(1, name, "this column is there twice: take one out")
            missing.append(name)
        if name and name not in known:
            file.warn(1, header[place].strip(), "this column is not known here and was not read")
        read.append(name if name in known else "")
    return None if missing else read
