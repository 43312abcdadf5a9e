"""Support events: a round's workshop is planned, held, and its recording published for those who missed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class EventState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    RECORDING_PUBLISHED = "recording_published"
    CANCELLED = "cancelled"


S = EventState
# A reminder goes this many days before, at nine in London (published practice for workshops).
REMIND_BEFORE_DAYS = 3
COMING = frozenset({S.PLANNED})
PAST = frozenset({S.HELD, S.RECORDING_PUBLISHED})
CALLED_OFF = frozenset({S.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What the guards of an event may ask; defaults refuse, so a forgotten fact never permits."""

    scope: Scope
    now: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reminder_at: datetime | None = None
    was_reminded: bool = True
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


def event_reminder_is_due(facts: EventFacts, actor: Actor) -> Refusal | None:
    # Nobody is reminded of what has begun.
    has_begun = facts.starts_at is None or facts.now >= facts.starts_at
    if facts.was_reminded or has_begun or facts.reminder_at is None or facts.now < facts.reminder_at:
        return Refusal("reminder-not-due")
    return None


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
        ("move",               S.PLANNED,  S.PLANNED,               STAFF,         [],
            [Tell("event-moved", Audience.SIGN_UPS)]),
        ("remind",             S.PLANNED,  S.PLANNED,               TIMER,         [event_reminder_is_due],
            [Tell("event-reminder", Audience.SIGN_UPS)]),
        ("hold",               S.PLANNED,  S.HELD,                  TIMER | STAFF, [event_is_over],   []),
        ("publish-recording",  S.HELD,     S.RECORDING_PUBLISHED,   STAFF,         [recording_given],
            [Tell("event-recording", Audience.SIGN_UPS)]),
        ("change-recording",   S.RECORDING_PUBLISHED, S.RECORDING_PUBLISHED, STAFF, [recording_given], []),
        ("cancel",             S.PLANNED,  S.CANCELLED,             STAFF,         [reason_given],
            [Tell("event-cancelled", Audience.SIGN_UPS)]),
    ],
)
# fmt: on
