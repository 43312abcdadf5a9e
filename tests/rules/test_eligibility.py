"""Eligibility: each rule passes, fails or refers for the reason it says, and what is not known refers."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from workflows.errors import Invalid
from workflows.rules.eligibility import (
    DEFAULT_RULE_CODES,
    RULES,
    BankAccount,
    EligibilityFacts,
    OrgType,
    Outcome,
    RuleResult,
    assess,
    check,
    check_params,
    judge,
)

SOUND = EligibilityFacts(
    org_type=OrgType.REGISTERED_CHARITY,
    distributes_profit=False,
    area_codes=frozenset({"east", "elsewhere"}),
    round_area_codes=frozenset({"east", "west"}),
    priorities=frozenset({"young-people"}),
    round_priorities=frozenset({"young-people", "cohesion"}),
    ask_pence=1_000_000,
    min_ask_pence=50_000,
    max_ask_pence=1_000_000,
    project_cost_pence=2_000_000,
    max_project_cost_pence=2_000_000,
    reserves_pence=2_500_000,
    starts_on=date(2024, 4, 1),
    ends_on=date(2025, 3, 31),
    decide_by_on=date(2024, 4, 1),
    spend_by_on=date(2025, 3, 31),
    max_months=12,
    unrelated_members=3,
    has_governing_document=True,
    bank_account=BankAccount.YES,
    other_live_bids=0,
    is_retrospective=False,
    works_with_at_risk=True,
    has_safeguarding_policy=True,
    has_overdue_returns=False,
    is_on_time=True,
    is_complete=True,
)
AUTOMATIC = [code for code, rule in RULES.items() if rule.automatic]
MANUAL = [code for code, rule in RULES.items() if not rule.automatic]
PASS, FAIL, REFER = Outcome.PASS, Outcome.FAIL, Outcome.REFER

CASES: list[tuple[str, dict[str, Any], Outcome, str | None]] = [
    ("ER1", {"org_type": OrgType.PARISH_COUNCIL}, PASS, None),
    ("ER1", {"org_type": OrgType.SCHOOL}, PASS, None),
    ("ER1", {"org_type": OrgType.BUSINESS}, REFER, "org-type-needs-a-look"),
    ("ER1", {"org_type": OrgType.LOCAL_AUTHORITY}, REFER, "org-type-needs-a-look"),
    ("ER1", {"org_type": "Charity, we think"}, REFER, "org-type-needs-a-look"),
    ("ER1", {"org_type": OrgType.INDIVIDUAL}, FAIL, "org-type-not-allowed"),
    ("ER2", {"org_type": OrgType.INDIVIDUAL}, FAIL, "org-type-barred"),
    ("ER2", {"distributes_profit": True}, FAIL, "distributes-profit"),
    ("ER2", {"org_type": OrgType.BUSINESS, "distributes_profit": None}, REFER, "not-known"),
    ("ER2", {"org_type": OrgType.BUSINESS, "distributes_profit": False}, PASS, None),
    ("ER2", {"distributes_profit": None}, PASS, None),
    ("ER3", {}, PASS, "not-applicable"),
    ("ER3", {"org_type": OrgType.CIC_GUARANTEE}, PASS, None),
    ("ER3", {"org_type": OrgType.CIC_SHARES}, REFER, "asset-lock-not-shown"),
    ("ER4", {"unrelated_members": 2}, FAIL, "too-few-unrelated-members"),
    ("ER4", {"has_governing_document": False}, FAIL, "no-governing-document"),
    ("ER4", {"has_governing_document": None}, PASS, None),
    ("ER4", {"unrelated_members": None}, REFER, "not-known"),
    (
        "ER4",
        {"unrelated_members": 2, "bank_account": BankAccount.ACCOUNTABLE_BODY},
        REFER,
        "too-few-unrelated-members",
    ),
    ("ER4", {"org_type": OrgType.PARISH_COUNCIL, "unrelated_members": None}, PASS, "not-applicable"),
    ("ER5", {"bank_account": "no"}, FAIL, "no-bank-account"),
    ("ER5", {"bank_account": "accountable_body"}, REFER, "accountable-body"),
    ("ER5", {"bank_account": "a tin"}, REFER, "not-known"),
    ("ER6", {"area_codes": frozenset({"elsewhere"})}, FAIL, "outside-area"),
    ("ER6", {"area_codes": frozenset()}, FAIL, "outside-area"),
    ("ER6", {"area_codes": frozenset({"elsewhere"}), "round_area_codes": frozenset()}, PASS, None),
    ("ER6", {"area_codes": frozenset(), "round_area_codes": frozenset()}, FAIL, "outside-area"),
    ("ER7", {"priorities": frozenset({"fraud"})}, FAIL, "no-priority"),
    ("ER7", {"priorities": frozenset()}, FAIL, "no-priority"),
    ("ER7", {"priorities": frozenset({"fraud"}), "round_priorities": frozenset()}, PASS, None),
    ("ER8", {"ask_pence": 1_000_001}, FAIL, "ask-above-maximum"),
    ("ER8", {"ask_pence": 49_999}, FAIL, "ask-below-minimum"),
    ("ER8", {"ask_pence": 50_000}, PASS, None),
    ("ER8", {"project_cost_pence": 2_000_001}, FAIL, "project-cost-above-cap"),
    ("ER8", {"project_cost_pence": None}, REFER, "not-known"),
    ("ER8", {"project_cost_pence": None, "max_project_cost_pence": None}, PASS, None),
    ("ER8", {"ask_pence": 1_000_001, "project_cost_pence": None}, FAIL, "ask-above-maximum"),
    ("ER8", {"ask_pence": 10**11, "max_ask_pence": None}, PASS, None),
    ("ER9", {"reserves_pence": 2_500_001}, REFER, "reserves-above-cap"),
    ("ER10", {"other_live_bids": 1}, REFER, "other-live-bid"),
    ("ER10", {"is_funded_for_same_work": True, "other_live_bids": None}, REFER, "funded-for-same-work"),
    ("ER11", {"is_retrospective": True}, FAIL, "retrospective"),
    ("ER11", {"starts_on": date(2024, 3, 31)}, REFER, "starts-before-decision"),
    ("ER11", {"starts_on": None}, PASS, None),
    ("ER13", {"ends_on": date(2025, 4, 1), "spend_by_on": None}, FAIL, "too-long"),
    ("ER13", {"ends_on": date(2024, 3, 31)}, FAIL, "ends-before-start"),
    ("ER13", {"ends_on": date(2024, 4, 1)}, PASS, None),
    ("ER13", {"starts_on": None}, REFER, "not-known"),
    ("ER13", {"ends_on": None}, REFER, "not-known"),
    ("ER13", {"spend_by_on": date(2025, 3, 30)}, FAIL, "ends-after-spend-by"),
    ("ER13", {"max_months": 6}, FAIL, "too-long"),
    ("ER13", {"max_months": None}, PASS, None),
    ("ER13", {"max_months": None, "spend_by_on": None, "ends_on": date(2025, 4, 1)}, FAIL, "too-long"),
    ("ER15", {"has_safeguarding_policy": False}, REFER, "no-safeguarding-policy"),
    ("ER15", {"has_safeguarding_policy": False, "works_with_at_risk": False}, PASS, "not-applicable"),
    ("ER15", {"has_safeguarding_policy": None}, REFER, "not-known"),
    ("ER15", {"works_with_at_risk": None}, PASS, None),
    ("ER16", {"has_overdue_returns": True}, FAIL, "overdue-returns"),
    ("ER16", {"has_unresolved_recovery": True}, FAIL, "unresolved-recovery"),
    ("ER17", {"is_on_time": False}, FAIL, "late"),
    ("ER17", {"is_complete": False}, FAIL, "incomplete"),
    ("ER17", {"is_complete": None}, REFER, "not-known"),
    ("ER17", {"is_complete": None, "is_on_time": False}, FAIL, "late"),
]


def result(outcome: Outcome) -> RuleResult:
    return RuleResult("ER1", outcome, {}, None)


@pytest.mark.parametrize(("code", "changed", "outcome", "reason"), CASES)
def test_a_rule_says_what_it_should(code: str, changed: dict[str, Any], outcome: Outcome, reason: str | None) -> None:
    seen = check(code, replace(SOUND, **changed))
    assert (seen.rule_code, seen.outcome, seen.reason_code) == (code, outcome, reason)


@pytest.mark.parametrize("code", AUTOMATIC)
def test_a_sound_bid_on_every_limit_passes(code: str) -> None:
    assert check(code, SOUND).outcome is PASS


@pytest.mark.parametrize("code", AUTOMATIC)
def test_what_is_not_known_refers(code: str) -> None:
    seen = check(code, EligibilityFacts())
    assert (seen.outcome, seen.reason_code) == (REFER, "not-known")


@pytest.mark.parametrize("code", AUTOMATIC)
@pytest.mark.parametrize("facts", [SOUND, EligibilityFacts()])
def test_every_finding_shows_evidence_that_can_be_stored(code: str, facts: EligibilityFacts) -> None:
    evidence = check(code, facts).evidence
    assert evidence
    assert json.loads(json.dumps(evidence)) == evidence


def test_every_automatic_rule_is_seen_to_do_more_than_pass() -> None:
    seen = {code for code, _, outcome, reason in CASES if outcome is not PASS and reason != "not-known"}
    assert seen == set(AUTOMATIC)


def test_the_evidence_says_what_was_compared() -> None:
    seen = check("ER6", replace(SOUND, area_codes=frozenset({"b", "a"})))
    assert seen.evidence == {"areas": ["a", "b"], "round_areas": ["east", "west"]}
    assert check("ER13", SOUND).evidence["ends_on"] == "2025-03-31"


@pytest.mark.parametrize("code", MANUAL)
def test_a_rule_for_a_person_refers_and_is_not_part_of_the_automatic_check(code: str) -> None:
    seen = check(code, SOUND)
    assert (seen.outcome, seen.reason_code) == (REFER, "check-by-hand")
    assert assess(SOUND, {code: {}, "ER5": {}}) == [check("ER5", SOUND)]


def test_all_twenty_rules_are_there_and_five_wait_for_a_person() -> None:
    assert list(RULES) == [f"ER{number}" for number in range(1, 21)]
    assert MANUAL == ["ER12", "ER14", "ER18", "ER19", "ER20"]
    assert set(DEFAULT_RULE_CODES) == set(RULES) - {"ER19", "ER20"}
    assert all(rule.title and rule.source for rule in RULES.values())


def test_a_round_can_harden_or_soften_a_rule() -> None:
    rich = replace(SOUND, reserves_pence=300_000_001)
    assert check("ER9", rich, {"on_fail": "fail"}).outcome is FAIL
    assert check("ER9", rich, {"cap_pence": 300_000_001}).outcome is PASS
    assert check("ER16", replace(SOUND, has_overdue_returns=True), {"on_fail": "refer"}).outcome is REFER
    assert check("ER1", SOUND, {"allowed": ["school"]}).outcome is FAIL
    assert check("ER4", SOUND, {"minimum": 4}).outcome is FAIL
    assert check("ER10", replace(SOUND, other_live_bids=1), {"allowed_other_bids": 1}).outcome is PASS


def test_softening_never_turns_the_unknown_into_a_fail() -> None:
    assert check("ER9", EligibilityFacts(), {"on_fail": "fail"}).outcome is REFER


@pytest.mark.parametrize(
    ("code", "params", "refusal"),
    [
        ("ER21", {}, "unknown-rule"),
        ("ER9", {"cap": 1}, "unknown-parameter"),
        ("ER9", {"cap_pence": "25000"}, "bad-parameter"),
        ("ER9", {"cap_pence": -1}, "bad-parameter"),
        ("ER9", {"cap_pence": True}, "bad-parameter"),
        ("ER9", {"on_fail": "pass"}, "bad-parameter"),
        ("ER9", {"on_fail": ["fail"]}, "bad-parameter"),
        ("ER1", {"allowed": "school"}, "bad-parameter"),
        ("ER1", {"allowed": [1]}, "bad-parameter"),
        ("ER12", {"minimum": 1}, "unknown-parameter"),
    ],
)
def test_settings_that_a_rule_does_not_have_are_refused(code: str, params: dict[str, Any], refusal: str) -> None:
    for ask in (lambda: check_params(code, params), lambda: check(code, SOUND, params)):
        with pytest.raises(Invalid) as refused:
            ask()
        assert refused.value.code == refusal


def test_the_defaults_of_every_rule_are_settings_that_it_accepts() -> None:
    for code, rule in RULES.items():
        check_params(code, {**rule.default_params, "on_fail": rule.default_outcome_on_fail.value})
        assert json.loads(json.dumps(dict(rule.default_params))) == dict(rule.default_params)


@pytest.mark.parametrize(
    ("outcomes", "together"),
    [
        ([], PASS),
        ([PASS, PASS], PASS),
        ([PASS, REFER, PASS], REFER),
        ([REFER, FAIL, PASS], FAIL),
        ([FAIL, REFER], FAIL),
    ],
)
def test_one_fail_fails_and_one_refer_refers(outcomes: list[Outcome], together: Outcome) -> None:
    assert judge(result(outcome) for outcome in outcomes) is together


def test_a_round_is_assessed_in_its_own_order_with_its_own_settings() -> None:
    results = assess(replace(SOUND, reserves_pence=600), {"ER9": {"cap_pence": 500}, "ER12": {}, "ER1": {}})
    assert [(each.rule_code, each.outcome) for each in results] == [("ER9", REFER), ("ER1", PASS)]
