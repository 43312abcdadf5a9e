"""Agreement: the textbook's own tables come out, and neither the order of marks nor names change a figure."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.rules.adjusting import Given
from workflows.rules.agreement import (
    Scale,
    agreement,
    f_chance,
    f_quantile,
    incomplete_beta,
    intraclass,
    krippendorff_alpha,
)

# Four observers, twelve units, five values, with some missing: the example of Krippendorff's own papers.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
TEXTBOOK = [[row[place] for row in OBSERVERS if row[place] is not None] for place in range(12)]
# Six targets, four judges: the example of Shrout & Fleiss.
JUDGED = ([9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7])


@pytest.mark.parametrize(
    ("scale", "alpha"), [(Scale.ORDINAL, 0.8154), (Scale.INTERVAL, 0.8491), (Scale.NOMINAL, 0.7434)]
)
def test_the_textbooks_table(scale: Scale, alpha: float) -> None:
    found = krippendorff_alpha(TEXTBOOK, scale)
    assert found is not None
    assert round(float(found), 4) == alpha


def test_the_textbooks_correlation_with_its_interval() -> None:
    found = intraclass(JUDGED)
    assert found is not None
    assert round(found.value, 2) == 0.17
    assert round(found.of_means, 2) == 0.44
    assert (round(found.low, 3), round(found.high, 3)) == (-0.133, 0.723)
    assert (found.bids, found.marks) == (6, 24)


@pytest.mark.parametrize(
    ("chance", "above", "below", "value"),
    # Printed tables of the F distribution.
    [
        (0.95, 1, 1, 161.448),
        (0.95, 5, 18, 2.773),
        (0.975, 10, 10, 3.717),
        (0.99, 3, 30, 4.510),
        (0.95, 120, 120, 1.352),
    ],
)
def test_the_quantiles_of_printed_tables(chance: float, above: int, below: int, value: float) -> None:
    assert f_quantile(chance, above, below) == pytest.approx(value, abs=6e-4)
    assert f_chance(f_quantile(chance, above, below), above, below) == pytest.approx(chance, abs=1e-9)


def test_the_beta_function_at_places_known_by_heart() -> None:
    assert incomplete_beta(1, 1, 0.3) == pytest.approx(0.3)
    assert incomplete_beta(2, 2, 0.5) == pytest.approx(0.5)
    assert incomplete_beta(5, 1, 0.5) == pytest.approx(0.5**5)
    assert (incomplete_beta(2, 3, 0), incomplete_beta(2, 3, 1)) == (0, 1)


def test_all_agreement_none_and_too_little() -> None:
    assert krippendorff_alpha([[1, 1], [4, 4], [2, 2]]) == 1
    assert krippendorff_alpha([[3, 3], [3, 3]]) is None
    assert krippendorff_alpha([[3], [4], []]) is None
    assert (krippendorff_alpha([[1, 4], [4, 1]]) or 0) < 0
    same = intraclass([[1, 1], [4, 4]])
    assert same is not None
    assert (same.value, same.low) == (1, 1)
    assert intraclass([[1], [2], [3]]) is None
    assert intraclass([[1, 2]]) is None
    assert intraclass([[2, 2], [2, 2]]) is None


units = st.lists(st.lists(st.integers(0, 5), max_size=5), max_size=12)


@given(units, st.randoms(), st.sampled_from(Scale))
def test_order_does_not_matter_and_agreement_is_never_more_than_all(found, random, scale) -> None:
    mixed = [random.sample(unit, len(unit)) for unit in found]
    random.shuffle(mixed)
    alpha = krippendorff_alpha(found, scale)
    assert krippendorff_alpha(mixed, scale) == alpha
    assert alpha is None or alpha <= 1
    one, two = intraclass(found), intraclass(mixed)
    assert one == two
    if one is not None:
        assert one.low <= one.value + 1e-9
        assert one.value <= one.high + 1e-9
        assert one.high <= 1


@given(st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=4), min_size=2, max_size=8), st.integers(1, 3))
def test_a_step_up_for_everybody_changes_nothing(found, step) -> None:
    for scale in Scale:
        moved = [[value + step for value in unit] for unit in found]
        assert krippendorff_alpha(moved, scale) == krippendorff_alpha(found, scale)


def test_each_criterion_has_its_own_figure() -> None:
    bids, markers = ("A", "B", "C"), ("one", "two")
    level = {"A": 1, "B": 3, "C": 5}
    apart = {"one": 0, "two": -1}
    marks = [
        Given(bid, marker, {"C1": level[bid], "C2": max(0, 3 + apart[marker] * (2 if bid == "B" else -1))})
        for bid, marker in product(bids, markers)
    ]
    found = agreement(marks, {"C1": 60, "C2": 40})

    assert found.alphas["C1"] == 1
    assert found.alphas["C2"] is not None
    assert found.alphas["C2"] < (found.alpha or 0) < 1
    assert found.correlation is not None
    assert agreement(list(reversed(marks)), {"C1": 60, "C2": 40}) == found
    assert isinstance(found.alpha, Fraction)
