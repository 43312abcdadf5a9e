"""Deadlines: a millisecond decides, on a London clock, in every week of the year."""

# ruff: noqa: DTZ001 - a wall clock has no zone, and telling it from an instant is what is tested here

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.deadlines import (
    DeadlineError,
    Period,
    add_months,
    add_working_days,
    financial_year,
    financial_year_label,
    from_london,
    is_open,
    is_working_day,
    london_date,
    london_time_on,
    next_working_day,
    quarter,
    quarters_between,
    return_due_on,
    return_opens_on,
    to_london,
)

MILLISECOND = timedelta(milliseconds=1)
HOLIDAYS = frozenset({date(2020, 5, 25), date(2023, 12, 25), date(2023, 12, 26), date(2024, 1, 1)})
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
CHANGE_DAYS = [date(2024, 3, 31), date(2024, 10, 27)]
NEAR_A_CHANGE = st.sampled_from(CHANGE_DAYS).flatmap(
    lambda day: st.datetimes(
        datetime(day.year, day.month, day.day) - timedelta(hours=3),
        datetime(day.year, day.month, day.day) + timedelta(hours=24),
        timezones=st.just(UTC),
    )
)


@pytest.mark.parametrize(
    ("closing_day", "utc_hour"),
    [
        (date(2024, 1, 15), 17),
        (date(2024, 7, 15), 16),
        (date(2024, 3, 31), 16),
        (date(2024, 3, 30), 17),
        (date(2024, 10, 27), 17),
        (date(2024, 10, 26), 16),
    ],
)
def test_five_o_clock_is_late_and_a_millisecond_before_is_not(closing_day: date, utc_hour: int) -> None:
    closes_at = from_london(datetime(closing_day.year, closing_day.month, closing_day.day, 17))
    assert closes_at == datetime(closing_day.year, closing_day.month, closing_day.day, utc_hour, tzinfo=UTC)
    opens_at = closes_at - timedelta(days=30)
    assert is_open(closes_at - MILLISECOND, opens_at, closes_at)
    assert not is_open(closes_at, opens_at, closes_at)


def test_the_first_instant_is_in_and_the_one_before_is_not() -> None:
    opens_at, closes_at = london_time_on(date(2023, 12, 11)), london_time_on(date(2024, 1, 15), 17)
    assert is_open(opens_at, opens_at, closes_at)
    assert not is_open(opens_at - MILLISECOND, opens_at, closes_at)


def test_grace_moves_the_end_and_is_half_open_too() -> None:
    opens_at, closes_at = london_time_on(date(2023, 12, 11)), london_time_on(date(2024, 1, 15), 17)
    grace = timedelta(minutes=10)
    assert is_open(closes_at + grace - MILLISECOND, opens_at, closes_at, grace)
    assert not is_open(closes_at + grace, opens_at, closes_at, grace)


def test_a_rolling_fund_has_no_end_but_has_a_beginning() -> None:
    opens_at = london_time_on(date(2024, 1, 1))
    assert is_open(opens_at + timedelta(days=10_000), opens_at, None)
    assert not is_open(opens_at - MILLISECOND, opens_at, None)


@given(st.one_of(INSTANTS, NEAR_A_CHANGE))
def test_a_london_time_comes_back_as_the_same_instant(instant: datetime) -> None:
    assert from_london(to_london(instant).replace(tzinfo=None)) == instant


@given(NEAR_A_CHANGE, NEAR_A_CHANGE)
def test_whoever_is_first_by_the_sun_is_first_by_the_deadline(received_at: datetime, closes_at: datetime) -> None:
    opens_at = datetime(2024, 1, 1, tzinfo=UTC)
    closing_on_the_wall = to_london(closes_at).replace(tzinfo=None)
    assert is_open(received_at, opens_at, from_london(closing_on_the_wall)) == (received_at < closes_at)
    assert is_open(to_london(received_at), opens_at, to_london(closes_at)) == (received_at < closes_at)


def test_the_hour_that_comes_twice_is_its_first_coming_unless_said() -> None:
    twice = datetime(2024, 10, 27, 1, 30)
    assert from_london(twice) == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert from_london(twice.replace(fold=1)) == datetime(2024, 10, 27, 1, 30, tzinfo=UTC)


@given(st.integers(0, 3_599_999))
def test_the_hour_that_never_was_is_refused(milliseconds: int) -> None:
    skipped = datetime(2024, 3, 31, 1) + timedelta(milliseconds=milliseconds)
    with pytest.raises(DeadlineError) as refused:
        from_london(skipped)
    assert refused.value.code == "no-such-time"


def test_both_edges_of_the_skipped_hour_exist() -> None:
    assert from_london(datetime(2024, 3, 31, 0, 59, 59, 999_999)).hour == 0
    assert from_london(datetime(2024, 3, 31, 2)) == datetime(2024, 3, 31, 1, tzinfo=UTC)


def test_an_instant_needs_a_zone_and_a_wall_clock_has_none() -> None:
    with pytest.raises(DeadlineError, match="not-an-instant"):
        to_london(datetime(2024, 1, 1))
    with pytest.raises(DeadlineError, match="not-an-instant"):
        is_open(datetime(2024, 1, 1), london_time_on(date(2024, 1, 1)), None)
    with pytest.raises(DeadlineError, match="not-a-wall-clock"):
        from_london(datetime(2024, 1, 1, tzinfo=UTC))


@given(DAYS, st.integers(2, 23))
def test_an_hour_of_the_day_is_that_hour_on_london_clocks(day: date, hour: int) -> None:
    struck = to_london(london_time_on(day, hour))
    assert (struck.date(), struck.hour, struck.minute) == (day, hour, 0)


