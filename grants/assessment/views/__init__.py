"""The pages of assessment on one blueprint: giving out bids, marking, and the panel's table."""

from grants.assessment.views import (
    bids,
    declaring,
    files,
    markers,
    marking,
    packs,
    panels,
    released,
    rulings,
    scores,
    sharing,
    sheets,
)
from grants.assessment.views.blueprint import bp

__all__ = [
    "bids",
    "bp",
    "declaring",
    "files",
    "markers",
    "marking",
    "packs",
    "panels",
    "released",
    "rulings",
    "scores",
    "sharing",
    "sheets",
]
