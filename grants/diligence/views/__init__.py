"""Checks with their signals, and the rules of a fund, on one blueprint."""

from grants.diligence.views import checks, rules, signals
from grants.diligence.views.blueprint import bp

__all__ = ["bp", "checks", "rules", "signals"]
