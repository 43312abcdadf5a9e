"""The history of answers: whatever is saved leaves a row, and no row that somebody else wrote is ever touched.

One person's typing at one question is one row for a minute, so that a save every few seconds does not bury the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Answer, AnswerVersion, Application
from grants.applications.services.columns import keep_columns
from grants.core import audit
from grants.funds.models import Question
from workflows.actors import Actor
from workflows.rules import answers as rules

# So long one person's typing at one question goes into the row that it began with (our default).
ONE_SITTING = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that is about to be written, what stands there, and the last row of its history.

    `is_typing` when it was written on from what stands there; `is_aside` when it is kept, and put in nobody's place.
    """

    question: Question
    value: Any
    stored: Answer | None = None
    latest: AnswerVersion | None = None
    is_typing: bool = False
    is_aside: bool = False


def write_answers(
    session: Session, application: Application, changes: Sequence[Change], *, actor: Actor, now: datetime
) -> None:
    """Write the answers, the columns that lists read, the history, and one entry of the trail for each new row."""
    changes = [each for each in changes if each.stored is not None or not rules.is_blank(each.value)]
    if not changes:
        return
    rows = [row for each in changes for row in _rows(application, each, actor, now)]
    if rows:
        session.execute(sa.insert(AnswerVersion), rows)
    placed = [each for each in changes if not each.is_aside]
    _place(session, application, placed, actor, now)
    keep_columns(session, application, {each.question.code: each.value for each in placed})
    session.flush()
    noted = [each.question.code for each in changes if not _goes_on(each, actor, now)]
    if noted:
        audit.record(
            session,
            subject_type="application",
            subject_id=application.id,
            action="save-answers",
            actor=actor,
            at=now,
            office_id=application.office_id,
            detail={"codes": noted},
        )


def _place(session: Session, application: Application, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
    for each in changes:
        if each.stored is not None:
            each.stored.value, each.stored.person_id, each.stored.saved_at = each.value, actor.person_id, now
    new = [_row(application, each.question.id, each.value, actor.person_id, now) for each in changes if not each.stored]
    if new:
        session.execute(sa.insert(Answer), new)


def _rows(application: Application, change: Change, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    if change.latest is not None and _goes_on(change, actor, now):
        change.latest.value = change.value
        return []
    question_id, stored, rows = change.question.id, change.stored, []
    if stored is not None and change.latest is None:
        # It was saved before there was a history; what is about to go is the first row.
        rows = [_row(application, question_id, stored.value, stored.person_id, stored.saved_at) | {"is_aside": False}]
    mine = _row(application, question_id, change.value, actor.person_id, now)
    return [*rows, mine | {"is_aside": change.is_aside}]


def _goes_on(change: Change, actor: Actor, now: datetime) -> bool:
    """Whether this is the same sitting at the same answer, so that the row of its beginning may take it."""
    latest = change.latest
    if latest is None or latest.person_id != actor.person_id or latest.is_aside != change.is_aside:
        return False
    if not (change.is_typing or change.is_aside) or now - latest.saved_at >= ONE_SITTING:
        return False
    # Whoever empties a box, or pastes over it by mistake, finds what was there in a row of its own.
    return len(str(change.value)) * 2 >= len(str(latest.value)) and not rules.is_blank(change.value)


def _row(application: Application, question_id: int, value: Any, person_id: int | None, at: datetime) -> dict[str, Any]:
    return {
        "application_id": application.id,
        "question_id": question_id,
        "value": value,
        "person_id": person_id,
        "saved_at": at,
    }
