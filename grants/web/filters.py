"""What templates may call: money, times, counts, errors for the summary, addresses of static files.

Every filter is a pure function of its value; none reads the clock, the request or the database.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask

from grants.web import labels
from grants.web.paths import path_of
from workflows import deadlines, money

# Lists say the same times again and again; a few thousand are a few hundred kilobytes.
LATELY = 4096

SummaryItems = list[tuple[str | None, str]]


def register(app: Flask) -> None:
    """Give the app's templates these filters, and `asset`, the address of a static file."""
    app.add_template_filter(pounds)
    app.add_template_filter(pounds_exact)
    app.add_template_filter(london)
    app.add_template_filter(london_short)
    app.add_template_filter(time_of_day)
    app.add_template_filter(day)
    app.add_template_filter(short_day)
    app.add_template_filter(percent)
    app.add_template_filter(mark_percent)
    app.add_template_filter(plural)
    app.add_template_filter(error_items)
    app.add_template_filter(labels.role_label, "role_label")
    folder = Path(app.static_folder or "")

    def asset(name: str) -> str:
        return path_of("static", filename=name, v=_content_hash(folder / name))

    app.add_template_global(asset)


def pounds(pence: int | None) -> str:
    """Pence as £99,087, or £14,155.29 where there are pence; nothing for None."""
    return "" if pence is None else money.format_pounds(pence)


def pounds_exact(pence: int | None) -> str:
    """Pence with two decimals always, for columns that are added up: £99,087.00."""
    return "" if pence is None else money.format_pounds_exact(pence)


@lru_cache(maxsize=LATELY)
def london(instant: datetime | None) -> str:
    """An instant as a person says it in London: Monday 15 January 2024 at 5:00pm."""
    if instant is None:
        return ""
    local = deadlines.to_london(instant)
    return f"{local:%A} {day(local.date())} at {_clock(local)}"


@lru_cache(maxsize=LATELY)
def london_short(instant: datetime | None) -> str:
    """The same for a table: 15 Jan 2024, 5:00pm."""
    if instant is None:
        return ""
    local = deadlines.to_london(instant)
    return f"{short_day(local.date())}, {_clock(local)}"


def clock_time(instant: datetime) -> str:
    """The time of day in London on a clock of 24 hours: 21:04."""
    return f"{deadlines.to_london(instant):%H:%M}"


def time_of_day(instant: datetime) -> str:
    """The time of day in London as people say it: 4:12pm."""
    return _clock(deadlines.to_london(instant))


def day(value: date | None) -> str:
    """A date, or the London date of an instant: 15 January 2024."""
    return _dated(value, "%B %Y")


def short_day(value: date | None) -> str:
    """The same for a table: 15 Jan 2024."""
    return _dated(value, "%b %Y")


def percent(value: Fraction | int | str | None) -> str:
    """Percent rounded half up to one decimal from the exact value: 99.1%."""
    if value is None:
        return ""
    return f"{money.percent_half_up(Fraction(value), 100)}%"


def mark_percent(value: Fraction | int | str | None) -> str:
    """A mark's percent, cut off after one decimal so that nobody seems to reach a line that they missed."""
    if value is None:
        return ""
    tenths = int(Fraction(value) * 10)
    return f"{tenths // 10}.{tenths % 10}%"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count and its noun: 1 application, 1,200 applications."""
    noun = one if count == 1 else many or f"{one}s"
    return f"{count:,} {noun}"


def error_items(errors: Any) -> SummaryItems:
    """What the error summary lists: (id of the control to go to, or None; text), in the order of the page.

    Takes a WTForms form, or a list of such pairs, and looks into forms and lists inside a form.
    """
    if errors is None or isinstance(errors, list | tuple):
        return [(anchor or None, str(text)) for anchor, text in errors or ()]
    items = [item for field in errors for item in field_errors(field)]
    return items + [(None, str(text)) for text in errors.form_errors]


def field_errors(field: Any) -> Iterator[tuple[str | None, str]]:
    """What the summary lists of one field: (id of the control to go to, or None; text)."""
    if not field.errors:
        return
    if hasattr(field, "summary_items"):
        yield from field.summary_items
    elif hasattr(field, "entries"):
        # A list's own sentences ("must add up") come first and lead to its first box, as it has no other.
        own = [text for text in field.errors if not isinstance(text, list | tuple | dict)]
        boxes = _controls(field.entries)
        yield from ((next(boxes, field.id), str(text)) for text in own[:1])
        yield from (item for entry in field.entries for item in field_errors(entry))
    elif hasattr(field, "form"):
        yield from error_items(field.form)
    else:
        yield _anchor(field), str(field.errors[0])


def _controls(entries: Iterable[Any]) -> Iterator[str]:
    for entry in entries:
        yield from (
            _anchor(box)
            for box in (entry.form if hasattr(entry, "form") else [entry])
            if "Hidden" not in box.type and "CSRF" not in box.type
        )


def _anchor(field: Any) -> str | None:
    if field.type == "CSRFTokenField":
        return None
    if hasattr(field, "parts"):
        # A date is three boxes; the group around them cannot take the focus.
        wrong = getattr(field, "wrong_parts", None) or ("day",)
        return f"{field.id}-{next(iter(wrong))}"
    return str(field.id)


def _dated(value: date | None, rest: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = deadlines.london_date(value)
    return f"{value.day} {value.strftime(rest)}"


def _clock(local: datetime) -> str:
    if (local.hour, local.minute) == (12, 0):
        return "midday"
    if (local.hour, local.minute) == (0, 0):
        # "Midnight on Monday" is read both ways, so it is said which end of the day is meant.
        return "midnight (the start of that day)"
    half = "am" if local.hour < 12 else "pm"
    return f"{local.hour % 12 or 12}:{local.minute:02d}{half}"


@cache
def _content_hash(path: Path) -> str:
    # The address changes with the file, so that a browser may keep it for a year.
    return sha256(path.read_bytes()).hexdigest()[:12]
