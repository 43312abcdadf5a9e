"""Tiers of due diligence, and signals across bids as properties."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workflows.rules.diligence import (
    LOW_UP_TO_PENCE,
    STANDARD_UP_TO_PENCE,
    Item,
    Subject,
    Tier,
    checklist,
    is_large_for_income,
    tier_of,
)
from workflows.rules.fraud_signals import LEAST_WORDS, Detail, Passage, Price, copied, outliers, shared

TIERS = list(Tier)
asks = st.integers(0, 5_000_000)


@given(asks, asks, st.booleans())
def test_more_money_is_never_looked_at_less(one: int, more: int, at_risk: bool) -> None:
    low, high = (Subject(each, works_with_people_at_risk=at_risk) for each in sorted((one, more)))
    first, second = tier_of(low)[0], tier_of(high)[0]
    assert TIERS.index(first) <= TIERS.index(second)
    assert set(checklist(first, low)) <= set(checklist(second, high))


def test_the_tiers_at_their_edges_and_what_raises_one() -> None:
    edges = [LOW_UP_TO_PENCE, LOW_UP_TO_PENCE + 1, STANDARD_UP_TO_PENCE, STANDARD_UP_TO_PENCE + 1]
    assert [tier_of(Subject(ask))[0] for ask in edges] == ["low", "standard", "standard", "enhanced"]
    assert tier_of(Subject(None))[0] is Tier.STANDARD
    small = Subject(1)
    for raised in (
        replace(small, works_with_people_at_risk=True),
        replace(small, is_new=True),
        replace(small, is_flagged=True),
    ):
        assert tier_of(raised)[0] is Tier.ENHANCED
    wanted = checklist(Tier.LOW, Subject(1, kind="unincorporated_group", is_new=True))
    assert {Item.CONSTITUTION, Item.OFFICERS, Item.TWO_SIGNATURES, Item.FORECAST} <= set(wanted)
    assert not is_large_for_income(Subject(50, income_pence=100))
    assert is_large_for_income(Subject(51, income_pence=100))
    assert not is_large_for_income(Subject(51))


def _words(seed: int, count: int) -> str:
    source = random.Random(seed)
    return " ".join(f"w{source.randrange(10**6)}" for _ in range(count))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(LEAST_WORDS, 80), st.integers(0, 9))
def test_every_run_that_is_long_enough_is_found_whole(before: int, after: int, length: int, seed: int) -> None:
    same = _words(seed, length)
    one = Passage(1, 1, "P3", f"{_words(seed + 100, before)} {same}. {_words(seed + 200, after)}")
    other = Passage(2, 2, "P4", f"{_words(seed + 300, after)} {same.upper()} {_words(seed + 400, before)}")
    (found,) = copied([other, one])
    assert (found.first.bid, found.second.bid, found.words) == (1, 2, length)
    assert (found.first_words, found.second_words) == (same, same.upper())
    # The same group's own words, and words that the office supplied, are nobody's copying.
    assert copied([one, replace(other, group=1)]) == []
    assert copied([one, other], [same]) == []


def test_a_shorter_run_is_chance() -> None:
    same = _words(1, LEAST_WORDS - 1)
    assert copied([Passage(1, 1, "P3", f"a {same} b"), Passage(2, 2, "P3", f"c {same} d")]) == []


def test_each_bid_is_beside_one_that_shares_its_detail() -> None:
    line = [Detail(bid, bid, "phone", "1614960000", "0161 496 0000") for bid in (3, 1, 2)]
    own = Detail(4, 1, "phone", "1614960000", "")
    alone = Detail(5, 5, "phone", "", "")
    assert [(one.bid, other.bid) for one, other in shared([*line, own, alone])] == [(1, 2), (2, 3)]


@given(st.lists(st.integers(1, 10**7), min_size=4, max_size=12), st.integers(2, 9))
def test_outliers_do_not_hang_on_the_unit(pence: list[int], factor: int) -> None:
    prices = [Price(number, "Hall hire", each) for number, each in enumerate(pence)]
    scaled = [replace(each, pence=each.pence * factor) for each in prices]
    assert [each.bid for each, _ in outliers(prices)] == [each.bid for each, _ in outliers(scaled)]


def test_only_a_price_far_above_the_others_is_named() -> None:
    prices = [Price(number, "Hall hire", each) for number, each in enumerate((1000, 1050, 1100, 1150, 1200, 9000))]
    ((found, middle),) = outliers(prices)
    assert (found.bid, middle) == (5, 1125)
    assert outliers(prices[1:5] + prices[5:]) != []
    assert outliers(prices[2:]) == []
