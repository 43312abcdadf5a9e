"""The values that answers are: blank or not, readable or kept as typed, and the mark by which a change is seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final, Protocol

from workflows.rules.budget import BudgetLine

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
        return TYPED in value and is_blank(value[TYPED])
    if isinstance(value, Sequence):
        return all(is_blank_row(item) if isinstance(item, Mapping) else is_blank(item) for item in value)
    return False


def is_blank_row(row: Mapping[str, Any]) -> bool:
    """A line of a budget or a row of a table with nothing in any of its boxes."""
    return all(is_blank(cell) for cell in row.values())


def is_unread(value: Any) -> bool:
    """What was typed could not be read as the question's kind, and was kept as it was."""
    return isinstance(value, Mapping) and TYPED in value


def typed_text(value: Mapping[str, Any]) -> str:
    """What was typed and could not be read, on one line."""
    typed = value[TYPED]
    return " ".join(str(part) for part in typed) if isinstance(typed, list) else str(typed)


def fingerprint(value: Any) -> str:
    """A short mark of an answer, by which a page knows whether somebody else has changed it; empty when blank."""
    if is_blank(value):
        return ""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def as_date(value: Any) -> date | None:
    """The day of an ISO date, or None."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def option_values(question: QuestionLike) -> set[str]:
    return {option["value"] for option in question.options}


def budget_lines(value: Any) -> list[BudgetLine] | None:
    """The lines of a stored budget; None when it is not one."""
    if not isinstance(value, list) or len(value) > MOST_LINES:
        return None
    lines = []
    for item in value:
        if not isinstance(item, Mapping) or not isinstance(item.get("description", ""), str):
            return None
        amount = item.get("amount_pence")
        if amount is not None and not is_whole(amount):
            return None
        lines.append(BudgetLine(item.get("description", ""), amount))
    return lines
