"""Doubts: what may well be right and is still worth a second look. A doubt is said beside the answer and stops nothing.

Each is a guess of ours, so it asks; whatever is a rule stands in `checks`.
"""

from __future__ import annotations

from typing import Any

from workflows.errors import Refusal
from workflows.rules import formats
from workflows.rules.answers.asking import applies
from workflows.rules.answers.values import Given, QuestionLike, as_date, is_blank, is_unread, is_whole


def doubts(
    question: QuestionLike, value: Any, *, given: Given, districts: frozenset[str] = frozenset()
) -> list[Refusal]:
    """What to look at once more in an answer that may be kept as it is; `given` are the answers that count.

    `districts` are those of postcodes in the areas of the round; none where the office did not list them.
    Codes: those of the formats' warnings, people-above-places, more-than-that, date-long-ago, postcode-elsewhere.
    """
    if is_blank(value) or is_unread(value) or not applies(question, given):
        return []
    if str(question.kind) in formats.CHECKS:
        return _format_doubts(question, value) or _elsewhere(question, value, districts)
    if question.settings.get("format") == "year" and isinstance(value, str):
        found = formats.check_year(value, latest=int(question.settings.get("latest", 9999)))
        return [found.warning] if found.warning else []
    if str(question.kind) == "date":
        return _old(question, value, given)
    return _sizes(question, value, given) if is_whole(value) else []


def _format_doubts(question: QuestionLike, value: Any) -> list[Refusal]:
    texts = value if isinstance(value, list) else [value]
    found = [formats.check(str(question.kind), text) for text in texts if isinstance(text, str)]
    return [each.warning for each in found if each.warning and not each.error]


def _elsewhere(question: QuestionLike, value: Any, districts: frozenset[str]) -> list[Refusal]:
    """`in_area`: the places are where the work is. A district may reach over an area's edge, so this only asks."""
    if not districts or not question.settings.get("in_area"):
        return []
    texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
    outside = [text for text in texts if (found := formats.district_of(text)) and found not in districts]
    return [Refusal("postcode-elsewhere", {"postcodes": ", ".join(outside)})] if outside else []


def _sizes(question: QuestionLike, value: int, given: Given) -> list[Refusal]:
    """`doubt_above` names an answer that this one is seldom above, `doubt_above_product` two that are multiplied."""
    found = []
    most: Any = given.get(str(question.settings.get("doubt_above", "")))
    if is_whole(most) and value > most:
        found.append(Refusal("more-than-that", {"have": f"{value:,}", "other": f"{most:,}"}))
    factors: list[Any] = [given.get(code) for code in question.settings.get("doubt_above_product", ())]
    if len(factors) == 2 and all(is_whole(factor) for factor in factors):
        first, second = factors
        if value > first * second:
            figures = {"have": f"{value:,}", "first": f"{first:,}", "second": f"{second:,}"}
            found.append(Refusal("people-above-places", {**figures, "places": f"{first * second:,}"}))
    return found


def _old(question: QuestionLike, value: Any, given: Given) -> list[Refusal]:
    """`doubt_months` before the date that `doubt_before` names is long ago."""
    months, day = question.settings.get("doubt_months"), as_date(value)
    until = as_date(given.get(str(question.settings.get("doubt_before", ""))))
    if not months or day is None or until is None:
        return []
    apart = (until.year - day.year) * 12 + until.month - day.month - (until.day < day.day)
    is_old = apart > months or (apart == months and until.day > day.day)
    return [Refusal("date-long-ago", {"months": months, "beside": until})] if is_old else []
