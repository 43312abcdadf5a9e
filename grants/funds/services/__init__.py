"""The verbs of funds and rounds, by subject; others import them from here and never from the modules within."""

from grants.funds.services.changing import discard_changes, save_definition
from grants.funds.services.duties import close_due_rounds, end_due_trials, open_due_rounds
from grants.funds.services.money import SECTION_9, add_money, create_fund, edit_fund, give_money
from grants.funds.services.running import (
    approve_round,
    cancel_round,
    move_deadline,
    publish_round,
    take_back_approval,
)
from grants.funds.services.setting_up import copy_round, create_round, edit_round
from grants.funds.services.trying import end_trial, try_form
from grants.funds.services.versions import publish_change

__all__ = [
    "SECTION_9",
    "add_money",
    "approve_round",
    "cancel_round",
    "close_due_rounds",
    "copy_round",
    "create_fund",
    "create_round",
    "discard_changes",
    "edit_fund",
    "edit_round",
    "end_due_trials",
    "end_trial",
    "give_money",
    "move_deadline",
    "open_due_rounds",
    "publish_change",
    "publish_round",
    "save_definition",
    "take_back_approval",
    "try_form",
]
