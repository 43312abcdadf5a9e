"""Budgets and words: the lines come to the ask to the penny, and everyone counts words alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.money import split_exact
from workflows.rules.budget import BudgetLine, budget_problems, budget_total, count_words, word_limit_problem


def codes(lines: list[BudgetLine], ask_pence: int) -> list[str]:
    return [problem.code for problem in budget_problems(lines, ask_pence)]


@given(st.integers(100, 10_000_000), st.integers(1, 8))
def test_a_budget_that_sums_to_the_ask_holds_and_a_penny_off_does_not(ask_pence: int, count: int) -> None:
    lines = [BudgetLine("Hall hire", share) for share in split_exact(ask_pence, [1] * count)]
    assert codes(lines, ask_pence) == []
    assert codes(lines, ask_pence + 1) == ["budget-does-not-sum"]
    assert codes(lines, ask_pence - 1) == ["budget-does-not-sum"]


def test_the_refusal_says_by_how_much() -> None:
    (problem,) = budget_problems([BudgetLine("Hall hire", 10_000)], 9_000)
    assert dict(problem.detail) == {"total_pence": 10_000, "ask_pence": 9_000, "difference_pence": 1_000}


def test_every_bad_line_is_named_at_once() -> None:
    lines = [BudgetLine(" ", 100), BudgetLine("Balls", None), BudgetLine("Kit", 0), BudgetLine("Van", -5)]
    problems = budget_problems(lines, 100)
    assert [(problem.code, problem.detail.get("line")) for problem in problems] == [
        ("line-description-missing", 1),
        ("line-amount-missing", 2),
        ("line-amount-not-positive", 3),
        ("line-amount-not-positive", 4),
        ("budget-does-not-sum", None),
    ]


def test_blank_lines_are_not_lines_but_keep_their_place() -> None:
    lines = [BudgetLine("", None), BudgetLine("Hall hire", 500), BudgetLine(" ", None)]
    assert codes(lines, 500) == []
    assert [problem.detail["line"] for problem in budget_problems([*lines, BudgetLine("", 1)], 501)] == [4]


@pytest.mark.parametrize("lines", [[], [BudgetLine("", None)]])
def test_a_budget_without_lines_is_empty_and_nothing_else(lines: list[BudgetLine]) -> None:
    assert codes(lines, 500) == ["budget-empty"]


def test_the_total_leaves_out_what_was_not_given() -> None:
    assert budget_total([BudgetLine("a", 1), BudgetLine("b", None), BudgetLine("c", 2)]) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("  \n\t ", 0),
        ("one", 1),
        ("one  two\nthree", 3),
        ("non\u00a0breaking", 2),
        ("well-being's", 1),
    ],
)
def test_words_are_runs_between_white_space(text: str, words: int) -> None:
    assert count_words(text) == words


def test_the_limit_itself_is_allowed_and_one_more_is_not() -> None:
    assert word_limit_problem("a " * 75, 75) is None
    problem = word_limit_problem("a " * 77, 75)
    assert problem is not None
    assert (problem.code, dict(problem.detail)) == ("too-many-words", {"words": 77, "limit": 75, "over": 2})
