"""Tables: rows that are read box by box, sums that must come out, and every fault told at its own box."""

from types import SimpleNamespace

import pytest

from workflows.rules import answers
from workflows.rules.answers.cells import KINDS, read_cell, read_day, shown_cell, written_cell
from workflows.rules.answers.tables import completed

KIND_OPTIONS = [["staff", "Staff"], ["overhead", "Management and overheads"]]
BUDGET = {
    "columns": [
        {"code": "kind", "label": "Kind", "kind": "choice", "options": KIND_OPTIONS},
        {"code": "what", "label": "What", "kind": "text", "word_limit": 5},
        {"code": "quantity", "label": "How many", "kind": "number"},
        {"code": "unit", "label": "Cost of one", "kind": "money"},
        {"code": "total", "label": "Cost", "kind": "money"},
        {"code": "grant", "label": "From this grant", "kind": "money"},
        {"code": "other", "label": "From elsewhere", "kind": "money", "required": False},
    ],
    "min_rows": 1,
    "max_rows": 3,
    "row_products": [{"parts": ["quantity", "unit"], "total": "total"}],
    "row_sums": [{"parts": ["grant", "other"], "total": "total"}],
    "sums": [{"column": "grant", "equals": "B1"}, {"column": "total", "equals": "B1a"}],
    "caps": [{"where": {"kind": "overhead"}, "column": "grant", "percent": 1000, "of": "B1"}],
}
STAFF = {
    "kind": "staff",
    "what": "Youth worker",
    "quantity": 40,
    "unit": 2_500,
    "total": 100_000,
    "grant": 90_000,
    "other": 10_000,
}
DESK = {"kind": "overhead", "what": "Book-keeping", "quantity": 1, "unit": 10_000, "total": 10_000, "grant": 10_000}
ASKED = {"B1": 100_000, "B1a": 110_000}


def table(settings, **more):
    given = {"code": "B2", "kind": "table", "is_required": True, "word_limit": None, "options": []}
    return SimpleNamespace(**(given | {"settings": settings, "show_when": None} | more))


def found(value, given=ASKED, settings=BUDGET):
    told = answers.problems(table(settings), value, given=given)
    return [(each.code, each.detail.get("row"), each.detail.get("column")) for each in told]


def test_a_budget_that_comes_out_has_nothing_wrong():
    assert found([STAFF, DESK]) == []


@pytest.mark.parametrize("value", [None, [], [{}], [{"what": " "}, {"total": None}], [{"total": {"typed": " "}}]])
def test_a_table_without_anything_in_it_is_blank(value):
    assert answers.is_blank(value)
    assert found(value) == [("answer-missing", None, None)]
    assert answers.problems(table(BUDGET, is_required=False), value) == []
    assert answers.shown(table(BUDGET), value) == ""


def test_a_blank_row_between_others_is_no_row():
    assert found([STAFF, {"what": "", "total": None}, DESK]) == []
    assert answers.shown(table(BUDGET), [STAFF, {}]).count("\n") == 0


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"kind": None}, "cell-missing", "kind"),
        ({"kind": "bribes"}, "not-a-choice", "kind"),
        ({"what": "one two three four five six"}, "too-many-words", "what"),
        ({"unit": {"typed": "lots"}, "total": 100_000}, "cell-unreadable", "unit"),
        ({"unit": "25"}, "cell-unreadable", "unit"),
        ({"unit": True}, "cell-unreadable", "unit"),
        ({"quantity": -1}, "cell-unreadable", "quantity"),
        ({"quantity": 2_000_000_000}, "number-too-large", "quantity"),
        ({"total": 100_001}, "row-does-not-multiply", "total"),
        ({"other": 9_999}, "row-does-not-add", "total"),
    ],
)
def test_a_fault_is_told_at_its_own_box(change, code, column):
    told = found([DESK, {**STAFF, **change}])
    assert (code, 2, column) in told
    assert {row for _, row, _ in told} == {2}


def test_every_fault_is_told_at_once():
    told = found([{**STAFF, "kind": None, "unit": {"typed": "?"}}, {**DESK, "what": ""}])
    assert {(code, row) for code, row, _ in told} == {("cell-missing", 1), ("cell-unreadable", 1), ("cell-missing", 2)}


def test_columns_have_to_come_to_what_is_asked_for_once_that_is_known():
    short = [{**STAFF, "grant": 80_000, "other": 20_000}, DESK]
    (refusal,) = answers.problems(table(BUDGET), short, given=ASKED)
    assert refusal.code == "column-does-not-sum"
    assert (refusal.detail["total"], refusal.detail["target"], refusal.detail["difference"]) == (
        "£900",
        "£1,000",
        "£100",
    )
    assert refusal.detail["which"] == "missing"
    assert found(short, given={}) == []
    assert found(short, given={"B1": {"typed": "a lot"}}) == []


