"""What an eligibility rule found, in words: why, and the evidence with money and dates as people write them.

Codes come from `workflows.rules`; a test shows that none of them reaches a page without its words here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from grants.web.labels import ORGANISATION_KINDS
from workflows.money import format_pounds

# outcome -> (words, colour of the tag); "" stands for a rule that nobody has looked at.
OUTCOMES: dict[str, tuple[str, str]] = {
    "pass": ("Passes", "green"),
    "fail": ("Fails", "red"),
    "refer": ("A person must look", "yellow"),
    "": ("Not looked at yet", "grey"),
}
REASONS: dict[str, str] = {
    "not-known": "The form does not say enough to tell.",
    "not-applicable": "The rule does not apply to this group.",
    "check-by-hand": "Only a person can judge this.",
    "org-type-needs-a-look": "This kind of organisation may apply in some cases only.",
    "org-type-not-allowed": "This kind of organisation can't apply.",
    "org-type-barred": "One person, or this kind of body, can't apply.",
    "distributes-profit": "The organisation shares out its profit.",
    "asset-lock-not-shown": "A company limited by shares must show its asset lock.",
    "no-governing-document": "There is no governing document.",
    "too-few-unrelated-members": "The committee has too few members who are not related.",
    "no-bank-account": "There is no bank account in the organisation's own name.",
    "accountable-body": "Another organisation will hold the money: check who, and that it agrees.",
    "outside-area": "The work does not reach an area of this round.",
    "no-priority": "The work fits no priority of this round.",
    "ask-below-minimum": "The ask is less than the least that can be asked for.",
    "ask-above-maximum": "The ask is more than the most that can be asked for.",
    "project-cost-above-cap": "The whole project costs more than this round allows.",
    "reserves-above-cap": "The free reserves are above the cap.",
    "funded-for-same-work": "The same work is funded already.",
    "other-live-bid": "The group has another bid or a recent grant here: check that the work is not the same.",
    "retrospective": "It would pay for work that is done already.",
    "starts-before-decision": "The work would start before the decision is made.",
    "ends-before-start": "The last day is before the first day.",
    "too-long": "The work takes longer than this round allows.",
    "ends-after-spend-by": "The work ends after the money must be spent.",
    "no-safeguarding-policy": "People at risk take part and there is no safeguarding policy.",
    "overdue-returns": "A return on an earlier grant is overdue.",
    "unresolved-recovery": "Money of an earlier grant is still to be paid back.",
    "late": "It came after the deadline.",
    "incomplete": "It is not complete.",
}
EVIDENCE: dict[str, str] = {
    "org_type": "Kind of organisation",
    "distributes_profit": "Shares out profit",
    "unrelated_members": "Committee members not related",
    "minimum": "Least number needed",
    "has_governing_document": "Has a governing document",
    "accountable_body": "Another body holds the money",
    "bank_account": "Own bank account",
    "areas": "Areas of the bid",
    "round_areas": "Areas of the round",
    "priorities": "Priorities of the bid",
    "round_priorities": "Priorities of the round",
    "ask_pence": "Ask",
    "min_ask_pence": "Least ask",
    "max_ask_pence": "Most ask",
    "project_cost_pence": "Project cost",
    "max_project_cost_pence": "Most project cost",
    "reserves_pence": "Free reserves",
    "cap_pence": "Cap",
    "other_live_bids": "Other bids and recent grants here",
    "is_funded_for_same_work": "Funded for the same work",
    "is_retrospective": "Work already done",
    "starts_on": "Starts",
    "ends_on": "Ends",
    "decide_by_on": "Decision expected",
    "max_months": "Most months",
    "spend_by_on": "Spend by",
    "works_with_at_risk": "Works with people at risk",
    "has_safeguarding_policy": "Has a safeguarding policy",
    "has_overdue_returns": "Has overdue returns",
    "has_unresolved_recovery": "Has money to pay back",
    "is_on_time": "Came in time",
    "is_complete": "Complete",
}
BANK_ACCOUNTS = {"yes": "yes", "no": "no", "accountable_body": "no, another body holds the money"}


def outcome_words(outcome: str) -> str:
    return OUTCOMES[outcome][0]


def outcome_colour(outcome: str) -> str:
    return OUTCOMES[outcome][1]


def reason_words(code: str) -> str:
    """The sentence of a rule's reason; nothing where there is none to give."""
    return REASONS.get(code, "")


def evidence_items(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what, value) pairs, in the rule's order."""
    return [(EVIDENCE.get(key, key.replace("_", " ").capitalize()), _shown(key, evidence[key])) for key in evidence]


def _shown(key: str, value: Any) -> str:
    if value is None:
        return "not set" if key.startswith(("min_", "max_", "spend_by", "decide_by")) else "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key.endswith("_pence"):
        return format_pounds(value)
    if key.endswith("_on"):
        return f"{date.fromisoformat(value):%-d %B %Y}"
    if isinstance(value, list):
        return ", ".join(str(item).replace("_", " ") for item in value) or "none"
    words = {"org_type": ORGANISATION_KINDS, "bank_account": BANK_ACCOUNTS}.get(key, {})
    return words.get(str(value), str(value).replace("_", " "))
