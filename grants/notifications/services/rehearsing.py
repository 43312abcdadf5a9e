"""The e-mails that a change would send, in their very words, read inside the change before it is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grants.core.outbox import Message, OutboxEntry, Progress
from grants.notifications.rendering import Letterhead, render
from grants.notifications.services.expand import messages_of


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One e-mail as it would go. `is_held` waits for the announcement of the round."""

    address: str
    subject: str
    body: str
    is_held: bool


def letters_of(
    session: Session, entries: Sequence[OutboxEntry], letterhead: Letterhead, *, now: datetime
) -> list[Rehearsed]:
    """What these entries would send; those that are never mailed are left out. Nothing is written."""
    letters: dict[tuple[str, str], Rehearsed] = {}
    for entry in entries:
        if entry.progress is Progress.SUPPRESSED:
            continue
        for row in messages_of(session, [entry], now):
            message = Message(**row)
            words = render(session, message, letterhead)
            is_held = entry.progress is Progress.HELD
            # One thing is told to one person once, as when they are sent.
            letters.setdefault(
                (row["dedupe_key"], row["address"]), Rehearsed(row["address"], words.subject, words.body, is_held)
            )
    return list(letters.values())