def test_a_share_is_kept_or_broken_to_the_penny():
    over = [{**STAFF, "grant": 89_999, "other": 10_001}, {**DESK, "unit": 10_001, "total": 10_001, "grant": 10_001}]
    (refusal,) = answers.problems(table(BUDGET), over, given={"B1": 100_000})
    assert refusal.code == "column-above-cap"
    assert (refusal.detail["most_pence"], refusal.detail["share"]) == (10_000, "10%")
    assert refusal.detail["what"] == "Management and overheads"
    of_column = {**BUDGET, "sums": [], "caps": [{"where": {"kind": "overhead"}, "column": "grant", "percent": 1000}]}
    assert found([STAFF, DESK], settings=of_column) == []
    assert found([DESK], settings=of_column) == [("column-above-cap", None, None)]


def test_another_answer_may_count_towards_a_sum():
    match = {
        "columns": [{"code": "who", "label": "Who"}, {"code": "amount", "label": "Amount", "kind": "money"}],
        "sums": [{"column": "amount", "plus": "B1", "equals": "B1a"}],
    }
    assert found([{"who": "Council", "amount": 10_000}], settings=match) == []
    assert found([{"who": "Council", "amount": 9_000}], settings=match) == [("column-does-not-sum", None, None)]
    (total,) = answers.sums_of(table(match), [{"who": "Council", "amount": 9_000}], ASKED)
    assert (total.total, total.whole, total.target) == (9_000, 109_000, 110_000)


def test_too_few_rows_and_too_many_are_told():
    assert ("too-many-rows", None, None) in found([STAFF] * 4)
    assert found([STAFF], given={}, settings={**BUDGET, "min_rows": 2}) == [("too-few-rows", None, None)]
    assert found([{"a": "1"}] * 10_000) == [("too-many-rows", None, None)]


def test_dates_stay_between_two_dates_of_the_form():
    plan = {
        "columns": [{"code": "what", "label": "What"}, {"code": "by", "label": "By when", "kind": "date"}],
        "inside": [{"column": "by", "from": "P9a", "to": "P9b"}],
    }
    given = {"P9a": "2024-04-01", "P9b": "2025-03-31"}
    rows = [{"what": "Start", "by": "2024-04-01"}, {"what": "End", "by": "2025-03-31"}]
    assert found(rows, given, plan) == []
    assert found([*rows, {"what": "Late", "by": "2025-04-01"}], given, plan) == [("cell-outside-dates", 3, "by")]
    assert found([{"what": "Early", "by": "2024-03-31"}], {"P9a": "2024-04-01"}, plan) == [
        ("cell-outside-dates", 1, "by")
    ]
    assert found([{"what": "Early", "by": "0001-01-01"}], {}, plan) == []


@pytest.mark.parametrize("value", ["lots", {"a": 1}, [1], ["a"], 7, True])
def test_what_is_no_table_is_told_and_shown(value):
    assert found(value) == [("answer-unreadable", None, None)]
    assert isinstance(answers.shown(table(BUDGET), value), str)


def test_a_total_that_was_left_empty_is_worked_out():
    rows = completed(BUDGET, [{"quantity": 3, "unit": 150}, {"quantity": 3}, {"grant": 5, "total": 7}])
    assert rows == [{"quantity": 3, "unit": 150, "total": 450}, {"quantity": 3}, {"grant": 5, "total": 7}]


def test_a_table_reads_row_by_row():
    text = answers.shown(table(BUDGET), [STAFF, {**DESK, "total": {"typed": "lots"}}])
    first, second = text.split("\n")
    assert first == (
        "1. Kind: Staff; What: Youth worker; How many: 40; Cost of one: £25; Cost: £1,000; From this grant: £900; "
        "From elsewhere: £100"
    )
    assert second.startswith("2. Kind: Management and overheads; ")
    assert "Cost: lots" in second


