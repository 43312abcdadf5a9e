"""Pages of the eligibility check, one module for each part of it; all belong to one blueprint."""

from grants.eligibility.views import checking, clarifying, queue
from grants.eligibility.views.blueprint import bp

__all__ = ["bp", "checking", "clarifying", "queue"]
