"""Minutes of a panel's meeting: written from what happened, corrected beside it, and signed off by a chair.

What was signed never changes; a correction after that is a dated note under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class MinutesState(StrEnum):
    DRAFT = "draft"
    CORRECTED = "corrected"
    SIGNED = "signed"


S = MinutesState
OPEN = frozenset({S.DRAFT, S.CORRECTED})
CLOSED = frozenset({S.SIGNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesFacts:
    """What the guards of minutes may ask; defaults refuse. `chaired` says that the actor sits as a chair."""

    scope: Scope
    now: datetime
    meeting_ended: bool = False
    chaired: bool = False
    words: str = ""


def meeting_is_over(facts: MinutesFacts, actor: Actor) -> Refusal | None:
    return None if facts.meeting_ended else Refusal("meeting-not-over")


def by_a_chair_of_the_panel(facts: MinutesFacts, actor: Actor) -> Refusal | None:
    return None if facts.chaired else Refusal("not-chair-of-panel")


def words_given(facts: MinutesFacts, actor: Actor) -> Refusal | None:
    return None if facts.words.strip() else Refusal("words-needed")


TIMER = {Role.SYSTEM}
WRITERS = {Role.CHAIR, Role.OFFICER, Role.MANAGER}
CHAIR = {Role.CHAIR}

# fmt: off
MINUTES = Workflow(
    "minutes",
    MinutesState,
    initial=S.DRAFT,
    terminal={S.SIGNED},
    rows=[
        # action     from      to           who      provided that                                then
        ("write",    NEW,      S.DRAFT,     TIMER,   [meeting_is_over],                           []),
        ("correct",  OPEN,     S.CORRECTED, WRITERS, [words_given],                               []),
        ("sign",     OPEN,     S.SIGNED,    CHAIR,   [meeting_is_over, by_a_chair_of_the_panel],  []),
        ("add-note", S.SIGNED, S.SIGNED,    WRITERS, [words_given],                               []),
    ],
)
# fmt: on
