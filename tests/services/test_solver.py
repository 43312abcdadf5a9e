"""The solver's door: exact answers, the same each time, and a plain word where there is none."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.core.solver import solve
from workflows.rules.programme import Answer, Ending, Limit, Programme, Unknown, broken, worth_of

COSTS = {"a": 4_000_000, "b": 3_000_001, "c": 3_000_000}
POT = 6_000_000


def knapsack(costs: dict[str, int], worths: dict[str, int], pot: int) -> Programme:
    unknowns = tuple(Unknown(name, worth=worths[name]) for name in costs)
    return Programme(unknowns, (Limit("pot", costs, most=pot),))


def test_a_penny_too_much_does_not_fit():
    answer = solve(knapsack(COSTS, {"a": 5, "b": 3, "c": 3}, POT))
    assert answer.ending is Ending.OPTIMAL
    assert answer.values == {"a": 1, "b": 0, "c": 0}
    assert solve(knapsack(COSTS, {"a": 5, "b": 3, "c": 3}, POT + 1)).values == {"a": 0, "b": 1, "c": 1}


def test_what_cannot_be_kept_is_said_to_be_impossible():
    unknowns = (Unknown("a", worth=1), Unknown("b", worth=1))
    both = Limit("both", {"a": 1, "b": 1}, least=2)
    one = Limit("one", {"a": 1, "b": 1}, most=1)
    assert solve(Programme(unknowns, (both, one))).ending is Ending.IMPOSSIBLE


def test_what_may_be_parted_is_found_beside_what_is_whole():
    unknowns = (Unknown("whole", most=5, worth=1), Unknown("part", most=5, worth=1, is_whole=False))
    answer = solve(Programme(unknowns, (Limit("both", {"whole": 2, "part": 2}, most=5),)))
    assert answer.worth == Fraction(5, 2)


def test_a_limit_on_what_is_not_asked_is_a_mistake():
    with pytest.raises(ValueError, match="not asked"):
        Programme((Unknown("a"),), (Limit("pot", {"b": 1}, most=1),))
    with pytest.raises(ValueError, match="twice"):
        Programme((Unknown("a"), Unknown("a")))


def test_a_number_that_would_lose_its_last_digit_is_refused():
    with pytest.raises(OverflowError):
        solve(knapsack({"a": 2**53 + 1}, {"a": 1}, 2**53 + 1))


def test_the_gap_is_how_much_better_it_could_be():
    assert Answer(Ending.CUT_SHORT, worth=Fraction(90), bound=Fraction(100)).gap == Fraction(1, 10)
    assert Answer(Ending.OPTIMAL, worth=Fraction(90), bound=Fraction(90)).gap == 0
    assert Answer(Ending.IMPOSSIBLE).gap is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**5)), min_size=1, max_size=7),
    st.integers(0, 3 * 10**7),
)
def test_nothing_beats_it_and_it_is_the_same_twice(bids, pot):
    costs = {str(number): cost for number, (cost, _) in enumerate(bids)}
    worths = {str(number): worth for number, (_, worth) in enumerate(bids)}
    programme = knapsack(costs, worths, pot)
    answer = solve(programme)
    ways = (dict(zip(costs, way, strict=True)) for way in product((0, 1), repeat=len(costs)))
    best = max(worth_of(programme, way) for way in ways if not broken(programme, way))
    assert answer.worth == best == answer.bound
    assert not broken(programme, answer.values)
    assert solve(programme).values == answer.values
