"""Which rounds fit what somebody looks for: names as people type them, amounts within the limits, edges included."""

import pytest

from workflows.rules.finding import Found, Wanted, fits, folded, holds

ROUND = Found(
    office="llr",
    areas=("West Leicester", "West Leics", "Café Quarter"),
    words="Round Four. Keeping young people safe in parks and streets: a fresh start",
    min_ask_pence=50_000,
    max_ask_pence=1_500_000,
)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(office="llr"),
        Wanted(area="west leicester"),
        Wanted(area="  WEST   LEICS "),
        Wanted(area="Cafe quarter"),
        Wanted(theme="park"),
        Wanted(theme="Young PEOPLE, parks!"),
        Wanted(theme="..."),
        Wanted(amount_pence=50_000),
        Wanted(amount_pence=1_500_000),
        Wanted(office="llr", area="West Leics", theme="safe", amount_pence=100_000),
    ],
)
def test_a_round_fits(wanted):
    assert fits(wanted, ROUND)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(office="lincs"),
        Wanted(area="West"),
        Wanted(area="Lincoln"),
        Wanted(theme="tart"),
        Wanted(theme="young bees"),
        Wanted(amount_pence=49_999),
        Wanted(amount_pence=1_500_001),
        Wanted(office="llr", area="Lincoln"),
    ],
)
def test_a_round_does_not_fit(wanted):
    assert not fits(wanted, ROUND)


def test_a_round_without_areas_is_for_all_of_its_office():
    everywhere = Found("llr", (), "", None, None)
    assert fits(Wanted(area="Anywhere"), everywhere)


def test_a_limit_that_is_not_set_holds_everything():
    assert holds(1, None, None)
    assert holds(10**12, 5, None)
    assert not holds(4, 5, None)


def test_accents_capitals_and_spaces_do_not_count():
    assert folded(" ÉCOLE\u00a0 Straße\n") == "ecole strasse"
