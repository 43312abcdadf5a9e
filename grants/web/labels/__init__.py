"""Every word that stands for a code: states for each audience, actions, and the sentence of each refusal.

Codes come from `workflows`; a test shows that none of them reaches a page without its words here. Each feature
keeps its own words in a module of this package, and they are read here as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from grants.web import answer_labels, file_labels
from grants.web.labels import actions as _actions
from grants.web.labels import (
    allocation,
    assigning,
    bulk,
    checks,
    diligence,
    interests,
    marking,
    meetings,
    representatives,
    scores,
)
from grants.web.labels import sentences as _sentences
from grants.web.labels import states as _states
from grants.web.labels.kinds import ASSISTED, GROUP_ROLES, OFFICE_ROLES, ORGANISATION_KINDS
from grants.web.labels.states import ANNOUNCED_TO_GROUP
from workflows.deadlines import to_london
from workflows.money import format_pounds

__all__ = ["ANNOUNCED_TO_GROUP", "ASSISTED", "GROUP_ROLES", "OFFICE_ROLES", "ORGANISATION_KINDS"]

STAFF, GROUP, PUBLIC = "staff", "group", "public"

STATES = dict(_states.STATES)
ACTIONS = dict(_actions.ACTIONS)
RECORDED = dict(_actions.RECORDED)
SENTENCES = _sentences.SENTENCES | answer_labels.SENTENCES | file_labels.SENTENCES
_PARTS = (allocation, assigning, bulk, checks, diligence, interests, marking, meetings, representatives, scores)
for _part in _PARTS:
    STATES |= _part.STATES
    ACTIONS |= _part.ACTIONS
    RECORDED |= _part.RECORDED
    SENTENCES |= _part.SENTENCES

HEADINGS = {
    400: "The request could not be read",
    401: "You are not signed in",
    403: "You can't do this",
    404: "Page not found",
    405: "This can't be done here",
    409: "This could not be done",
    410: "This link no longer works",
    413: "Too large",
    422: "There is a problem",
    429: "Too many tries",
    500: "Sorry, something went wrong",
    503: "Sorry, not available just now",
}


def state_label(lifecycle: str, state: str, audience: str = STAFF) -> str:
    """What this audience reads for a state."""
    staff, group, _ = STATES[lifecycle][str(state)]
    return staff if audience == STAFF else group


def state_colour(lifecycle: str, state: str) -> str:
    return STATES[lifecycle][str(state)][2]


def action_label(lifecycle: str, action: str) -> str:
    return ACTIONS.get((lifecycle, action)) or RECORDED[lifecycle, action]


def role_label(role: str) -> str:
    """The name of a role, as a person may be called by it."""
    return (OFFICE_ROLES | GROUP_ROLES)[str(role)][0]


def heading_for(status: int) -> str:
    return HEADINGS.get(status, HEADINGS[500] if status >= 500 else HEADINGS[400])


def sentence_for(code: str, detail: Mapping[str, Any] | None = None) -> str:
    """The sentence of a refusal, filled with the detail's values in the form that people read."""
    words = SENTENCES.get(code, SENTENCES["refused"])
    return words.format_map(_Shown({key: _show(key, value) for key, value in (detail or {}).items()}))


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "not set"


def _show(key: str, value: Any) -> str:
    if (key in {"ask", "left"} or key.endswith("_pence")) and isinstance(value, int):
        return format_pounds(value)
    if isinstance(value, datetime):
        return f"{to_london(value):%-d %B %Y at %H:%M}"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, (tuple, list, set, frozenset)):
        return ", ".join(_show("", item) for item in value)
    if isinstance(value, StrEnum):
        return value.replace("_", " ")
    return "not set" if value is None else str(value)
