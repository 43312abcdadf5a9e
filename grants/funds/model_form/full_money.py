"""The full model form about money: a budget whose every sum must come out, and where the rest comes from."""

from __future__ import annotations

from typing import Final

from grants.funds.model_form.codes import ASK, PROJECT_COST
from grants.funds.model_form.full_people import COMPANIES, of_type
from grants.funds.model_form.full_project import column
from grants.funds.model_form.short import MONEY
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import QuestionDef, SectionDef

_SHORT = {question.code: question for question in MONEY.questions}
CATEGORIES: Final = [
    ["staffing", "Staff"],
    ["volunteers", "Volunteers' expenses"],
    ["venue", "Venue"],
    ["equipment", "Equipment that lasts"],
    ["materials", "Materials"],
    ["transport", "Transport"],
    ["training", "Training"],
    ["marketing", "Telling people about it"],
    ["overhead", "Management and overheads"],
    ["evaluation", "Measuring what changed"],
    ["other", "Something else"],
]
# Hundredths of a percent of what is asked for: our default, as no source gives one.
OVERHEAD_CAP: Final = 15_00

FULL_MONEY = SectionDef(
    code="money",
    title="Money",
    guidance="The sums are checked as you write. All of them have to come out.",
    questions=(
        _SHORT[ASK],
        _SHORT[PROJECT_COST],
        QuestionDef(
            code="B2",
            kind=Kind.TABLE,
            label="What does it cost, and what will our money pay for?",
            help_text=(
                "One row for each thing. For something over £1,000 send a quote with your documents. Management and "
                "overheads may be 15% of what you ask for, at most."
            ),
            settings={
                "columns": [
                    column("category", "Kind of cost", "choice", options=CATEGORIES),
                    column("what", "What it is", word_limit=20),
                    column("quantity", "How many", "number"),
                    column("unit", "Cost of one", "money"),
                    column("total", "Cost", "money"),
                    column("grant", "From this grant", "money"),
                    column("other", "From elsewhere", "money", required=False),
                ],
                "min_rows": 1,
                "max_rows": 40,
                "row_products": [{"parts": ["quantity", "unit"], "total": "total"}],
                "row_sums": [{"parts": ["grant", "other"], "total": "total"}],
                "sums": [{"column": "grant", "equals": ASK}, {"column": "total", "equals": PROJECT_COST}],
                "caps": [
                    {"column": "grant", "where": {"category": "overhead"}, "percent": OVERHEAD_CAP, "of": ASK},
                ],
            },
            criterion_code="C5",
        ),
        QuestionDef(
            code="B3",
            kind=Kind.TABLE,
            label="Where does the rest of the money come from?",
            help_text="Leave it empty if we are to pay for everything.",
            settings={
                "columns": [
                    column("source", "From whom"),
                    column("amount", "Amount", "money"),
                    column("form", "As what?", "choice", options=[["money", "Money"], ["in_kind", "Help or things"]]),
                    column("secured", "Is it sure?", "choice", options=[["yes", "Yes"], ["not_yet", "Not yet"]]),
                ],
                "max_rows": 15,
                "sums": [{"column": "amount", "plus": ASK, "equals": PROJECT_COST}],
            },
            is_required=False,
            criterion_code="C5",
        ),
        QuestionDef(
            code="B6",
            kind=Kind.TABLE,
            label="When will you need our money?",
            help_text="What you will spend in each three months.",
            settings={
                "columns": [
                    column("when", "Which months", hint="Like April to June 2025"),
                    column("amount", "Amount", "money"),
                ],
                "min_rows": 1,
                "max_rows": 12,
                "sums": [{"column": "amount", "equals": ASK}],
            },
            criterion_code="C5",
        ),
        _SHORT["B4"],
        QuestionDef(
            code="B4a",
            kind=Kind.LONG_TEXT,
            label="If we offered less, what could you still do?",
            word_limit=150,
            criterion_code="C5",
        ),
        _SHORT["B5"],
        QuestionDef(
            code="B7",
            kind=Kind.YES_NO,
            label="Has your organisation had help from public money in this tax year or the two before it?",
            help_text="Grants, cheap loans or free rooms from any public body. The law on subsidies asks this.",
            options=(("yes", "Yes"), ("no", "No")),
            show_when=of_type(*COMPANIES, "society"),
        ),
        QuestionDef(
            code="B7a",
            kind=Kind.TABLE,
            label="Which help was it?",
            settings={
                "columns": [
                    column("giver", "From whom"),
                    column("amount", "Amount", "money"),
                    column("on", "When", "date"),
                ],
                "min_rows": 1,
                "max_rows": 30,
            },
            show_when={"question": "B7", "is": ["yes"]},
        ),
    ),
)
