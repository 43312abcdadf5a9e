"""Adjusted percents: severity is allowed for, doubt is told, and what the marks cannot say is not said."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks.panels import FIRST_SEED, Kind, measured, panel
from workflows.rules.adjusting import (
    MIN_BIDS,
    Adjusted,
    Given,
    adjust,
    connected,
    plain_markers,
    raw_percents,
    rounding_variance,
)
from workflows.rules.scoring import at_or_above_line, show_percent

WEIGHTS = {"C1": 20, "C2": 25, "C3": 20, "C4": 20, "C5": 10, "C6": 5}
HALVES = {"A": 50, "B": 50}


def whole(score: int) -> dict[str, int]:
    return dict.fromkeys(WEIGHTS, score)


def crossed(levels: dict[str, int], leans: dict[str, int]) -> list[Given]:
    """Every marker marks every bid."""
    return [Given(bid, marker, whole(level + lean)) for bid, level in levels.items() for marker, lean in leans.items()]


def ranks(values: dict[str, float]) -> dict[str, int]:
    return {bid: sum(other > value for other in values.values()) for bid, value in values.items()}


def adjusted_ranks(found: Adjusted) -> dict[str, int]:
    return ranks({bid: each.value or 0.0 for bid, each in found.bids.items()})


def raw_ranks(found: Adjusted) -> dict[str, int]:
    return ranks({bid: float(each.raw or 0) for bid, each in found.bids.items()})


def moved(before: dict[str, int], after: dict[str, int]) -> int:
    return sum(abs(before[bid] - after[bid]) for bid in before)


panels = st.builds(
    lambda bids, marks, severity, seed: panel(Kind(bids, marks, severity, is_careless=False), Random(seed))[1],
    bids=st.integers(6, 20),
    marks=st.integers(2, 4),
    severity=st.sampled_from([0, 8]),
    seed=st.integers(0, 10_000),
)


@given(panels, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_marks_changes_nothing_at_all(marks, random) -> None:
    mixed = list(marks)
    random.shuffle(mixed)
    mixed = [Given(each.bid, each.marker, dict(random.sample(list(each.scores.items()), 6))) for each in mixed]
    # Not nearly: the very same floats.
    assert adjust(mixed, WEIGHTS, line=60) == adjust(marks, WEIGHTS, line=60)
    assert plain_markers(mixed, WEIGHTS) == plain_markers(marks, WEIGHTS)


@given(st.integers(0, 10_000), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_a_marker_who_turns_harsher_moves_adjusted_ranks_less_than_raw_ones(seed, count) -> None:
    # Scores from 0 to 30, so that a harsher mark is never cut off at the bottom.
    random = Random(seed)
    worth = {f"bid-{place:02}": random.uniform(12, 28) for place in range(20)}
    marks = [
        Given(bid, f"marker-{marker}", {code: max(10, min(30, round(level + random.gauss(0, 2)))) for code in WEIGHTS})
        for bid, level in worth.items()
        for marker in random.sample(range(5), count)
    ]
    harsher = [
        Given(each.bid, each.marker, {code: score - 10 for code, score in each.scores.items()})
        if each.marker == "marker-0"
        else each
        for each in marks
    ]
    before, after = adjust(marks, WEIGHTS, 30), adjust(harsher, WEIGHTS, 30)

    by_raw = moved(raw_ranks(before), raw_ranks(after))
    by_ours = moved(adjusted_ranks(before), adjusted_ranks(after))
    assume(by_raw > 0)
    assert by_ours < by_raw
    assert after.markers["marker-0"].lean < before.markers["marker-0"].lean


def test_where_everybody_marks_everything_severity_is_found_and_the_order_stands() -> None:
    levels = {f"bid-{place}": 1 + place % 3 for place in range(9)}
    found = adjust(crossed(levels, {"kind": 1, "plain": 0, "stern": -1}), WEIGHTS, line=50)

    assert found.code is None
    assert adjusted_ranks(found) == raw_ranks(found)
    leans = [found.markers[name].lean for name in ("stern", "plain", "kind")]
    assert leans == pytest.approx([-20, 0, 20], abs=1.5)
    assert found.spreads is not None
    assert found.spreads.markers > found.spreads.chance
    for bid in found.bids.values():
        assert bid.low is not None
        assert bid.low < bid.value < bid.high
        assert 0 < bid.chance < 1
    chances = {levels[bid]: each.chance for bid, each in found.bids.items()}
    assert chances[1] < 0.1 < 0.9 < chances[3]


def test_a_bid_with_fewer_marks_is_less_certain_and_nearer_the_middle() -> None:
    levels = {f"bid-{place}": 2 + place % 2 for place in range(8)} | {"once": 5, "thrice": 5}
    marks = [each for each in crossed(levels, {"a": 0, "b": 0, "c": 0}) if each.bid != "once" or each.marker == "a"]
    # Markers differ by chance, or nothing would be uncertain.
    noisy = [
        Given(each.bid, each.marker, whole(each.scores["C1"] - (place * 7 % 5 == 0)))
        if each.bid not in {"once", "thrice"}
        else each
        for place, each in enumerate(marks)
    ]
    found = adjust(noisy, WEIGHTS).bids
    once, thrice = found["once"], found["thrice"]

    assert once.raw == thrice.raw == 100
    assert once.value < thrice.value < 100
    assert once.high - once.low > thrice.high - thrice.low
    assert (once.marks, thrice.marks) == (1, 3)


def test_even_full_agreement_leaves_what_whole_scores_leave_unknown() -> None:
    found = adjust(crossed({f"bid-{n}": 2 + n % 3 for n in range(8)}, {"a": 0, "b": 0}), WEIGHTS, line=60)
    middle = found.bids["bid-1"]
    assert rounding_variance(WEIGHTS) == pytest.approx(0.195 * 400 / 12)
    assert middle.high - middle.low > 2
    assert 0.3 < middle.chance < 0.7


@pytest.mark.parametrize(
    ("code", "marks"),
    [
        ("too-few-bids", []),
        ("too-few-bids", crossed({f"bid-{n}": 3 for n in range(MIN_BIDS - 1)}, {"a": 0, "b": 0, "c": 1})),
        ("too-few-markers", crossed({f"bid-{n}": n % 5 for n in range(8)}, {"a": 0})),
        ("too-few-overlaps", [Given(f"bid-{n}", marker, whole(3)) for n in range(6) for marker in ({"a", f"m-{n}"})]),
        (
            "disconnected",
            crossed({f"one-{n}": n % 5 for n in range(6)}, {"a": 0, "b": 0})
            + crossed({f"two-{n}": n % 5 for n in range(6)}, {"c": 0, "d": 0}),
        ),
    ],
)
def test_what_the_marks_cannot_tell_has_a_code_and_the_raw_percents_stand(code: str, marks: list[Given]) -> None:
    found = adjust(marks, WEIGHTS, line=60)
    assert found.code == code
    assert found.markers == {}
    assert {each.value for each in found.bids.values()} <= {None}
    assert {bid: each.raw for bid, each in found.bids.items()} == {
        bid: raw for bid, (_, raw) in raw_percents(marks, WEIGHTS).items()
    }


def test_a_bid_that_shares_no_marker_with_the_rest_stands_as_marked() -> None:
    marks = crossed({f"bid-{n}": n % 5 for n in range(9)}, {"a": 0, "b": 0, "c": 0})
    found = adjust([*marks, Given("lone", "visitor", whole(4))], WEIGHTS, line=60)

    assert (found.code, found.apart) == (None, ("lone",))
    assert found.bids["lone"].raw == 80
    assert found.bids["lone"].value is found.bids["lone"].chance is None
    assert found.bids["bid-1"].value is not None
    assert connected([*marks, Given("lone", "visitor", {})])[1] == frozenset({"lone"})


def test_a_marker_who_marks_at_random_counts_for_less() -> None:
    random = Random(7)
    worth = {f"bid-{place:02}": 1 + place % 5 for place in range(30)}
    marks = [
        Given(bid, name, whole(min(5, max(0, level + random.choice((-1, 0, 0, 1))))))
        for bid, level in worth.items()
        for name in "ab"
    ]
    wild = [Given(bid, "wild", whole(random.randint(0, 5))) for bid in worth]
    found = adjust([*marks, *wild], WEIGHTS)

    assert found.markers["wild"].uneven > 2 * found.markers["a"].uneven
    errors = {"raw": 0.0, "ours": 0.0}
    for bid, level in worth.items():
        each = found.bids[bid]
        errors["raw"] += abs(float(each.raw) - 20 * level)
        errors["ours"] += abs(each.value - 20 * level)
    assert errors["ours"] < 0.9 * errors["raw"]


def test_criteria_that_are_missing_are_allowed_for() -> None:
    # Criterion A runs two points above B for everybody; who gave A alone has not found better bids.
    marks = [Given(f"bid-{n}", marker, {"A": 2 + n % 3, "B": n % 3}) for n in range(9) for marker in ("a", "b")]
    marks[0] = Given("bid-0", "a", {"A": 2})
    found = adjust(marks, HALVES)
    alike = [found.bids[f"bid-{n}"].value for n in (0, 3, 6)]
    assert max(alike) - min(alike) < 1
    assert found.bids["bid-0"].marks == 1


def test_each_markers_own_figures_are_exact() -> None:
    marks = [
        Given("one", "a", {"A": 3, "B": 4}),
        Given("one", "b", {"A": 1, "B": 4}),
        Given("two", "a", {"A": 5, "B": 5}),
        Given("two", "c", {"A": 5}),
    ]
    found = plain_markers(marks, HALVES)
    assert found["a"].mean == 85
    assert (found["a"].lowest, found["a"].highest, found["a"].bids) == (70, 100, 2)
    assert found["a"].apart == 20
    assert found["b"].apart == -20
    assert "c" not in found


def test_a_percent_just_below_the_line_is_shown_cut_and_is_below() -> None:
    percent = Fraction(7496, 100)
    assert show_percent(percent) == "74.9"
    assert not at_or_above_line(percent, 75)
    # As for an adjusted percent, which is a float, and goes by the same rule once it is a fraction.
    assert show_percent(Fraction(74.96)) == "74.9"
    assert not at_or_above_line(Fraction(74.96), 75)


@pytest.mark.parametrize("severity", [0, 8])
def test_ours_chooses_no_worse_than_the_raw_mean_and_better_where_severity_differs(severity: int) -> None:
    # A small part of `./run bench panels`, with other seeds than the constants were chosen on.
    found = measured(Kind(30, 2, severity, is_careless=False), 60, FIRST_SEED)
    assert found.gain > -2 * found.error
    if severity:
        assert found.gain > 0
    assert 0.8 < found.within < 0.97
