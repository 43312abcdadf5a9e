"""One function for each eligibility rule that a computer can judge: facts and settings in, a finding out.

Each says what it looked at in plain values, so that an officer, and the group, can see why.
"""

from datetime import date, timedelta
from typing import Any, Final

from workflows.deadlines import add_months
from workflows.rules.eligibility_facts import (
    BankAccount,
    EligibilityFacts,
    Finding,
    OrgType,
    Params,
    broken,
    holds,
    unsure,
)

NOT_KNOWN: Final = "not-known"
NOT_APPLICABLE: Final = "not-applicable"


def org_type_allowed(facts: EligibilityFacts, params: Params) -> Finding:
    seen = {"org_type": facts.org_type}
    if facts.org_type is None:
        return unsure(NOT_KNOWN, seen)
    if facts.org_type in params["allowed"]:
        return holds(seen)
    if facts.org_type in params["referred"] or facts.org_type not in set(OrgType):
        return unsure("org-type-needs-a-look", seen)
    return broken("org-type-not-allowed", seen)


def not_for_private_gain(facts: EligibilityFacts, params: Params) -> Finding:
    seen = {"org_type": facts.org_type, "distributes_profit": facts.distributes_profit}
    if facts.org_type in params["barred"]:
        return broken("org-type-barred", seen)
    if facts.distributes_profit:
        return broken("distributes-profit", seen)
    if facts.org_type is None or (facts.org_type in params["ask_about"] and facts.distributes_profit is None):
        return unsure(NOT_KNOWN, seen)
    return holds(seen)


def interest_company_locked(facts: EligibilityFacts, _params: Params) -> Finding:
    seen = {"org_type": facts.org_type}
    if facts.org_type is None:
        return unsure(NOT_KNOWN, seen)
    if facts.org_type == OrgType.CIC_SHARES:
        return broken("asset-lock-not-shown", seen)
    return holds(seen, None if facts.org_type == OrgType.CIC_GUARANTEE else NOT_APPLICABLE)


def properly_run(facts: EligibilityFacts, params: Params) -> Finding:
    seen = {
        "unrelated_members": facts.unrelated_members,
        "minimum": params["minimum"],
        "has_governing_document": facts.has_governing_document,
    }
    if facts.org_type in params["exempt"]:
        return holds({"org_type": facts.org_type}, NOT_APPLICABLE)
    lacking = _what_governance_lacks(facts, params["minimum"])
    if lacking is None:
        return unsure(NOT_KNOWN, seen) if facts.unrelated_members is None else holds(seen)
    # A group too new to have its papers may apply under the wing of a body that holds the money for it.
    if facts.bank_account == BankAccount.ACCOUNTABLE_BODY:
        return unsure(lacking, {"accountable_body": True, **seen})
    return broken(lacking, seen)


def own_bank_account(facts: EligibilityFacts, _params: Params) -> Finding:
    seen = {"bank_account": facts.bank_account}
    if facts.bank_account == BankAccount.YES:
        return holds(seen)
    if facts.bank_account == BankAccount.NO:
        return broken("no-bank-account", seen)
    known = facts.bank_account == BankAccount.ACCOUNTABLE_BODY
    return unsure("accountable-body" if known else NOT_KNOWN, seen)


def in_area(facts: EligibilityFacts, _params: Params) -> Finding:
    if facts.area_codes is None:
        return unsure(NOT_KNOWN, {"areas": None, "round_areas": sorted(facts.round_area_codes)})
    seen = {"areas": sorted(facts.area_codes), "round_areas": sorted(facts.round_area_codes)}
    reached = facts.area_codes & facts.round_area_codes if facts.round_area_codes else facts.area_codes
    return holds(seen) if reached else broken("outside-area", seen)


def fits_a_priority(facts: EligibilityFacts, _params: Params) -> Finding:
    if facts.priorities is None:
        return unsure(NOT_KNOWN, {"priorities": None, "round_priorities": sorted(facts.round_priorities)})
    seen = {"priorities": sorted(facts.priorities), "round_priorities": sorted(facts.round_priorities)}
    met = facts.priorities & facts.round_priorities if facts.round_priorities else facts.priorities
    return holds(seen) if met else broken("no-priority", seen)


def within_limits(facts: EligibilityFacts, _params: Params) -> Finding:
    ask, cost, cap = facts.ask_pence, facts.project_cost_pence, facts.max_project_cost_pence
    seen = {
        "ask_pence": ask,
        "min_ask_pence": facts.min_ask_pence,
        "max_ask_pence": facts.max_ask_pence,
        "project_cost_pence": cost,
        "max_project_cost_pence": cap,
    }
    if ask is not None and facts.min_ask_pence is not None and ask < facts.min_ask_pence:
        return broken("ask-below-minimum", seen)
    if ask is not None and facts.max_ask_pence is not None and ask > facts.max_ask_pence:
        return broken("ask-above-maximum", seen)
    if cost is not None and cap is not None and cost > cap:
        return broken("project-cost-above-cap", seen)
    lacks_cost = cap is not None and cost is None
    return unsure(NOT_KNOWN, seen) if ask is None or lacks_cost else holds(seen)


