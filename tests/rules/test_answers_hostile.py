"""Whatever is typed: it comes back as it was typed, nothing raises, and what is wrong with it has a sentence."""

import json
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.web import answer_labels, labels
from workflows.rules import answers
from workflows.rules.answers import MOST_ROWS
from workflows.rules.answers.cells import KINDS, read_cell, shown_cell, written_cell

ALL_KINDS = (
    *("text", "long_text", "money", "number", "date", "yes_no", "radio", "checkboxes", "areas", "budget"),
    *("declaration", "table", "files", "postcode", "email", "phone", "url", "charity_number", "company_number"),
)
NASTY = st.sampled_from(
    [
        "\u202e\u0645\u0631\u062d\u0628\u0627\u202c",
        "\u200b\u200d\ufeff",
        "-5",
        "£-1",
        "9" * 400,
        "1e999",
        "=1+1",
        "<script>alert(1)</script>",
        "01/01/0001",
        "31/12/9999",
        "½",
        "\u0661\u0662\u0663",
        "a\nb\r\nc",
        "\ud800",
        " ",
    ]
)
TYPED = st.one_of(st.text(max_size=60), NASTY)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TYPED)
ANYTHING = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["typed", "a", "b", "description", "amount_pence", "document_id"]), inner, max_size=4
        ),
    ),
    max_leaves=12,
)
COLUMNS = [{"code": kind, "label": kind, "kind": kind, "options": [["x", "X"]]} for kind in KINDS]
SETTINGS = {
    "columns": [*COLUMNS, {"code": "a", "label": "A", "kind": "money"}, {"code": "b", "label": "B", "kind": "number"}],
    "row_products": [{"parts": ["a", "b"], "total": "money"}],
    "row_sums": [{"parts": ["a", "b"], "total": "money"}],
    "sums": [{"column": "money", "equals": "B1"}, {"column": "a", "plus": "B1", "equals": "B1a"}],
    "caps": [{"column": "money", "where": {"choice": "x"}, "percent": 1000, "of": "B1"}],
    "inside": [{"column": "date", "from": "P9a", "to": "P9b"}],
    "doubt_above": "B1",
    "doubt_above_product": ["B1", "B1a"],
    "doubt_months": 24,
    "doubt_before": "P9a",
    "after": "P9a",
    "at_most": "B1",
    "not_same_as": "B1",
}
OTHERS = st.fixed_dictionaries({}, optional=dict.fromkeys(("B1", "B1a", "P9a", "P9b", "S1"), ANYTHING))


def question(kind, **more):
    given = {"code": "Q", "kind": kind, "is_required": True, "word_limit": 5, "show_when": None, "settings": SETTINGS}
    return SimpleNamespace(**(given | {"options": [{"value": "x", "label": "X"}]} | more))


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(ALL_KINDS), value=ANYTHING, others=OTHERS, many=st.booleans())
def test_nothing_raises_whatever_is_stored_and_a_fault_has_a_sentence(kind, value, others, many):
    asked = question(kind, settings={**SETTINGS, "many": many})
    assert isinstance(answers.is_blank(value), bool)
    assert isinstance(answers.shown(asked, value), str)
    assert answers.fingerprint(value) == answers.fingerprint(json.loads(json.dumps(value)))
    told = answers.problems(asked, value, areas=("North",), given=others)
    for refusal in [*told, *answers.doubts(asked, value, given=others)]:
        assert refusal.code in labels.SENTENCES, refusal.code
        sentence = answer_labels.box_sentence(refusal) or labels.sentence_for(refusal.code, refusal.detail)
        assert sentence.strip() and "{" not in sentence and "not set" not in sentence
    if told == [] and kind not in {"files"}:
        assert answers.is_blank(value) is False, "a required question with nothing in it is told"


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(KINDS), typed=TYPED)
def test_a_box_is_the_same_after_being_stored_and_shown_and_typed_again(kind, typed):
    value = read_cell(kind, typed)
    again = read_cell(kind, written_cell(kind, value))
    assert again == value
    assert isinstance(shown_cell(kind, value, {}), str)
    if isinstance(value, dict) or kind in {"text", "long_text", "choice"}:
        assert written_cell(kind, value) == (typed if value is not None else "")


@settings(max_examples=200, deadline=None)
@given(pence=st.integers(min_value=0, max_value=100_000_000_000))
def test_every_amount_reads_back_to_the_penny(pence):
    assert read_cell("money", written_cell("money", pence)) == pence
    assert read_cell("money", shown_cell("money", pence, {})) == pence


@settings(max_examples=200, deadline=None)
@given(day=st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)), share=st.integers(0, 99_999))
def test_every_day_and_share_reads_back(day, share):
    assert read_cell("date", written_cell("date", day.isoformat())) == day.isoformat()
    assert read_cell("percent", written_cell("percent", share)) == share


@pytest.mark.parametrize("text", ["x" * 200_000, "word " * 40_000, "\u202e" * 200_000])
def test_two_hundred_thousand_characters_are_told_and_kept(text):
    for kind in ("text", "long_text", "postcode", "email", "phone", "url", "charity_number", "company_number"):
        assert answers.problem(question(kind, word_limit=None), text) is not None
        assert answers.shown(question(kind), text) == text
    (refusal,) = answers.problems(question("table", settings={"columns": COLUMNS[:1]}), [{"text": text}])
    assert refusal.code == "too-many-characters"


def test_ten_thousand_rows_are_told_at_once():
    rows = [{"text": "x"}] * 10_000
    (refusal,) = answers.problems(question("table", settings={"columns": COLUMNS[:1]}), rows)
    assert (refusal.code, refusal.detail["most"]) == ("too-many-rows", MOST_ROWS)


CODES = ("A", "B", "C", "D")
CONDITIONS = st.fixed_dictionaries(
    {
        code: st.one_of(st.none(), st.sampled_from(CODES).map(lambda other: {"question": other, "is": ["yes"]}))
        for code in CODES
    }
)


@settings(max_examples=300, deadline=None)
@given(conditions=CONDITIONS, said=st.fixed_dictionaries({code: st.sampled_from(["yes", "no", ""]) for code in CODES}))
def test_what_is_asked_hangs_only_on_what_is_asked(conditions, said):
    asked = [question("yes_no", code=code, show_when=when) for code, when in conditions.items()]
    counted = answers.in_force(asked, said)
    assert answers.in_force(asked, counted) == counted
    for each in asked:
        when = each.show_when
        if when is None:
            assert counted[each.code] == said[each.code]
        elif each.code in counted:
            assert counted[when["question"]] == "yes"


def test_a_chain_ends_where_its_first_question_says_no_and_a_circle_is_never_asked():
    chain = [
        question("yes_no", code="A"),
        question("yes_no", code="B", show_when={"question": "A", "is": ["yes"]}),
        question("text", code="C", show_when={"question": "B", "is": ["yes"]}),
    ]
    said = {"A": "yes", "B": "yes", "C": "kept", "Z": "of no form"}
    assert answers.in_force(chain, said) == {"A": "yes", "B": "yes", "C": "kept"}
    assert answers.in_force(chain, said | {"A": "no"}) == {"A": "no"}
    assert answers.in_force(reversed(chain), said) == {"A": "yes", "B": "yes", "C": "kept"}
    circle = [
        question("yes_no", code="A", show_when={"question": "B", "is": ["yes"]}),
        question("yes_no", code="B", show_when={"question": "A", "is": ["yes"]}),
    ]
    assert answers.in_force(circle, {"A": "yes", "B": "yes"}) == {}
