"""Tables as files: CSV in pieces and workbooks, in which nothing that somebody typed can calculate.

A text that a spreadsheet would take for a formula is made plain text (published guidance on CSV injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any, Final

Cell = str | int | Decimal | None

SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA: Final = frozenset("=+-@\t\r")
# Excel takes a file without it for another alphabet.
BYTE_ORDER_MARK: Final = "\ufeff"
LONGEST_CELL: Final = 32_767
IN_MEMORY: Final = 2_000_000
ROWS_AT_ONCE: Final = 250
# Signs that XML has no form for; a workbook with one of them does not open.
NO_SIGNS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def pounds(pence: int | None) -> Decimal | None:
    """Pence as pounds that a spreadsheet can add up; nothing stays nothing."""
    return None if pence is None else Decimal(pence).scaleb(-2)


def safe(text: str) -> str:
    """The text as a cell of a CSV file that can only be shown."""
    return f"'{text}" if text[:1] in FORMULA and text else text


def as_csv(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The rows as CSV, in pieces, for programs that open it as UTF-8."""
    yield BYTE_ORDER_MARK
    waiting: list[Sequence[Cell]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) >= ROWS_AT_ONCE:
            yield _lines(waiting)
            waiting = []
    if waiting:
        yield _lines(waiting)


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


def as_sheet(rows: Iterable[Sequence[Cell]], title: str) -> Iterator[bytes]:
    """The rows as a workbook with one sheet, in pieces; its first row stays in sight, and memory stays flat."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    with SpooledTemporaryFile(max_size=IN_MEMORY) as out:
        book.save(out)
        out.seek(0)
        while piece := out.read(IN_MEMORY):
            yield piece


def _cell(sheet: Any, value: Cell) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, NO_SIGNS.sub(" ", value)[:LONGEST_CELL])
    # Whatever it begins with, it is text.
    cell.data_type = "s"
    return cell
