"""The short model form: the questions with which a new round starts unless it asks for the full one."""

from __future__ import annotations

from typing import Final

from grants.funds.model_form.codes import (
    AREAS,
    ASK,
    BANK_ACCOUNT,
    BANK_ACCOUNTS,
    BUDGET,
    COHORTS,
    DECLARATION,
    ENDS_ON,
    HAS_SAFEGUARDING_POLICY,
    HELPS_OUR_AREA,
    MINIMUM_VIABLE,
    NO_OVERDUE_RETURNS,
    NOT_RETROSPECTIVE,
    ORG_TYPE,
    ORG_TYPES,
    PRIORITIES,
    PRIORITY_OPTIONS,
    PROJECT_COST,
    PROJECT_TITLE,
    REASON,
    RESERVES,
    STARTS_ON,
    SUMMARY,
    UNRELATED_MEMBERS,
    WORKS_WITH_AT_RISK,
    YES_NO,
)
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import QuestionDef, SectionDef

ELIGIBILITY = SectionDef(
    code="eligibility",
    title="Can you apply?",
    guidance="A few questions first, so that nobody writes a bid that can't be funded.",
    is_eligibility=True,
    questions=(
        QuestionDef(
            code=ORG_TYPE,
            kind=Kind.RADIO,
            label="What kind of organisation are you?",
            help_text="Choose your legal form, not what you do.",
            options=ORG_TYPES,
        ),
        QuestionDef(
            code=HELPS_OUR_AREA,
            kind=Kind.YES_NO,
            label="Will the work help people in the areas of this round?",
            options=YES_NO,
            settings={"must_be": "yes"},
        ),
        QuestionDef(
            code=NOT_RETROSPECTIVE,
            kind=Kind.YES_NO,
            label="Is all of the work still to be done?",
            help_text="We can't pay for work that has been done or money that has been spent.",
            options=YES_NO,
            settings={"must_be": "yes"},
        ),
        QuestionDef(
            code=BANK_ACCOUNT,
            kind=Kind.RADIO,
            label="Do you have a bank account in the organisation's own name?",
            help_text="A personal account is never enough.",
            options=BANK_ACCOUNTS,
            is_private=True,
        ),
        QuestionDef(
            code=NO_OVERDUE_RETURNS,
            kind=Kind.YES_NO,
            label="Have you sent every report that was due on an earlier grant from us?",
            help_text="Answer yes if you have had no grant from us.",
            options=YES_NO,
            settings={"must_be": "yes"},
        ),
    ),
)
ORGANISATION = SectionDef(
    code="organisation",
    title="Your organisation",
    questions=(
        QuestionDef(
            code="O7",
            kind=Kind.LONG_TEXT,
            label="What is your organisation for?",
            help_text="As your governing document puts it, and the year in which you started.",
            word_limit=100,
        ),
        QuestionDef(
            code=UNRELATED_MEMBERS,
            kind=Kind.NUMBER,
            label="How many people on your committee or board are not related to one another?",
            help_text="Related means family, partners, or living at the same address.",
            settings={"min": 0, "max": 100},
        ),
        QuestionDef(
            code=RESERVES,
            kind=Kind.MONEY,
            label="How much money do you hold that you are free to spend as you like?",
            help_text="Your unrestricted reserves, from your last accounts. A new group may write 0.",
            settings={"min_pence": 0},
        ),
        QuestionDef(
            code="O10",
            kind=Kind.NUMBER,
            label="How many people work or volunteer for you?",
            settings={"min": 0, "max": 100000},
        ),
    ),
)
CONTACTS = SectionDef(
    code="contacts",
    title="Contacts",
    guidance="Markers never see this part.",
    questions=(
        QuestionDef(
            code="C1",
            kind=Kind.TEXT,
            label="Who should we speak to about this bid, and what is their role?",
            is_private=True,
        ),
        QuestionDef(code="C1a", kind=Kind.TEXT, label="What is their phone number?", is_private=True),
        QuestionDef(
            code="C2",
            kind=Kind.TEXT,
            label="Who else can speak for the organisation, and what is their role?",
            help_text="For example the chair, a trustee or the clerk. Not the same person.",
            is_private=True,
        ),
        QuestionDef(
            code="C3",
            kind=Kind.LONG_TEXT,
            label="Is there anything we should know about how to reach you?",
            help_text="For example large print, or a good time to ring.",
            word_limit=60,
            is_required=False,
            is_private=True,
        ),
    ),
)
PROJECT = SectionDef(
    code="project",
    title="Your project",
    questions=(
        QuestionDef(
            code=PROJECT_TITLE,
            kind=Kind.TEXT,
            label="What is your project called?",
            help_text="A short name. It is published if you get a grant.",
            settings={"max_length": 100},
        ),
        QuestionDef(
            code=SUMMARY,
            kind=Kind.LONG_TEXT,
            label="What is it about, in one or two sentences?",
            help_text="It is published if you get a grant, so name no person.",
            word_limit=75,
        ),
        QuestionDef(
            code="P3",
            kind=Kind.LONG_TEXT,
            label="What will you do?",
            help_text="Who does what, where, when and how often.",
            word_limit=500,
            criterion_code="C3",
        ),
        QuestionDef(
            code="P4",
            kind=Kind.LONG_TEXT,
            label="Why is it needed, and how do you know?",
            help_text="Figures, a survey, what people told you. Say where it comes from.",
            word_limit=400,
            criterion_code="C1",
        ),
        QuestionDef(
            code=PRIORITIES,
            kind=Kind.CHECKBOXES,
            label="Which of these does it help with?",
            options=PRIORITY_OPTIONS,
            settings={"max_choices": 3},
            criterion_code="C2",
        ),
        QuestionDef(
            code=REASON,
            kind=Kind.LONG_TEXT,
            label="How will it cut or prevent crime and disorder, or help victims?",
            help_text="Go to the causes. This is the reason that the law asks us to publish.",
            word_limit=200,
            criterion_code="C2",
        ),
    ),
)
REACH = SectionDef(
    code="reach",
    title="Where, when and for whom",
    questions=(
        QuestionDef(
            code=AREAS,
            kind=Kind.AREAS,
            label="Where will the work happen?",
            help_text="Choose every area that it reaches. The main one counts first.",
            criterion_code="C2",
        ),
        QuestionDef(
            code="P8",
            kind=Kind.CHECKBOXES,
            label="Who will it help?",
            options=COHORTS,
            criterion_code="C4",
        ),
        QuestionDef(
            code="P8a",
            kind=Kind.NUMBER,
            label="How many different people will it reach?",
            help_text="Count each person once.",
            settings={"min": 1, "max": 1000000},
            criterion_code="C4",
        ),
        QuestionDef(code=STARTS_ON, kind=Kind.DATE, label="When will the work start?"),
        QuestionDef(code=ENDS_ON, kind=Kind.DATE, label="When will it end?", settings={"after": STARTS_ON}),
        QuestionDef(
            code="P14",
            kind=Kind.LONG_TEXT,
            label="How were local people part of this plan, and how will they be?",
            word_limit=200,
            # Whether people were listened to is part of the need, too.
            settings={"also_for": ["C1"]},
            criterion_code="C6",
        ),
        QuestionDef(
            code="P16",
            kind=Kind.LONG_TEXT,
            label="How will you reach people who may be left out?",
            word_limit=200,
            criterion_code="C4",
        ),
        QuestionDef(
            code="P18",
            kind=Kind.LONG_TEXT,
            label="What happens after the grant?",
            help_text="Something that is done once is fine. Say so.",
            word_limit=200,
            criterion_code="C6",
        ),
    ),
)
MONEY = SectionDef(
    code="money",
    title="Money",
    questions=(
        QuestionDef(
            code=ASK,
            kind=Kind.MONEY,
            label="How much do you ask for?",
            settings={"min_pence": 1},
            criterion_code="C5",
        ),
        QuestionDef(
            code=PROJECT_COST,
            kind=Kind.MONEY,
            label="How much does the whole project cost?",
            help_text="The same, if nobody else pays a part.",
            settings={"min_pence": 1, "at_least": ASK},
            criterion_code="C5",
        ),
        QuestionDef(
            code=BUDGET,
            kind=Kind.BUDGET,
            label="What will our money pay for?",
            help_text="One line for each thing. The lines must add up to what you ask for.",
            settings={"sums_to": ASK},
            criterion_code="C5",
        ),
        QuestionDef(
            code=MINIMUM_VIABLE,
            kind=Kind.MONEY,
            label="What is the least with which it would still work?",
            settings={"min_pence": 0, "at_most": ASK},
        ),
        QuestionDef(
            code="B5",
            kind=Kind.LONG_TEXT,
            label="Why is this good value?",
            word_limit=150,
            criterion_code="C5",
        ),
    ),
)
SAFETY = SectionDef(
    code="safety",
    title="Keeping people safe",
    questions=(
        QuestionDef(
            code=WORKS_WITH_AT_RISK,
            kind=Kind.YES_NO,
            label="Will you work with children, or with adults who may be at risk?",
            options=YES_NO,
        ),
        QuestionDef(
            code=HAS_SAFEGUARDING_POLICY,
            kind=Kind.YES_NO,
            label="Do you have a safeguarding policy that was looked at in the last two years?",
            options=YES_NO,
        ),
        QuestionDef(
            code="S4",
            kind=Kind.LONG_TEXT,
            label="How will you keep people safe?",
            help_text="Checks on staff and volunteers, working alone, online, transport.",
            word_limit=150,
            is_required=False,
            criterion_code="C3",
        ),
    ),
)
DECLARATIONS = SectionDef(
    code="declarations",
    title="Declarations",
    questions=(
        QuestionDef(
            code=DECLARATION,
            kind=Kind.DECLARATION,
            label="What we have written is true, and we may send it for the organisation.",
            help_text=(
                "If we get a grant we agree that its name, amount, purpose and conditions are published, and that "
                "we report on it. What we ask for has not been paid for already. You may check what we say with "
                "the police and councils."
            ),
        ),
    ),
)
SECTIONS: Final = (ELIGIBILITY, ORGANISATION, CONTACTS, PROJECT, REACH, MONEY, SAFETY, DECLARATIONS)
