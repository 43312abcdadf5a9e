"""Form fields that keep what was typed and say what to do: a date in three boxes, and pounds that become pence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, StringField, ValidationError
from wtforms.widgets import TextInput

from workflows.money import MoneyError, format_pounds_exact, parse_pounds

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONEY_ERRORS = {
    "empty": "Write an amount.",
    "not-money": "Write an amount in pounds, like 1,500 or 1,500.50.",
    "too-many-decimals": "Write pounds and pence with two digits after the point, like 1,500.50.",
    "negative": "The amount can't be less than £0.",
    "too-large": "The amount is too large. Check the number of digits.",
}


class DateField(Field):
    """Day, month and year in boxes named NAME-day, NAME-month and NAME-year; `data` is a date or None.

    Any rubbish in the boxes is kept as typed in `parts`; `wrong_parts` names the boxes to mend.
    """

    widget = TextInput()

    def __init__(self, label: str = "", *, is_required: bool = True, **options: Any) -> None:
        super().__init__(label, **options)
        self.is_required = is_required
        self.parts: tuple[str, str, str] = ("", "", "")
        self.wrong_parts: tuple[str, ...] = ()

    def process(self, formdata: Any, data: Any = None, **options: Any) -> None:
        """Read the three boxes; fall back on the data when none of them was sent."""
        super().process(None, data, **options)
        names = [f"{self.name}-{part}" for part in ("day", "month", "year")]
        if formdata is not None and any(name in formdata for name in names):
            self.raw_data = [str(formdata.get(name, "")).strip() for name in names]
            self.parts = (self.raw_data[0], self.raw_data[1], self.raw_data[2])
            self.data = _read_date(self.parts)
        elif isinstance(self.data, date):
            self.parts = (str(self.data.day), str(self.data.month), str(self.data.year))

    def pre_validate(self, form: Any) -> None:
        """Say which box is missing or wrong."""
        empty = tuple(name for name, text in zip(("day", "month", "year"), self.parts, strict=True) if not text)
        if len(empty) == 3:
            if self.is_required:
                raise ValidationError("Write the date: day, month and year.")
            return
        if empty:
            self.wrong_parts = empty
            raise ValidationError(f"The date must have a {' and a '.join(empty)}.")
        if self.data is None:
            self.wrong_parts = ("day", "month", "year")
            raise ValidationError("This is not a real date. Write it like 27 3 2025.")


def _read_date(parts: Sequence[str]) -> date | None:
    day, month, year = parts
    number = str(MONTHS.index(month[:3].lower()) + 1) if month[:3].lower() in MONTHS else month
    if not all(text.isascii() and text.isdecimal() and len(text) <= 4 for text in (day, number, year)):
        return None
    if not 1900 <= int(year) <= 2200:
        return None
    try:
        return date(int(year), int(number), int(day))
    except ValueError:
        return None


class MoneyField(StringField):
    """Pounds as people type them; `data` is whole pence or None. What was typed is kept when it can't be read."""

    def __init__(self, label: str = "", *, is_required: bool = True, **options: Any) -> None:
        super().__init__(label, **options)
        self.is_required = is_required
        self.typed = ""
        self.problem = ""

    def process_data(self, value: Any) -> None:
        self.data = value
        self.typed = "" if value is None else _shown(value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.typed = str(valuelist[0]) if valuelist else ""
        self.data = None
        try:
            self.data = parse_pounds(self.typed)
        except MoneyError as error:
            self.problem = error.code

    def pre_validate(self, form: Any) -> None:
        if not self.typed.strip():
            if self.is_required:
                raise ValidationError(MONEY_ERRORS["empty"])
            return
        if self.problem:
            raise ValidationError(MONEY_ERRORS.get(self.problem, MONEY_ERRORS["not-money"]))

    def _value(self) -> str:
        return self.typed


def _shown(pence: int) -> str:
    text = format_pounds_exact(pence).replace("£", "")
    return text.removesuffix(".00")
