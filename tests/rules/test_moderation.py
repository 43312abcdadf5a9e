"""Moderation: the table shows exact marks, and a panel that leaves the markers' range says why."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import Invalid
from workflows.rules.moderation import (
    agreed_without_reason,
    criteria_not_agreed,
    en_bloc,
    is_outside_markers,
    moderation_row,
)

WEIGHTS = {"C1": 60, "C2": 40}
LOW = {"C1": 2, "C2": 4}
HIGH = {"C1": 4, "C2": 3}


def test_the_table_shows_each_marker_the_mean_and_the_spreads() -> None:
    row = moderation_row({"first": LOW, "second": HIGH}, WEIGHTS)
    assert row.percents == {"first": 56, "second": 72}
    assert row.mean_percent == 64
    assert row.spread == 16
    assert row.mean_scores == {"C1": 3, "C2": Fraction(7, 2)}
    assert row.criterion_spread == {"C1": 2, "C2": 1}


def test_a_bid_without_marks_has_no_mean() -> None:
    row = moderation_row({}, WEIGHTS)
    assert row.percents == {}
    assert row.mean_percent is None
    assert row.spread == 0


def test_a_marker_who_is_not_finished_is_refused() -> None:
    with pytest.raises(Invalid, match="score-missing"):
        moderation_row({"first": {"C1": 2}}, WEIGHTS)


def test_a_criterion_is_agreed_by_the_panel_or_by_the_markers_mean() -> None:
    assert criteria_not_agreed({}, [], WEIGHTS) == ("C1", "C2")
    assert criteria_not_agreed({"C2": 0}, [], WEIGHTS) == ("C1",)
    assert criteria_not_agreed({"C2": 3}, [{"C1": 0}], WEIGHTS) == ()
    assert criteria_not_agreed({}, [LOW, HIGH], WEIGHTS) == ()


def test_leaving_the_markers_range_needs_words() -> None:
    moderated = {"C1": 5, "C2": 2}
    assert agreed_without_reason(moderated, [LOW, HIGH], {}) == ("C1", "C2")
    assert agreed_without_reason(moderated, [LOW, HIGH], {"C1": "The police letter", "C2": " "}) == ("C2",)


def test_staying_inside_the_range_or_having_none_needs_no_words() -> None:
    assert agreed_without_reason({"C1": 2, "C2": 4}, [LOW, HIGH], {}) == ()
    assert agreed_without_reason({"C1": 3, "C2": Fraction(7, 2)}, [LOW, HIGH], {}) == ()
    assert agreed_without_reason({"C1": 5}, [], {}) == ()


@given(st.integers(0, 5), st.lists(st.integers(0, 5), min_size=1))
def test_outside_means_beyond_every_marker_on_one_side(agreed: int, scores: list[int]) -> None:
    beyond = all(agreed < score for score in scores) or all(agreed > score for score in scores)
    assert is_outside_markers(agreed, scores) == beyond


def test_only_bids_with_nothing_to_discuss_go_en_bloc() -> None:
    assert en_bloc({"A": [], "B": ["near-line"], "C": []}) == ("A", "C")
