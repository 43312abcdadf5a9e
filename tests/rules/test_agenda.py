"""The agenda: what talking may change comes first, and what needs no talk is agreed together."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.rules.agenda import Order, Standing, at_stake, ordered, rough_chance, share_of_doubt

standings = st.lists(
    st.builds(
        Standing,
        key=st.text("ABC", min_size=1, max_size=4),
        reasons=st.lists(st.sampled_from(["near-line", "zero-score"]), max_size=2, unique=True).map(tuple),
        ask_pence=st.integers(0, 10_000_000),
        chance=st.none() | st.floats(0, 1),
    ),
    unique_by=lambda each: each.key,
)


@pytest.mark.parametrize(
    ("chance", "pence"), [(0.5, 50_000), (None, 50_000), (0.9, 10_000), (0.1, 10_000), (1.0, 0), (0.0, 0)]
)
def test_what_is_at_stake_is_greatest_at_one_half(chance: float | None, pence: int) -> None:
    assert at_stake(chance, 100_000) == pytest.approx(pence, abs=1)


def test_the_bid_that_talking_could_change_most_comes_first() -> None:
    bids = [
        Standing("sure-and-dear", ("large-ask",), 5_000_000, 0.999),
        Standing("close-and-cheap", ("near-line",), 100_000, 0.5),
        Standing("close-and-dear", ("near-line",), 900_000, 0.45),
        Standing("nobody-asks", (), 900_000, 0.5),
        Standing("another", ("near-line", "zero-score"), 100_000, 0.5),
    ]
    order = ordered(bids)

    assert order.discuss == ("close-and-dear", "another", "close-and-cheap", "sure-and-dear")
    assert order.en_bloc == ("nobody-asks",)
    left = order.weights["sure-and-dear"]
    assert left < 5_001
    assert share_of_doubt(order) == Fraction(505_000 + left, 955_000 + left)


@given(standings, st.randoms())
def test_each_bid_is_on_one_list_and_the_order_of_the_bids_does_not_matter(bids, random) -> None:
    order = ordered(bids)
    assert sorted([*order.discuss, *order.en_bloc]) == sorted(each.key for each in bids)
    assert {each.key for each in bids if each.reasons} == set(order.discuss)
    weights = [order.weights[key] for key in order.discuss]
    assert weights == sorted(weights, reverse=True)
    shuffled = list(bids)
    random.shuffle(shuffled)
    assert ordered(shuffled) == order


def test_with_only_raw_marks_the_chance_follows_the_distance_and_the_number_of_marks() -> None:
    assert rough_chance(Fraction(60), 2, 60) == 0.5
    assert rough_chance(Fraction(65), 3, 60) > rough_chance(Fraction(65), 1, 60) > 0.5
    assert rough_chance(Fraction(55), 2, 60) < 0.5


def test_nothing_in_doubt() -> None:
    assert share_of_doubt(Order((), ("A",), {"A": 0})) == 1
