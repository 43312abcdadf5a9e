"""Which reminder is owed now: the latest whose time has come goes, and those it overtakes are only recorded.

Nobody gets a pile after an outage, nothing is sent for a time before the obligation existed, and a warning
that something is coming never goes out once it has been.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from workflows.deadlines import DeadlineError, add_working_days, london_date, london_time_on

REMINDER_HOUR: Final = 9
_NO_HOLIDAYS: Final[frozenset[date]] = frozenset()


@dataclass(frozen=True, slots=True)
class Offset:
    """One reminder of a series, counted from its anchor; `key` is what the reminder's row is unique by.

    Days go out at 09:00 London on the calendar day, weekends included; `working_days` skip weekends and bank
    holidays; `hours` count from the very instant; `at_opening` goes by the opening day and not by the anchor.
    """

    key: str
    days: int = 0
    working_days: int = 0
    hours: int = 0
    at_opening: bool = False


class Due(NamedTuple):
    """What to do now: one reminder to send, or none, and those to record as superseded, oldest first."""

    send: Offset | None
    superseded: list[Offset]


DRAFT_OFFSETS: Final = (Offset("-7d", days=-7), Offset("-2d", days=-2), Offset("-4h", hours=-4))
RETURN_OFFSETS: Final = (
    Offset("open", at_opening=True),
    Offset("-7d", days=-7),
    Offset("-2d", days=-2),
    Offset("0d"),
    Offset("+1d", days=1),
    Offset("+7d", days=7),
    Offset("+14d", days=14),
    Offset("+28d", days=28),
)
MARKER_OFFSETS: Final = (
    Offset("-5wd", working_days=-5),
    Offset("-2wd", working_days=-2),
    Offset("+1wd", working_days=1),
)
# Counted to the last day on which a question about a bid can be answered.
CLARIFICATION_OFFSETS: Final = (Offset("-2wd", working_days=-2), Offset("0d"))
# Counted from the day of the offer; after 20 working days the offer lapses, which is not a reminder.
OFFER_OFFSETS: Final = (
    Offset("+5wd", working_days=5),
    Offset("+10wd", working_days=10),
    Offset("+15wd", working_days=15),
)
# Counted to the day on which a document that a group keeps runs out.
EXPIRY_OFFSETS: Final = (Offset("-60d", days=-60), Offset("-30d", days=-30), Offset("-7d", days=-7), Offset("0d"))


def fires_at(
    offset: Offset,
    anchor: date | datetime,
    *,
    opens_on: date | None = None,
    holidays: AbstractSet[date] = _NO_HOLIDAYS,
) -> datetime:
    """The UTC instant of one reminder.

    The anchor is a day, or an instant whose London day counts. Raises DeadlineError: hours-need-an-instant,
    opening-not-known.
    """
    if offset.hours:
        if not isinstance(anchor, datetime):
            raise DeadlineError("hours-need-an-instant")
        return anchor.astimezone(UTC) + timedelta(hours=offset.hours)
    if offset.at_opening:
        if opens_on is None:
            raise DeadlineError("opening-not-known")
        return london_time_on(opens_on, REMINDER_HOUR)
    day = _day_of(anchor) + timedelta(days=offset.days)
    return london_time_on(add_working_days(day, offset.working_days, holidays), REMINDER_HOUR)


def due_offsets(
    offsets: Sequence[Offset],
    anchor: date | datetime,
    *,
    already: Collection[str],
    now: datetime,
    created_at: datetime | None = None,
    opens_on: date | None = None,
    holidays: AbstractSet[date] = _NO_HOLIDAYS,
) -> Due:
    """What is owed at `now` for one obligation and one recipient.

    `already` holds the keys that have a row, sent or superseded. A reminder whose time was before
    `created_at` is neither sent nor recorded. One meant for before the anchor is not sent once the anchor
    (for a day, its midnight) has passed. Whether anything is still owed at all is the caller's question.
    """
    timed = [(fires_at(each, anchor, opens_on=opens_on, holidays=holidays), each) for each in offsets]
    passed = [(at, each) for at, each in timed if at <= now and (created_at is None or at >= created_at)]
    passed.sort(key=lambda pair: pair[0])
    if not passed:
        return Due(None, [])
    latest_at, latest = passed[-1]
    too_late = latest_at < _end_of(anchor) <= now
    send = None if latest.key in already or too_late else latest
    unsent = [each for _, each in passed if each.key not in already and each is not send]
    return Due(send, unsent)


def _day_of(anchor: date | datetime) -> date:
    return london_date(anchor) if isinstance(anchor, datetime) else anchor


def _end_of(anchor: date | datetime) -> datetime:
    if isinstance(anchor, datetime):
        return anchor
    return london_time_on(anchor + timedelta(days=1), 0)
