"""The verbs of lists: keep a view, and plan, confirm, call back and carry out a change of many bids."""

from grants.bulk.services.changing import MOST_BIDS, call_back, confirm, plan
from grants.bulk.services.doors import DOORS
from grants.bulk.services.duties import carry_out_due, drop_old_plans
from grants.bulk.services.views import drop_view, keep_view

__all__ = [
    "DOORS",
    "MOST_BIDS",
    "call_back",
    "carry_out_due",
    "confirm",
    "drop_old_plans",
    "drop_view",
    "keep_view",
    "plan",
]
