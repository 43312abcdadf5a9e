"""Checking eligibility: rules judged with evidence, and two people before a bid is thrown out."""

from grants.eligibility.services.outcomes import (
    confirm_disqualification,
    pass_checks,
    propose_disqualification,
    reinstate,
    set_aside_proposal,
)
from grants.eligibility.services.rules import check_new_bids, run_rules, settle_rule

__all__ = [
    "check_new_bids",
    "confirm_disqualification",
    "pass_checks",
    "propose_disqualification",
    "reinstate",
    "run_rules",
    "set_aside_proposal",
    "settle_rule",
]
