"""Scoring: exact percents, a line that nothing is rounded over, and reasons for what must be discussed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import Invalid
from workflows.rules.scoring import (
    DiscussionLimits,
    agreed_percent,
    agreed_scores,
    at_or_above_line,
    bands,
    check_weights,
    criterion_spread,
    justification_problem,
    marker_percent,
    mean_scores,
    must_discuss,
    show_percent,
    spread,
    truncated,
)

WEIGHTS = {"C1": 20, "C2": 25, "C3": 20, "C4": 20, "C5": 10, "C6": 5}
THREES = dict.fromkeys(WEIGHTS, 3)
FOURS = dict.fromkeys(WEIGHTS, 4)
SCORES = st.fixed_dictionaries({code: st.integers(0, 5) for code in WEIGHTS})


def reasons(*markers: dict[str, int], line: int | None = None, **facts: object) -> list[str]:
    given_facts = {"ask_pence": 100, "pot_pence": 1_000} | facts
    return must_discuss(markers, WEIGHTS, line=line, **given_facts)  # type: ignore[arg-type]


def test_a_percent_is_the_sum_of_weight_times_score_over_the_maximum() -> None:
    marks = {"C1": 5, "C2": 4, "C3": 3, "C4": 2, "C5": 1, "C6": 0}
    assert marker_percent(marks, WEIGHTS) == Fraction(100 + 100 + 60 + 40 + 10, 5)
    assert marker_percent(FOURS, WEIGHTS) == 80
    assert marker_percent({"a": 2, "b": 1}, {"a": 53, "b": 47}, max_score=3) == Fraction(153, 3)


@given(SCORES, SCORES)
def test_a_percent_stays_between_nought_and_a_hundred_and_never_falls_for_a_better_score(
    low: dict[str, int], other: dict[str, int]
) -> None:
    high = {code: max(low[code], other[code]) for code in WEIGHTS}
    assert 0 <= marker_percent(low, WEIGHTS) <= marker_percent(high, WEIGHTS) <= 100
    if high != low:
        assert marker_percent(low, WEIGHTS) < marker_percent(high, WEIGHTS)


@pytest.mark.parametrize(
    ("scores", "weights", "code"),
    [
        ({**THREES, "C7": 1}, WEIGHTS, "unknown-criterion"),
        ({"C1": 3}, WEIGHTS, "score-missing"),
        ({**THREES, "C2": 6}, WEIGHTS, "score-out-of-range"),
        ({**THREES, "C2": -1}, WEIGHTS, "score-out-of-range"),
        (THREES, {**WEIGHTS, "C6": 6}, "weights-not-100"),
        ({"a": 1, "b": 1}, {"a": 100, "b": 0}, "weights-not-100"),
        ({}, {}, "weights-not-100"),
    ],
)
def test_marks_that_do_not_match_the_rubric_are_refused(
    scores: dict[str, int], weights: dict[str, int], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        marker_percent(scores, weights)
    assert refused.value.code == code


def test_the_refusal_names_the_criterion() -> None:
    with pytest.raises(Invalid) as refused:
        marker_percent({**THREES, "C2": 6}, WEIGHTS)
    assert refused.value.detail == {"criterion": "C2", "score": 6, "max_score": 5}


def test_weights_sum_to_a_hundred() -> None:
    check_weights(WEIGHTS)
    check_weights({"C1": 99, "C2": 1})
    with pytest.raises(Invalid, match="weights-not-100"):
        check_weights({"C1": 99})


def test_a_percent_just_below_75_shows_74_9_and_is_below_the_line() -> None:
    percent = Fraction(7496, 100)
    assert show_percent(percent) == "74.9"
    assert not at_or_above_line(percent, 75)
    assert at_or_above_line(percent, Decimal("74.96"))
    assert at_or_above_line(percent, Fraction(7496, 100))


@given(st.fractions(0, 100), st.integers(0, 1_000))
def test_what_is_shown_is_never_on_the_other_side_of_the_line(percent: Fraction, tenths: int) -> None:
    line = Decimal(tenths).scaleb(-1)
    assert (Decimal(show_percent(percent)) >= line) == at_or_above_line(percent, line)
    assert 0 <= percent - Fraction(truncated(percent)) < Fraction(1, 10)


def test_a_percent_always_shows_one_decimal() -> None:
    assert [show_percent(Fraction(n)) for n in (0, 75, 100)] == ["0.0", "75.0", "100.0"]


def test_a_float_is_not_a_line() -> None:
    with pytest.raises(TypeError):
        at_or_above_line(Fraction(75), 74.96)  # type: ignore[arg-type]


def test_the_mean_is_exact_and_over_those_who_scored() -> None:
    assert mean_scores([{"C1": 4, "C2": 3}, {"C1": 3, "C2": 3}, {"C1": 3}]) == {
        "C1": Fraction(10, 3),
        "C2": Fraction(3),
    }
    assert mean_scores([]) == {}


def test_moderated_scores_replace_the_mean_only_where_they_name_a_criterion() -> None:
    assert agreed_scores({"C1": 5}, [THREES, FOURS]) == {
        **dict.fromkeys(WEIGHTS, Fraction(7, 2)),
        "C1": Fraction(5),
    }
    assert agreed_percent({}, [THREES, FOURS], WEIGHTS) == 70
    assert agreed_percent({"C1": 5}, [THREES, FOURS], WEIGHTS) == 70 + 6
    assert agreed_percent(FOURS, [], WEIGHTS) == 80


def test_a_moderated_zero_counts() -> None:
    assert agreed_percent({"C1": 0}, [FOURS], WEIGHTS) == 64


def test_without_markers_every_criterion_must_be_moderated() -> None:
    with pytest.raises(Invalid, match="score-missing"):
        agreed_percent({"C1": 5}, [], WEIGHTS)


@given(st.lists(SCORES, min_size=1, max_size=4))
def test_the_unmoderated_percent_is_the_mean_of_the_markers_percents(markers: list[dict[str, int]]) -> None:
    mean = sum(marker_percent(marks, WEIGHTS) for marks in markers) / len(markers)
    assert agreed_percent({}, markers, WEIGHTS) == mean


def test_spreads_are_from_lowest_to_highest() -> None:
    assert spread([Fraction(60), Fraction(81), Fraction(70)]) == 21
    assert spread([]) == 0
    assert criterion_spread([{"C1": 1, "C2": 2}, {"C1": 4, "C2": 2}]) == {"C1": 3, "C2": 0}


def test_close_marks_far_from_the_line_need_no_discussion() -> None:
    assert reasons(THREES, THREES, line=75) == []


@pytest.mark.parametrize(("score", "expected"), [(4, []), (5, ["criterion-spread"])])
def test_two_points_on_a_criterion_are_discussed(score: int, expected: list[str]) -> None:
    assert reasons(THREES, {**THREES, "C6": score}) == expected


def test_fifteen_points_in_total_are_discussed_and_fourteen_are_not() -> None:
    # One point up on each of C1, C3, C4 and C2 is 4 + 4 + 4 + 5 percentage points.
    seventeen = {**THREES, "C1": 4, "C2": 4, "C3": 4, "C4": 4}
    fifteen = {**THREES, "C1": 4, "C2": 4, "C3": 4, "C5": 4}
    fourteen = {**THREES, "C1": 4, "C2": 4, "C3": 4, "C6": 4}
    assert reasons(THREES, seventeen) == ["total-spread"]
    assert reasons(THREES, fifteen) == ["total-spread"]
    assert reasons(THREES, fourteen) == []


@pytest.mark.parametrize(("line", "near"), [(65, True), (66, False), (55, True), (54, False)])
def test_within_five_points_of_the_line_on_either_side_is_discussed(line: int, near: bool) -> None:
    assert ("near-line" in reasons(THREES, line=line)) is near


def test_any_zero_is_discussed() -> None:
    assert "zero-score" in reasons({**THREES, "C6": 0})


def test_red_due_diligence_is_discussed() -> None:
    assert reasons(THREES, red_due_diligence=True) == ["red-due-diligence"]


def test_more_than_a_quarter_of_the_pot_is_discussed() -> None:
    assert reasons(THREES, ask_pence=250) == []
    assert reasons(THREES, ask_pence=251) == ["large-ask"]


def test_a_first_time_group_below_the_line_is_discussed() -> None:
    assert reasons(THREES, line=75, first_time=True) == ["first-time-below-line"]
    assert reasons(FOURS, line=70, first_time=True) == []
    assert reasons(THREES, first_time=True) == []
    assert reasons(THREES, line=60, first_time=True) == ["near-line"]


def test_the_limits_can_be_set_for_a_round() -> None:
    assert reasons(THREES, {**THREES, "C6": 4}, limits=DiscussionLimits(criterion_spread=1)) == ["criterion-spread"]


def test_bands_hold_their_lower_edge_and_keep_empty_rows() -> None:
    percents = [Fraction(75), Fraction(7499, 100), Fraction(65), Fraction(6499, 100), Fraction(90)]
    assert bands(percents, [75, 65]) == {">=75": 2, "65-75": 2, "<65": 1}
    assert bands([], [65, 75]) == {">=75": 0, "65-75": 0, "<65": 0}
    assert bands(percents, [70]) == {">=70": 3, "<70": 2}
    assert list(bands([], [Decimal("72.5"), 60, 40])) == [">=72.5", "60-72.5", "40-60", "<40"]


def test_bands_need_an_edge() -> None:
    with pytest.raises(Invalid, match="no-band-edges"):
        bands([], [])


@pytest.mark.parametrize("score", [0, 1, 5])
def test_an_extreme_score_needs_twenty_words(score: int) -> None:
    short = justification_problem(score, "word " * 19)
    assert short is not None
    assert (short.code, dict(short.detail)) == ("justification-too-short", {"words": 19, "minimum": 20})
    assert justification_problem(score, "word " * 20) is None


@pytest.mark.parametrize("score", range(6))
def test_every_score_needs_a_reason(score: int) -> None:
    missing = justification_problem(score, " \n ")
    assert missing is not None
    assert missing.code == "justification-missing"


def test_a_middling_score_needs_a_word_and_the_rule_can_be_set() -> None:
    assert justification_problem(3, "Sound") is None
    assert justification_problem(5, "Sound", minimum_words=1) is None
    assert justification_problem(3, "Sound", extremes={3}) is not None
