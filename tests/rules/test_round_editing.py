"""Changes of a definition: each does its one thing, keeps every other question, and refuses what can't be meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.funds import editing, model_form
from grants.funds.forms.tables import named_options, read_columns
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import AreaDef, CriterionDef, QuestionDef, RoundDefinition, SectionDef
from workflows.errors import Invalid, NotFound
from workflows.rules.eligibility import RULES
from workflows.rules.form_changes import keeps_answers


def definition(*sections: SectionDef) -> RoundDefinition:
    return RoundDefinition(
        office="llr",
        fund="CSF",
        code="R1",
        title="Round",
        pot_pence=100,
        opens_at=None,
        closes_at=None,
        criteria=(CriterionDef(code="C1", title="Need", weight=100),),
        sections=sections or model_form.SECTIONS,
        rules=(),
    )


def section(code: str, *codes: str) -> SectionDef:
    return SectionDef(
        code=code, title=code.title(), questions=tuple(QuestionDef(code=c, kind=Kind.TEXT, label=c) for c in codes)
    )


def codes(whole: RoundDefinition) -> list[list[str]]:
    return [[question.code for question in each.questions] for each in whole.sections]


TWO = definition(section("a", "A1", "A2"), section("b", "B1"))


def test_a_question_moves_copies_and_leaves() -> None:
    assert codes(editing.move_question(TWO, "A2", editing.UP)) == [["A2", "A1"], ["B1"]]
    assert codes(editing.move_question(TWO, "A1", editing.UP)) == [["A1", "A2"], ["B1"]]
    assert codes(editing.move_to_section(TWO, "A1", "b")) == [["A2"], ["B1", "A1"]]
    copied = editing.copy_question(TWO, "A1")
    assert codes(copied) == [["A1", "N1", "A2"], ["B1"]]
    assert editing.question_of(copied, "N1").label == "A1"
    assert codes(editing.remove_question(TWO, "B1")) == [["A1", "A2"], []]
    assert editing.question_of(editing.hide_question(TWO, "A1", is_hidden=True), "A1").is_hidden


def test_a_section_moves_copies_hides_and_leaves() -> None:
    assert codes(editing.move_section(TWO, "b", editing.UP)) == [["B1"], ["A1", "A2"]]
    copied = editing.copy_section(TWO, "a")
    assert codes(copied) == [["A1", "A2"], ["N1", "N2"], ["B1"]]
    assert len({each.code for each in copied.sections}) == 3
    hidden = editing.hide_section(TWO, "a", is_hidden=True)
    assert [each.is_hidden for each in hidden.questions] == [True, True, False]
    assert codes(editing.remove_section(TWO, "a")) == [["B1"]]


def test_the_questions_asked_first_can_not_be_thrown_away() -> None:
    with pytest.raises(Invalid) as refused:
        editing.remove_section(definition(), "eligibility")
    assert refused.value.detail["problems"] == {"section": "quiz-section-stays"}


def test_what_is_not_there_is_not_found_and_a_code_is_given_once() -> None:
    for change in (editing.copy_question, editing.remove_question, editing.copy_section, editing.remove_section):
        with pytest.raises(NotFound):
            change(TWO, "Z9")
    with pytest.raises(Invalid):
        editing.add_question(TWO, "a", QuestionDef(code="B1", kind=Kind.TEXT, label="Again"))


def test_a_change_keeps_the_code_and_a_kind_that_rules_read() -> None:
    changed = editing.change_question(TWO, "A1", QuestionDef(code="X", kind=Kind.MONEY, label="New words"))
    assert editing.question_of(changed, "A1") == QuestionDef(code="A1", kind=Kind.MONEY, label="New words")
    whole = definition()
    for code, kind in (("B1", Kind.TEXT), ("P1", Kind.RADIO)):
        with pytest.raises(Invalid) as refused:
            editing.change_question(whole, code, editing.as_kind(editing.question_of(whole, code), kind))
        assert refused.value.detail["problems"] == {"kind": "question-kind-is-read"}


def test_another_kind_of_answer_keeps_what_means_the_same() -> None:
    asked = QuestionDef(
        code="N1", kind=Kind.LONG_TEXT, label="Why?", word_limit=90, settings={"max_length": 400, "scored": True}
    )
    assert editing.as_kind(asked, Kind.TEXT) == replace(asked, kind=Kind.TEXT)
    number = editing.as_kind(asked, Kind.NUMBER)
    assert (number.word_limit, number.settings) == (None, {"scored": True})
    yes = QuestionDef(code="N2", kind=Kind.YES_NO, label="Sure?", settings={"must_be": "yes"})
    radio = editing.as_kind(yes, Kind.RADIO)
    assert (dict(radio.options), radio.settings) == ({"yes": "Yes", "no": "No"}, {"must_be": "yes"})
    assert editing.as_kind(radio, Kind.YES_NO) == yes


def test_a_kind_keeps_its_answers_only_where_they_can_be_answers_still() -> None:
    def shape(kind: str, *values: str) -> dict[str, Any]:
        return {"kind": kind, "settings": {}, "options": [{"value": value, "label": value} for value in values]}

    assert keeps_answers(shape("yes_no"), shape("radio", "yes", "no", "maybe"))
    assert not keeps_answers(shape("yes_no"), shape("radio", "yes", "never"))
    assert not keeps_answers(shape("radio", "yes", "maybe"), shape("yes_no"))
    assert keeps_answers(shape("text"), shape("long_text"))
    assert not keeps_answers(shape("text"), shape("number"))


def test_a_condition_names_an_answer_that_was_asked_before() -> None:
    whole = definition()
    changed = editing.set_condition(whole, "P3", "E3", ["yes"])
    question = editing.question_of(changed, "P3")
    assert question.show_when == {"question": "E3", "is": ["yes"]}
    label = editing.question_of(whole, "E3").label
    assert editing.condition_words(changed, question.show_when) == (label, ("Yes",))
    assert [each.code for each in editing.hanging_on(changed, ["E3"])] == ["P3"]
    assert editing.question_of(editing.set_condition(changed, "P3", "", ()), "P3").show_when is None
    hidden = editing.hide_question(whole, "E3", is_hidden=True)
    for start, on, answers, field in (
        (whole, "S1", ["yes"], "question"),
        (hidden, "E3", ["yes"], "question"),
        (whole, "P1", ["x"], "question"),
        (whole, "E3", [], "answers"),
        (whole, "E3", ["maybe"], "answers"),
    ):
        with pytest.raises(Invalid) as refused:
            editing.set_condition(start, "P3", on, answers)
        assert set(refused.value.detail["problems"]) == {field}
    assert [each.code for each in editing.left_hanging(editing.hide_question(changed, "E3", is_hidden=True))] == ["P3"]
    assert editing.left_hanging(changed) == editing.left_hanging(whole) == []


def test_files_are_not_asked_for_before_the_form() -> None:
    whole, files = definition(), QuestionDef(code="N1", kind=Kind.FILES, label="Papers")
    asked = editing.add_question(whole, "project", files)
    for change in (
        lambda: editing.add_question(whole, "eligibility", files),
        lambda: editing.move_to_section(asked, "N1", "eligibility"),
        lambda: editing.put_question(asked, "N1", files, "eligibility"),
    ):
        with pytest.raises(Invalid) as refused:
            change()
        assert refused.value.detail["problems"] == {"section": "files-before-form"}
    text = editing.put_question(asked, "N1", editing.as_kind(files, Kind.TEXT), "eligibility")
    assert editing.home_of(text, "N1").code == "eligibility"


def test_the_model_form_fills_a_form_up_to_every_question() -> None:
    short = definition()
    missing = [each.code for _, questions in editing.missing_from_model(short) for each in questions]
    full = editing.add_from_model(short, missing)
    assert editing.missing_from_model(full) == []
    assert {each.code for each in full.questions} >= {
        each.code for part in model_form.FULL_SECTIONS for each in part.questions
    }
    # A rubric that lacks a criterion is not left with questions that name it.
    assert {each.criterion_code for each in full.questions if each.code in missing} <= {"", "C1"}


def test_areas_are_written_as_they_are_read() -> None:
    areas = editing.read_areas(" West  Leicester : West Leics,W Leicester, West Leics\n\nEast Leicester\n")
    assert areas == (
        AreaDef(name="West Leicester", aliases=("West Leics", "W Leicester")),
        AreaDef(name="East Leicester"),
    )
    assert editing.read_areas(editing.written_areas(areas)) == areas
    for text, code in (("West\nWest: W", "code-twice"), (": W", "code-needed")):
        with pytest.raises(Invalid) as refused:
            editing.read_areas(text)
        assert refused.value.detail["problems"] == {"areas": code}


def test_a_rubric_that_loses_a_criterion_frees_its_questions() -> None:
    whole = editing.change_question(TWO, "A1", QuestionDef(code="A1", kind=Kind.TEXT, label="A", criterion_code="C1"))
    changed = editing.set_criteria(whole, [CriterionDef(code="C2", title="Fit", weight=100)])
    assert editing.question_of(changed, "A1").criterion_code == ""


def test_rules_are_those_of_the_registry_with_the_rounds_own_parameters() -> None:
    chosen = {"ER9": {"on_breach": "fail", "cap_pence": 100}, "ER12": {"on_breach": "refer"}}
    whole = editing.set_rules(definition(), chosen)
    assert [(each.code, each.on_breach, dict(each.settings)) for each in whole.rules] == [
        ("ER9", "fail", {"cap_pence": 100}),
        ("ER12", "refer", {}),
    ]
    assert [each.is_automatic for each in whole.rules] == [True, False]
    assert set(RULES) == {f"ER{number}" for number in range(1, 21)}


def test_an_answer_keeps_its_value_under_new_words() -> None:
    standing = (("yes", "Yes"), ("no", "No"))
    assert named_options(["Yes, always", "No"], standing) == (("yes", "Yes, always"), ("no", "No"))
    assert named_options(["No", "Yes"], standing) == (("no", "No"), ("yes", "Yes"))
    assert named_options(["Yes", "No", "Yes!"], standing) == (*standing, ("yes_2", "Yes!"))
    assert named_options(["No"], standing) == (("no", "No"),)


SORTS = [["big_wide", "Big, wide"], ["small", "Small"]]


def test_a_column_keeps_its_code_and_an_empty_one_is_none() -> None:
    rows = [
        {"code": "what", "label": "What it is", "kind": "text", "is_required": True, "options": ""},
        {"code": "", "label": "Sort", "kind": "choice", "is_required": False, "options": "Big, wide\nSmall"},
        {"code": "", "label": " ", "kind": "text", "is_required": False, "options": ""},
    ]
    assert read_columns(rows) == [
        {"code": "what", "label": "What it is", "kind": "text"},
        {"code": "sort", "label": "Sort", "kind": "choice", "required": False, "options": SORTS},
    ]


def test_a_column_keeps_what_its_page_does_not_show_and_the_values_of_its_answers() -> None:
    standing = [{"code": "sort", "label": "Sort", "kind": "choice", "options": [["b", "Big"]], "hint": "Which?"}]
    row = {"code": "sort", "label": "Sort", "kind": "choice", "is_required": True, "options": "Large"}
    assert read_columns([row], standing) == [{**standing[0], "options": [["b", "Large"]]}]


def test_a_code_that_was_used_before_is_not_given_again() -> None:
    assert editing.free_code(TWO, {"N1", "N2"}) == "N3"
    assert codes(editing.copy_question(TWO, "A1", {"N1"})) == [["A1", "N2", "A2"], ["B1"]]
    assert codes(editing.copy_section(TWO, "b", {"N1"})) == [["A1", "A2"], ["B1"], ["N2"]]


MOVES = {
    "up": lambda whole, question, part, pick: editing.move_question(whole, question, editing.UP),
    "down": lambda whole, question, part, pick: editing.move_question(whole, question, editing.DOWN),
    "copy": lambda whole, question, part, pick: editing.copy_question(whole, question),
    "hide": lambda whole, question, part, pick: editing.hide_question(whole, question, is_hidden=bool(pick % 2)),
    "other": lambda whole, question, part, pick: editing.move_to_section(whole, question, part),
    "section-up": lambda whole, question, part, pick: editing.move_section(whole, part, editing.UP),
    "section-copy": lambda whole, question, part, pick: editing.copy_section(whole, part),
    "add": lambda whole, question, part, pick: editing.add_section(whole, f"Part {pick}"),
    "model": lambda whole, question, part, pick: editing.add_from_model(whole, [f"P{pick % 20}"]),
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 200)), max_size=12))
def test_no_change_but_a_removal_ever_loses_a_question(steps: list[tuple[str, int]]) -> None:
    whole = definition()
    for move, pick in steps:
        before = [each.code for each in whole.questions]
        part = whole.sections[pick % len(whole.sections)].code
        whole = MOVES[move](whole, before[pick % len(before)], part, pick)
        after = [each.code for each in whole.questions]
        assert set(before) <= set(after)
        assert len(set(after)) == len(after)
        assert len({each.code for each in whole.sections}) == len(whole.sections)
