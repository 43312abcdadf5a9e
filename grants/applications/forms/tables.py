"""A table of a form: rows of boxes named CODE-row-column, which can be added and taken out without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import wtforms
from wtforms.widgets import TextInput

from grants.applications.forms.fields import clean
from workflows.errors import Refusal
from workflows.rules.answers import MOST_ROWS, Column, Sum, columns_of, is_blank, sums_of
from workflows.rules.answers.cells import read_cell, written_cell
from workflows.rules.answers.tables import completed

# Rows that are drawn back at most: far more than are allowed, far fewer than a hostile page may send.
MOST_DRAWN: Final = 500
_BOX = re.compile(r"([0-9]{1,6})-([A-Za-z0-9_]{1,40})")


class TableField(wtforms.Field):
    """Rows of typed boxes. `rows` are the texts in them by column; `data` is the answer as it is stored."""

    widget = TextInput()

    def __init__(self, label: str = "", *, settings: Mapping[str, Any], **options: Any) -> None:
        super().__init__(label, **options)
        self.settings = settings
        self.columns: tuple[Column, ...] = columns_of(settings)
        self.rows: list[dict[str, str]] = []
        # The number that each row had on the page: one that was left empty there is no row any more.
        self.places: list[int] = []
        self.was_sent = False
        self.box_errors: dict[tuple[int, str], str] = {}
        self.sums: list[Sum] = []
        self.extra_rows = 0

    def process(self, formdata: Any, data: Any = None, **options: Any) -> None:
        """Read the boxes that were sent, or else write those of the stored rows."""
        super().process(None, data, **options)
        names = [name for name in formdata or () if name.startswith(f"{self.name}-")]
        self.was_sent = bool(names)
        self.rows = list(self._sent(formdata, names)) if names else list(self._stored(self.data))
        self.data = self._read()

    def _stored(self, value: Any) -> Iterator[dict[str, str]]:
        for row in value if isinstance(value, list) else []:
            if isinstance(row, Mapping) and not is_blank([row]):
                yield {each.code: written_cell(each.kind, row.get(each.code)) for each in self.columns}

    def _sent(self, formdata: Any, names: list[str]) -> Iterator[dict[str, str]]:
        known = {column.code for column in self.columns}
        boxes: dict[int, dict[str, str]] = {}
        for name in names:
            found = _BOX.fullmatch(name, len(self.name) + 1)
            if found and found[2] in known:
                boxes.setdefault(int(found[1]), {})[found[2]] = clean(formdata.get(name, ""))
        for place, row in sorted(boxes.items()):
            # An empty row is no row, so that the rows on the page and those that are stored have the same numbers.
            if any(text.strip() for text in row.values()):
                self.places.append(place)
                yield {code: row.get(code, "") for code in known}

    def _read(self) -> list[dict[str, Any]]:
        rows = [{each.code: read_cell(each.kind, row[each.code]) for each in self.columns} for row in self.rows]
        kept = [{code: value for code, value in row.items() if value is not None} for row in rows]
        return completed(self.settings, kept)

    @property
    def drawn(self) -> list[dict[str, str]]:
        """The rows of the page: those with something in them, and enough empty ones to begin with."""
        least = max(int(self.settings.get("min_rows", 1)), 1, len(self.rows)) + self.extra_rows
        blank = {each.code: "" for each in self.columns}
        empty = [dict(blank) for _ in range(least - len(self.rows))]
        return (self.rows + empty)[:MOST_DRAWN]

    @property
    def most(self) -> int:
        return int(self.settings.get("max_rows", MOST_ROWS))

    @property
    def suggestions(self) -> list[str]:
        """The names of the sets of rows that may be put in."""
        return [str(each["label"]) for each in self.settings.get("suggestions", ())]

    def box_id(self, row: int, column: str) -> str:
        return f"{self.id}-{row}-{column}"

    def add_row(self) -> None:
        """One more empty row, for people whose browser runs no script."""
        self.extra_rows = 1 if len(self.drawn) < self.most else 0

    def remove_row(self, place: int) -> None:
        """Take out the row that had this number on the page; an empty one is gone by itself."""
        if place in self.places:
            del self.rows[self.places.index(place)]
            self.data = self._read()

    def suggest(self, label: str) -> None:
        """Put in the rows of this name, but those that are there already."""
        chosen = next((each for each in self.settings.get("suggestions", ()) if each["label"] == label), None)
        for row in chosen["rows"] if chosen else ():
            new = {each.code: str(row.get(each.code, "")) for each in self.columns}
            first = self.columns[0].code
            if len(self.rows) < self.most and new[first] not in {known[first] for known in self.rows}:
                self.rows.append(new)
        self.data = self._read()

    def complain(self, refusal: Refusal, sentence: str) -> None:
        """Put a sentence beside its box, or over the table when it is about no box."""
        row, column = refusal.detail.get("row"), refusal.detail.get("column")
        if row and column:
            self.box_errors.setdefault((int(row) - 1, str(column)), sentence)
        self.errors = [*self.errors, sentence]

    @property
    def own_errors(self) -> list[str]:
        beside = set(self.box_errors.values())
        return [sentence for sentence in self.errors if sentence not in beside]

    @property
    def summary_items(self) -> list[tuple[str, str]]:
        """What the error summary lists: the box, and what is wrong with it."""
        first = self.box_id(0, self.columns[0].code) if self.columns else str(self.id)
        items = [(first, sentence) for sentence in self.own_errors]
        labels = {column.code: column.label for column in self.columns}
        for (row, column), sentence in sorted(self.box_errors.items()):
            items.append((self.box_id(row, column), f"row {row + 1}, {labels.get(column, column)}: {sentence}"))
        return items

    def add_up(self, question: Any, given: Mapping[str, Any]) -> None:
        """What the columns come to now, for the line under the table."""
        self.sums = sums_of(question, self.data, given)
