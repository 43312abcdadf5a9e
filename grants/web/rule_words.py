"""The eligibility rules in the words of the page that a group reads before it starts: what it must be, have and do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.money import format_pounds
from workflows.rules.eligibility import RULES

# What is not said where a rule is about the office's own checks, or is said elsewhere on the page.
SAID_ELSEWHERE = frozenset({"ER8", "ER17"})
WORDS: dict[str, str] = {
    "ER1": "You are a charity, a community group, a community interest company, a parish council, a school, a sports "
    "club, a faith body or a housing association. Another kind of body can ask us first.",
    "ER2": "You are not one person, and you do not share out profit.",
    "ER3": "A community interest company must show us its asset lock.",
    "ER4": "You have a governing document, and at least {minimum} people on your committee who are not related.",
    "ER5": "You have a bank account in the organisation's own name that needs two unrelated people, or another "
    "organisation holds the money for you.",
    "ER6": "The work helps people in the areas of this round.",
    "ER7": "The work helps with at least one of the round's priorities.",
    "ER9": "You hold no more than {cap_pence} that you are free to spend as you like. If you hold more, tell us why.",
    "ER10": "You send one bid in this round, and the same work has no other grant from us.",
    "ER11": "The work has not been done, and the money has not been spent.",
    "ER12": "The money is not for party politics, promoting a religion, a duty that the law gives to somebody else, "
    "general appeals, loans or legal fees.",
    "ER13": "The work takes no longer than {max_months} months.",
    "ER14": "The papers that we ask for are there and can be read.",
    "ER15": "You have a safeguarding policy if you work with children or with adults who may be at risk.",
    "ER16": "You owe us no report and no money from an earlier grant.",
    "ER18": "If you are on a public register, you are still on it.",
    "ER19": "Everyone whom you pay gets at least the Real Living Wage.",
    "ER20": "The police or a community safety partnership support the work.",
}


def rule_words(code: str, title: str, settings: Mapping[str, Any], *, max_months: int) -> str:
    """One rule as a sentence; empty where nothing is to be said, and the rule's own title where we have no words."""
    if code in SAID_ELSEWHERE:
        return ""
    known = {**(RULES[code].default_params if code in RULES else {}), **settings, "max_months": max_months}
    shown = {
        key: format_pounds(value) if key.endswith("_pence") and isinstance(value, int) else value
        for key, value in known.items()
    }
    return WORDS.get(code, title).format(**shown)
