"""Doing due diligence, and looking for signals across a round's bids."""

from grants.diligence.services.checking import (
    begin,
    confirm_fail,
    expire_due,
    finish,
    propose_fail,
    reopen,
    set_aside_fail,
)
from grants.diligence.services.recording import keep_entry, record_item
from grants.diligence.services.rules import set_rules
from grants.diligence.services.signals import find_signals, search_due_rounds, settle_signal

__all__ = [
    "begin",
    "confirm_fail",
    "expire_due",
    "find_signals",
    "finish",
    "keep_entry",
    "propose_fail",
    "record_item",
    "reopen",
    "search_due_rounds",
    "set_aside_fail",
    "set_rules",
    "settle_signal",
]
