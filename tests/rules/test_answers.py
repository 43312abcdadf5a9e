"""Answers: blank or not, what is wrong by kind, how each reads, and the mark by which a change is seen."""

from types import SimpleNamespace

import pytest

from workflows.rules import answers

LINES = [{"description": "Hall", "amount_pence": 20_000}, {"description": "Bus", "amount_pence": 5_050}]


def question(kind, **more):
    given = {"code": "Q1", "kind": kind, "is_required": True, "word_limit": None, "options": [], "settings": {}}
    return SimpleNamespace(**(given | {"show_when": None} | more))


@pytest.mark.parametrize(
    ("answer", "is_asked"),
    [("yes", True), ("no", False), (["no", "yes"], True), (["no"], False), (None, False), ({"typed": "yes"}, False)],
)
def test_a_question_with_a_condition_is_asked_only_beside_its_answer(answer, is_asked):
    asked = question("text", show_when={"question": "S1", "is": ["yes", "maybe"]})
    assert answers.applies(asked, {"S1": answer}) is is_asked
    found = answers.problem(asked, "", given={"S1": answer})
    assert (found.code if found else None) == ("answer-missing" if is_asked else None)


OPTIONS = [{"value": "a", "label": "First"}, {"value": "b", "label": "Second"}]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " \n\t",
        [],
        [""],
        {"typed": " "},
        {"typed": ["", "", ""]},
        [{"description": " ", "amount_pence": None}],
    ],
)
def test_blank_is_blank_however_it_is_spelled(value):
    assert answers.is_blank(value)
    assert answers.fingerprint(value) == ""
    assert answers.problem(question("text"), value).code == "answer-missing"
    assert answers.problem(question("text", is_required=False), value) is None
    assert answers.shown(question("text"), value) == ""


@pytest.mark.parametrize("value", [0, "0", ["a"], {"typed": "x"}, LINES, [{"description": "", "typed": "lots"}]])
def test_nought_and_what_can_not_be_read_are_not_blank(value):
    assert not answers.is_blank(value)
    assert answers.fingerprint(value)


@pytest.mark.parametrize(
    ("asked", "value", "code"),
    [
        (question("text"), "x" * 201, "too-many-characters"),
        (question("text", settings={"max_length": 300}), "x" * 300, None),
        (question("long_text", word_limit=2), "one two", None),
        (question("long_text", word_limit=2), "one two three", "too-many-words"),
        (question("long_text"), 7, "answer-unreadable"),
        (question("money"), 0, None),
        (question("money"), True, "answer-unreadable"),
        (question("money"), {"typed": "about 5k"}, "answer-unreadable"),
        (question("money", settings={"min_pence": 1}), 0, "amount-too-small"),
        (question("number", settings={"max": 10}), 11, "number-too-large"),
        (question("number", settings={"min": 3}), 2, "number-too-small"),
        (question("date"), "2024-02-29", None),
        (question("date"), "2023-02-29", "answer-unreadable"),
        (question("date", settings={"min": "2024-01-01"}), "2023-12-31", "date-too-early"),
        (question("date", settings={"max": "2024-01-01"}), "2024-01-02", "date-too-late"),
        (question("yes_no"), "perhaps", "not-a-choice"),
        (question("yes_no", settings={"must_be": "yes"}), "no", "answer-must-be"),
        (question("radio", options=OPTIONS), "c", "not-a-choice"),
        (question("radio", options=OPTIONS), ["a"], "not-a-choice"),
        (question("checkboxes", options=OPTIONS), ["a", "b"], None),
        (question("checkboxes", options=OPTIONS, settings={"max_choices": 1}), ["a", "b"], "too-many-choices"),
        (question("areas"), ["North"], None),
        (question("areas"), ["Atlantis"], "not-a-choice"),
        (question("budget"), LINES, None),
        (question("budget"), [{"description": "Hall", "amount_pence": None}], "line-amount-missing"),
        (question("budget"), [{"description": "", "amount_pence": 5}], "line-description-missing"),
        (question("budget"), "lots", "answer-unreadable"),
        (question("declaration"), ["yes"], None),
        (question("declaration", options=OPTIONS), ["a"], "declaration-incomplete"),
    ],
)
def test_what_is_wrong_with_an_answer(asked, value, code):
    found = answers.problem(asked, value, areas=("North", "South"))
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("asked", "value", "given", "code"),
    [
        (question("budget", settings={"sums_to": "ASK"}), LINES, {"ASK": 25_050}, None),
        (question("budget", settings={"sums_to": "ASK"}), LINES, {"ASK": 25_051}, "budget-does-not-sum"),
        (question("budget", settings={"sums_to": "ASK"}), LINES, {}, None),
        (question("budget", settings={"sums_to": "ASK"}), LINES, {"ASK": {"typed": "lots"}}, None),
        (question("money", settings={"at_least": "ASK"}), 9, {"ASK": 10}, "less-than-the-ask"),
        (question("money", settings={"at_most": "ASK"}), 11, {"ASK": 10}, "more-than-the-ask"),
        (question("date", settings={"after": "FROM"}), "2024-01-01", {"FROM": "2024-01-01"}, None),
        (question("date", settings={"after": "FROM"}), "2023-12-31", {"FROM": "2024-01-01"}, "ends-before-start"),
    ],
)
def test_an_answer_is_held_against_another_only_when_that_is_known(asked, value, given, code):
    found = answers.problem(asked, value, given=given)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("asked", "value", "text"),
    [
        (question("money"), 1_415_529, "£14,155.29"),
        (question("number"), 1200, "1,200"),
        (question("date"), "2024-04-01", "1 April 2024"),
        (question("yes_no"), "no", "No"),
        (question("radio", options=OPTIONS), "b", "Second"),
        (question("checkboxes", options=OPTIONS), ["a", "b"], "First\nSecond"),
        (question("budget"), LINES, "Hall: £200\nBus: £50.50"),
        (question("date"), {"typed": ["32", "April", "2024"]}, "32 April 2024"),
        (question("long_text"), "<b>as typed</b>", "<b>as typed</b>"),
    ],
)
def test_an_answer_reads_as_people_write_it(asked, value, text):
    assert answers.shown(asked, value) == text


@pytest.mark.parametrize(
    ("asked", "value", "code"),
    [
        (question("postcode"), "LE1 1AA", None),
        (question("postcode"), "nowhere", "postcode-unreadable"),
        (question("postcode"), ["LE1 1AA"], "answer-unreadable"),
        (question("postcode", settings={"many": True}), ["LE1 1AA", "B1"], "postcode-unreadable"),
        (question("charity_number"), 1234567, "answer-unreadable"),
        (question("company_number"), "1234567", None),
        (question("url"), "javascript:alert(1)", "web-address-unreadable"),
        (question("text", settings={"format": "year"}), "2011", None),
        (question("text", settings={"format": "year", "latest": 2026}), "2027", "year-too-late"),
    ],
)
def test_an_answer_of_a_known_format_is_held_to_it(asked, value, code):
    found = answers.problem(asked, value)
    assert (found.code if found else None) == code
