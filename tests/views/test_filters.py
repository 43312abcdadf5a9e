"""Money, times, counts and errors in words, as templates ask for them."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from werkzeug.datastructures import MultiDict

from grants.web import filters
from tests.kitchen_sink import EverythingForm, make_app


@pytest.mark.parametrize(
    ("instant", "long", "short"),
    [
        (datetime(2024, 1, 15, 17, 0, tzinfo=UTC), "Monday 15 January 2024 at 5:00pm", "15 Jan 2024, 5:00pm"),
        (datetime(2024, 6, 3, 8, 5, tzinfo=UTC), "Monday 3 June 2024 at 9:05am", "3 Jun 2024, 9:05am"),
        (datetime(2024, 1, 15, 12, 0, tzinfo=UTC), "Monday 15 January 2024 at midday", "15 Jan 2024, midday"),
        (datetime(2024, 1, 15, 0, 30, tzinfo=UTC), "Monday 15 January 2024 at 12:30am", "15 Jan 2024, 12:30am"),
        (None, "", ""),
    ],
)
def test_an_instant_is_told_on_a_london_clock(instant: datetime | None, long: str, short: str) -> None:
    assert (filters.london(instant), filters.london_short(instant)) == (long, short)


def test_midnight_says_which_end_of_the_day() -> None:
    in_summer = datetime(2024, 6, 2, 23, 0, tzinfo=UTC)
    assert filters.london(in_summer) == "Monday 3 June 2024 at midnight (the start of that day)"


def test_a_day_is_the_day_in_london() -> None:
    assert filters.day(date(2024, 1, 5)) == "5 January 2024"
    assert filters.day(datetime(2024, 6, 2, 23, 30, tzinfo=UTC)) == "3 June 2024"
    assert filters.short_day(date(2024, 1, 5)) == "5 Jan 2024"
    assert filters.day(None) == ""


def test_money_shows_pence_only_where_there_are_any() -> None:
    assert [filters.pounds(pence) for pence in (9_908_700, 1_415_529, 0, None)] == ["£99,087", "£14,155.29", "£0", ""]
    assert filters.pounds_exact(9_908_700) == "£99,087.00"


def test_a_mark_is_cut_off_and_every_other_percent_rounded() -> None:
    almost = Fraction(64_999, 1_000)
    assert filters.mark_percent(almost) == "64.9%"
    assert filters.percent(almost) == "65.0%"
    assert filters.percent(Fraction(99_087, 1_000)) == "99.1%"
    assert filters.percent(None) == filters.mark_percent(None) == ""


def test_a_noun_follows_its_count() -> None:
    assert [filters.plural(count, "bid") for count in (0, 1, 1200)] == ["0 bids", "1 bid", "1,200 bids"]
    assert filters.plural(2, "person", "people") == "2 people"


def test_the_summary_lists_the_errors_in_the_order_of_the_page_each_with_its_box() -> None:
    typed = {"budget-0-description": "Hall", "starts-day": "31", "starts-month": "2", "starts-year": ""}
    with make_app().test_request_context(method="POST", data=typed):
        form = EverythingForm(formdata=MultiDict(typed))
        assert not form.validate()
        form.budget.errors = ["The lines must add up to the ask", *form.budget.errors]
        form.form_errors.append("The round has closed")
        items = filters.error_items(form)

    places = [place for place, _ in items]
    assert places[:3] == ["title", "email", "ask"]
    assert "starts-year" in places
    budget = places.index("budget-0-description")
    assert items[budget] == ("budget-0-description", "The lines must add up to the ask")
    assert places[budget + 1] == "budget-0-amount"
    assert items[-1] == (None, "The round has closed")


def test_the_address_of_a_file_changes_with_the_file() -> None:
    app = make_app()
    with app.test_request_context():
        asset = app.jinja_env.globals["asset"]
        assert asset("app.css").startswith("/static/app.css?v=")
        assert asset("app.css") != asset("app.js")
