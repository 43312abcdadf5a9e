"""What is wrong with an answer: what its kind, its bounds and the other answers ask of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from workflows.errors import Refusal
from workflows.money import LARGEST, format_pounds
from workflows.rules import files, formats
from workflows.rules.answers.asking import applies
from workflows.rules.answers.tables import gaps, table_problems
from workflows.rules.answers.values import (
    MOST_CHARACTERS,
    SHORT_CHARACTERS,
    Given,
    QuestionLike,
    as_date,
    budget_lines,
    is_blank,
    is_unread,
    is_whole,
    option_values,
)
from workflows.rules.budget import budget_problems, budget_total, word_limit_problem
from workflows.rules.formats import check_year

# Postcodes, addresses and the like that one question takes (our default); a round may set `most`.
MOST_OF_A_KIND: Final = 10


def problem(
    question: QuestionLike, value: Any, *, areas: Collection[str] = (), given: Given | None = None
) -> Refusal | None:
    """The first thing wrong with an answer, or None; see `problems`."""
    return next(iter(problems(question, value, areas=areas, given=given)), None)


def problems(
    question: QuestionLike, value: Any, *, areas: Collection[str] = (), given: Given | None = None
) -> list[Refusal]:
    """All that is wrong with an answer; only a table has more than one. Codes: answer-missing, answer-unreadable, ...

    `areas` are the names that the round offers, `given` the answers that count, by code: an answer is held against
    another (`sums_to`, `at_least`, `at_most`, `after`, `not_same_as` in its settings) only when that one is known.
    """
    given = given or {}
    if not applies(question, given):
        return []
    if is_blank(value):
        return (
            [Refusal("answer-missing", {"kind": str(question.kind)})] if question.is_required else gaps(question, given)
        )
    if is_unread(value):
        return [Refusal("answer-unreadable", {"kind": str(question.kind)})]
    if str(question.kind) == "table":
        return table_problems(question, value, given)
    check = _CHECKS[str(question.kind)]
    found = check(question, value, areas, given) or must_be_problem(question, value)
    return [found] if found else []


def must_be_problem(question: QuestionLike, value: Any) -> Refusal | None:
    """Some questions have one answer that lets a bid in."""
    needed = question.settings.get("must_be")
    return None if needed is None or value == needed else Refusal("answer-must-be", {"answer": needed})


def _text(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    if not isinstance(value, str):
        return Refusal("answer-unreadable", {"kind": str(question.kind)})
    usual = SHORT_CHARACTERS if str(question.kind) == "text" else MOST_CHARACTERS
    most = int(question.settings.get("max_length", usual))
    if len(value) > most:
        return Refusal("too-many-characters", {"limit": most, "have": len(value)})
    if question.settings.get("format") == "year":
        return check_year(value, latest=int(question.settings.get("latest", 9999))).error
    return None if question.word_limit is None else word_limit_problem(value, question.word_limit)


def _formatted(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    many = bool(question.settings.get("many"))
    texts = value if many and isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        return Refusal("answer-unreadable", {"kind": str(question.kind)})
    most = int(question.settings.get("most", MOST_OF_A_KIND))
    if len(texts) > most:
        return Refusal("too-many-values", {"most": most, "have": len(texts)})
    if value == given.get(str(question.settings.get("not_same_as", ""))):
        return Refusal("same-as-the-other")
    return next((found.error for text in texts if (found := formats.check(str(question.kind), text)).error), None)


def _amount(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    if not is_whole(value):
        return Refusal("answer-unreadable", {"kind": "money"})
    low, high = question.settings.get("min_pence", 0), question.settings.get("max_pence", LARGEST)
    if value < low:
        return Refusal("amount-too-small", {"least": format_pounds(low)})
    if value > high:
        return Refusal("amount-too-large", {"most": format_pounds(high)})
    least, most = _other(question, "at_least", given), _other(question, "at_most", given)
    if least is not None and value < least:
        return Refusal("less-than-the-ask", {"ask": least})
    if most is not None and value > most:
        return Refusal("more-than-the-ask", {"ask": most})
    return None


def _other(question: QuestionLike, setting: str, given: Given) -> int | None:
    """The amount that another question was answered with, where a setting names that question."""
    value = given.get(str(question.settings.get(setting, "")))
    return value if is_whole(value) else None


def _number(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    if not is_whole(value):
        return Refusal("answer-unreadable", {"kind": "number"})
    low, high = question.settings.get("min", 0), question.settings.get("max", 1_000_000_000)
    if value < low:
        return Refusal("number-too-small", {"least": f"{low:,}"})
    if value > high:
        return Refusal("number-too-large", {"most": f"{high:,}"})
    return None


def _date(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    day = as_date(value)
    if day is None:
        return Refusal("answer-unreadable", {"kind": "date"})
    low, high = as_date(question.settings.get("min")), as_date(question.settings.get("max"))
    if low and day < low:
        return Refusal("date-too-early", {"earliest": low})
    if high and day > high:
        return Refusal("date-too-late", {"latest": high})
    first = as_date(given.get(str(question.settings.get("after", ""))))
    return Refusal("ends-before-start", {"starts_on": first}) if first and day < first else None


def _choice(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    allowed = {"yes", "no"} if str(question.kind) == "yes_no" else option_values(question)
    return None if isinstance(value, str) and value in allowed else Refusal("not-a-choice")


def _choices(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    allowed = set(areas) if str(question.kind) == "areas" else option_values(question)
    if not isinstance(value, list) or not all(isinstance(item, str) and item in allowed for item in value):
        return Refusal("not-a-choice")
    most = question.settings.get("max_choices")
    return Refusal("too-many-choices", {"most": most}) if most and len(value) > most else None


def _budget(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    lines = budget_lines(value)
    if lines is None:
        return Refusal("answer-unreadable", {"kind": "budget"})
    total, ask = budget_total(lines), _other(question, "sums_to", given)
    return next(iter(budget_problems(lines, total if ask is None else ask)), None)


def _declaration(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    ticked = {str(item) for item in value} if isinstance(value, list) else set()
    return None if declaration_values(question) <= ticked else Refusal("declaration-incomplete")


def _files(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    return files.problem(question.settings, value)


_CHECKS: Final = {
    "text": _text,
    "long_text": _text,
    "money": _amount,
    "number": _number,
    "date": _date,
    "yes_no": _choice,
    "radio": _choice,
    "checkboxes": _choices,
    "areas": _choices,
    "budget": _budget,
    "declaration": _declaration,
    "files": _files,
    **dict.fromkeys(formats.CHECKS, _formatted),
}


def declaration_values(question: QuestionLike) -> set[str]:
    """What has to be ticked: every option, or the one box of a declaration without options."""
    return option_values(question) or {"yes"}
