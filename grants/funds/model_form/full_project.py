"""The full model form about the project: what is done, for whom, by when, and how anybody will know that it worked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from grants.funds.model_form.codes import ENDS_ON, STARTS_ON
from grants.funds.model_form.kpis import outcome_suggestions, output_suggestions
from grants.funds.model_form.short import PROJECT, REACH
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import QuestionDef, SectionDef

_SHORT = {question.code: question for section in (PROJECT, REACH) for question in section.questions}
DEGREES: Final = [["low", "Low"], ["medium", "Medium"], ["high", "High"]]


def column(code: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """One column of a table, as a question's settings hold it."""
    return {"code": code, "label": label, "kind": kind, **more}


FULL_PROJECT = replace(
    PROJECT,
    questions=(
        *PROJECT.questions,
        QuestionDef(
            code="P5a",
            kind=Kind.LONG_TEXT,
            label="How does it help with these?",
            word_limit=300,
            criterion_code="C2",
        ),
        QuestionDef(
            code="P15",
            kind=Kind.LONG_TEXT,
            label="What else like this is there already, and how do you fit in?",
            word_limit=150,
            criterion_code="C1",
        ),
        QuestionDef(
            code="P19",
            kind=Kind.LONG_TEXT,
            label="What have you done before that shows you can do this?",
            help_text="We can see the grants that you had from us.",
            word_limit=200,
            criterion_code="C3",
        ),
    ),
)
FULL_REACH = SectionDef(
    code="reach",
    title="Where, when and for whom",
    questions=(
        _SHORT["P7"],
        QuestionDef(
            code="P7a",
            kind=Kind.POSTCODE,
            label="What are the postcodes of the places that you will use?",
            help_text="Leave it empty if there is no fixed place.",
            settings={"many": True, "most": 10, "in_area": True},
            is_required=False,
            criterion_code="C2",
        ),
        _SHORT[STARTS_ON],
        _SHORT[ENDS_ON],
        _SHORT["P8"],
        QuestionDef(
            code="P8b",
            kind=Kind.CHECKBOXES,
            label="How old are they?",
            options=(
                ("0_10", "Under 11"),
                ("11_17", "11 to 17"),
                ("18_25", "18 to 25"),
                ("26_64", "26 to 64"),
                ("65", "65 and over"),
            ),
            criterion_code="C4",
        ),
        replace(_SHORT["P8a"], settings={"min": 1, "max": 1000000, "doubt_above": "P8d"}),
        QuestionDef(
            code="P8c",
            kind=Kind.NUMBER,
            label="How many sessions will there be?",
            help_text="Or events, visits, or nights. Write 1 if it is one piece of work.",
            settings={"min": 1, "max": 100000},
            criterion_code="C4",
        ),
        QuestionDef(
            code="P8e",
            kind=Kind.NUMBER,
            label="How many people can come to one session?",
            settings={"min": 1, "max": 100000},
            criterion_code="C4",
        ),
        QuestionDef(
            code="P8d",
            kind=Kind.NUMBER,
            label="How many attendances will there be in all?",
            help_text="Somebody who comes ten times counts ten times.",
            settings={"min": 1, "max": 1000000, "doubt_above_product": ["P8c", "P8e"]},
            criterion_code="C4",
        ),
        _SHORT["P14"],
        _SHORT["P16"],
    ),
)
PLAN = SectionDef(
    code="plan",
    title="Your plan",
    questions=(
        QuestionDef(
            code="P10",
            kind=Kind.TABLE,
            label="What are the main steps, and by when?",
            help_text="Three to eight steps.",
            settings={
                "columns": [column("what", "What", word_limit=30), column("by", "By when", "date")],
                "min_rows": 3,
                "max_rows": 8,
                "inside": [{"column": "by", "from": STARTS_ON, "to": ENDS_ON}],
            },
            criterion_code="C3",
        ),
        QuestionDef(
            code="P13",
            kind=Kind.LONG_TEXT,
            label="Who do you work with, and how do they help?",
            help_text="For example the neighbourhood team, the council or another group. Say so if there is nobody.",
            word_limit=200,
            criterion_code="C3",
        ),
        QuestionDef(
            code="P13a",
            kind=Kind.TABLE,
            label="Your partners",
            settings={
                "columns": [
                    column("who", "Partner"),
                    column("does", "What they do", word_limit=40),
                    column("agreed", "Have they agreed?", "choice", options=[["yes", "Yes"], ["not_yet", "Not yet"]]),
                ],
                "max_rows": 10,
            },
            is_required=False,
            criterion_code="C3",
        ),
        QuestionDef(
            code="P13b",
            kind=Kind.EMAIL,
            label="Who could speak for your bid? Their e-mail address",
            help_text="For example a neighbourhood officer or the community safety partnership.",
            is_required=False,
            is_private=True,
        ),
        QuestionDef(
            code="P17",
            kind=Kind.TABLE,
            label="What could go wrong, and what will you do about it?",
            help_text="Think of safety, few people coming, and staff who leave. At least two.",
            settings={
                "columns": [
                    column("risk", "What could go wrong", word_limit=30),
                    column("likelihood", "How likely is it?", "choice", options=DEGREES),
                    column("impact", "How bad would it be?", "choice", options=DEGREES),
                    column("action", "What you will do", word_limit=40),
                ],
                "min_rows": 2,
                "max_rows": 10,
            },
            criterion_code="C3",
        ),
    ),
)
RESULTS = SectionDef(
    code="results",
    title="What will change",
    questions=(
        QuestionDef(
            code="P11",
            kind=Kind.TABLE,
            label="What will be different, and how will you know?",
            help_text="Two to five changes for people, not things that you do. These become the targets of the grant.",
            settings={
                "columns": [
                    column("outcome", "What changes", word_limit=20),
                    column("indicator", "What shows it", word_limit=20),
                    column("baseline", "Where it is now"),
                    column("target", "Where you want it to be"),
                    column("how", "How you will measure it", word_limit=20),
                ],
                "min_rows": 2,
                "max_rows": 5,
                "suggestions": outcome_suggestions(),
            },
            criterion_code="C4",
        ),
        QuestionDef(
            code="P12",
            kind=Kind.TABLE,
            label="What will you do or give, and how much of it in each three months?",
            settings={
                "columns": [
                    column("output", "What", word_limit=15),
                    column("unit", "Counted in"),
                    column("q1", "Months 1 to 3", "number"),
                    column("q2", "Months 4 to 6", "number", required=False),
                    column("q3", "Months 7 to 9", "number", required=False),
                    column("q4", "Months 10 to 12", "number", required=False),
                ],
                "min_rows": 1,
                "max_rows": 10,
                "suggestions": output_suggestions(),
            },
            criterion_code="C4",
        ),
        _SHORT["P18"],
    ),
)
