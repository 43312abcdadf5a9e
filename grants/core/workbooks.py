"""Reading a workbook or CSV file that anybody may have sent: bounded in every direction, and never calculated.

A cell is a whole number, a text, or a word for what it is instead; what a formula once came to is not looked at.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from grants.core.sheets import FORMULA

LARGEST: Final = 5_000_000
# What a file may unfold to, and of how many parts it may be made.
LARGEST_UNFOLDED: Final = 40_000_000
MOST_PARTS: Final = 200
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 10, 5_000, 30, 32_767


class Odd(StrEnum):
    """What a cell holds when it is neither a text nor a whole number."""

    FORMULA = "formula"
    DATE = "date"
    FRACTION = "fraction"
    YES_NO = "yes-no"
    ERROR = "error"
    TOO_LONG = "too-long"


Cell = int | str | Odd | None


class NotReadable(Exception):
    """The file can't be read as a whole; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows from the top, each with its number as a spreadsheet shows it."""

    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def read(data: bytes) -> list[Sheet]:
    """The sheets of a workbook, or a CSV file as one sheet.

    Raises NotReadable: sheet-empty, sheet-too-large, sheet-not-a-table, sheet-too-many-rows.
    """
    if not data:
        raise NotReadable("sheet-empty")
    if len(data) > LARGEST:
        raise NotReadable("sheet-too-large")
    return _workbook(data) if data.startswith(b"PK") else [Sheet("CSV", tuple(_bounded(_csv(data))))]


def _csv(data: bytes) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    try:
        text = data.decode("utf-8-sig")
        if "\x00" in text:
            raise NotReadable("sheet-not-a-table")
        for number, row in enumerate(csv.reader(io.StringIO(text, newline="")), 1):
            yield number, tuple(_plain(cell) for cell in row[:MOST_COLUMNS])
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotReadable("sheet-not-a-table") from error


def _plain(cell: str) -> Cell:
    # The sign that keeps a text from being calculated goes again.
    text = cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA and cell[1:2] else cell
    if len(text) > LONGEST_CELL:
        return Odd.TOO_LONG
    return text or None


def _workbook(data: bytes) -> list[Sheet]:
    _look_into(data)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        return [
            Sheet(sheet.title, tuple(_bounded(_rows(sheet))))
            for sheet in book.worksheets[:MOST_SHEETS]
            if hasattr(sheet, "iter_rows")
        ]
    except NotReadable:
        raise
    # The library raises whatever a broken file makes it stumble over, and all of it means the same.
    except Exception as error:
        raise NotReadable("sheet-not-a-table") from error


def _look_into(data: bytes) -> None:
    """Refuse what unfolds to far more than it is, and what declares entities, before anything reads it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNFOLDED:
                raise NotReadable("sheet-too-large")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!" in packed.read(part)[:2_000]:
                    raise NotReadable("sheet-not-a-table")
    except NotReadable:
        raise
    # Whatever a broken or hostile archive makes the library stumble over means the same.
    except Exception as error:
        raise NotReadable("sheet-not-a-table") from error


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    # One row more than may be, to see that there is one; rows far below are never made up.
    rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)
    for number, row in enumerate(rows, 1):
        yield number, tuple(_cell(cell) for cell in row)


def _cell(cell: Any) -> Cell:
    value = cell.value
    kind = getattr(cell, "data_type", "n")
    if value is None or value == "":
        return None
    if kind == "f":
        return Odd.FORMULA
    if kind == "e":
        return Odd.ERROR
    if isinstance(value, bool):
        return Odd.YES_NO
    if isinstance(value, (datetime, date, time, timedelta)):
        return Odd.DATE
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e9 else Odd.FRACTION
    if isinstance(value, int):
        return value
    return str(value) if len(str(value)) <= LONGEST_CELL else Odd.TOO_LONG


def _bounded(rows: Iterator[tuple[int, tuple[Cell, ...]]]) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The rows that hold anything; NotReadable when there are more than a person fills in."""
    for number, row in rows:
        if any(cell is not None for cell in row):
            if number > MOST_ROWS:
                raise NotReadable("sheet-too-many-rows")
            yield number, row
        elif number > MOST_ROWS:
            return
