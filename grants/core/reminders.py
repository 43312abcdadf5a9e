"""Reminding: a row for each obligation, person and offset is written once, by the database's own constraint.

A message is queued only for a row that is new, so a sweep may run twice, at once in two workers, or late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grants.core.outbox import Message, Reminder, new_message_id

T = TypeVar("T")

# Rows in one INSERT; far below the parameter limits of both databases.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Owed:
    """One person to remind of one thing: the offset to send, and the earlier ones that it overtakes.

    `offset_code` is None when nothing is to be sent and offsets that passed are only to be recorded.
    """

    obligation: str
    subject_type: str
    subject_id: int
    person_id: int
    address: str
    office_id: int | None
    template: str
    offset_code: str | None
    superseded: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)

    def key(self, offset_code: str) -> Key:
        return self.obligation, self.subject_id, self.person_id, offset_code


Key = tuple[str, int, int, str]


def remind(session: Session, owed: Iterable[Owed], *, now: datetime) -> int:
    """Write the reminder rows and queue a message for each new one to send; returns how many of `owed` were new."""
    return sum(_remind_batch(session, batch, now) for batch in _batches(owed))


def recorded(session: Session, obligation: str, subject_ids: Collection[int]) -> dict[tuple[int, int], set[str]]:
    """The offsets that have a row already, by (subject, person), for these subjects."""
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for some in _batches(sorted(set(subject_ids))):
        rows = session.execute(
            sa.select(Reminder.subject_id, Reminder.person_id, Reminder.offset_code).where(
                Reminder.obligation == obligation, Reminder.subject_id.in_(some)
            )
        )
        for subject_id, person_id, offset_code in rows:
            found[subject_id, person_id].add(offset_code)
    return found


def insert_new(session: Session, model: Any, rows: list[dict[str, Any]], *returning: Any) -> list[Any]:
    """Insert those rows that break no unique constraint; returns `returning` of the ones written."""
    if not rows:
        return []
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(model.__table__).on_conflict_do_nothing().returning(*returning)
    return list(session.execute(statement, rows))


def _remind_batch(session: Session, owed: list[Owed], now: datetime) -> int:
    rows: dict[Key, dict[str, Any]] = {}
    for each in owed:
        for code in each.superseded:
            rows.setdefault(each.key(code), _reminder(each, code, now, is_superseded=True))
    to_send = {each.key(each.offset_code): each for each in owed if each.offset_code is not None}
    for key, each in to_send.items():
        rows[key] = _reminder(each, key[-1], now, is_superseded=False)
    written = _write(session, rows)
    insert_new(
        session, Message, [_message(each, key, now) for key, each in to_send.items() if key in written], Message.id
    )
    return sum(not written.isdisjoint(_keys(each)) for each in owed)


def _write(session: Session, rows: Mapping[Key, dict[str, Any]]) -> set[Key]:
    columns = (Reminder.obligation, Reminder.subject_id, Reminder.person_id, Reminder.offset_code)
    # In one order for everybody, so that two workers at once wait for each other and never in a circle.
    ordered = [rows[key] for key in sorted(rows)]
    return {tuple(row) for batch in _batches(ordered) for row in insert_new(session, Reminder, batch, *columns)}


def _keys(each: Owed) -> set[Key]:
    sent = () if each.offset_code is None else (each.offset_code,)
    return {each.key(code) for code in (*each.superseded, *sent)}


def _reminder(each: Owed, code: str, now: datetime, *, is_superseded: bool) -> dict[str, Any]:
    return {
        "office_id": each.office_id,
        "obligation": each.obligation,
        "subject_id": each.subject_id,
        "person_id": each.person_id,
        "offset_code": code,
        "is_superseded": is_superseded,
        "created_at": now,
    }


def _message(each: Owed, key: Key, now: datetime) -> dict[str, Any]:
    return {
        "office_id": each.office_id,
        "template": each.template,
        "person_id": each.person_id,
        "address": each.address,
        "subject_type": each.subject_type,
        "subject_id": each.subject_id,
        # What the sender needs to ask again whether it is still owed, and in which words to say it.
        "detail": {**each.detail, "obligation": each.obligation, "offset": each.offset_code},
        "dedupe_key": "reminder:" + ":".join(str(part) for part in key),
        "message_id": new_message_id(),
        "next_attempt_at": now,
        "created_at": now,
    }


def _batches(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, BATCH)):
        yield batch
