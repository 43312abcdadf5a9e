"""The eligibility rules ER1-ER20: which the computer judges, which a person, and what they add up to.

A rule passes, fails or refers; nothing that is not known ever passes, and only a failed rule can end a bid.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from workflows.errors import Invalid
from workflows.rules import eligibility_checks as checks
from workflows.rules.eligibility_facts import (
    BankAccount,
    EligibilityFacts,
    Finding,
    OrgType,
    Params,
    Verdict,
)

__all__ = [
    "DEFAULT_RULE_CODES",
    "RULES",
    "BankAccount",
    "EligibilityFacts",
    "OrgType",
    "Outcome",
    "Params",
    "RuleResult",
    "RuleSpec",
    "assess",
    "check",
    "check_params",
    "judge",
]

ON_FAIL: Final = "on_fail"


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    REFER = "refer"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule says of one bid. `evidence` holds plain values only (text, numbers, lists, ISO dates)."""

    rule_code: str
    outcome: Outcome
    evidence: dict[str, Any]
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule of the registry; a round may change its parameters, `on_fail` (fail or refer) among them."""

    code: str
    title: str
    source: str
    default_outcome_on_fail: Outcome = Outcome.FAIL
    check: Callable[[EligibilityFacts, Params], Finding] | None = None
    default_params: Params = field(default_factory=dict)

    @property
    def automatic(self) -> bool:
        return self.check is not None


_NOT_VOLUNTARY: Final = {
    OrgType.LOCAL_AUTHORITY,
    OrgType.PUBLIC_BODY,
    OrgType.BUSINESS,
    OrgType.INDIVIDUAL,
    OrgType.OTHER,
}
# Statutory bodies depend on the fund, and a business on match funding and free use: a person looks.
_REFERRED: Final = {OrgType.LOCAL_AUTHORITY, OrgType.PUBLIC_BODY, OrgType.BUSINESS, OrgType.OTHER}
_NO_COMMITTEE: Final = {
    OrgType.PARISH_COUNCIL,
    OrgType.SCHOOL,
    OrgType.LOCAL_AUTHORITY,
    OrgType.PUBLIC_BODY,
}


def _values(kinds: Iterable[OrgType]) -> list[str]:
    return sorted(kind.value for kind in kinds)


_PUBLISHED = "published criteria of community safety funds"
_CAF = "Lancashire Community Action Fund criteria"
_ALL = (
    RuleSpec(
        "ER1",
        "The kind of organisation may apply",
        _PUBLISHED,
        check=checks.org_type_allowed,
        default_params={"allowed": _values(set(OrgType) - _NOT_VOLUNTARY), "referred": _values(_REFERRED)},
    ),
    RuleSpec(
        "ER2",
        "Not an individual and not for private gain",
        _PUBLISHED,
        check=checks.not_for_private_gain,
        default_params={
            "barred": _values({OrgType.INDIVIDUAL}),
            "ask_about": _values({OrgType.BUSINESS, OrgType.OTHER}),
        },
    ),
    RuleSpec(
        "ER3",
        "A community interest company shows its asset lock",
        "Safer Dorset Fund terms",
        Outcome.REFER,
        checks.interest_company_locked,
    ),
    RuleSpec(
        "ER4",
        "A governing document and enough unrelated committee members",
        _PUBLISHED,
        check=checks.properly_run,
        default_params={"minimum": 3, "exempt": _values(_NO_COMMITTEE)},
    ),
    RuleSpec(
        "ER5",
        "A bank account in its own name that needs two people",
        _PUBLISHED,
        check=checks.own_bank_account,
    ),
    RuleSpec(
        "ER6",
        "The work reaches people in the area",
        "Leicestershire People Zones grants guidance",
        check=checks.in_area,
    ),
    RuleSpec(
        "ER7",
        "Fits at least one priority of the round",
        _PUBLISHED,
        check=checks.fits_a_priority,
    ),
    RuleSpec(
        "ER8",
        "The ask and the project cost are within the round's limits",
        _CAF,
        check=checks.within_limits,
    ),
    RuleSpec(
        "ER9",
        "Free reserves are not above the cap",
        _CAF,
        Outcome.REFER,
        checks.reserves_modest,
        {"cap_pence": 2_500_000},
    ),
    RuleSpec(
        "ER10",
        "Not funded twice for the same work",
        f"{_CAF}; Safer Dorset Fund terms",
        Outcome.REFER,
        checks.not_funded_twice,
        {"allowed_other_bids": 0},
    ),
    RuleSpec(
        "ER11",
        "Does not pay for work already done",
        _PUBLISHED,
        check=checks.not_retrospective,
    ),
    RuleSpec("ER12", "Not for an excluded purpose", _PUBLISHED),
    RuleSpec(
        "ER13",
        "Not longer than the round allows",
        "Derbyshire and West Yorkshire grant guidance",
        check=checks.short_enough,
        default_params={"max_months": 12},
    ),
    RuleSpec("ER14", "The documents asked for are there and can be read", _CAF, Outcome.REFER),
    RuleSpec(
        "ER15",
        "A safeguarding policy where people at risk take part",
        _PUBLISHED,
        Outcome.REFER,
        checks.safeguarding_in_place,
    ),
    RuleSpec("ER16", "No overdue return and no unpaid recovery", _PUBLISHED, check=checks.good_record),
    RuleSpec(
        "ER17",
        "In time and complete",
        "Derbyshire grant guidance",
        check=checks.in_time_and_whole,
    ),
    RuleSpec(
        "ER18",
        "The legal body is live on its register",
        "Government Functional Standard 015, minimum requirement 7",
        Outcome.REFER,
    ),
    RuleSpec("ER19", "Paid staff get the Real Living Wage", "West Midlands criteria", Outcome.REFER),
    RuleSpec("ER20", "Police or a safety partnership support it", "Cumbria guidance", Outcome.REFER),
)

RULES: Final[Mapping[str, RuleSpec]] = {rule.code: rule for rule in _ALL}
# What a new round starts with (our default): the last two are asked by a few funds only.
DEFAULT_RULE_CODES: Final = tuple(code for code in RULES if code not in {"ER19", "ER20"})


def check(code: str, facts: EligibilityFacts, params: Params | None = None) -> RuleResult:
    """One rule on one bid. A rule that only a person can judge refers, with the reason check-by-hand.

    `params` are laid over the rule's defaults. Raises Invalid as check_params does.
    """
    params = params or {}
    check_params(code, params)
    rule = RULES[code]
    if rule.check is None:
        return RuleResult(code, Outcome.REFER, {}, "check-by-hand")
    finding = rule.check(facts, {**rule.default_params, **params})
    on_fail = Outcome(params.get(ON_FAIL, rule.default_outcome_on_fail))
    outcome = {Verdict.HOLDS: Outcome.PASS, Verdict.BROKEN: on_fail, Verdict.UNSURE: Outcome.REFER}
    return RuleResult(code, outcome[finding.verdict], dict(finding.evidence), finding.reason_code)


def assess(facts: EligibilityFacts, rules: Mapping[str, Params]) -> list[RuleResult]:
    """Every automatic rule of a round on one bid, in the round's order; rules for a person are left out."""
    return [check(code, facts, params) for code, params in rules.items() if _rule(code).automatic]


def judge(results: Iterable[RuleResult]) -> Outcome:
    """Any fail fails; otherwise anything referred refers; otherwise (nothing at all included) it passes."""
    outcomes = {result.outcome for result in results}
    for outcome in (Outcome.FAIL, Outcome.REFER):
        if outcome in outcomes:
            return outcome
    return Outcome.PASS


def check_params(code: str, params: Params) -> None:
    """Refuses settings that the rule does not have.

    Raises Invalid: unknown-rule, unknown-parameter, bad-parameter.
    """
    rule = _rule(code)
    for name, value in params.items():
        if name == ON_FAIL:
            if value not in (Outcome.FAIL, Outcome.REFER):
                raise Invalid("bad-parameter", rule=code, parameter=name)
        elif name not in rule.default_params:
            raise Invalid("unknown-parameter", rule=code, parameter=name)
        elif not _same_kind(value, rule.default_params[name]):
            raise Invalid("bad-parameter", rule=code, parameter=name)


def _rule(code: str) -> RuleSpec:
    if code not in RULES:
        raise Invalid("unknown-rule", rule=code)
    return RULES[code]


def _same_kind(value: object, default: object) -> bool:
    if isinstance(default, int):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
