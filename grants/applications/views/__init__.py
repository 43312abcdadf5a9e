"""The group's pages, by subject, on one blueprint: whether they may apply, the writing, the sending, the standing."""

from grants.applications.views import (
    checking,
    clock,
    copying,
    details,
    drafting,
    extending,
    files,
    history,
    merging,
    people,
    preview,
    receipts,
    sending,
    standing,
    starting,
    uploads,
    versions,
)
from grants.applications.views.blueprint import bp

__all__ = [
    "bp",
    "checking",
    "clock",
    "copying",
    "details",
    "drafting",
    "extending",
    "files",
    "history",
    "merging",
    "people",
    "preview",
    "receipts",
    "sending",
    "standing",
    "starting",
    "uploads",
    "versions",
]
