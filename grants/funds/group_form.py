"""What a group says of itself once for all its bids: the model form's questions O1 to O11, with their ids.

A round asks those of them that it needs; the answers are filled in from what the group keeps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from grants.funds.models import Question
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import QuestionDef, SectionDef
from workflows.deadlines import to_london
from workflows.errors import Refusal
from workflows.rules.formats import check_year

NAME: Final = "O1"
CHARITY_NUMBER: Final = "O3"
COMPANY_NUMBER: Final = "O4"
ADDRESS: Final = "O5"
POSTCODE: Final = "O5a"

SECTIONS: Final = (
    SectionDef(
        code="name",
        title="Name, numbers and address",
        guidance="Any office can see your name, numbers, postcode and website. Your address is only in what you send.",
        questions=(
            QuestionDef(
                code=NAME,
                kind=Kind.TEXT,
                label="What is your organisation's legal name?",
                help_text="As it stands on the register, or in your constitution.",
            ),
            QuestionDef(
                code="O2",
                kind=Kind.TEXT,
                label="What other names do you use?",
                is_required=False,
            ),
            QuestionDef(
                code=CHARITY_NUMBER,
                kind=Kind.CHARITY_NUMBER,
                label="What is your charity number?",
                help_text="6 or 7 digits, or SC or NIC and 6 digits. Leave it empty if you have none.",
                is_required=False,
            ),
            QuestionDef(
                code=COMPANY_NUMBER,
                kind=Kind.COMPANY_NUMBER,
                label="What is your company number?",
                help_text="8 characters. Keep any zeros at the start. Leave it empty if you have none.",
                is_required=False,
            ),
            QuestionDef(
                code=ADDRESS,
                kind=Kind.LONG_TEXT,
                label="What is your organisation's address?",
                help_text="The registered one, or where you mostly are.",
                settings={"max_length": 500},
            ),
            QuestionDef(code=POSTCODE, kind=Kind.POSTCODE, label="What is its postcode?"),
            QuestionDef(
                code="O6",
                kind=Kind.URL,
                label="What is your website or social media page?",
                help_text="Up to three.",
                is_required=False,
                settings={"many": True, "most": 3},
            ),
        ),
    ),
    SectionDef(
        code="purpose",
        title="What you are for",
        questions=(
            QuestionDef(
                code="O7",
                kind=Kind.LONG_TEXT,
                label="What is your organisation for?",
                help_text="As your governing document puts it, and the year in which you started.",
                word_limit=100,
            ),
            QuestionDef(
                code="O7a",
                kind=Kind.TEXT,
                label="In which year did you start?",
                settings={"format": "year", "max_length": 4},
            ),
        ),
    ),
    SectionDef(
        code="people",
        title="Your people",
        guidance="Only your own people see this page. An office sees what a bid to it says.",
        questions=(
            QuestionDef(
                code="O8a",
                kind=Kind.NUMBER,
                label="How many people are on your committee or board?",
                settings={"min": 0, "max": 100},
            ),
            QuestionDef(
                code="O8",
                kind=Kind.NUMBER,
                label="How many people on your committee or board are not related to one another?",
                help_text="Related means family, partners, or living at the same address.",
                settings={"min": 0, "max": 100},
            ),
            QuestionDef(
                code="O10",
                kind=Kind.NUMBER,
                label="How many people work or volunteer for you?",
                settings={"min": 0, "max": 100000},
            ),
            QuestionDef(
                code="O10a",
                kind=Kind.NUMBER,
                label="How many of them are paid?",
                settings={"min": 0, "max": 100000},
            ),
        ),
    ),
    SectionDef(
        code="money",
        title="Your money",
        guidance="Only your own people see this page. An office sees what a bid to it says.",
        questions=(
            QuestionDef(
                code="O9a",
                kind=Kind.MONEY,
                label="What was your income last year?",
                help_text="From your last accounts. A new group gives its forecast.",
                settings={"min_pence": 0},
            ),
            QuestionDef(
                code="O9b",
                kind=Kind.MONEY,
                label="How much did you spend last year?",
                settings={"min_pence": 0},
            ),
            QuestionDef(
                code="O9",
                kind=Kind.MONEY,
                label="How much money do you hold that you are free to spend as you like?",
                help_text="Your unrestricted reserves, from your last accounts. A new group may write 0.",
                settings={"min_pence": 0},
            ),
            QuestionDef(code="O9c", kind=Kind.DATE, label="When did that year end?"),
            QuestionDef(code="O11", kind=Kind.YES_NO, label="Are you registered for VAT?"),
        ),
    ),
)
QUESTIONS: Final = {question.code: question for section in SECTIONS for question in section.questions}


def is_of_the_group(code: str) -> bool:
    """Whether a question of a round is about the group itself, and so may be filled in from what it keeps."""
    return code in QUESTIONS


def year_problem(text: str, now: datetime) -> Refusal | None:
    """What is wrong with the year in which a group started; it can't lie ahead."""
    return check_year(text, latest=to_london(now).year).error


def as_row(question: QuestionDef) -> Question:
    """The question as a form is drawn from it; it belongs to no round and is never stored."""
    values: dict[str, Any] = {
        "code": question.code,
        "kind": question.kind,
        "label": question.label,
        "help_text": question.help_text,
        "word_limit": question.word_limit,
        "is_required": question.is_required,
        "options": [{"value": value, "label": label} for value, label in question.options],
        "settings": dict(question.settings),
    }
    return Question(**values)
