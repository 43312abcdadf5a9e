"""Which questions are asked: always, or only beside an answer that another question has, itself asked or not.

What is not asked is neither required nor sent; its stored answer stays, for the day on which it is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workflows.rules.answers.values import Given, QuestionLike


def applies(question: QuestionLike, given: Given) -> bool:
    """Whether the question is asked beside these answers; they are the ones that count (`in_force`)."""
    if not question.show_when:
        return True
    answer = given.get(str(question.show_when["question"]))
    chosen = {str(item) for item in answer} if isinstance(answer, list) else {str(answer)}
    return not chosen.isdisjoint(question.show_when["is"])


def in_force(questions: Iterable[QuestionLike], given: Given) -> dict[str, Any]:
    """The answers that count: those whose questions are asked, each condition held against answers that count.

    A question that waits for one which is not asked is not asked either, and two that wait for each other never are.
    Answers to no question of the form are left out.
    """
    waiting = {str(question.code): question for question in questions}
    counted: dict[str, Any] = {}
    is_new = True
    while waiting and is_new:
        ready = [code for code, question in waiting.items() if _settled(question, waiting)]
        asked = [code for code in ready if applies(waiting[code], counted)]
        counted |= {code: given[code] for code in asked if code in given}
        for code in ready:
            del waiting[code]
        is_new = bool(ready)
    return counted


def _settled(question: QuestionLike, waiting: dict[str, QuestionLike]) -> bool:
    return not question.show_when or str(question.show_when["question"]) not in waiting
