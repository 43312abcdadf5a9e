"""A form that nobody could fill in, or no rule could judge, is refused with every fault at once."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from workflows.rules.form_setup import form_problems


@dataclass(frozen=True)
class Q:
    code: str
    kind: str = "text"
    word_limit: int | None = None
    options: tuple = ()
    settings: dict[str, Any] = field(default_factory=dict)
    criterion_code: str = ""
    show_when: dict[str, Any] | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class Part:
    code: str
    title: str
    questions: tuple
    is_eligibility: bool = False


SOUND = (
    Part("one", "About you", (Q("E1", "radio", options=(("a", "A"), ("b", "B"))), Q("P1"), Q("S1", "yes_no"))),
    Part("two", "Money", (Q("B1", "money"), Q("S2", show_when={"question": "S1", "is": ["yes"]}))),
)
LAW = {
    "fixed_kinds": {"B1": "money", "P1": "text"},
    "needed": ("P1", "B1"),
    "rules": ("ER1", "ER6", "ER10"),
    "rule_reads": {"ER1": (frozenset({"E1"}),), "ER6": (frozenset({"P7", "E1"}),), "ER9": (frozenset({"O9"}),)},
}


def found(sections, **law):
    return [(p.code, *p.detail.values()) for p in form_problems(sections, **LAW | law)]


def grown(*questions):
    return (*SOUND, Part("three", "More", questions))


def test_a_sound_form_has_no_problems():
    assert found(SOUND) == []


def test_nobody_is_asked_for_files_before_the_form():
    quiz = Part("zero", "First", (Q("N1", "files"), Q("N2", "files", is_hidden=True), Q("N3", "yes_no")), True)
    assert found((quiz, *SOUND)) == [("files-in-quiz", "N1")]
    assert found((replace(quiz, is_eligibility=False), *SOUND)) == []


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Q("N1", "radio"), "choice-without-options"),
        (Q("N1", "checkboxes"), "choice-without-options"),
        (Q("N1", "table"), "table-without-columns"),
        (Q("N1", "table", settings={"columns": []}), "table-without-columns"),
        (Q("N1", word_limit=0), "word-limit-zero"),
        (Q("N1", settings={"scored": True}), "scored-by-no-criterion"),
        (Q("N1", show_when={"question": "Z9", "is": ["yes"]}), "condition-not-asked-before"),
        (Q("N1", show_when={"question": "N1", "is": ["yes"]}), "condition-not-asked-before"),
        (Q("N1", show_when={"question": "S1", "is": ["maybe"]}), "condition-no-such-answer"),
        (Q("N1", show_when={"question": "E1", "is": ["a", "c"]}), "condition-no-such-answer"),
        (Q("N1", show_when={"question": "S1", "is": []}), "condition-no-such-answer"),
        (Q("P1"), "question-code-twice"),
    ],
)
def test_each_fault_alone_is_the_one_that_is_said(question, code):
    assert found(grown(question)) == [(code, question.code)]


@pytest.mark.parametrize(
    "question",
    [
        Q("N1", "table", settings={"columns": [{"code": "who", "kind": "text"}]}),
        Q("N1", word_limit=1),
        Q("N1", settings={"scored": True}, criterion_code="C1"),
        Q("N1", show_when={"question": "E1", "is": ["a", "b"]}),
        Q("N1", show_when={"question": "P1", "is": ["anything"]}),
    ],
)
def test_the_edge_of_each_fault_is_sound(question):
    assert found(grown(question)) == []


def test_nothing_is_wrong_with_a_hidden_question_and_nothing_hangs_on_it():
    hidden = Q("N1", "radio", word_limit=0, is_hidden=True)
    assert found(grown(hidden, Q("N2"))) == []
    assert found(grown(hidden, Q("N2", show_when={"question": "N1", "is": ["x"]}))) == [
        ("condition-not-asked-before", "N2")
    ]
    assert found(grown(hidden)) == [("section-empty", "three", "More")]


def test_a_condition_looks_only_back():
    later = replace(SOUND[0], questions=(Q("N1", show_when={"question": "B1", "is": ["5"]}), *SOUND[0].questions))
    assert found((later, SOUND[1])) == [("condition-not-asked-before", "N1")]


def test_what_codes_mean_is_kept():
    wrong = (replace(SOUND[0], questions=(Q("B1", "text"), *SOUND[0].questions[:1])),)
    assert found(wrong) == [("question-kind-fixed", "B1"), ("form-question-needed", "P1")]
    assert found(SOUND, rules=("ER1", "ER9")) == [("rule-question-missing", "ER9", ["O9"])]
    assert found((*SOUND, replace(SOUND[1], questions=(Q("N1"),)))) == [("section-code-twice", "two")]


def test_everything_is_said_at_once():
    codes = [code for code, *_ in found((Part("x", "X", (Q("N1", "radio", word_limit=0),)), Part("y", "Y", ())))]
    assert codes == [
        "section-empty",
        "choice-without-options",
        "word-limit-zero",
        "form-question-needed",
        "form-question-needed",
        "rule-question-missing",
        "rule-question-missing",
    ]
