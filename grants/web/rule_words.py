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


ORG_KINDS: list[tuple[str, str]] = [
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
    ("individual", "One person"),
    ("other", "Something else"),
]
# What the service or an officer does for a rule, for the people who choose it; its settings are filled in.
DOES: dict[str, str] = {
    "ER1": "Lets in: {allowed}. An officer looks at: {referred}. All others break the rule.",
    "ER2": "Never lets in: {barred}. Asks about shared profit: {ask_about}.",
    "ER3": "Looks at community interest companies: one limited by shares has to show its asset lock.",
    "ER4": "Wants a governing document and at least {minimum} unrelated people. Lets off: {exempt}.",
    "ER5": "Wants a bank account in the organisation's name that needs two people. With an accountable body an "
    "officer looks.",
    "ER6": "Wants the work to reach an area of the round.",
    "ER7": "Wants at least one priority to be ticked.",
    "ER8": "Compares the ask and the cost with the limits of the round, which are set with its money.",
    "ER9": "Wants free reserves of {cap_pence} at most.",
    "ER10": "Counts the group's other live bids ({allowed_other_bids} allowed) and grants for the same work.",
    "ER11": "Wants the group to say that the work is still to be done.",
    "ER12": "An officer looks for party politics, religion promoted, duties of others, appeals, loans and fees.",
    "ER13": "Wants the work to take {max_months} months at most.",
    "ER14": "An officer looks whether the documents are there and can be read.",
    "ER15": "Wants a safeguarding policy where children or adults at risk take part.",
    "ER16": "Looks for overdue returns and unpaid recoveries of earlier grants.",
    "ER17": "Looks whether the bid came in time and is complete.",
    "ER18": "An officer looks the organisation up in its register.",
    "ER19": "An officer looks whether paid staff get the Real Living Wage.",
    "ER20": "An officer looks for the word of the police or of a safety partnership.",
}


def rule_does(code: str, settings: Mapping[str, Any]) -> str:
    """What is done for a rule with these settings laid over the usual ones."""
    names = dict(ORG_KINDS)
    known = {**(RULES[code].default_params if code in RULES else {}), **settings}
    shown = {key: _listed(value, names) if isinstance(value, list) else value for key, value in known.items()}
    if isinstance(known.get("cap_pence"), int):
        shown["cap_pence"] = format_pounds(known["cap_pence"])
    return DOES.get(code, "").format(**shown)


def _listed(values: list[str], names: Mapping[str, str]) -> str:
    return ", ".join(name for value, name in names.items() if value in values) or "nobody"


def rule_words(code: str, title: str, settings: Mapping[str, Any], *, max_months: int) -> str:
    """One rule as a sentence; empty where nothing is to be said, and the rule's own title where we have no words."""
    if code in SAID_ELSEWHERE:
        return ""
    known = {**(RULES[code].default_params if code in RULES else {}), **settings, "max_months": max_months}
    shown = {
        key: format_pounds(value) if key.endswith("_pence") and isinstance(value, int) else value
        for key, value in known.items()
    }
    if code == "ER1" and "allowed" in settings:
        return _who_may(known)
    return WORDS.get(code, title).format(**shown)


def _who_may(known: Mapping[str, Any]) -> str:
    """Who may apply where a round has a list of its own."""
    names = dict(ORG_KINDS)
    more = f" These can ask us first: {_listed(known['referred'], names)}." if known["referred"] else ""
    return f"You are one of these: {_listed(known['allowed'], names)}.{more}"
