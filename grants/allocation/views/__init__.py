"""Scenarios of a round's awards, and what finance allows above its pot, on one blueprint."""

from grants.allocation.views import over, scenarios
from grants.allocation.views.blueprint import bp

__all__ = ["bp", "over", "scenarios"]
