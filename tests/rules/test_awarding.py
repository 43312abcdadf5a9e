"""The best set of awards: exact against every other way for small rounds, and laws that hold for all."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.core.solver import solve
from workflows.errors import Invalid
from workflows.rules.allocation import Bid, recommend
from workflows.rules.award_reasons import (
    WayIn,
    costs_of_rules,
    departures,
    down_the_list,
    gain_over_the_list,
    way_in,
)
from workflows.rules.awarding import (
    AreaRule,
    Candidate,
    Must,
    Rules,
    best_choice,
    conflict_of,
    is_fundable,
    programme_of,
    rule_names,
    ties_of,
    without,
    worth_of_awards,
)
from workflows.rules.programme import Ending


def bid(number: int, ask: int, percent: int, area: str = "West", **more: object) -> Candidate:
    given = {"minimum_pence": ask, "organisation": f"group {number}"} | more
    return Candidate(reference=f"B{number}", area=area, ask_pence=ask, percent=Fraction(percent), **given)


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[Candidate], Rules]:
    """Up to six bids in two areas, with some of the rules."""
    bids = [
        bid(
            number,
            ask := draw(st.integers(1, 40)) * 100,
            draw(st.integers(0, 100)),
            draw(st.sampled_from(["West", "East"])),
            minimum_pence=draw(st.integers(1, ask // 100)) * 100,
            must=draw(st.sampled_from([None, None, None, Must.FUND, Must.NOT])),
        )
        for number in range(draw(st.integers(1, 6)))
    ]
    areas = []
    for area in ("West", "East"):
        if draw(st.booleans()):
            areas.append(
                AreaRule(
                    area=area,
                    least_count=draw(st.sampled_from([None, 1, 2])),
                    most_share=draw(st.sampled_from([None, 50, 80])),
                )
            )
    rules = Rules(pot_pence=draw(st.integers(0, 120)) * 100, line=draw(st.sampled_from([0, 50])), areas=tuple(areas))
    return bids, rules


def keeps(bids: list[Candidate], rules: Rules, awards: dict[str, int]) -> bool:
    """The rules once more, written the plain way."""
    if sum(awards.values()) > rules.ceiling_pence:
        return False
    for each in bids:
        amount = awards.get(each.reference, 0)
        if (amount and not is_fundable(each, rules)) or (each.must is Must.FUND and not amount):
            return False
        if amount not in (0, each.ask_pence) and not (rules.allows_parts and amount >= each.minimum_pence):
            return False
    for rule in rules.areas:
        own = [awards[each.reference] for each in bids if each.area == rule.area and each.reference in awards]
        if rule.least_count is not None and len(own) < rule.least_count:
            return False
        if rule.most_share is not None and sum(own) > rules.ceiling_pence * rule.most_share // 100:
            return False
    return True


@settings(max_examples=60, deadline=None)
@given(rounds())
def test_no_other_way_is_worth_more(made: tuple[list[Candidate], Rules]) -> None:
    bids, rules = made
    choice = best_choice(bids, rules, solve)
    ways = (
        {each.reference: each.ask_pence for each, taken in zip(bids, way, strict=True) if taken}
        for way in product((False, True), repeat=len(bids))
    )
    best = max((worth_of_awards(bids, way) for way in ways if keeps(bids, rules, way)), default=None)
    if best is None:
        assert choice.conflict
        return
    assert keeps(bids, rules, dict(choice.awards))
    assert (choice.worth, choice.is_proved) == (best, True)
    assert best_choice(bids[::-1], rules, solve).worth == best


@settings(max_examples=40, deadline=None)
@given(rounds(), st.integers(0, 60))
def test_more_money_and_fewer_rules_never_lower_it(made: tuple[list[Candidate], Rules], more: int) -> None:
    bids, rules = made
    rules = replace(rules, areas=tuple(replace(rule, most_share=None) for rule in rules.areas))
    choice = best_choice(bids, rules, solve)
    richer = best_choice(bids, replace(rules, pot_pence=rules.pot_pence + more * 100), solve)
    parts = best_choice(bids, replace(rules, allows_parts=True), solve)
    free = best_choice(bids, replace(rules, areas=()), solve)
    if not choice.conflict:
        for other in (richer, parts, free):
            assert not other.conflict
            assert other.worth >= choice.worth
    if not parts.conflict:
        assert keeps(bids, replace(rules, allows_parts=True), dict(parts.awards))


@settings(max_examples=60, deadline=None)
@given(rounds())
def test_it_is_never_worse_than_going_down_the_list(made: tuple[list[Candidate], Rules]) -> None:
    bids = [replace(each, must=None) for each in made[0]]
    rules = replace(made[1], areas=())
    try:
        walked = recommend(
            [
                Bid(
                    reference=each.reference,
                    area=each.area,
                    ask_pence=each.ask_pence,
                    percent=each.percent,
                    first_criterion=Fraction(0),
                    second_criterion=Fraction(0),
                    funded_before=False,
                )
                for each in bids
            ],
            rules.pot_pence,
            rules.line,
        )
    except Exception as error:  # equals that the walk can't part
        assert "unresolved-tie" in str(error)
        return
    listed = {each: next(one.ask_pence for one in bids if one.reference == each) for each in walked.recommended}
    assert best_choice(bids, rules, solve).worth >= worth_of_awards(bids, listed)


@settings(max_examples=40, deadline=None)
@given(rounds())
def test_a_conflict_cannot_be_made_smaller(made: tuple[list[Candidate], Rules]) -> None:
    bids, rules = made
    choice = best_choice(bids, rules, solve)
    if not choice.conflict:
        return
    names = rule_names(rules, bids)

    def is_possible(kept: set[str]) -> bool:
        return solve(programme_of(*without(bids, rules, set(names) - kept))).ending is not Ending.IMPOSSIBLE

    assert not is_possible(set(choice.conflict))
    for name in choice.conflict:
        assert is_possible(set(choice.conflict) - {name}), name


def test_the_smallest_conflict_is_named() -> None:
    bids = [bid(1, 600_00, 90, must=Must.FUND), bid(2, 500_00, 80, "East", must=Must.FUND), bid(3, 900_00, 70)]
    areas = (AreaRule(area="North", least_count=1), AreaRule(area="West", least_count=1))
    rules = Rules(pot_pence=1_000_00, line=50, areas=areas)
    # No bid is from the north: that alone cannot be kept, whatever else.
    assert best_choice(bids, rules, solve).conflict == ("area North",)
    rules = replace(rules, areas=areas[1:])
    assert conflict_of(bids, rules, solve) == ("pot", "must B1", "must B2")


def test_a_part_is_never_below_what_the_project_needs_and_fills_the_pot() -> None:
    bids = [bid(1, 800_00, 90), bid(2, 500_00, 80, minimum_pence=150_00), bid(3, 500_00, 70, minimum_pence=400_00)]
    rules = Rules(pot_pence=1_000_00, line=50, allows_parts=True)
    choice = best_choice(bids, rules, solve)
    assert choice.awards == {"B1": 800_00, "B2": 200_00}
    assert choice.worth == 90 * 800 + 80 * 200
    assert best_choice(bids, replace(rules, allows_parts=False), solve).awards == {"B2": 500_00, "B3": 500_00}


def test_over_programming_raises_the_ceiling_to_the_penny() -> None:
    rules = Rules(pot_pence=333_33, line=0, over_hundredths=10_00)
    assert rules.ceiling_pence == 333_33 + 33_33
    assert best_choice([bid(1, 366_66, 50)], rules, solve).awards == {"B1": 366_66}
    assert best_choice([bid(1, 366_67, 50)], rules, solve).awards == {}


def test_a_cap_counts_what_a_group_has_had_already() -> None:
    bids = [bid(1, 300_00, 90, organisation="one", earlier_pence=800_00), bid(2, 200_00, 80)]
    rules = Rules(pot_pence=1_000_00, line=0, organisation_cap_pence=1_000_00)
    assert best_choice(bids, rules, solve).awards == {"B2": 200_00}
    over = [replace(bids[0], earlier_pence=2_000_00), bids[1]]
    assert best_choice(over, rules, solve).awards == {"B2": 200_00}


def test_equals_are_parted_by_the_order_and_a_tie_that_is_left_is_told() -> None:
    bids = [bid(1, 500_00, 80), bid(2, 500_00, 80, second_criterion=Fraction(4)), bid(3, 500_00, 80, "East")]
    rules = Rules(pot_pence=500_00, line=0)
    choice = best_choice(bids, rules, solve)
    assert (choice.awards, choice.ties) == ({"B2": 500_00}, ())
    same = [bids[0], replace(bids[0], reference="B4")]
    choice = best_choice(same, rules, solve)
    assert len(choice.awards) == 1
    assert choice.ties == ties_of(same, choice.awards) == (("B1", "B4"),)


def test_a_percent_just_below_the_line_is_below_it() -> None:
    bids = [replace(bid(1, 100_00, 75), percent=Fraction(7496, 100)), bid(2, 100_00, 75)]
    assert best_choice(bids, Rules(pot_pence=900_00, line=75), solve).awards == {"B2": 100_00}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ask_pence": 0, "minimum_pence": 0}, "ask-not-positive"),
        ({"minimum_pence": 200_00}, "minimum-above-ask"),
        ({"reference": "B2"}, "duplicate-reference"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, object], code: str) -> None:
    bids = [replace(bid(1, 100_00, 50), **changed), bid(2, 100_00, 50)]
    with pytest.raises(Invalid, match=code):
        best_choice(bids, Rules(pot_pence=1, line=0), solve)


# Why it is what it is


def test_what_a_rule_costs_is_what_is_had_without_it() -> None:
    bids = [bid(1, 500_00, 90), bid(2, 500_00, 80), bid(3, 500_00, 60, "East")]
    rules = Rules(pot_pence=1_000_00, line=50, areas=(AreaRule(area="East", least_count=1),))
    choice = best_choice(bids, rules, solve)
    assert set(choice.awards) == {"B1", "B3"}
    (cost,) = costs_of_rules(bids, rules, choice, solve)
    assert (cost.rule, cost.worth, cost.comes_in, cost.goes_out) == ("area East", 10_000, ("B2",), ("B3",))
    assert departures(bids, choice.awards, 50) == ("B2",)
    assert gain_over_the_list(bids, rules, choice) == -10_000


def test_the_way_in_for_the_next_says_what_is_lacking_and_what_stands_in_the_way() -> None:
    bids = [bid(1, 700_00, 90), bid(2, 500_00, 80, minimum_pence=350_00), bid(3, 300_00, 70, "East")]
    rules = Rules(pot_pence=1_000_00, line=50)
    choice = best_choice(bids, rules, solve)
    assert way_in(bids, rules, choice) == WayIn("B2", 500_00, None, ())
    parts = replace(rules, allows_parts=True, areas=(AreaRule(area="West", most_count=1),))
    found = way_in(bids, parts, best_choice(bids, parts, solve))
    assert found == WayIn("B2", 500_00, 350_00, ("area West",))
    assert way_in(bids[:1], rules, best_choice(bids[:1], rules, solve)) is None


@settings(max_examples=40, deadline=None)
@given(rounds())
def test_the_list_itself_is_a_departure_only_where_something_did_not_fit(
    made: tuple[list[Candidate], Rules],
) -> None:
    bids, rules = [replace(each, must=None) for each in made[0]], replace(made[1], areas=())
    listed = down_the_list(bids, rules)
    assert keeps(bids, rules, listed)
    for reference in departures(bids, listed, rules.line):
        assert reference not in listed
    # With room for all there is nothing to give a reason for.
    rich = replace(rules, pot_pence=10**9)
    assert departures(bids, down_the_list(bids, rich), rich.line) == ()
