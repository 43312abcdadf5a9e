"""The model form as data: the questions, eligibility rules and rubric with which a new round starts.

The ids are those of the field's model application form and never change their meaning, because eligibility rules and
the columns of a bid read answers by them; this module is the one place that says which id is which.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import CriterionDef, QuestionDef, RuleDef, SectionDef
from workflows.rules.eligibility import DEFAULT_RULE_CODES, RULES

# What the columns of a bid read.
PROJECT_TITLE: Final = "P1"
SUMMARY: Final = "P2"
REASON: Final = "P6"
AREAS: Final = "P7"
ASK: Final = "B1"
PROJECT_COST: Final = "B1a"
MINIMUM_VIABLE: Final = "B4"
BUDGET: Final = "B2"
# What the eligibility rules read besides.
ORG_TYPE: Final = "E1"
HELPS_OUR_AREA: Final = "E2"
NOT_RETROSPECTIVE: Final = "E3"
BANK_ACCOUNT: Final = "E4"
NO_OVERDUE_RETURNS: Final = "E5"
UNRELATED_MEMBERS: Final = "O8"
RESERVES: Final = "O9"
PRIORITIES: Final = "P5"
STARTS_ON: Final = "P9a"
ENDS_ON: Final = "P9b"
WORKS_WITH_AT_RISK: Final = "S1"
HAS_SAFEGUARDING_POLICY: Final = "S2"
DECLARATION: Final = "X1"

YES_NO: Final = (("yes", "Yes"), ("no", "No"))
ORG_TYPES: Final = (
    ("registered_charity", "Registered charity"),
    ("cio", "Charitable incorporated organisation (CIO)"),
    ("cic_guarantee", "Community interest company limited by guarantee"),
    ("cic_shares", "Community interest company limited by shares"),
    ("company_by_guarantee", "Company limited by guarantee"),
    ("society", "Community benefit society or co-operative"),
    ("unincorporated_group", "Community group with a constitution"),
    ("parish_council", "Parish or town council"),
    ("local_authority", "Other council or community safety partnership"),
    ("school", "School, college or university"),
    ("faith_body", "Faith organisation"),
    ("sports_club", "Sports club"),
    ("housing_association", "Housing association"),
    ("public_body", "Police or other public body"),
    ("business", "Business"),
    ("individual", "I am applying as one person"),
    ("other", "Something else"),
)
BANK_ACCOUNTS: Final = (
    ("yes", "Yes, in our own name, and two people who are not related must agree each payment"),
    ("accountable_body", "No, another organisation will hold the money for us"),
    ("no", "No"),
)
PRIORITY_OPTIONS: Final = (
    ("prevent", "Preventing crime and disorder"),
    ("victims", "Helping victims and witnesses"),
    ("young_people", "Keeping young people safe"),
    ("together", "Bringing communities together"),
)
COHORTS: Final = (
    ("under_11", "Children under 11"),
    ("11_17", "Young people aged 11 to 17"),
    ("18_25", "Young adults aged 18 to 25"),
    ("adults", "Adults"),
    ("victims", "Victims of crime"),
    ("everyone", "Everyone who lives in the area"),
)

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
# The model form takes no files yet, so nobody is asked to look at them.
NOT_ASKED: Final = frozenset({"ER14"})

# 0 to 5 mean the same on every criterion.
DESCRIPTORS: Final = (
    "0: nothing that answers it.",
    "1: weak. Says things but shows little; the gaps are large.",
    "2: in part. Some of what was asked; main points are vague.",
    "3: sound. Answers it and can be believed; small gaps.",
    "4: strong. Clear, shown with evidence, well thought out.",
    "5: outstanding. Complete, with evidence from several places.",
)
_SCALE = " ".join(DESCRIPTORS)
CRITERIA: Final = tuple(
    CriterionDef(code=code, title=title, weight=weight, guidance=f"{asks} {_SCALE}")
    for code, title, weight, asks in (
        ("C1", "Need and evidence", 20, "Is the problem real and local, is it shown, and were people listened to?"),
        ("C2", "Fit with the plan, theme and area", 25, "Does it help a priority, in the place that it names?"),
        ("C3", "Delivery", 20, "Is the plan clear, are the right people on it, and is it safe?"),
        ("C4", "Outcomes and reach", 20, "What will change, for whom, and can that be believed?"),
        ("C5", "Value for money", 10, "Are the costs right for what they buy?"),
        ("C6", "What lasts", 5, "What stays when the grant is spent, and do local people own it?"),
    )
)

GUIDANCE: Final = (
    "Read all the questions before you start. You can save your bid and come back. Write in plain words: the people "
    "who read it may not know your area of work. Send it before the closing time. We can't take a bid after it, "
    "even by a minute."
)
PRIVACY_NOTICE: Final = (
    "We use what you write only to decide on grants, to pay and follow them up, and to meet our duties in law. "
    "Markers and panel members read your bid, but not your contact details. If you get a grant, we publish the "
    "organisation's name, the amount, what it is for and its conditions. We keep bids that were not funded for three "
    "years, and funded ones for seven. You can ask us for a copy of what we hold, and to put right what is wrong."
)


def default_rules() -> tuple[RuleDef, ...]:
    """The rules of the registry with which a round starts, each with what a breach means by default."""
    return tuple(rule_of(code) for code in DEFAULT_RULE_CODES if code not in NOT_ASKED)


def rule_of(code: str, **changes: object) -> RuleDef:
    """One rule of the registry as a round holds it. `changes` are the round's own settings."""
    spec = RULES[code]
    on_breach = str(changes.pop("on_fail", spec.default_outcome_on_fail.value))
    return RuleDef(
        code=code, title=spec.title, is_automatic=spec.automatic, on_breach=on_breach, settings=dict(changes)
    )


def sections_for(criteria: Iterable[CriterionDef]) -> tuple[SectionDef, ...]:
    """The model form for this rubric.

    A criterion's own `reads` wins. Without any, the model's mapping holds where it reads every criterion; else none
    is kept, and each criterion is judged on the whole bid, rather than some on questions that mean another thing.
    """
    rubric = list(criteria)
    named = {question: criterion.code for criterion in rubric for question in criterion.reads}
    if not named:
        own = {question.code: question.criterion_code for section in SECTIONS for question in section.questions}
        kept = {criterion.code for criterion in rubric}
        named = {code: read for code, read in own.items() if read in kept}
        if set(named.values()) != kept:
            named = {}
    return tuple(
        replace(
            section,
            questions=tuple(replace(each, criterion_code=named.get(each.code, "")) for each in section.questions),
        )
        for section in SECTIONS
    )


# What each automatic rule reads: a question of each set. Without it the rule could never come to an answer.
RULE_READS: Final = {
    "ER1": (frozenset({ORG_TYPE}),),
    "ER2": (frozenset({ORG_TYPE}),),
    "ER3": (frozenset({ORG_TYPE}),),
    "ER4": (frozenset({UNRELATED_MEMBERS}),),
    "ER5": (frozenset({BANK_ACCOUNT}),),
    "ER6": (frozenset({AREAS, HELPS_OUR_AREA}),),
    "ER7": (frozenset({PRIORITIES}),),
    "ER8": (frozenset({ASK}),),
    "ER9": (frozenset({RESERVES}),),
    "ER11": (frozenset({NOT_RETROSPECTIVE}),),
    "ER13": (frozenset({STARTS_ON}), frozenset({ENDS_ON})),
    "ER15": (frozenset({WORKS_WITH_AT_RISK}), frozenset({HAS_SAFEGUARDING_POLICY})),
    "ER16": (frozenset({NO_OVERDUE_RETURNS}),),
}
