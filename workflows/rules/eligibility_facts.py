"""What the eligibility rules may know of a bid, and what each may answer; a fact not asked for is None.

None never passes and never fails: a rule that lacks what it needs refers the bid to a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from workflows.money import Pence

Params = Mapping[str, Any]


class OrgType(StrEnum):
    REGISTERED_CHARITY = "registered_charity"
    CIO = "cio"
    CIC_GUARANTEE = "cic_guarantee"
    CIC_SHARES = "cic_shares"
    COMPANY_BY_GUARANTEE = "company_by_guarantee"
    SOCIETY = "society"
    UNINCORPORATED_GROUP = "unincorporated_group"
    PARISH_COUNCIL = "parish_council"
    LOCAL_AUTHORITY = "local_authority"
    SCHOOL = "school"
    FAITH_BODY = "faith_body"
    SPORTS_CLUB = "sports_club"
    HOUSING_ASSOCIATION = "housing_association"
    PUBLIC_BODY = "public_body"
    BUSINESS = "business"
    INDIVIDUAL = "individual"
    OTHER = "other"


class BankAccount(StrEnum):
    """Whether there is an account in the group's own name that needs two unrelated people."""

    YES = "yes"
    ACCOUNTABLE_BODY = "accountable_body"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityFacts:
    """A bid as the rules see it. Money in pence; codes as the round writes them.

    The limits and the areas of the round (`min_ask_pence`, `max_ask_pence`, `max_project_cost_pence`,
    `max_months`, `spend_by_on`, `decide_by_on`, `round_area_codes`, `round_priorities`) are None or empty
    where the round sets none.
    """

    org_type: str | None = None
    distributes_profit: bool | None = None
    area_codes: frozenset[str] | None = None
    priorities: frozenset[str] | None = None
    ask_pence: Pence | None = None
    project_cost_pence: Pence | None = None
    reserves_pence: Pence | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    unrelated_members: int | None = None
    has_governing_document: bool | None = None
    bank_account: str | None = None
    other_live_bids: int | None = None
    is_funded_for_same_work: bool | None = None
    is_retrospective: bool | None = None
    works_with_at_risk: bool | None = None
    has_safeguarding_policy: bool | None = None
    has_overdue_returns: bool | None = None
    has_unresolved_recovery: bool | None = None
    is_on_time: bool | None = None
    is_complete: bool | None = None

    round_area_codes: frozenset[str] = frozenset()
    round_priorities: frozenset[str] = frozenset()
    min_ask_pence: Pence | None = None
    max_ask_pence: Pence | None = None
    max_project_cost_pence: Pence | None = None
    max_months: int | None = None
    spend_by_on: date | None = None
    decide_by_on: date | None = None


class Verdict(StrEnum):
    HOLDS = "holds"
    BROKEN = "broken"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw; the rule's own setting decides whether a broken one fails the bid or refers it."""

    verdict: Verdict
    reason_code: str | None
    evidence: Mapping[str, Any]


def holds(evidence: Mapping[str, Any], reason_code: str | None = None) -> Finding:
    return Finding(Verdict.HOLDS, reason_code, evidence)


def broken(reason_code: str, evidence: Mapping[str, Any]) -> Finding:
    return Finding(Verdict.BROKEN, reason_code, evidence)


def unsure(reason_code: str, evidence: Mapping[str, Any]) -> Finding:
    return Finding(Verdict.UNSURE, reason_code, evidence)
