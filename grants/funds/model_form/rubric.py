"""What a new round starts with besides its questions: rules, rubric, guidance and privacy notice.

`sections_for` fits a form to a rubric, so that each scored question is read by the criterion that means it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from grants.funds.model_form.codes import (
    AREAS,
    ASK,
    BANK_ACCOUNT,
    ENDS_ON,
    HAS_SAFEGUARDING_POLICY,
    HELPS_OUR_AREA,
    NO_OVERDUE_RETURNS,
    NOT_RETROSPECTIVE,
    ORG_TYPE,
    PRIORITIES,
    RESERVES,
    STARTS_ON,
    UNRELATED_MEMBERS,
    WORKS_WITH_AT_RISK,
)
from grants.funds.model_form.short import SECTIONS
from grants.funds.parts import CriterionDef, QuestionDef, RuleDef, SectionDef
from workflows.rules.eligibility import DEFAULT_RULE_CODES, RULES

# The short form takes no files, so nobody is asked to look at them.
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


def sections_for(
    criteria: Iterable[CriterionDef], sections: tuple[SectionDef, ...] = SECTIONS
) -> tuple[SectionDef, ...]:
    """The model form for this rubric; the short one unless said.

    A criterion's own `reads` wins. Without any, the model's mapping holds where it reads every criterion; else none
    is kept, and each criterion is judged on the whole bid, rather than some on questions that mean another thing.
    """
    rubric, also = list(criteria), frozenset[str]()
    named = {question: criterion.code for criterion in rubric for question in criterion.reads}
    if not named:
        own = {question.code: question.criterion_code for section in sections for question in section.questions}
        kept = {criterion.code for criterion in rubric}
        named = {code: read for code, read in own.items() if read in kept}
        if set(named.values()) != kept:
            named = {}
        also = kept if named else also
    return tuple(
        replace(
            section,
            questions=tuple(_read_for(each, named.get(each.code, ""), also) for each in section.questions),
        )
        for section in sections
    )


def _read_for(question: QuestionDef, code: str, also: frozenset[str]) -> QuestionDef:
    """The question as this criterion reads it, and those among `also` that its `settings["also_for"]` names."""
    settings = {name: value for name, value in question.settings.items() if name != "also_for"}
    if more := [each for each in question.settings.get("also_for", ()) if each in also and each != code]:
        settings["also_for"] = more
    return replace(question, criterion_code=code, settings=settings)


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
