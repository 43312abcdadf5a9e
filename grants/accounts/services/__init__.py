"""The verbs of accounts, by subject; others import them from here and never from the modules within."""

from grants.accounts.services.codes import confirm_code, prepare_code
from grants.accounts.services.details import KEEPERS as DETAIL_KEEPERS
from grants.accounts.services.details import save_details
from grants.accounts.services.group_roles import change_group_roles
from grants.accounts.services.invitations import invite_to_group, invite_to_office
from grants.accounts.services.joining import answer_for_group, answer_join_request, ask_to_join
from grants.accounts.services.kept import forget_text, keep_text
from grants.accounts.services.links import Site, record_sign_in, request_link, spend_link
from grants.accounts.services.merging import agree_to_merge, drop_merge, propose_merge, undo_merge
from grants.accounts.services.offices import OFFICE_FIELDS, fingerprint, update_office
from grants.accounts.services.organisations import create_organisation, end_membership, join_organisation
from grants.accounts.services.people import create_office, end_sessions, ensure_person, reset_second_factor
from grants.accounts.services.roles import KEEPERS, change_roles, end_access, end_role, give_role
from grants.accounts.services.sign_up import add_group, complete_sign_up, request_sign_up

__all__ = [
    "DETAIL_KEEPERS",
    "KEEPERS",
    "OFFICE_FIELDS",
    "Site",
    "add_group",
    "agree_to_merge",
    "answer_for_group",
    "answer_join_request",
    "ask_to_join",
    "change_group_roles",
    "change_roles",
    "complete_sign_up",
    "confirm_code",
    "create_office",
    "create_organisation",
    "drop_merge",
    "end_access",
    "end_membership",
    "end_role",
    "end_sessions",
    "ensure_person",
    "fingerprint",
    "forget_text",
    "give_role",
    "invite_to_group",
    "invite_to_office",
    "join_organisation",
    "keep_text",
    "prepare_code",
    "propose_merge",
    "record_sign_in",
    "request_link",
    "request_sign_up",
    "reset_second_factor",
    "save_details",
    "spend_link",
    "undo_merge",
    "update_office",
]
