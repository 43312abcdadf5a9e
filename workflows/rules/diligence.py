"""Which checks an organisation gets for a bid: the tier by amount and risk, the items of each tier, and how long it holds.

Nothing here judges a group: a person records what they found, and a person says how it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from workflows.deadlines import add_months

# Domain practice, section 15; the amounts and months are our defaults.
LOW_UP_TO_PENCE: Final = 100_000
STANDARD_UP_TO_PENCE: Final = 1_000_000
HOLDS_MONTHS: Final = 12
MOST_MONTHS: Final = 36
NEW_MONTHS: Final = 24
# A grant above this share of a year's income needs words.
MOST_PERCENT_OF_INCOME: Final = 50


class Tier(StrEnum):
    LOW = "low"
    STANDARD = "standard"
    ENHANCED = "enhanced"


class Why(StrEnum):
    """What put a bid in its tier."""

    AMOUNT = "amount"
    NO_AMOUNT = "no-amount"
    AT_RISK = "at-risk"
    NEW = "new"
    FLAGGED = "flagged"


class Item(StrEnum):
    """One line of the checklist, in the order of the page."""

    IDENTITY = "identity"
    GOVERNING = "governing"
    BANK = "bank"
    CALL_BACK = "call-back"
    ACCOUNTS = "accounts"
    POLICIES = "policies"
    RECORD = "record"
    ADVERSE = "adverse"
    SUBSIDY = "subsidy"
    CONSTITUTION = "constitution"
    OFFICERS = "officers"
    TWO_SIGNATURES = "two-signatures"
    FORECAST = "forecast"


class Found(StrEnum):
    """What a person found for one item."""

    DONE = "done"
    CONCERN = "concern"
    NOT_RELEVANT = "not-relevant"


class Result(StrEnum):
    PASS = "pass"  # noqa: S105 - the word of an outcome
    CONDITIONS = "conditions"
    FAIL = "fail"


class Rating(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


# Why a bid is not recommended whatever its marks.
FAILED: Final = "diligence-failed"
# The condition of a grant that is recommended before its check is done. It stands in the offer and is published.
OPEN_CONDITION: Final = "We finish our checks of your group before the grant starts."

EVERY: Final = (Item.IDENTITY, Item.GOVERNING, Item.BANK, Item.CALL_BACK, Item.RECORD)
FROM_STANDARD: Final = (Item.ACCOUNTS, Item.POLICIES, Item.SUBSIDY)
ONLY_ENHANCED: Final = (Item.ADVERSE,)
UNINCORPORATED: Final = (Item.CONSTITUTION, Item.OFFICERS, Item.TWO_SIGNATURES)
TRADERS: Final = frozenset({"cic_guarantee", "cic_shares", "business", "individual"})
# The kind of a group that has no register to answer for it.
NO_REGISTER: Final = "unincorporated"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of a bid and its group. `works_with_people_at_risk` is None where nobody said."""

    ask_pence: int | None
    kind: str = ""
    works_with_people_at_risk: bool | None = None
    is_new: bool = False
    is_flagged: bool = False
    income_pence: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Where one tier ends and the next begins."""

    low_pence: int = LOW_UP_TO_PENCE
    standard_pence: int = STANDARD_UP_TO_PENCE


def tier_of(subject: Subject, limits: Limits = Limits()) -> tuple[Tier, tuple[Why, ...]]:
    """The tier and what put the bid there; an amount that nobody gave is never a small one."""
    raised = tuple(
        why
        for why, holds in (
            (Why.AT_RISK, subject.works_with_people_at_risk is True),
            (Why.NEW, subject.is_new),
            (Why.FLAGGED, subject.is_flagged),
        )
        if holds
    )
    if raised:
        return Tier.ENHANCED, raised
    if subject.ask_pence is None:
        return Tier.STANDARD, (Why.NO_AMOUNT,)
    if subject.ask_pence <= limits.low_pence:
        return Tier.LOW, (Why.AMOUNT,)
    return (Tier.STANDARD if subject.ask_pence <= limits.standard_pence else Tier.ENHANCED), (Why.AMOUNT,)


def checklist(tier: Tier, subject: Subject) -> tuple[Item, ...]:
    """The items of a tier, with what a group without a register and a new one are asked besides."""
    wanted = set(EVERY)
    if tier is not Tier.LOW:
        wanted |= set(FROM_STANDARD)
    if subject.kind in TRADERS:
        wanted.add(Item.SUBSIDY)
    if tier is Tier.LOW and subject.works_with_people_at_risk is not False:
        wanted.add(Item.POLICIES)
    if tier is Tier.ENHANCED:
        wanted |= set(ONLY_ENHANCED)
    if subject.kind.startswith(NO_REGISTER):
        wanted |= set(UNINCORPORATED)
    if subject.is_new:
        wanted.add(Item.FORECAST)
    return tuple(item for item in Item if item in wanted)


def is_large_for_income(subject: Subject, percent: int = MOST_PERCENT_OF_INCOME) -> bool:
    """Whether the ask is above the share of a year's income that may go without words."""
    if subject.income_pence is None or subject.ask_pence is None:
        return False
    return subject.ask_pence * 100 > subject.income_pence * percent


def is_new_group(founded_on: date | None, today: date, months: int = NEW_MONTHS) -> bool:
    """A group is new in its first months; one whose beginning nobody knows is not taken for new."""
    return founded_on is not None and today < add_months(founded_on, months)
