"""Numbers that no database can hold, wherever an address takes one: not found, never an error page of ours."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter

from grants.web.numbers import row_argument

# The first is too long for a database, the second for Python's own reading of numbers.
HUGE = ["9" * 30, "9" * 5000]


@pytest.mark.parametrize("number", HUGE, ids=["database", "python"])
def test_a_round_with_a_number_that_no_row_has_is_not_found(client: FlaskClient, number: str) -> None:
    assert client.get(f"/rounds/{number}").status_code == 404


def test_every_number_in_an_address_is_read_by_the_same_rule(app: Flask) -> None:
    converters = [
        converter
        for rule in app.url_map.iter_rules()
        for converter in rule._converters.values()
        if isinstance(converter, IntegerConverter)
    ]
    assert converters
    assert {converter.regex for converter in converters} == {r"\d{1,18}"}


@pytest.mark.parametrize(
    ("typed", "row"), [("7", 7), ("", None), ("-1", None), ("x", None), *((number, None) for number in HUGE)]
)
def test_a_number_in_the_query_is_a_row_or_nothing(app: Flask, typed: str, row: int | None) -> None:
    with app.test_request_context(query_string={"before": typed}):
        assert row_argument("before") == row
