"""Reading funds and rounds; others import from here and never from the modules within."""

from grants.funds.queries.public import RoundPage, get_public_round, list_public_rounds, public_page
from grants.funds.queries.rounds import (
    PAGE,
    deadline_for,
    deadline_of,
    facts_for_round,
    find_fund,
    find_round,
    get_round,
    list_deadline_changes,
    list_funds,
    list_rounds,
    problems_of,
    setup_of,
    unallocated_pence,
    with_parts,
)

__all__ = [
    "PAGE",
    "RoundPage",
    "deadline_for",
    "deadline_of",
    "facts_for_round",
    "find_fund",
    "find_round",
    "get_public_round",
    "get_round",
    "list_deadline_changes",
    "list_funds",
    "list_public_rounds",
    "list_rounds",
    "problems_of",
    "public_page",
    "setup_of",
    "unallocated_pence",
    "with_parts",
]
