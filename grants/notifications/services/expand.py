"""From "tell them" to one message for each person: an entry is expanded once, whoever finds it first.

Two effects of one change that name the same person with the same template make one message, by its key.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.outbox import Message, OutboxEntry, Progress, new_message_id
from grants.core.reminders import insert_new
from grants.notifications.audiences import Recipient, resolve
from workflows.effects import Audience

# Nobody has to want to be told.
MAY_BE_NOBODY = frozenset({Audience.SUBSCRIBERS, Audience.SIGN_UPS})

logger = logging.getLogger(__name__)

BATCH = 500
# Rows in one INSERT; a round's news may go to many more people than there are entries.
MESSAGES_AT_ONCE = 1_000


def expand_outbox(session: Session, now: datetime) -> int:
    """Make the messages of up to 500 waiting entries; returns how many entries that were."""
    entries = session.scalars(
        sa.select(OutboxEntry)
        .where(OutboxEntry.progress == Progress.WAITING)
        .order_by(OutboxEntry.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not entries:
        return 0
    rows = messages_of(session, entries, now)
    for start in range(0, len(rows), MESSAGES_AT_ONCE):
        insert_new(session, Message, rows[start : start + MESSAGES_AT_ONCE], Message.id)
    session.execute(
        sa.update(OutboxEntry)
        .where(OutboxEntry.id.in_([entry.id for entry in entries]))
        .values(progress=Progress.EXPANDED, expanded_at=now)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return len(entries)


def messages_of(session: Session, entries: Sequence[OutboxEntry], now: datetime) -> list[dict[str, Any]]:
    """The columns of one message for each person whom these entries tell; nothing is written."""
    people = _people_of(session, entries)
    return [_message(entry, who, now) for entry in entries for who in people[entry.id]]


def _people_of(session: Session, entries: Sequence[OutboxEntry]) -> dict[int, list[Recipient]]:
    subjects: dict[tuple[str, str], set[int]] = defaultdict(set)
    for entry in entries:
        subjects[entry.subject_type, entry.audience].add(entry.subject_id)
    found = {key: resolve(session, *key, sorted(ids)) for key, ids in subjects.items()}
    people = {entry.id: found[entry.subject_type, entry.audience].get(entry.subject_id, []) for entry in entries}
    for entry in entries:
        if not people[entry.id] and entry.audience not in MAY_BE_NOBODY:
            # Nobody to tell is no error (an office without a chair yet), but somebody should be able to find it.
            logger.warning("outbox entry %s: nobody is %s of this %s", entry.id, entry.audience, entry.subject_type)
    return people


def _message(entry: OutboxEntry, who: Recipient, now: datetime) -> dict[str, Any]:
    return {
        "outbox_entry_id": entry.id,
        "office_id": entry.office_id,
        "template": entry.template,
        "person_id": who.person_id,
        "address": who.address,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "detail": entry.detail | dict(who.detail),
        "dedupe_key": _dedupe_key(entry, who),
        "message_id": new_message_id(),
        "next_attempt_at": now,
        "created_at": entry.created_at,
    }


def _dedupe_key(entry: OutboxEntry, who: Recipient) -> str:
    # All entries of one change share its instant, so the lead who is also signatory has one key and one message.
    at = f"{entry.created_at:%Y%m%dT%H%M%S.%f}"
    return f"told:{entry.template}:{entry.subject_type}:{entry.subject_id}:{at}:{who.key}"
