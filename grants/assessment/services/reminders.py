"""Reminding markers around the day that scoring ends: five and two working days before, and one after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.assessment.models import Assignment
from grants.assessment.queries.facts import UNLOCKED
from grants.core.holidays import bank_holidays
from grants.core.reminders import BATCH, Owed, recorded, remind
from grants.funds.models import Round
from workflows.application import ApplicationState
from workflows.round import RoundState
from workflows.rules.reminders import MARKER_OFFSETS, due_offsets

OBLIGATION = "marking"
TEMPLATE = "marking-reminder"
AWAITED = frozenset({ApplicationState.ELIGIBLE, ApplicationState.SCORING})


def remind_due_markers(session: Session, now: datetime) -> int:
    """Remind everyone whose marks are not locked; returns how many were new in the first batch that had any."""
    last_id = 0
    while rows := _unlocked(session, last_id):
        done = remind(session, _owed(session, rows, now), now=now)
        if done:
            return done
        last_id = rows[-1].id
    return 0


def _unlocked(session: Session, after_id: int) -> list[Any]:
    statement = (
        sa.select(
            Assignment.id,
            Assignment.office_id,
            Assignment.created_at,
            Person.id.label("person_id"),
            Person.email,
            Round.scoring_ends_at,
        )
        .join(Person, Person.id == Assignment.person_id)
        .join(Round, Round.id == Assignment.round_id)
        .join(Application, Application.id == Assignment.application_id)
        .where(
            Assignment.id > after_id,
            Assignment.state.in_(sorted(UNLOCKED)),
            Application.state.in_(sorted(AWAITED)),
            Round.state.in_([RoundState.CHECKING, RoundState.SCORING]),
            Round.scoring_ends_at.is_not(None),
        )
        .order_by(Assignment.id)
        .limit(BATCH)
    )
    return list(session.execute(statement))


def _owed(session: Session, rows: list[Any], now: datetime) -> Iterator[Owed]:
    already = recorded(session, OBLIGATION, [row.id for row in rows])
    for row in rows:
        due = due_offsets(
            MARKER_OFFSETS,
            row.scoring_ends_at,
            already=already.get((row.id, row.person_id), set()),
            now=now,
            created_at=row.created_at,
            holidays=bank_holidays(),
        )
        if due.send is not None or due.superseded:
            yield Owed(
                obligation=OBLIGATION,
                subject_type="assignment",
                subject_id=row.id,
                person_id=row.person_id,
                address=row.email,
                office_id=row.office_id,
                template=TEMPLATE,
                offset_code=due.send.key if due.send else None,
                superseded=tuple(each.key for each in due.superseded),
            )
