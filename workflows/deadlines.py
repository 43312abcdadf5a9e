"""London time: when a window is open, which days are working days, and when a return falls due.

Instants are aware and in UTC; a person's clock is Europe/London on both sides of its two changes a year.
Bank holidays are always an argument, so that the rule holds in any year and for any office.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from workflows.errors import Invalid

LONDON: Final = ZoneInfo("Europe/London")
NO_GRACE: Final = timedelta(0)
RETURN_WORKING_DAYS: Final = 15
RETURN_OPENS_DAYS_BEFORE: Final = 7
_ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class DeadlineError(Invalid):
    """A time that cannot be used: no-such-time, not-an-instant, not-a-wall-clock, ends-before-start."""

    code = "no-such-time"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of whole days, both ends included; `number` counts from 1."""

    number: int
    starts_on: date
    ends_on: date


def to_london(instant: datetime) -> datetime:
    """The instant on a London clock. Raises DeadlineError: not-an-instant for a time without a zone."""
    return _aware(instant).astimezone(LONDON)


def london_date(instant: datetime) -> date:
    """The calendar day it is in London at that instant."""
    return to_london(instant).date()


def from_london(wall_clock: datetime) -> datetime:
    """The UTC instant of a time read off a London clock.

    The hour that comes twice in October is taken as its first coming (summer time), unless the wall clock
    says otherwise with `fold=1`, so that a time shown by to_london comes back as the same instant (our
    default). The hour that is skipped in March never happened and is refused: no-such-time.
    """
    if wall_clock.tzinfo is not None:
        raise DeadlineError("not-a-wall-clock")
    instant = wall_clock.replace(tzinfo=LONDON).astimezone(UTC)
    if instant.astimezone(LONDON).replace(tzinfo=None) != wall_clock:
        raise DeadlineError("no-such-time")
    return instant


def london_time_on(day: date, hour: int = 9) -> datetime:
    """The UTC instant at which London clocks strike that hour on that day."""
    return from_london(datetime.combine(day, time(hour)))


def is_open(received_at: datetime, opens_at: datetime, closes_at: datetime | None, grace: timedelta = NO_GRACE) -> bool:
    """Whether something received at that instant is in time.

    The window includes its first instant and not its last: closing at 17:00 takes 16:59:59.999 and refuses
    17:00:00.000. Without a closing time the fund is rolling and the window has no end.
    """
    received = _aware(received_at)
    if received < _aware(opens_at):
        return False
    return closes_at is None or received < _aware(closes_at) + grace


def is_working_day(day: date, holidays: AbstractSet[date]) -> bool:
    """Whether offices are open: not a weekend and not one of the bank holidays given."""
    return day.weekday() < _SATURDAY and day not in holidays


def end_of_day(day: date) -> datetime:
    """The UTC instant at which this day is over in London."""
    return london_time_on(day + timedelta(days=1), 0)


def add_working_days(day: date, count: int, holidays: AbstractSet[date]) -> date:
    """The day that many working days later, or earlier for a negative count.

    The day itself is not counted, so from a Saturday one working day on is the Monday. None at all is
    the day itself, working or not.
    """
    step = _ONE_DAY if count >= 0 else -_ONE_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day, holidays)
    return day


def next_working_day(day: date, holidays: AbstractSet[date]) -> date:
    """The first working day after that day, never the day itself."""
    return add_working_days(day, 1, holidays)


def add_months(day: date, count: int) -> date:
    """The same day of the month that many months later.

    Where that month is too short it is the first day of the month after, so that a project of one month
    from 31 January may run to the whole end of February: it ends the day before.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following)


def financial_year(day: date) -> Period:
    """The year from 1 April to 31 March that holds the day; its number is the year in which it starts."""
    year = day.year if day.month >= 4 else day.year - 1
    return Period(year, date(year, 4, 1), date(year + 1, 3, 31))


def financial_year_label(day: date) -> str:
    """The financial year as people write it: 2023/24."""
    year = financial_year(day).number
    return f"{year}/{(year + 1) % 100:02d}"


def quarter(day: date) -> Period:
    """The quarter that holds the day; number 1 is April to June and 4 is January to March."""
    first_month = 3 * ((day.month - 1) // 3) + 1
    number = (first_month - 4) // 3 % 4 + 1
    return Period(number, date(day.year, first_month, 1), _first_of_next_quarter(day) - _ONE_DAY)


def quarters_between(starts_on: date, ends_on: date) -> list[Period]:
    """The quarters that an award touches, each clipped to the award's dates and numbered from 1.

    Raises DeadlineError: ends-before-start.
    """
    if ends_on < starts_on:
        raise DeadlineError("ends-before-start")
    periods: list[Period] = []
    day = starts_on
    while day <= ends_on:
        last = min(quarter(day).ends_on, ends_on)
        periods.append(Period(len(periods) + 1, day, last))
        day = last + _ONE_DAY
    return periods


def return_opens_on(period_ends_on: date) -> date:
    """A return opens 7 days before its period ends (our default)."""
    return period_ends_on - timedelta(days=RETURN_OPENS_DAYS_BEFORE)


def return_due_on(period_ends_on: date, holidays: AbstractSet[date]) -> date:
    """A return is due 15 working days after its period ends (our default)."""
    return add_working_days(period_ends_on, RETURN_WORKING_DAYS, holidays)


def _first_of_next_quarter(day: date) -> date:
    month = 3 * ((day.month - 1) // 3) + 4
    return date(day.year + 1, 1, 1) if month > 12 else date(day.year, month, 1)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise DeadlineError("not-an-instant")
    return instant
