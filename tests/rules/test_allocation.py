"""Sharing out a pot: the best that fit are recommended, and nothing but the bids decides."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import Invalid
from workflows.rules.allocation import Allocation, Bid, Placing, UnresolvedTie, recommend, within_pot


def a_bid(
    reference: str,
    percent: Fraction | int = 80,
    ask_pence: int = 1_000_000,
    *,
    area: str = "East",
    first: int = 3,
    second: int = 3,
    funded_before: bool = False,
) -> Bid:
    return Bid(
        reference=reference,
        area=area,
        ask_pence=ask_pence,
        percent=Fraction(percent),
        first_criterion=Fraction(first),
        second_criterion=Fraction(second),
        funded_before=funded_before,
    )


def reasons(allocation: Allocation) -> dict[str, str | None]:
    return {each.bid.reference: each.reason for each in allocation.placed}


BIDS = st.lists(
    st.builds(
        a_bid,
        reference=st.integers(0, 999).map("B-{:03d}".format),
        percent=st.sampled_from([Fraction(7499, 100), Fraction(75), Fraction(80), Fraction(90), Fraction(60)]),
        ask_pence=st.integers(1, 6).map(lambda thousands: thousands * 100_000),
        area=st.sampled_from(["East", "West"]),
        first=st.integers(2, 4),
        second=st.integers(2, 4),
        funded_before=st.booleans(),
    ),
    max_size=14,
    unique_by=lambda bid: bid.reference,
)
POTS = st.integers(0, 3_000_000)
FUNDING = st.dictionaries(st.sampled_from(["East", "West"]), st.integers(0, 3), max_size=2)


def result(bids: Sequence[Bid], pot: int, line: int, funding: dict[str, int]) -> object:
    """What the rule says, a tie included, in a form that can be compared."""
    try:
        return recommend(bids, pot, line, funding)
    except UnresolvedTie as tie:
        return tie.references


def test_the_walk_goes_on_after_a_bid_that_does_not_fit() -> None:
    bids = [a_bid("A", 90, 600), a_bid("B", 85, 500), a_bid("C", 80, 400), a_bid("D", 60, 1)]
    allocation = recommend(bids, 1_000, 65)
    assert allocation.recommended == ("A", "C")
    assert allocation.reserve == ("B",)
    assert allocation.not_recommended == ("D",)
    assert reasons(allocation) == {"A": None, "C": None, "B": "does-not-fit", "D": "below-line"}
    assert (allocation.recommended_pence, allocation.left_pence) == (1_000, 0)
    assert [each.rank for each in allocation.placed] == [1, 2, 3, 4]


def test_the_line_is_exact_and_a_bid_on_it_is_in() -> None:
    bids = [a_bid("just-under", Fraction(7496, 100)), a_bid("on-it", 75)]
    allocation = recommend(bids, 10_000_000, Decimal("75"))
    assert allocation.recommended == ("on-it",)
    assert allocation.not_recommended == ("just-under",)


def test_no_bid_is_given_part_of_its_ask() -> None:
    allocation = recommend([a_bid("A", 90, 1_001)], 1_000, 65)
    assert allocation.recommended == ()
    assert allocation.left_pence == 1_000


def test_a_penny_over_the_pot_is_reserve_and_the_pot_itself_fits() -> None:
    assert recommend([a_bid("A", 90, 1_000)], 1_000, 65).recommended == ("A",)
    assert recommend([a_bid("A", 90, 1_001)], 1_000, 65).reserve == ("A",)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (a_bid("z", second=4, first=2), a_bid("a", second=3, first=5)),
        (a_bid("z", first=4, funded_before=True), a_bid("a", first=3)),
        (a_bid("z", area="East"), a_bid("a", area="East", funded_before=True)),
        (a_bid("z", area="West"), a_bid("a", area="East", ask_pence=999_999)),
        (a_bid("z", area="North"), a_bid("a", area="West")),
        (a_bid("z", ask_pence=999_999), a_bid("a", ask_pence=1_000_000)),
    ],
)
def test_equal_percents_are_ordered_by_the_tie_rules(better: Bid, worse: Bid) -> None:
    funding = {"East": 500, "West": 1}
    for bids in ([better, worse], [worse, better]):
        allocation = recommend(bids, 1_000_000, 65, funding)
        assert allocation.recommended == ("z",)
        assert allocation.reserve == ("a",)


def test_equals_that_would_be_parted_are_refused_with_their_references() -> None:
    bids = [a_bid("top", 90, 600), a_bid("B", 80, 400), a_bid("A", 80, 400), a_bid("C", 80, 300, second=1)]
    with pytest.raises(UnresolvedTie) as tie:
        recommend(bids, 1_000, 65)
    assert tie.value.references == ("A", "B")
    assert tie.value.code == "unresolved-tie"


@pytest.mark.parametrize(("pot", "placing"), [(1_400, Placing.RECOMMENDED), (900, Placing.RESERVE)])
def test_equals_that_share_an_outcome_are_no_trouble(pot: int, placing: Placing) -> None:
    allocation = recommend([a_bid("top", 90, 600), a_bid("A", 80, 400), a_bid("B", 80, 400)], pot, 65)
    assert [each.placing for each in allocation.placed[1:]] == [placing, placing]


def test_equals_below_the_line_are_no_trouble_either() -> None:
    allocation = recommend([a_bid("A", 60, 400), a_bid("B", 60, 400)], 500, 65)
    assert allocation.not_recommended == ("A", "B")


@given(BIDS, POTS, st.sampled_from([60, 75, 95]), FUNDING, st.randoms())
def test_the_order_of_input_decides_nothing(
    bids: list[Bid], pot: int, line: int, funding: dict[str, int], shuffler: Random
) -> None:
    shuffled = list(bids)
    shuffler.shuffle(shuffled)
    assert result(shuffled, pot, line, funding) == result(bids, pot, line, funding)


@given(BIDS, POTS, st.sampled_from([60, 75, 95]), FUNDING)
def test_the_pot_is_never_passed_and_every_bid_has_one_place(
    bids: list[Bid], pot: int, line: int, funding: dict[str, int]
) -> None:
    allocation = result(bids, pot, line, funding)
    if not isinstance(allocation, Allocation):
        return
    asks = {bid.reference: bid.ask_pence for bid in bids}
    assert within_pot((asks[reference] for reference in allocation.recommended), pot)
    assert allocation.left_pence == pot - sum(asks[reference] for reference in allocation.recommended)
    assert sorted(allocation.recommended + allocation.reserve + allocation.not_recommended) == sorted(asks)
    assert all((each.bid.percent >= line) != (each.reason == "below-line") for each in allocation.placed)


@given(BIDS, POTS, st.sampled_from([60, 75]), FUNDING)
def test_a_reserve_would_not_have_fitted_after_those_above_it(
    bids: list[Bid], pot: int, line: int, funding: dict[str, int]
) -> None:
    allocation = result(bids, pot, line, funding)
    if not isinstance(allocation, Allocation):
        return
    left = pot
    for each in allocation.placed:
        if each.placing is Placing.RECOMMENDED:
            left -= each.bid.ask_pence
        elif each.placing is Placing.RESERVE:
            assert each.bid.ask_pence > left
    percents = [each.bid.percent for each in allocation.placed]
    assert percents == sorted(percents, reverse=True)


@given(BIDS, POTS, FUNDING)
def test_a_tie_names_bids_that_nothing_tells_apart(bids: list[Bid], pot: int, funding: dict[str, int]) -> None:
    try:
        recommend(bids, pot, 60, funding)
    except UnresolvedTie as tie:
        tied = [bid for bid in bids if bid.reference in tie.references]
        assert len(tied) > 1
        kinds = {(b.percent, b.second_criterion, b.first_criterion, b.funded_before, b.ask_pence) for b in tied}
        assert len(kinds) == 1
        assert len({funding.get(bid.area, 0) for bid in tied}) == 1


def test_round_three_of_the_safety_fund_is_reproduced() -> None:
    asks = [1_500_000, 1_450_000, 1_400_000, 1_400_000, 1_390_000, 1_384_000, 1_384_700]
    areas = ["West", "East", "East", "West", "East", "East", "East"]
    funded = [a_bid(f"F{n}", 90 - n, ask, area=areas[n]) for n, ask in enumerate(asks)]
    others = [a_bid(f"N{n}", 74 - n, 500_000) for n in range(7)]
    allocation = recommend(others + funded, 10_000_000, 75)
    assert len(allocation.recommended) == 7
    assert (allocation.recommended_pence, allocation.left_pence) == (9_908_700, 91_300)
    won = [each.bid.area for each in allocation.placed if each.placing is Placing.RECOMMENDED]
    assert (won.count("West"), won.count("East")) == (2, 5)


def test_within_the_pot_includes_all_of_it() -> None:
    assert within_pot([600, 400], 1_000)
    assert not within_pot([600, 401], 1_000)
    assert within_pot([], 0)


def test_bad_bids_are_refused() -> None:
    with pytest.raises(Invalid, match="ask-not-positive"):
        recommend([a_bid("A", 90, 0)], 1_000, 65)
    with pytest.raises(Invalid, match="duplicate-reference") as repeated:
        recommend([a_bid("A"), a_bid("A")], 1_000, 65)
    assert repeated.value.detail == {"references": ("A",)}
    with pytest.raises(Invalid, match="pot-negative"):
        recommend([], -1, 65)
