"""When a question is asked, and what kind of answer it takes: a condition names an answer that was given before.

A code of the model form keeps the kind that rules and columns read it by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from grants.funds import model_form
from grants.funds.editing.form import question_of, with_question
from grants.funds.form_tables import MODEL_KINDS
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import QuestionDef, RoundDefinition
from workflows.errors import Invalid

# What a question that takes another kind of answer keeps of its bounds.
KEPT: Final = (
    ({Kind.TEXT, Kind.LONG_TEXT}, {"max_length"}),
    ({Kind.YES_NO, Kind.RADIO}, {"must_be"}),
    (
        {Kind.POSTCODE, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.CHARITY_NUMBER, Kind.COMPANY_NUMBER},
        {"many", "most"},
    ),
)
WITH_OPTIONS: Final = frozenset({Kind.RADIO, Kind.CHECKBOXES, Kind.DECLARATION})


def earlier_choices(definition: RoundDefinition, code: str) -> list[QuestionDef]:
    """The questions on whose answer this one can hang: asked before it, and with answers to choose from."""
    asked = definition.questions
    place = next((number for number, each in enumerate(asked) if each.code == code), len(asked))
    return [each for each in asked[:place] if not each.is_hidden and choices_of(each)]


def choices_of(question: QuestionDef) -> tuple[tuple[str, str], ...]:
    """The answers that a question of this kind offers, as (value, label); none where people write."""
    if question.kind is Kind.YES_NO:
        return question.options or model_form.YES_NO
    return question.options if question.kind in {Kind.RADIO, Kind.CHECKBOXES} else ()


def set_condition(definition: RoundDefinition, code: str, on: str, answers: Sequence[str]) -> RoundDefinition:
    """Ask it only beside one of these answers of the question `on`; always where `on` is empty.

    Raises Invalid: condition-later-or-hidden, condition-answer-needed.
    """
    question = question_of(definition, code)
    if not on:
        return with_question(definition, code, replace(question, show_when=None))
    named = next((each for each in earlier_choices(definition, code) if each.code == on), None)
    if named is None:
        raise Invalid(problems={"question": "condition-later-or-hidden"})
    if not answers or not set(answers) <= {value for value, _ in choices_of(named)}:
        raise Invalid(problems={"answers": "condition-answer-needed"})
    return with_question(definition, code, replace(question, show_when={"question": on, "is": list(answers)}))


def condition_words(definition: RoundDefinition, show_when: Mapping[str, Any] | None) -> tuple[str, tuple[str, ...]]:
    """A condition as the words of its question and of the answers; codes where the form has them no more."""
    if not show_when:
        return "", ()
    on = str(show_when["question"])
    named = next((each for each in definition.questions if each.code == on), None)
    labels = dict(choices_of(named)) if named else {}
    return named.label if named else on, tuple(labels.get(str(value), str(value)) for value in show_when["is"])


def hanging_on(definition: RoundDefinition, codes: Iterable[str]) -> list[QuestionDef]:
    """The other questions that are asked only beside an answer of one of these."""
    on = set(codes)
    return [
        each for each in definition.questions if each.code not in on and (each.show_when or {}).get("question") in on
    ]


def left_hanging(definition: RoundDefinition) -> list[QuestionDef]:
    """The questions whose condition names a question that is not asked before them."""
    return [
        each
        for each in definition.questions
        if each.show_when
        and not each.is_hidden
        and each.show_when["question"] not in {earlier.code for earlier in earlier_choices(definition, each.code)}
    ]


def kinds_for(code: str) -> frozenset[Kind]:
    """The kinds of answer that a question of this code may take."""
    return frozenset(MODEL_KINDS.get(code, Kind))


def as_kind(question: QuestionDef, kind: Kind) -> QuestionDef:
    """The question with another kind of answer: its words stay, and of its bounds what means the same."""
    if kind is question.kind:
        return question
    alike = {name for kinds, names in KEPT if {kind, question.kind} <= kinds for name in names}
    return replace(
        question,
        kind=kind,
        options=(question.options or choices_of(question)) if kind in WITH_OPTIONS else (),
        word_limit=question.word_limit if kind in {Kind.TEXT, Kind.LONG_TEXT} else None,
        settings={name: value for name, value in question.settings.items() if name in alike | {"scored"}},
    )
