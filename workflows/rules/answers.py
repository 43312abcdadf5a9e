"""Answers to the questions of a form: what is blank, what is wrong with one, and how it reads to a person.

An answer is a value that JSON can hold: text, pence, a whole number, an ISO date, an option's value, a list of them,
or budget lines. What could not be read as its kind is kept as `{"typed": ...}`, so that no word is ever lost.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final, Protocol

from workflows.errors import Refusal
from workflows.money import LARGEST, format_pounds
from workflows.rules import formats
from workflows.rules.budget import BudgetLine, budget_problems, budget_total, word_limit_problem
from workflows.rules.formats import check_year

Given = Mapping[str, Any]
TYPED: Final = "typed"
# A text that is longer than anybody types is a mistake or an attack; the form may still say so kindly (our default).
MOST_CHARACTERS: Final = 50_000
SHORT_CHARACTERS: Final = 200
MOST_LINES: Final = 60


class QuestionLike(Protocol):
    """What a rule may ask of a question; a row of the round is one."""

    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def is_required(self) -> bool: ...
    @property
    def word_limit(self) -> int | None: ...
    @property
    def options(self) -> list[dict[str, str]]: ...
    @property
    def settings(self) -> dict[str, Any]: ...
    @property
    def show_when(self) -> dict[str, Any] | None: ...


def is_blank(value: Any) -> bool:
    """Nothing was answered: no text but white space, no option, no line with anything in it."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return TYPED in value and not any(text.strip() for text in _texts(value[TYPED]))
    if isinstance(value, Sequence):
        return all(_blank_line(item) if isinstance(item, Mapping) else is_blank(item) for item in value)
    return False


def is_unread(value: Any) -> bool:
    """What was typed could not be read as the question's kind, and was kept as it was."""
    return isinstance(value, Mapping) and TYPED in value


def fingerprint(value: Any) -> str:
    """A short mark of an answer, by which a page knows whether somebody else has changed it; empty when blank."""
    if is_blank(value):
        return ""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def applies(question: QuestionLike, given: Given) -> bool:
    """Whether the question is asked of this bid: always, or only beside one of the answers that `show_when` names."""
    if not question.show_when:
        return True
    answer = given.get(str(question.show_when["question"]))
    chosen = {str(item) for item in answer} if isinstance(answer, list) else {str(answer)}
    return not chosen.isdisjoint(question.show_when["is"])


def problem(
    question: QuestionLike, value: Any, *, areas: Collection[str] = (), given: Given | None = None
) -> Refusal | None:
    """The first thing wrong with an answer, or None. Codes: answer-missing, answer-unreadable and those of each kind.

    `areas` are the names that the round offers, `given` the other answers by code: an answer is held against
    another (`sums_to`, `at_least`, `at_most`, `after` in its settings) only when that one is known.
    """
    if not applies(question, given or {}):
        return None
    if is_blank(value):
        return Refusal("answer-missing", {"kind": str(question.kind)}) if question.is_required else None
    if is_unread(value):
        return Refusal("answer-unreadable", {"kind": str(question.kind)})
    check = _CHECKS[str(question.kind)]
    return check(question, value, areas, given or {}) or must_be_problem(question, value)


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
    return next((found.error for text in texts if (found := formats.check(str(question.kind), text)).error), None)


def _amount(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    if not _is_whole(value):
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
    return value if _is_whole(value) else None


def _number(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    if not _is_whole(value):
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
    allowed = {"yes", "no"} if str(question.kind) == "yes_no" else _values(question)
    return None if isinstance(value, str) and value in allowed else Refusal("not-a-choice")


def _choices(question: QuestionLike, value: Any, areas: Collection[str], given: Given) -> Refusal | None:
    allowed = set(areas) if str(question.kind) == "areas" else _values(question)
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
    ticked = set(value) if isinstance(value, list) else set()
    return None if declaration_values(question) <= ticked else Refusal("declaration-incomplete")


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
    **dict.fromkeys(formats.CHECKS, _formatted),
}


def declaration_values(question: QuestionLike) -> set[str]:
    """What has to be ticked: every option, or the one box of a declaration without options."""
    return _values(question) or {"yes"}


def budget_lines(value: Any) -> list[BudgetLine] | None:
    """The lines of a stored budget; None when it is not one."""
    if not isinstance(value, list) or len(value) > MOST_LINES:
        return None
    lines = []
    for item in value:
        if not isinstance(item, Mapping) or not isinstance(item.get("description", ""), str):
            return None
        amount = item.get("amount_pence")
        if amount is not None and not _is_whole(amount):
            return None
        lines.append(BudgetLine(item.get("description", ""), amount))
    return lines


def as_date(value: Any) -> date | None:
    """The day of an ISO date, or None."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def shown(question: QuestionLike, value: Any) -> str:
    """The answer as a person reads it on a page, in the receipt and in a letter; empty when it is blank."""
    if is_blank(value):
        return ""
    if is_unread(value):
        return " ".join(_texts(value[TYPED]))
    kind = str(question.kind)
    if kind == "money" and _is_whole(value):
        return format_pounds(value)
    if kind == "number" and _is_whole(value):
        return f"{value:,}"
    if kind == "date" and (day := as_date(value)):
        return f"{day.day} {day:%B %Y}"
    if kind == "budget" and (lines := budget_lines(value)) is not None:
        return "\n".join(f"{each.description}: {_pounds(each.amount_pence)}" for each in lines if not _empty(each))
    labels = {"yes": "Yes", "no": "No"} | {option["value"]: option["label"] for option in question.options}
    if isinstance(value, list):
        return "\n".join(labels.get(str(item), str(item)) for item in value)
    return labels.get(value, value) if kind in {"yes_no", "radio"} else str(value)


def _pounds(pence: int | None) -> str:
    return "no amount" if pence is None else format_pounds(pence)


def _empty(line: BudgetLine) -> bool:
    return not line.description.strip() and line.amount_pence is None


def _blank_line(line: Mapping[str, Any]) -> bool:
    return line.get("amount_pence") is None and not any(
        str(line.get(key, "")).strip() for key in ("description", TYPED)
    )


def _values(question: QuestionLike) -> set[str]:
    return {option["value"] for option in question.options}


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _texts(typed: Any) -> list[str]:
    return [typed] if isinstance(typed, str) else [str(item) for item in typed]
