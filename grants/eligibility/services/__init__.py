"""Checking eligibility: rules judged with evidence, and two people before a bid is thrown out."""

from grants.eligibility.services.claiming import claim, take_next
from grants.eligibility.services.clarifying import (
    answer_clarification,
    ask_clarification,
    end_due_clarifications,
    remind_clarifications,
    take_back_clarification,
)
from grants.eligibility.services.outcomes import (
    confirm_disqualification,
    pass_checks,
    propose_disqualification,
    reinstate,
    set_aside_proposal,
)
from grants.eligibility.services.rules import check_new_bids, run_rules, settle_rule

__all__ = [
    "answer_clarification",
    "ask_clarification",
    "check_new_bids",
    "claim",
    "confirm_disqualification",
    "end_due_clarifications",
    "pass_checks",
    "propose_disqualification",
    "reinstate",
    "remind_clarifications",
    "run_rules",
    "set_aside_proposal",
    "settle_rule",
    "take_back_clarification",
    "take_next",
]
