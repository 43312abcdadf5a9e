"""Finding who is owed a reminder: all things with one deadline share their offsets, so each deadline is asked once.

A batch of 500 is read and written at a time, and whoever has the latest offset's row is not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.holidays import bank_holidays
from grants.core.outbox import Reminder
from grants.core.reminders import BATCH, Owed, remind
from workflows.deadlines import london_date
from workflows.rules.reminders import Offset, due_offsets, fires_at


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of reminder.

    `anchors(now)` selects (deadline, when it opened or null) of all that is still owed; `people(deadline, opened)`
    selects (thing, office, person, address, since when) of one of them. `thing`, `person` and `since` are those
    columns; without `since` somebody who came later is owed the latest reminder, too.
    """

    obligation: str
    subject_type: str
    template: str
    offsets: Sequence[Offset]
    thing: Any
    person: Any
    anchors: Callable[[datetime], Any]
    people: Callable[[Any, Any], Any]
    since: Any = None


def remind_series(session: Session, series: Series, now: datetime) -> int:
    """Remind up to 500 people of this series; returns how many, 0 when nobody is left."""
    holidays = bank_holidays()
    for anchor, opened_at in session.execute(series.anchors(now)).all():
        opens_on = None if opened_at is None else london_date(opened_at)
        due = due_offsets(series.offsets, anchor, already=(), now=now, opens_on=opens_on, holidays=holidays)
        if due.send is None:
            continue
        passed = (*due.superseded, due.send)
        at = {each.key: fires_at(each, anchor, opens_on=opens_on, holidays=holidays) for each in passed}
        rows = session.execute(_lacking(series, anchor, opened_at, due.send.key, at[due.send.key])).all()
        if rows:
            return remind(session, [_owed(series, row, due.send.key, at) for row in rows], now=now)
    return 0


def _lacking(series: Series, anchor: date, opened_at: datetime | None, code: str, fired_at: datetime) -> Any:
    has_row = sa.exists().where(
        Reminder.obligation == series.obligation,
        Reminder.subject_id == series.thing,
        Reminder.person_id == series.person,
        Reminder.offset_code == code,
    )
    people = series.people(anchor, opened_at).where(~has_row)
    if series.since is not None:
        # Who began after the reminder's time is not told late what was never due to them.
        people = people.where(series.since <= fired_at)
    return people.order_by(series.thing, series.person).distinct().limit(BATCH)


def _owed(series: Series, row: Any, code: str, at: dict[str, datetime]) -> Owed:
    thing_id, office_id, person_id, address, since = row
    since = None if series.since is None else since
    return Owed(
        obligation=series.obligation,
        subject_type=series.subject_type,
        subject_id=thing_id,
        person_id=person_id,
        address=address,
        office_id=office_id,
        template=series.template,
        offset_code=code,
        superseded=tuple(key for key, fired in at.items() if key != code and (since is None or fired >= since)),
    )
