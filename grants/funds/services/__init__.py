"""The verbs of funds and rounds, by subject; others import them from here and never from the modules within."""

from grants.funds.services.changing import discard_changes, save_definition
from grants.funds.services.duties import close_due_rounds, open_due_rounds
from grants.funds.services.money import add_money, create_fund, give_money
from grants.funds.services.running import approve_round, cancel_round, move_deadline, publish_round
from grants.funds.services.setting_up import copy_round, create_round, edit_round
from grants.funds.services.versions import publish_change

__all__ = [
    "add_money",
    "approve_round",
    "cancel_round",
    "close_due_rounds",
    "copy_round",
    "create_fund",
    "create_round",
    "discard_changes",
    "edit_round",
    "give_money",
    "move_deadline",
    "open_due_rounds",
    "publish_change",
    "publish_round",
    "save_definition",
]
