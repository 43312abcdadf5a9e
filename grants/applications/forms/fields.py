"""One box or one set of choices for each kind of question; whatever was typed is still in it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import wtforms
from wtforms import StringField, TextAreaField

from grants.web.fields import MoneyField
from workflows.rules.files import MOST as MOST_FILES
from workflows.rules.files import TYPES


class Text(StringField):
    """One line, as typed; control characters that no database keeps are dropped."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean(valuelist[0]) if valuelist else ""


class LongText(TextAreaField):
    """Many lines; browsers send every line end as two characters, we keep one."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean(valuelist[0]) if valuelist else ""


class Several(TextAreaField):
    """Short answers of one kind, each on a line of its own; `data` is the list of them."""

    typed = ""

    def process_data(self, value: Any) -> None:
        texts = value if isinstance(value, list) else [value] if value else []
        self.data = [str(text) for text in texts]
        self.typed = "\n".join(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = clean(valuelist[0]) if valuelist else ""
        self.data = [line.strip() for line in self.typed.split("\n") if line.strip()]

    def _value(self) -> str:
        return self.typed


class Number(StringField):
    """A whole number as people type it, with or without commas; `data` is the number or None."""

    typed = ""

    def process_data(self, value: Any) -> None:
        self.data = value
        self.typed = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = str(valuelist[0]) if valuelist else ""
        figure = self.typed.replace(",", "").replace(" ", "")
        # Digits only and not too many: Python would refuse to read thousands of them.
        self.data = int(figure) if figure.isascii() and figure.isdecimal() and len(figure) <= 12 else None

    def _value(self) -> str:
        return self.typed


class Files(wtforms.Field):
    """The list of a question's files, which are sent beside the form; `grants.applications.views.files` dresses it."""

    lines: Sequence[Any] = ()
    offers: Sequence[Any] = ()
    follows = may_follow = False
    types = tuple(TYPES.values())
    most, largest, largest_words = MOST_FILES, 0, ""
    # None on a page where there is no bid yet to give a file to.
    application_id: int | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Nothing that a form says of a file is believed: what is stored stays."""


class Line(wtforms.Form):
    """One line of a budget."""

    description = Text("What it is for")
    amount = MoneyField("Amount", is_required=False)


def clean(text: Any) -> str:
    """The text with one character for each line end, and none that no database keeps."""
    return str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