@pytest.mark.parametrize(
    ("kind", "typed", "value", "shown"),
    [
        ("money", "£1,234.50", 123_450, "£1,234.50"),
        ("money", "0", 0, "£0"),
        ("number", "1,200", 1200, "1,200"),
        ("percent", "12.5%", 1250, "12.5%"),
        ("percent", "7", 700, "7%"),
        ("date", "27/3/2025", "2025-03-27", "27 March 2025"),
        ("date", "1st Sept 2025", "2025-09-01", "1 September 2025"),
        ("date", "2025-3-7", "2025-03-07", "7 March 2025"),
        ("text", " as typed ", " as typed ", " as typed "),
    ],
)
def test_a_box_is_read_and_written_back(kind, typed, value, shown):
    assert read_cell(kind, typed) == value
    assert shown_cell(kind, value, {}) == shown
    assert read_cell(kind, written_cell(kind, value)) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("money", "-5"),
        ("money", "9" * 5000),
        ("number", "½"),
        ("number", "9" * 5000),
        ("percent", "minus 3"),
        ("date", "31 2 2025"),
        ("date", "1 1 0001"),
        ("date", "31 12 9999"),
        ("date", "1 smarch 2025"),
        ("date", "\u202e1 1 2025"),
    ],
)
def test_what_can_not_be_read_is_kept_as_it_was_typed(kind, typed):
    assert read_cell(kind, typed) == {"typed": typed}
    assert written_cell(kind, {"typed": typed}) == typed


def test_an_empty_box_is_nothing_whatever_its_kind():
    assert {read_cell(kind, " \t") for kind in KINDS} == {None}
    assert {written_cell(kind, None) for kind in KINDS} == {""}
    assert read_day("") is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, ""),
        ({"columns": []}, "columns"),
        ({"columns": [{"label": "No code"}]}, "columns"),
        ({"columns": [{"code": "a"}, {"code": "a"}]}, "columns"),
        ({"columns": [{"code": "a", "kind": "colour"}]}, "columns"),
        ({"columns": [{"code": "a", "kind": "choice"}]}, "columns"),
        ({"columns": "many"}, "columns"),
        ({"min_rows": 4}, "max_rows"),
        ({"max_rows": 100_000}, "max_rows"),
        ({"row_sums": [{"parts": ["grant"]}]}, "row_sums"),
        ({"row_products": [{"parts": ["quantity", "price"], "total": "total"}]}, "row_products"),
        ({"sums": [{"column": "grant"}]}, "sums"),
        ({"caps": [{"column": "unknown", "percent": 1000}]}, "caps"),
        ({"inside": "P9a"}, "inside"),
    ],
)
def test_settings_that_do_not_hold_together_are_named_and_break_nothing(change, fault):
    settings = {**BUDGET, **change}
    assert answers.settings_fault(settings) == fault
    assert isinstance(answers.problems(table(settings), [STAFF, DESK], given=ASKED), list)
    assert isinstance(answers.shown(table(settings), [STAFF]), str)
    assert isinstance(answers.sums_of(table(settings), [STAFF], ASKED), list)


def test_a_table_is_read_back_with_heads_rows_and_what_its_amounts_come_to():
    rows = [STAFF, {}, DESK | {"grant": {"typed": "some"}}]
    shown = answers.grid(table(BUDGET), rows)
    assert shown["head"][:4] == ["Kind", "What", "How many", "Cost of one"]
    assert shown["numeric"] == [2, 3, 4, 5, 6]
    assert shown["rows"] == [
        ["Staff", "Youth worker", "40", "£25", "£1,000", "£900", "£100"],
        ["Management and overheads", "Book-keeping", "1", "£100", "£100", "some", ""],
    ]
    # What one of a thing costs comes to nothing, and what could not be read is not counted.
    assert shown["total"] == ["Total", "", "", "", "£1,100", "£900", "£100"]


def test_numbers_come_to_something_only_by_a_rule_and_a_total_may_stand_first():
    columns = [{"code": "n", "label": "N", "kind": "number"}, {"code": "what", "label": "What"}]
    assert answers.grid(table({"columns": columns}), [{"n": 3, "what": "x"}])["total"] == []
    ruled = {"columns": columns, "sums": [{"column": "n", "equals": "B1"}]}
    assert answers.grid(table(ruled), [{"n": 3, "what": "x"}, {"n": 1_000}])["total"] == ["Total 1,003", ""]


def test_a_budget_is_a_table_and_what_is_none_is_none():
    budget = SimpleNamespace(code="B2", kind="budget", options=[], settings={})
    lines = [{"description": "Hall", "amount_pence": 1_050}, {"description": "Kit", "amount_pence": None}]
    assert answers.grid(budget, lines)["rows"] == [["Hall", "£10.50"], ["Kit", ""]]
    assert answers.grid(budget, lines)["total"] == ["Total", "£10.50"]
    text = SimpleNamespace(code="P3", kind="long_text", options=[], settings={})
    assert [answers.grid(text, "words"), answers.grid(budget, []), answers.grid(budget, {"typed": "x"})] == [None] * 3
    assert answers.grid(table(BUDGET), [{"kind": ""}]) is None