def test_unless_told_otherwise_the_day_begins_at_nine() -> None:
    assert london_time_on(date(2024, 7, 1)) == datetime(2024, 7, 1, 8, tzinfo=UTC)


def test_late_on_a_summer_evening_it_is_already_tomorrow_in_london() -> None:
    assert london_date(datetime(2024, 6, 30, 23, 30, tzinfo=UTC)) == date(2024, 7, 1)


def test_a_decision_of_26_may_2020_is_published_by_the_27th() -> None:
    assert next_working_day(date(2020, 5, 26), HOLIDAYS) == date(2020, 5, 27)
    assert next_working_day(date(2020, 5, 22), HOLIDAYS) == date(2020, 5, 26)
    assert next_working_day(date(2020, 5, 22), frozenset()) == date(2020, 5, 25)


def test_weekends_and_bank_holidays_are_not_working_days() -> None:
    week = [date(2020, 5, 22) + timedelta(days=n) for n in range(5)]
    assert [is_working_day(day, HOLIDAYS) for day in week] == [True, False, False, False, True]


@given(DAYS, st.integers(1, 60), st.frozensets(DAYS, max_size=40))
def test_counting_working_days_forward_counts_each_once(day: date, count: int, holidays: frozenset[date]) -> None:
    later = add_working_days(day, count, holidays)
    between = [day + timedelta(days=n) for n in range(1, (later - day).days + 1)]
    assert sum(is_working_day(each, holidays) for each in between) == count
    assert is_working_day(later, holidays)


@given(DAYS, st.integers(0, 60))
def test_back_again_from_a_working_day_is_where_it_began(day: date, count: int) -> None:
    start = next_working_day(day, HOLIDAYS)
    assert add_working_days(add_working_days(start, count, HOLIDAYS), -count, HOLIDAYS) == start


def test_from_a_saturday_one_working_day_on_is_monday_and_back_is_friday() -> None:
    saturday = date(2024, 2, 10)
    assert add_working_days(saturday, 1, HOLIDAYS) == date(2024, 2, 12)
    assert add_working_days(saturday, -1, HOLIDAYS) == date(2024, 2, 9)
    assert add_working_days(saturday, 0, HOLIDAYS) == saturday


def test_the_financial_year_turns_on_the_first_of_april() -> None:
    assert financial_year(date(2024, 3, 31)) == Period(2023, date(2023, 4, 1), date(2024, 3, 31))
    assert financial_year(date(2024, 4, 1)) == Period(2024, date(2024, 4, 1), date(2025, 3, 31))
    assert financial_year_label(date(2024, 3, 31)) == "2023/24"
    assert financial_year_label(date(2099, 6, 1)) == "2099/00"


@pytest.mark.parametrize(
    ("day", "number", "first", "last"),
    [
        (date(2024, 4, 1), 1, date(2024, 4, 1), date(2024, 6, 30)),
        (date(2024, 9, 30), 2, date(2024, 7, 1), date(2024, 9, 30)),
        (date(2024, 12, 31), 3, date(2024, 10, 1), date(2024, 12, 31)),
        (date(2024, 2, 29), 4, date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_quarters_run_with_the_financial_year(day: date, number: int, first: date, last: date) -> None:
    assert quarter(day) == Period(number, first, last)


def test_an_award_that_starts_and_ends_inside_quarters_has_clipped_periods() -> None:
    assert quarters_between(date(2024, 2, 15), date(2024, 7, 10)) == [
        Period(1, date(2024, 2, 15), date(2024, 3, 31)),
        Period(2, date(2024, 4, 1), date(2024, 6, 30)),
        Period(3, date(2024, 7, 1), date(2024, 7, 10)),
    ]
    assert quarters_between(date(2024, 5, 5), date(2024, 5, 5)) == [Period(1, date(2024, 5, 5), date(2024, 5, 5))]


def test_an_award_cannot_end_before_it_starts() -> None:
    with pytest.raises(DeadlineError, match="ends-before-start"):
        quarters_between(date(2024, 5, 5), date(2024, 5, 4))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 4, 1), 12, date(2025, 4, 1)),
        (date(2024, 1, 15), 1, date(2024, 2, 15)),
        (date(2023, 12, 31), 1, date(2024, 1, 31)),
        (date(2024, 1, 31), 1, date(2024, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2024, 11, 30), 1, date(2024, 12, 30)),
        (date(2024, 10, 31), 2, date(2024, 12, 31)),
    ],
)
def test_months_later_is_the_same_day_or_the_day_after_a_short_month(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@given(DAYS, st.integers(0, 1_200))
def test_periods_cover_every_day_of_an_award_once(starts_on: date, length: int) -> None:
    ends_on = starts_on + timedelta(days=length)
    periods = quarters_between(starts_on, ends_on)
    assert [each.number for each in periods] == list(range(1, len(periods) + 1))
    assert (periods[0].starts_on, periods[-1].ends_on) == (starts_on, ends_on)
    for earlier, later in pairwise(periods):
        assert later.starts_on == earlier.ends_on + timedelta(days=1)
    assert all(quarter(each.starts_on) == quarter(each.ends_on) for each in periods)


def test_a_return_opens_a_week_before_and_is_due_fifteen_working_days_after() -> None:
    assert return_opens_on(date(2023, 12, 31)) == date(2023, 12, 24)
    assert return_due_on(date(2023, 12, 31), HOLIDAYS) == date(2024, 1, 22)
    assert return_due_on(date(2023, 12, 31), frozenset()) == date(2024, 1, 19)