def reserves_modest(facts: EligibilityFacts, params: Params) -> Finding:
    seen = {"reserves_pence": facts.reserves_pence, "cap_pence": params["cap_pence"]}
    if facts.reserves_pence is None:
        return unsure(NOT_KNOWN, seen)
    over = facts.reserves_pence > params["cap_pence"]
    return broken("reserves-above-cap", seen) if over else holds(seen)


def not_funded_twice(facts: EligibilityFacts, params: Params) -> Finding:
    seen = {
        "other_live_bids": facts.other_live_bids,
        "is_funded_for_same_work": facts.is_funded_for_same_work,
    }
    if facts.is_funded_for_same_work:
        return broken("funded-for-same-work", seen)
    if facts.other_live_bids is None:
        return unsure(NOT_KNOWN, seen)
    if facts.other_live_bids > params["allowed_other_bids"]:
        return broken("other-live-bid", seen)
    return holds(seen)


def not_retrospective(facts: EligibilityFacts, _params: Params) -> Finding:
    seen = {
        "is_retrospective": facts.is_retrospective,
        "starts_on": _iso(facts.starts_on),
        "decide_by_on": _iso(facts.decide_by_on),
    }
    if facts.is_retrospective:
        return broken("retrospective", seen)
    if facts.starts_on and facts.decide_by_on and facts.starts_on < facts.decide_by_on:
        # A start date can be moved once somebody asks, so this alone does not end a bid (our default).
        return unsure("starts-before-decision", seen)
    return unsure(NOT_KNOWN, seen) if facts.is_retrospective is None else holds(seen)


def short_enough(facts: EligibilityFacts, params: Params) -> Finding:
    months = params["max_months"] if facts.max_months is None else facts.max_months
    seen = {
        "starts_on": _iso(facts.starts_on),
        "ends_on": _iso(facts.ends_on),
        "max_months": months,
        "spend_by_on": _iso(facts.spend_by_on),
    }
    if facts.starts_on is None or facts.ends_on is None:
        return unsure(NOT_KNOWN, seen)
    if facts.ends_on < facts.starts_on:
        return broken("ends-before-start", seen)
    if facts.ends_on > add_months(facts.starts_on, months) - timedelta(days=1):
        return broken("too-long", seen)
    if facts.spend_by_on is not None and facts.ends_on > facts.spend_by_on:
        return broken("ends-after-spend-by", seen)
    return holds(seen)


def safeguarding_in_place(facts: EligibilityFacts, _params: Params) -> Finding:
    seen = {
        "works_with_at_risk": facts.works_with_at_risk,
        "has_safeguarding_policy": facts.has_safeguarding_policy,
    }
    if facts.has_safeguarding_policy:
        return holds(seen)
    if facts.works_with_at_risk is False:
        return holds(seen, NOT_APPLICABLE)
    if facts.works_with_at_risk is None or facts.has_safeguarding_policy is None:
        return unsure(NOT_KNOWN, seen)
    return broken("no-safeguarding-policy", seen)


def good_record(facts: EligibilityFacts, _params: Params) -> Finding:
    seen = {
        "has_overdue_returns": facts.has_overdue_returns,
        "has_unresolved_recovery": facts.has_unresolved_recovery,
    }
    if facts.has_overdue_returns:
        return broken("overdue-returns", seen)
    if facts.has_unresolved_recovery:
        return broken("unresolved-recovery", seen)
    return unsure(NOT_KNOWN, seen) if facts.has_overdue_returns is None else holds(seen)


def in_time_and_whole(facts: EligibilityFacts, _params: Params) -> Finding:
    seen = {"is_on_time": facts.is_on_time, "is_complete": facts.is_complete}
    if facts.is_on_time is False:
        return broken("late", seen)
    if facts.is_complete is False:
        return broken("incomplete", seen)
    if facts.is_on_time is None or facts.is_complete is None:
        return unsure(NOT_KNOWN, seen)
    return holds(seen)


def _what_governance_lacks(facts: EligibilityFacts, minimum: int) -> str | None:
    # The governing document is judged only where the form asked about it; the check of papers is ER14.
    if facts.has_governing_document is False:
        return "no-governing-document"
    if facts.unrelated_members is not None and facts.unrelated_members < minimum:
        return "too-few-unrelated-members"
    return None


def _iso(day: date | None) -> Any:
    return None if day is None else day.isoformat()
