"""Answers to the questions of a form: what is blank, what is wrong or doubtful with one, how it reads to a person.

An answer is a value that JSON can hold: text, pence, a whole number, an ISO date, an option's value, a list of them,
budget lines, or the rows of a table. What could not be read as its kind is kept as `{"typed": ...}`, so that no word
is ever lost.
"""

from workflows.rules.answers.asking import applies, in_force
from workflows.rules.answers.checks import declaration_values, must_be_problem, problem, problems
from workflows.rules.answers.columns import MOST_ROWS, Column, columns_of, settings_fault
from workflows.rules.answers.doubts import doubts
from workflows.rules.answers.grids import Grid, grid
from workflows.rules.answers.reading import shown
from workflows.rules.answers.tables import Sum, sums_of
from workflows.rules.answers.values import (
    MOST_CHARACTERS,
    MOST_LINES,
    SHORT_CHARACTERS,
    TYPED,
    Given,
    QuestionLike,
    as_date,
    budget_lines,
    fingerprint,
    is_blank,
    is_unread,
)

__all__ = [
    "MOST_CHARACTERS",
    "MOST_LINES",
    "MOST_ROWS",
    "SHORT_CHARACTERS",
    "TYPED",
    "Column",
    "Given",
    "Grid",
    "QuestionLike",
    "Sum",
    "applies",
    "as_date",
    "budget_lines",
    "columns_of",
    "declaration_values",
    "doubts",
    "fingerprint",
    "grid",
    "in_force",
    "is_blank",
    "is_unread",
    "must_be_problem",
    "problem",
    "problems",
    "settings_fault",
    "shown",
    "sums_of",
]
