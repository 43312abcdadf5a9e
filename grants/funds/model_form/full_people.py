"""The full model form about the organisation: who it is, who speaks for it, and what it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from grants.funds import group_form
from grants.funds.model_form.codes import ORG_TYPE, UNRELATED_MEMBERS, YES_NO
from grants.funds.model_form.short import CONTACTS
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import QuestionDef, SectionDef

CHARITIES: Final = ("registered_charity", "cio")
COMPANIES: Final = ("cic_guarantee", "cic_shares", "company_by_guarantee", "business")
_GROUP = group_form.QUESTIONS
_SHORT = {question.code: question for question in CONTACTS.questions}


def of_type(*types: str) -> dict[str, object]:
    """Asked only of organisations of these legal forms."""
    return {"question": ORG_TYPE, "is": list(types)}


ORGANISATION = SectionDef(
    code="organisation",
    title="Your organisation",
    questions=(
        _GROUP["O1"],
        _GROUP["O2"],
        replace(_GROUP["O3"], is_required=True, show_when=of_type(*CHARITIES)),
        replace(_GROUP["O4"], is_required=True, show_when=of_type(*COMPANIES)),
        replace(_GROUP["O5"], is_private=True),
        replace(_GROUP["O5a"], is_private=True),
        replace(_GROUP["O6"], settings={"many": True, "most": 3}, help_text="Up to three."),
        _GROUP["O7"],
        _GROUP["O7a"],
        QuestionDef(
            code="O12",
            kind=Kind.YES_NO,
            label="Does anybody from the police or our office, or their family, help to run your organisation?",
            help_text="This stops nobody. It tells us who must not look at your bid.",
            options=YES_NO,
            settings={"interest_alert": True},
        ),
        QuestionDef(
            code="O12a",
            kind=Kind.LONG_TEXT,
            label="Who is it, by role, and what do they do for you?",
            word_limit=60,
            settings={"interest_alert": True},
            is_private=True,
            show_when={"question": "O12", "is": ["yes"]},
        ),
    ),
)
PEOPLE = SectionDef(
    code="people",
    title="Your people and your accounts",
    questions=(
        _GROUP["O8a"],
        replace(_GROUP[UNRELATED_MEMBERS], settings={"min": 0, "max": 100, "doubt_above": "O8a"}),
        _GROUP["O10"],
        replace(_GROUP["O10a"], settings={"min": 0, "max": 100000, "doubt_above": "O10"}),
        _GROUP["O9a"],
        _GROUP["O9b"],
        _GROUP["O9"],
        _GROUP["O9c"],
        replace(_GROUP["O11"], options=YES_NO, help_text="Do not ask us for VAT that you can claim back."),
        QuestionDef(
            code="O11a",
            kind=Kind.RADIO,
            label="Can you claim back the VAT on this project?",
            options=(("yes", "Yes"), ("no", "No"), ("part", "A part of it")),
            show_when={"question": "O11", "is": ["yes"]},
        ),
    ),
)
FULL_CONTACTS = SectionDef(
    code="contacts",
    title="Contacts",
    guidance="Markers never see this part.",
    questions=(
        _SHORT["C1"],
        replace(_SHORT["C1a"], kind=Kind.PHONE),
        QuestionDef(code="C1b", kind=Kind.EMAIL, label="What is their e-mail address?", is_private=True),
        _SHORT["C2"],
        QuestionDef(code="C2a", kind=Kind.PHONE, label="What is the second person's phone number?", is_private=True),
        QuestionDef(
            code="C2b",
            kind=Kind.EMAIL,
            label="What is the second person's e-mail address?",
            help_text="Not the same address as the first person's.",
            settings={"not_same_as": "C1b"},
            is_private=True,
        ),
        _SHORT["C3"],
    ),
)
