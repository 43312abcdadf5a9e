"""Reading due diligence: checks, what they make of a bid, signals, and the rules of a fund."""

from grants.diligence.queries.checks import (
    HANDLERS,
    PAGE,
    Line,
    covers,
    facts_for,
    find_open,
    find_standing,
    get_bid,
    is_flagged,
    lines_of,
    list_to_do,
    may_read,
    needed_tier,
    sent_answers,
    subject_of,
)
from grants.diligence.queries.evidence import is_same_name, numbers_of, sent_files
from grants.diligence.queries.risk import Risk, Weighed, failed_of, is_red, rating_of_bid, risk_of, weigh
from grants.diligence.queries.rules import Asked, RulesDesk, get_rules_desk, rules_of
from grants.diligence.queries.signals import SeenSignal, get_signal, signals_of

__all__ = [
    "HANDLERS",
    "PAGE",
    "Asked",
    "Line",
    "Risk",
    "RulesDesk",
    "SeenSignal",
    "Weighed",
    "covers",
    "facts_for",
    "failed_of",
    "find_open",
    "find_standing",
    "get_bid",
    "get_rules_desk",
    "get_signal",
    "is_flagged",
    "is_red",
    "is_same_name",
    "lines_of",
    "list_to_do",
    "may_read",
    "needed_tier",
    "numbers_of",
    "rating_of_bid",
    "risk_of",
    "rules_of",
    "sent_answers",
    "sent_files",
    "signals_of",
    "subject_of",
    "weigh",
]
