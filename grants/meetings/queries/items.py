"""The agenda of a sitting, and the words that were typed for each item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.assessment.models import Panel
from grants.assessment.queries.agenda import agenda_of
from grants.assessment.queries.table import ModerationLine, ModerationTable, moderation_table
from grants.meetings.models import Meeting, MeetingItem, MeetingWords
from grants.meetings.queries.live import AGREED, READY
from grants.meetings.queries.room import away_for
from workflows.actors import Actor

NOTES, CONDITIONS = "notes", "conditions"


@dataclass(frozen=True, slots=True)
class Entry:
    """One bid of the agenda: why it is talked about, and what became of it in this sitting."""

    line: ModerationLine
    item: MeetingItem | None
    is_ready: bool
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is to be talked about, the rest, and whether the reader stands aside from any.

    In `discuss` and `rest` is what the reader may see; `table` has the money and the line.
    """

    table: ModerationTable
    discuss: tuple[Entry, ...]
    rest: tuple[Entry, ...]
    stands_aside: bool

    @property
    def waiting(self) -> tuple[Entry, ...]:
        """The rest that may be agreed together now."""
        return tuple(each for each in self.rest if each.is_ready and not each.is_agreed)


def agenda_for(session: Session, panel: Panel, meeting: Meeting | None, actor: Actor) -> Agenda:
    """The agenda as this person may see it: bids that must be talked about come first, in the agenda's own order."""
    table = moderation_table(session, panel, actor)
    items = {each.application_id: each for each in items_of(session, meeting)} if meeting else {}
    seen = [each for each in table.lines if each.application is not None]
    away = away_for(session, panel, [_id(each) for each in seen])
    shown = [each for each in seen if actor.person_id not in away[_id(each)]]
    order = {each.application_id: place for place, each in enumerate(agenda_of(session, panel, actor).items)}
    entries = sorted((_entry(each, items) for each in shown), key=lambda each: order.get(_id(each.line), len(order)))
    # Taken up once, a bid stays where everybody saw it.
    talked = [each for each in entries if _id(each.line) in order or (each.item and not each.item.is_en_bloc)]
    return Agenda(
        table=table,
        discuss=tuple(talked),
        rest=tuple(each for each in entries if each not in talked),
        stands_aside=len(shown) < len(table.lines),
    )


def _id(line: ModerationLine) -> int:
    return line.application.id if line.application else 0


def _entry(line: ModerationLine, items: dict[int, MeetingItem]) -> Entry:
    state = line.application.state if line.application else None
    return Entry(line, items.get(_id(line)), state in READY, state in AGREED)


def items_of(session: Session, meeting: Meeting) -> list[MeetingItem]:
    """The sitting's items in the order in which they came up."""
    return list(
        session.scalars(
            sa.select(MeetingItem)
            .options(joinedload(MeetingItem.application))
            .where(MeetingItem.meeting_id == meeting.id)
            .order_by(MeetingItem.opened_at, MeetingItem.id)
        )
    )


def find_item(session: Session, meeting: Meeting, application_id: int) -> MeetingItem | None:
    return session.scalars(
        sa.select(MeetingItem).where(MeetingItem.meeting_id == meeting.id, MeetingItem.application_id == application_id)
    ).one_or_none()


def words_of(session: Session, items: Iterable[int]) -> dict[tuple[int, str], MeetingWords]:
    """What stands in each box, by (item, code)."""
    rows = session.scalars(
        sa.select(MeetingWords)
        .options(joinedload(MeetingWords.person))
        .where(MeetingWords.item_id.in_(sorted(items)))
        .order_by(MeetingWords.id)
    )
    return {(row.item_id, row.code): row for row in rows}


def earlier_words(session: Session, item_id: int) -> list[MeetingWords]:
    """Everything that anybody wrote for the item and that was changed by another person since, newest first."""
    rows = list(
        session.scalars(
            sa.select(MeetingWords)
            .options(joinedload(MeetingWords.person))
            .where(MeetingWords.item_id == item_id)
            .order_by(MeetingWords.id.desc())
        )
    )
    newest: set[str] = set()
    older = []
    for row in rows:
        older += [row] if row.code in newest and row.text.strip() else []
        newest.add(row.code)
    return older


def mark_of(text: str) -> str:
    """Tells two texts of a box apart; empty for an empty box."""
    return sha256(text.encode()).hexdigest()[:12] if text else ""
