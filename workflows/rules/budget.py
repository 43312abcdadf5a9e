"""Checks on what a group types: budget lines that add up to the ask, and words counted one way everywhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workflows.errors import Refusal
from workflows.money import Pence

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line as typed; `amount_pence` is None where nothing was given."""

    description: str
    amount_pence: Pence | None


def budget_problems(lines: Sequence[BudgetLine], ask_pence: Pence) -> list[Refusal]:
    """Everything wrong with a budget, at once; an empty list means that it holds.

    Codes: budget-empty, line-description-missing, line-amount-missing, line-amount-not-positive (each with
    `line`, counted from 1), budget-does-not-sum (with `total_pence`, `ask_pence` and `difference_pence`,
    above zero when the lines come to more than the ask). Lines left wholly blank are not lines.
    """
    typed = [(place, line) for place, line in enumerate(lines, start=1) if not _is_blank(line)]
    if not typed:
        return [Refusal("budget-empty")]
    problems = [problem for place, line in typed for problem in _line_problems(place, line)]
    total = budget_total(lines)
    if total != ask_pence:
        figures = {"total_pence": total, "ask_pence": ask_pence, "difference_pence": total - ask_pence}
        problems.append(Refusal("budget-does-not-sum", figures))
    return problems


def budget_total(lines: Sequence[BudgetLine]) -> Pence:
    """The sum of the lines in pence; a line without an amount adds nothing."""
    return sum(line.amount_pence or 0 for line in lines)


def count_words(text: str) -> int:
    """Words as the counter beside the box counts them: runs of anything but white space."""
    return sum(1 for _ in _WORD.finditer(text))


def word_limit_problem(text: str, limit: int) -> Refusal | None:
    """Refuses too-many-words, with `words`, `limit` and how many `over`; the limit itself is allowed."""
    words = count_words(text)
    if words <= limit:
        return None
    return Refusal("too-many-words", {"words": words, "limit": limit, "over": words - limit})


def _is_blank(line: BudgetLine) -> bool:
    return not line.description.strip() and line.amount_pence is None


def _line_problems(place: int, line: BudgetLine) -> list[Refusal]:
    problems = []
    if not line.description.strip():
        problems.append(Refusal("line-description-missing", {"line": place}))
    if line.amount_pence is None:
        problems.append(Refusal("line-amount-missing", {"line": place}))
    elif line.amount_pence <= 0:
        problems.append(Refusal("line-amount-not-positive", {"line": place}))
    return problems
