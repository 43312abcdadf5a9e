"""The verbs of accounts, by subject; others import them from here and never from the modules within."""

from grants.accounts.services.organisations import create_organisation, end_membership, join_organisation
from grants.accounts.services.people import (
    create_office,
    end_access,
    end_role,
    end_sessions,
    ensure_person,
    give_role,
)

__all__ = [
    "create_office",
    "create_organisation",
    "end_access",
    "end_membership",
    "end_role",
    "end_sessions",
    "ensure_person",
    "give_role",
    "join_organisation",
]
