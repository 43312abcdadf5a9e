"""What a form asks of a group: questions, words, table rows and files, and the hours of somebody who applies first time.

The hours are an estimate, and its assumptions are named here: the pages show them beside the figure. Sources: small
groups spend about 8 hours on a form, and funders guess 2 hours too few (Third Sector, survey of 33 forms a year); the
minutes for each kind of answer are our default, set so that a form of that length comes to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Protocol

from workflows.money import PENCE_IN_A_POUND, Pence

# Minutes for each answer of a kind; a long text besides takes its words' time.
MINUTES: Final = {
    "long_text": 5,
    "budget": 45,
    "table": 10,
    "files": 15,
    "areas": 2,
    "checkboxes": 2,
    "radio": 2,
    "yes_no": 1,
    "declaration": 5,
}
OTHER_MINUTES: Final = 3
WORDS_IN_AN_HOUR: Final = 400
# People write less than they may; without a limit a long answer is taken for this many words.
SHARE_OF_LIMIT: Final = Fraction(3, 4)
UNLIMITED_WORDS: Final = 250
MINUTES_A_ROW: Final = 6
ROWS_WITHOUT_LIMIT: Final = 5
# A table has room for more rows than groups fill in.
MOST_ROWS_FILLED: Final = 6
READING_MINUTES: Final = 30
# What funders leave out: reading it over, agreeing on it and finding who signs.
FORGOTTEN_MINUTES: Final = 120
# A day's work for a small grant is too much: our default, from the finding that applying eats a third of such grants.
SMALL_GRANT: Final[Pence] = 500 * PENCE_IN_A_POUND
DAY_HOURS: Final = 7
MOST_HOURS_PER_THOUSAND: Final = 2


class Asked(Protocol):
    """What is counted of a question."""

    @property
    def kind(self) -> str: ...
    @property
    def word_limit(self) -> int | None: ...
    @property
    def settings(self) -> Any: ...
    @property
    def is_hidden(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Burden:
    """How much a form is. `words` are those at most, `half_hours` the estimate; `grant_pence` what it is held against."""

    questions: int
    words: int
    table_rows: int
    files: int
    half_hours: int
    grant_pence: Pence | None

    @property
    def hours(self) -> float:
        return self.half_hours / 2

    @property
    def tenths_per_thousand(self) -> int | None:
        """Tenths of an hour for each £1,000 that a group may ask for, rounded half up; None without an amount."""
        if not self.grant_pence:
            return None
        exact = Fraction(self.half_hours, 2) * 1000 * PENCE_IN_A_POUND / self.grant_pence
        return int(exact * 10 + Fraction(1, 2))

    @property
    def is_too_much(self) -> bool:
        """More than 2 hours for each £1,000, or a day's work for £500 or less; never for a form of under an hour."""
        tenths = self.tenths_per_thousand
        if tenths is None or not self.grant_pence or self.half_hours <= 2:
            return False
        is_a_day_for_little = self.grant_pence <= SMALL_GRANT and self.hours >= DAY_HOURS
        return is_a_day_for_little or tenths > MOST_HOURS_PER_THOUSAND * 10


def burden_of(questions: Iterable[Asked], *, max_ask_pence: Pence | None, pot_pence: Pence) -> Burden:
    """The burden of these questions, held against the most that a group may ask, or the pot where there is no limit."""
    asked = [question for question in questions if not question.is_hidden]
    rows = [_rows(question) for question in asked]
    minutes = READING_MINUTES + FORGOTTEN_MINUTES + sum((_minutes(each) for each in asked), Fraction())
    return Burden(
        questions=len(asked),
        words=sum(_words(question) for question in asked),
        table_rows=sum(rows),
        files=sum(str(question.kind) == "files" for question in asked),
        half_hours=int(minutes / 30 + Fraction(1, 2)) if asked else 0,
        grant_pence=max_ask_pence or pot_pence or None,
    )


def _minutes(question: Asked) -> Fraction:
    kind = str(question.kind)
    base = Fraction(MINUTES.get(kind, OTHER_MINUTES))
    if kind == "long_text":
        return base + Fraction(_words(question)) * SHARE_OF_LIMIT * 60 / WORDS_IN_AN_HOUR
    if kind == "table":
        return base + min(_rows(question), MOST_ROWS_FILLED) * MINUTES_A_ROW
    return base


def _words(question: Asked) -> int:
    if question.word_limit is not None:
        return question.word_limit
    return UNLIMITED_WORDS if str(question.kind) == "long_text" else 0


def _rows(question: Asked) -> int:
    if str(question.kind) != "table":
        return 0
    fixed = question.settings.get("rows")
    if isinstance(fixed, list):
        return len(fixed)
    most = question.settings.get("max_rows")
    return most if isinstance(most, int) and not isinstance(most, bool) else ROWS_WITHOUT_LIMIT
