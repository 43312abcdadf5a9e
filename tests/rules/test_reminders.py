"""Reminders: one at a time, at nine in the morning in London, never twice, never late by a pile."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.deadlines import DeadlineError, from_london, london_time_on, to_london
from workflows.rules.reminders import (
    DRAFT_OFFSETS,
    MARKER_OFFSETS,
    OFFER_OFFSETS,
    RETURN_OFFSETS,
    Due,
    Offset,
    due_offsets,
    fires_at,
)

# ruff: noqa: DTZ001 - wall clocks are turned into instants by from_london, which wants them without a zone

SECOND = timedelta(seconds=1)
CLOSES_AT = from_london(datetime(2024, 1, 15, 17))
DUE_ON = date(2024, 4, 22)
OPENS_ON = date(2024, 3, 24)
GOOD_FRIDAY, EASTER_MONDAY = date(2024, 3, 29), date(2024, 4, 1)


def london(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return from_london(datetime(2024, month, day, hour, minute))


def drafts(now: datetime, *already: str, created_at: datetime | None = None) -> tuple[str | None, list[str]]:
    due = due_offsets(DRAFT_OFFSETS, CLOSES_AT, already=already, now=now, created_at=created_at)
    return keys(due)


def returns(now: datetime, *already: str, created_at: datetime | None = None) -> tuple[str | None, list[str]]:
    due = due_offsets(RETURN_OFFSETS, DUE_ON, already=already, now=now, created_at=created_at, opens_on=OPENS_ON)
    return keys(due)


def keys(due: Due) -> tuple[str | None, list[str]]:
    return due.send.key if due.send else None, [each.key for each in due.superseded]


@pytest.mark.parametrize(
    ("key", "fires"), [("-7d", london(1, 8, 9)), ("-2d", london(1, 13, 9)), ("-4h", london(1, 15, 13))]
)
def test_draft_reminders_fire_on_the_day_at_nine_or_four_hours_before(key: str, fires: datetime) -> None:
    (offset,) = [each for each in DRAFT_OFFSETS if each.key == key]
    assert fires_at(offset, CLOSES_AT) == fires


def test_a_saturday_and_a_sunday_are_days_like_any_other() -> None:
    assert fires_at(Offset("-2d", days=-2), CLOSES_AT).astimezone(UTC).weekday() == 5
    assert to_london(fires_at(Offset("-7d", days=-7), date(2024, 4, 7))).date() == date(2024, 3, 31)


def test_return_reminders_fire_from_the_opening_to_four_weeks_late() -> None:
    days = [to_london(fires_at(each, DUE_ON, opens_on=OPENS_ON)).date() for each in RETURN_OFFSETS]
    assert days == [
        date(2024, 3, 24),
        date(2024, 4, 15),
        date(2024, 4, 20),
        date(2024, 4, 22),
        date(2024, 4, 23),
        date(2024, 4, 29),
        date(2024, 5, 6),
        date(2024, 5, 20),
    ]


def test_marker_and_offer_reminders_count_working_days() -> None:
    holidays = frozenset({GOOD_FRIDAY, EASTER_MONDAY})
    due_at = london(4, 3, 17)
    marking = [to_london(fires_at(each, due_at, holidays=holidays)).date() for each in MARKER_OFFSETS]
    assert marking == [date(2024, 3, 25), date(2024, 3, 28), date(2024, 4, 4)]
    offers = [to_london(fires_at(each, date(2024, 3, 28), holidays=holidays)) for each in OFFER_OFFSETS]
    assert [each.date() for each in offers] == [date(2024, 4, 8), date(2024, 4, 15), date(2024, 4, 22)]
    assert {each.hour for each in offers} == {9}


@pytest.mark.parametrize(
    ("closes", "four_hours_before", "two_days_before_utc"),
    [
        (datetime(2024, 3, 31, 17), datetime(2024, 3, 31, 12, tzinfo=UTC), 9),
        (datetime(2024, 3, 31, 3), datetime(2024, 3, 30, 22, tzinfo=UTC), 9),
        (datetime(2024, 10, 27, 17), datetime(2024, 10, 27, 13, tzinfo=UTC), 8),
        (datetime(2024, 10, 27, 3), datetime(2024, 10, 26, 23, tzinfo=UTC), 8),
    ],
)
def test_over_a_clock_change_nine_is_nine_and_four_hours_are_four(
    closes: datetime, four_hours_before: datetime, two_days_before_utc: int
) -> None:
    _, two_days, four_hours = DRAFT_OFFSETS
    assert fires_at(four_hours, from_london(closes)) == four_hours_before
    assert fires_at(two_days, from_london(closes)).hour == two_days_before_utc


def test_nothing_is_due_a_second_early_and_it_is_on_the_second() -> None:
    assert drafts(london(1, 8, 9) - SECOND) == (None, [])
    assert drafts(london(1, 8, 9)) == ("-7d", [])


def test_what_was_sent_is_not_sent_again() -> None:
    assert drafts(london(1, 8, 9, 5), "-7d") == (None, [])
    assert drafts(london(1, 13, 9), "-7d") == ("-2d", [])


def test_after_an_outage_only_the_latest_goes_and_the_rest_are_superseded() -> None:
    assert drafts(london(1, 15, 14)) == ("-4h", ["-7d", "-2d"])
    assert returns(london(5, 1, 12), "open") == ("+7d", ["-7d", "-2d", "0d", "+1d"])
    assert returns(london(5, 1, 12), "open", "+7d") == (None, ["-7d", "-2d", "0d", "+1d"])


def test_a_draft_started_late_hears_only_of_what_is_still_to_come() -> None:
    started = london(1, 13, 9, 1)
    assert drafts(london(1, 14, 9), created_at=started) == (None, [])
    assert drafts(london(1, 15, 13), created_at=started) == ("-4h", [])


def test_an_obligation_made_on_the_very_second_is_reminded() -> None:
    assert drafts(london(1, 13, 9), created_at=london(1, 13, 9)) == ("-2d", [])


def test_a_warning_never_goes_out_once_the_round_has_closed() -> None:
    assert drafts(CLOSES_AT - SECOND) == ("-4h", ["-7d", "-2d"])
    assert drafts(CLOSES_AT) == (None, ["-7d", "-2d", "-4h"])


def test_a_return_is_still_reminded_on_its_day_and_after_it() -> None:
    sent = ("open", "-7d", "-2d")
    assert returns(london(4, 22, 9), *sent) == ("0d", [])
    assert returns(london(4, 22, 23, 59), *sent) == ("0d", [])
    assert returns(london(4, 23, 0), *sent) == (None, ["0d"])
    assert returns(london(4, 23, 9), *sent) == ("+1d", ["0d"])


def test_a_reminder_at_the_very_instant_of_the_anchor_goes() -> None:
    at_nine = london(4, 22, 9)
    assert keys(due_offsets([Offset("0d")], at_nine, already=(), now=at_nine + SECOND)) == ("0d", [])


def test_a_marker_who_is_late_is_told_once_that_they_are() -> None:
    due_at = london(4, 12, 17)
    late = due_offsets(MARKER_OFFSETS, due_at, already={"-5wd"}, now=london(4, 15, 9))
    assert keys(late) == ("+1wd", ["-2wd"])
    between = due_offsets(MARKER_OFFSETS, due_at, already={"-5wd"}, now=london(4, 13, 9))
    assert keys(between) == (None, ["-2wd"])


def test_hours_need_an_instant_and_an_opening_needs_a_day() -> None:
    with pytest.raises(DeadlineError, match="hours-need-an-instant"):
        fires_at(Offset("-4h", hours=-4), DUE_ON)
    with pytest.raises(DeadlineError, match="opening-not-known"):
        due_offsets(RETURN_OFFSETS, DUE_ON, already=(), now=london(4, 1, 9))


@given(st.lists(st.integers(0, 90 * 24), min_size=1, max_size=40), st.integers(0, 60 * 24))
def test_however_the_sweeps_fall_each_reminder_is_handled_at_most_once(sweeps: list[int], created_after: int) -> None:
    start = london_time_on(date(2024, 3, 10), 0)
    created_at = start + timedelta(hours=created_after)
    rows: dict[str, str] = {}
    for hours in sorted(sweeps):
        now = start + timedelta(hours=hours)
        due = due_offsets(RETURN_OFFSETS, DUE_ON, already=set(rows), now=now, created_at=created_at, opens_on=OPENS_ON)
        handled = [(each, "superseded") for each in due.superseded] + ([(due.send, "sent")] if due.send else [])
        for offset, fate in handled:
            assert offset.key not in rows
            assert created_at <= fires_at(offset, DUE_ON, opens_on=OPENS_ON) <= now
            rows[offset.key] = fate
    last = start + timedelta(hours=max(sweeps))
    passed = [fires_at(each, DUE_ON, opens_on=OPENS_ON) for each in RETURN_OFFSETS]
    assert len(rows) == sum(created_at <= at <= last for at in passed)


@given(st.integers(0, 45 * 24), st.sets(st.sampled_from([each.key for each in RETURN_OFFSETS])))
def test_a_second_sweep_at_the_same_time_does_nothing(hours: int, already: set[str]) -> None:
    now = london_time_on(date(2024, 3, 20), 0) + timedelta(hours=hours)
    first = due_offsets(RETURN_OFFSETS, DUE_ON, already=already, now=now, opens_on=OPENS_ON)
    done = already | {each.key for each in first.superseded} | ({first.send.key} if first.send else set())
    assert due_offsets(RETURN_OFFSETS, DUE_ON, already=done, now=now, opens_on=OPENS_ON) == Due(None, [])
