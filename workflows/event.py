"""Support events: a round's workshop is planned, held, and its recording published for those who missed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class EventState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    RECORDING_PUBLISHED = "recording_published"
    CANCELLED = "cancelled"


S = EventState
COMING = frozenset({S.PLANNED})
PAST = frozenset({S.HELD, S.RECORDING_PUBLISHED})
CALLED_OFF = frozenset({S.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What the guards of an event may ask; defaults refuse, so a forgotten fact never permits."""

    scope: Scope
    now: datetime
    ends_at: datetime | None = None
    recording_link: str = ""
    reason: str = ""


def event_is_over(facts: EventFacts, actor: Actor) -> Refusal | None:
    if facts.ends_at is None or facts.now < facts.ends_at:
        return Refusal("event-not-over", {"ends_at": facts.ends_at})
    return None


def recording_given(facts: EventFacts, actor: Actor) -> Refusal | None:
    return None if facts.recording_link.strip() else Refusal("recording-needed")


def reason_given(facts: EventFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


STAFF = {Role.OFFICER, Role.MANAGER}
TIMER = {Role.SYSTEM}

# fmt: off
EVENT = Workflow(
    "event",
    EventState,
    initial=S.PLANNED,
    terminal={S.RECORDING_PUBLISHED, S.CANCELLED},
    rows=[
        # action               from        to                       who            provided that      then
        ("plan",               NEW,        S.PLANNED,               STAFF,         [],                []),
        ("change",             S.PLANNED,  S.PLANNED,               STAFF,         [],                []),
        ("hold",               S.PLANNED,  S.HELD,                  TIMER | STAFF, [event_is_over],   []),
        ("publish-recording",  S.HELD,     S.RECORDING_PUBLISHED,   STAFF,         [recording_given], []),
        ("change-recording",   S.RECORDING_PUBLISHED, S.RECORDING_PUBLISHED, STAFF, [recording_given], []),
        ("cancel",             S.PLANNED,  S.CANCELLED,             STAFF,         [reason_given],    []),
    ],
)
# fmt: on
