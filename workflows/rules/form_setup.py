"""Whether a form can be filled in and judged: everything that is wrong with it at once, each with the part it is about.

Our default is that a hidden question is asked of nobody, so nothing is wrong with it and nothing may hang on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as keeps
from typing import Any, Final, Protocol

from workflows.rules.answers import settings_fault


@dataclass(frozen=True, slots=True)
class SetupProblem:
    """One thing to put right: the field of the set-up page, the code of the sentence and what it needs."""

    field: str
    code: str
    detail: Mapping[str, Any] = keeps(default_factory=dict)


class AskedQuestion(Protocol):
    """What is looked at of a question; `options` are (value, label) pairs."""

    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def word_limit(self) -> int | None: ...
    @property
    def options(self) -> Sequence[tuple[str, str]]: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def criterion_code(self) -> str: ...
    @property
    def show_when(self) -> Mapping[str, Any] | None: ...
    @property
    def is_hidden(self) -> bool: ...


class AskedSection(Protocol):
    """A part of the form and its questions in order."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def is_eligibility(self) -> bool: ...
    @property
    def questions(self) -> Sequence[AskedQuestion]: ...


CHOICES: Final = frozenset({"radio", "checkboxes"})
# The answers that a question of these kinds always has.
FIXED_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "yes_no": frozenset({"yes", "no"}),
    "declaration": frozenset({"yes"}),
}
Question = AskedQuestion


def form_problems(
    sections: Sequence[AskedSection],
    *,
    fixed_kinds: Mapping[str, str],
    needed: Sequence[str],
    rules: Sequence[str],
    rule_reads: Mapping[str, Sequence[frozenset[str]]],
) -> Iterator[SetupProblem]:
    """What is wrong with the form.

    `fixed_kinds` are the kinds of codes whose meaning is known, `needed` those without which a bid has no name or
    amount, `rule_reads` for each eligibility rule the questions that it reads, one of each set.
    """
    asked = [question for section in sections for question in section.questions if not question.is_hidden]
    every = [question.code for section in sections for question in section.questions]
    for code in sorted({code for code in every if every.count(code) > 1}):
        yield SetupProblem("questions", "question-code-twice", {"question": code})
    codes = [section.code for section in sections]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield SetupProblem("questions", "section-code-twice", {"section": code})
    for section in sections:
        if all(question.is_hidden for question in section.questions):
            yield SetupProblem("questions", "section-empty", {"section": section.code, "title": section.title})
        for question in section.questions if section.is_eligibility else ():
            # Who answers these is not signed in, and nobody keeps a stranger's file.
            if str(question.kind) == "files" and not question.is_hidden:
                yield SetupProblem("questions", "files-in-quiz", {"question": question.code})
    for number, question in enumerate(asked):
        for check in _CHECKS:
            if code := check(question, asked[:number]):
                yield SetupProblem("questions", code, {"question": question.code})
        if str(question.kind) != fixed_kinds.get(question.code, str(question.kind)):
            yield SetupProblem("questions", "question-kind-fixed", {"question": question.code})
    held = {question.code for question in asked}
    for code in needed:
        if code not in held:
            yield SetupProblem("questions", "form-question-needed", {"question": code})
    for rule in rules:
        for group in rule_reads.get(rule, ()):
            if not group & held:
                yield SetupProblem("rules", "rule-question-missing", {"rule": rule, "questions": sorted(group)})


def _choice(question: Question, earlier: Sequence[Question]) -> str:
    return "choice-without-options" if str(question.kind) in CHOICES and not question.options else ""


def _columns(question: Question, earlier: Sequence[Question]) -> str:
    if str(question.kind) != "table":
        return ""
    if not question.settings.get("columns"):
        return "table-without-columns"
    return "table-settings-wrong" if settings_fault(question.settings) else ""


def _words(question: Question, earlier: Sequence[Question]) -> str:
    return "word-limit-zero" if question.word_limit is not None and question.word_limit < 1 else ""


def _scored(question: Question, earlier: Sequence[Question]) -> str:
    return "scored-by-no-criterion" if question.settings.get("scored") and not question.criterion_code else ""


def _condition(question: Question, earlier: Sequence[Question]) -> str:
    if not question.show_when:
        return ""
    named = next((each for each in earlier if each.code == question.show_when.get("question")), None)
    if named is None:
        return "condition-not-asked-before"
    choices = FIXED_CHOICES.get(str(named.kind), frozenset()) | {value for value, _ in named.options}
    wanted = {str(value) for value in question.show_when.get("is") or ()}
    if not wanted or (choices and not wanted <= choices):
        return "condition-no-such-answer"
    return ""


_CHECKS: Final[tuple[Callable[[Question, Sequence[Question]], str], ...]] = (
    _choice,
    _columns,
    _words,
    _scored,
    _condition,
)
