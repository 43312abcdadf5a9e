"""Money: what is typed becomes whole pence, or is refused with a code, and no split loses a penny."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.money import (
    LARGEST,
    MoneyError,
    Stated,
    format_pounds,
    format_pounds_exact,
    mean_half_up,
    parse_pounds,
    parse_stated,
    percent_half_up,
    round_half_up,
    split_exact,
)

AMOUNTS = st.integers(min_value=0, max_value=LARGEST)


@pytest.mark.parametrize(
    ("pence", "shown"),
    [
        (9_908_700, "£99,087"),
        (1_415_529, "£14,155.29"),
        (1_415_509, "£14,155.09"),
        (-18_000_000, "-£180,000"),
        (-5, "-£0.05"),
        (0, "£0"),
    ],
)
def test_pence_are_shown_only_where_there_are_any(pence: int, shown: str) -> None:
    assert format_pounds(pence) == shown


def test_a_statement_always_shows_two_decimals() -> None:
    assert format_pounds_exact(9_908_700) == "£99,087.00"
    assert format_pounds_exact(-1_050) == "-£10.50"


@pytest.mark.parametrize(
    ("typed", "pence"),
    [
        ("£1,234.50", 123_450),
        ("1234", 123_400),
        ("  £ 1 234.5 ", 123_450),
        ("1\u00a0234", 123_400),
        (".50", 50),
        ("0", 0),
        ("£1,000,000,000.00", LARGEST),
    ],
)
def test_a_form_reads_pounds_as_people_type_them(typed: str, pence: int) -> None:
    assert parse_pounds(typed) == pence


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" £ ", "empty"),
        ("ten pounds", "not-money"),
        ("1,23", "not-money"),
        ("1.234,50", "not-money"),
        ("5.", "not-money"),
        ("12 34", "not-money"),
        ("£100K", "not-money"),
        ("٣", "not-money"),
        ("-", "not-money"),
        ("1.234", "too-many-decimals"),
        ("1.500", "too-many-decimals"),
        ("-5", "negative"),
        ("-£180,000", "negative"),
        ("£ -5", "negative"),
        ("\u22125", "negative"),
        ("1,000,000,000.01", "too-large"),
        ("9" * 5_000, "too-large"),
    ],
)
def test_a_form_refuses_with_a_code(typed: str, code: str) -> None:
    with pytest.raises(MoneyError) as refused:
        parse_pounds(typed)
    assert refused.value.code == code


@given(AMOUNTS)
def test_what_is_shown_can_be_typed_back(pence: int) -> None:
    assert parse_pounds(format_pounds(pence)) == pence
    assert parse_pounds(format_pounds_exact(pence)) == pence
    assert parse_stated(format_pounds(pence)) == Stated(pence)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("£1,1million", Stated(110_000_000, None, "decimal-comma")),
        ("£1,1m", Stated(110_000_000, None, "decimal-comma")),
        ("over £598,000", Stated(59_800_000, "over", "qualified")),
        ("Over £598,000", Stated(59_800_000, "over", "qualified")),
        ("£5,000+", Stated(500_000, "over", "qualified")),
        ("over £1,25 million", Stated(125_000_000, "over", "decimal-comma")),
        ("10, 400", Stated(1_040_000)),
        ("£100K", Stated(10_000_000)),
        ("£1.4 million", Stated(140_000_000)),
        ("£1,100k", Stated(110_000_000)),
        ("2 thousand", Stated(200_000)),
        ("about £44k", Stated(4_400_000, "about", "qualified")),
        ("approx 900", Stated(90_000, "approx", "qualified")),
        ("approx. £900", Stated(90_000, "approx", "qualified")),
        ("approx.900", Stated(90_000, "approx", "qualified")),
        ("£88.5k", Stated(8_850_000)),
        ("£1.23456789m", Stated(123_456_789)),
        ("£4,388,897", Stated(438_889_700)),
    ],
)
def test_a_file_says_money_in_many_ways_and_the_qualifier_is_kept(written: str, read: Stated) -> None:
    assert parse_stated(written) == read


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1,1", "ambiguous-comma"),
        ("10,40", "ambiguous-comma"),
        ("over", "not-money"),
        ("overrun", "not-money"),
        ("million", "not-money"),
        ("1,1,1million", "not-money"),
        ("about", "not-money"),
        ("over ", "not-money"),
        ("over £", "empty"),
        ("", "empty"),
        ("-£180,000", "negative"),
        ("£1.234", "too-many-decimals"),
        ("£1.0000001k", "too-many-decimals"),
        ("£1.000000010m", "too-many-decimals"),
        ("£1.500", "too-many-decimals"),
        ("1,100million", "too-large"),
    ],
)
def test_a_file_is_refused_where_the_figure_could_be_two_things(written: str, code: str) -> None:
    with pytest.raises(MoneyError) as refused:
        parse_stated(written)
    assert refused.value.code == code


@given(st.text(max_size=20))
def test_any_text_at_all_is_pence_or_a_typed_refusal(text: str) -> None:
    for parse in (parse_pounds, lambda typed: parse_stated(typed).pence):
        try:
            assert 0 <= parse(text) <= LARGEST
        except MoneyError as refused:
            assert refused.code


@given(AMOUNTS, st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any))
def test_a_split_sums_to_the_whole_and_no_share_is_a_penny_out(pence: int, weights: list[int]) -> None:
    shares = split_exact(pence, weights)
    assert sum(shares) == pence
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(pence * weight, sum(weights))) < 1
        assert weight or share == 0


@given(AMOUNTS, st.lists(st.integers(0, 100), min_size=1, max_size=8).filter(any))
def test_a_cut_splits_as_the_same_amount_paid_out_does(pence: int, weights: list[int]) -> None:
    assert split_exact(-pence, weights) == [-share for share in split_exact(pence, weights)]


def test_the_odd_penny_goes_to_the_largest_remainder_and_then_to_the_first() -> None:
    assert split_exact(100, [1, 1, 1]) == [34, 33, 33]
    assert split_exact(101, [1, 1, 1]) == [34, 34, 33]
    assert split_exact(10, [1, 5]) == [2, 8]
    assert split_exact(5, [0, 1]) == [0, 5]
    assert split_exact(28_000_000, [1] * 14) == [2_000_000] * 14


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [3, -1]])
def test_a_split_needs_weights_that_can_share(weights: list[int]) -> None:
    with pytest.raises(MoneyError, match="bad-weights"):
        split_exact(100, weights)


def test_round_three_of_the_safety_fund_adds_up() -> None:
    awarded, pot = 9_908_700, 10_000_000
    assert percent_half_up(awarded, pot, 3) == Decimal("99.087")
    assert percent_half_up(awarded, pot) == Decimal("99.1")
    assert format_pounds(pot - awarded) == "£913"
    assert percent_half_up(7, 20) == Decimal("35.0")
    assert percent_half_up(7, 14) == Decimal("50.0")
    assert mean_half_up(awarded, 7) == 1_415_529


def test_halves_round_up_from_the_exact_value() -> None:
    assert percent_half_up(1, 2000) == Decimal("0.1")
    assert percent_half_up(Fraction(49999, 100), 1_000_000) == Decimal("0.0")
    assert mean_half_up(5, 2) == 3
    assert mean_half_up(7, 3) == 2
    assert round_half_up(Fraction(-5, 2)) == -3


def test_nothing_is_not_a_percentage_of_nothing() -> None:
    assert percent_half_up(0, 0) is None
    assert mean_half_up(0, 0) is None
