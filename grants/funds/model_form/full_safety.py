"""The full model form's end: safety, documents, declarations, and what is counted and never read with the bid."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from grants.funds.model_form.codes import (
    BANK_ACCOUNT,
    DECLARATION,
    HAS_SAFEGUARDING_POLICY,
    STARTS_ON,
    WORKS_WITH_AT_RISK,
    YES_NO,
)
from grants.funds.model_form.short import SAFETY
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import QuestionDef, SectionDef
from workflows.document import DocumentKind as Document

_SHORT = {question.code: question for question in SAFETY.questions}
AT_RISK: Final = {"question": WORKS_WITH_AT_RISK, "is": ["yes"]}
# A safeguarding policy is looked at again every two years (our default).
POLICY_MONTHS: Final = 24

FULL_SAFETY = SectionDef(
    code="safety",
    title="Keeping people safe",
    questions=(
        replace(_SHORT[WORKS_WITH_AT_RISK], criterion_code="C3"),
        replace(_SHORT[HAS_SAFEGUARDING_POLICY], show_when=AT_RISK, criterion_code="C3"),
        QuestionDef(
            code="S2a",
            kind=Kind.TEXT,
            label="Who leads on safeguarding, by role?",
            show_when=AT_RISK,
            criterion_code="C3",
        ),
        QuestionDef(
            code="S2b",
            kind=Kind.DATE,
            label="When was the policy last looked at?",
            settings={"doubt_months": POLICY_MONTHS, "doubt_before": STARTS_ON},
            show_when={"question": HAS_SAFEGUARDING_POLICY, "is": ["yes"]},
            criterion_code="C3",
        ),
        QuestionDef(
            code="S2c",
            kind=Kind.DATE,
            label="When was the last safeguarding training?",
            is_required=False,
            show_when=AT_RISK,
            criterion_code="C3",
        ),
        QuestionDef(
            code="S3",
            kind=Kind.LONG_TEXT,
            label="How do you check the people who work or volunteer with them?",
            help_text="DBS checks: who has one, which kind, and how often it is renewed. Send us no certificates.",
            word_limit=100,
            show_when=AT_RISK,
            criterion_code="C3",
        ),
        replace(_SHORT["S4"], is_required=True, show_when=AT_RISK),
        QuestionDef(
            code="S5",
            kind=Kind.MONEY,
            label="How much public liability insurance do you have?",
            help_text="The amount of cover on the certificate. Write 0 if you have none yet.",
            settings={"min_pence": 0},
            criterion_code="C3",
        ),
        QuestionDef(
            code="S5a",
            kind=Kind.RADIO,
            label="Do you have employer's liability insurance?",
            options=(("yes", "Yes"), ("no", "No"), ("no_staff", "We have no staff")),
            criterion_code="C3",
        ),
        QuestionDef(
            code="S5b",
            kind=Kind.DATE,
            label="When does your insurance run out?",
            help_text="It has to reach the start of the project. Leave it empty if you have none yet.",
            settings={"after": STARTS_ON},
            is_required=False,
            criterion_code="C3",
        ),
        QuestionDef(
            code="S6",
            kind=Kind.CHECKBOXES,
            label="Which of these policies do you have?",
            options=(
                ("equality", "Equality"),
                ("data_protection", "Data protection"),
                ("health_and_safety", "Health and safety"),
                ("complaints", "Complaints"),
                ("volunteers", "Volunteers"),
                ("none", "None of these"),
            ),
            criterion_code="C3",
        ),
    ),
)


def _files(code: str, kind: Document, label: str, help_text: str = "", **more: object) -> QuestionDef:
    # What it is, so that the group is offered the one that it keeps.
    settings = {"may_follow": True, "document": str(kind)}
    return QuestionDef(code=code, kind=Kind.FILES, label=label, help_text=help_text, settings=settings, **more)  # type: ignore[arg-type]


DOCUMENTS = SectionDef(
    code="documents",
    title="Documents",
    guidance="If you do not have one at hand you can send it later. We will ask for it before we decide.",
    questions=(
        _files(
            "D1", Document.GOVERNING_DOCUMENT, "Your governing document", "For example your constitution or articles."
        ),
        _files("D2", Document.ACCOUNTS, "Your latest accounts", "A new group gives a forecast for the year."),
        _files("D3", Document.SAFEGUARDING_POLICY, "Your safeguarding policy", show_when=AT_RISK),
        _files("D4", Document.EQUALITY_POLICY, "Your equality policy", is_required=False),
        _files("D5", Document.QUOTE, "Quotes", "For anything that costs more than £1,000.", is_required=False),
        _files("D6", Document.ENDORSEMENT_LETTER, "A letter from somebody who supports the bid", is_required=False),
        _files(
            "D7",
            Document.ACCOUNTABLE_BODY,
            "The agreement with the organisation that will hold the money",
            show_when={"question": BANK_ACCOUNT, "is": ["accountable_body"]},
        ),
        _files("D8", Document.INSURANCE, "Your insurance certificate", is_required=False),
    ),
)
FULL_DECLARATIONS = SectionDef(
    code="declarations",
    title="Declarations",
    questions=(
        QuestionDef(
            code=DECLARATION,
            kind=Kind.DECLARATION,
            label="Please tick each of these",
            options=(
                ("true", "What we have written is true"),
                ("authorised", "We may send it for the organisation"),
                ("terms", "We have read the terms of the grant"),
                ("published", "If we get a grant, its name, amount, purpose and conditions are published"),
                ("checks", "You may check what we say with the police and councils"),
                ("not_paid", "What we ask for has not been paid for already"),
                ("report", "We will report on the grant"),
                ("interests", "We have told you of every tie to the police or your office"),
            ),
        ),
        QuestionDef(code="X2", kind=Kind.TEXT, label="Your name", is_private=True),
        QuestionDef(code="X2a", kind=Kind.TEXT, label="Your role", is_private=True),
        QuestionDef(code="X2b", kind=Kind.DATE, label="Today's date", is_private=True),
    ),
)
ABOUT_YOU = SectionDef(
    code="about-you",
    title="Two questions for our figures",
    guidance=(
        "You may leave this out. It is not part of your bid: nobody who decides on it sees it. We count the answers "
        "of all bids together, to see whom our grants reach."
    ),
    questions=(
        QuestionDef(
            code="Q1",
            kind=Kind.CHECKBOXES,
            label="Are most of the people who run your organisation from one of these groups?",
            options=(
                ("women", "Women"),
                ("ethnic_minority", "People from an ethnic minority"),
                ("disabled", "Disabled people"),
                ("lgbt", "Lesbian, gay, bisexual or trans people"),
                ("young", "People under 26"),
                ("older", "People over 64"),
                ("faith", "People of one faith"),
                ("none", "None of these"),
                ("not_said", "We would rather not say"),
            ),
            is_required=False,
            is_private=True,
            settings={"counted_only": True},
        ),
        QuestionDef(
            code="Q2",
            kind=Kind.RADIO,
            label="Where did you hear of this round?",
            options=(
                ("office", "From our office or website"),
                ("event", "At a workshop or event"),
                ("police", "From the police"),
                ("council", "From the council"),
                ("group", "From another group"),
                ("media", "In the news or on social media"),
                ("other", "Somewhere else"),
            ),
            is_required=False,
            is_private=True,
            settings={"counted_only": True},
        ),
        QuestionDef(
            code="Q2a",
            kind=Kind.YES_NO,
            label="Did somebody from your group come to a workshop for this round?",
            options=YES_NO,
            is_required=False,
            is_private=True,
            settings={"counted_only": True},
        ),
    ),
)
