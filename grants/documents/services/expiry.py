"""Reminding a group that a document it keeps runs out: 60, 30 and 7 days before, and on the day (domain practice)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Person
from grants.core.sweeps import Series, remind_series
from grants.documents.models import Document
from workflows.actors import GROUP_ROLES
from workflows.deadlines import london_date
from workflows.document import HELD
from workflows.rules.reminders import EXPIRY_OFFSETS

LOOK_AHEAD = timedelta(days=61)


def remind_expiring(session: Session, now: datetime) -> int:
    """Remind up to 500 people of documents that run out on one day; 0 when nobody is left."""
    today = london_date(now)
    days = session.scalars(
        sa.select(Document.expires_on)
        .where(_is_kept(), Document.expires_on.between(today, today + LOOK_AHEAD))
        .distinct()
        .order_by(Document.expires_on)
    ).all()
    return next((count for day in days if day and (count := remind_series(session, _series(day), now))), 0)


def _series(day: date) -> Series:
    # The day is part of the obligation: a document that is good for longer is reminded of anew.
    return Series(
        obligation=f"document-expiry:{day.isoformat()}",
        subject_type="document",
        template="document-expiring",
        offsets=EXPIRY_OFFSETS,
        thing=Document.id,
        person=Person.id,
        since=Document.uploaded_at,
        anchors=lambda now: sa.select(sa.literal(day, sa.Date), sa.null()),
        people=_people,
    )


def _people(expires_on: date, _: None) -> Any:
    return (
        sa.select(Document.id, Document.office_id, Person.id, Person.email, Document.uploaded_at)
        .join(Membership, Membership.organisation_id == Document.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            _is_kept(),
            Document.expires_on == expires_on,
            Membership.ended_at.is_(None),
            Membership.role.in_(sorted(GROUP_ROLES)),
        )
    )


def _is_kept() -> sa.ColumnElement[bool]:
    return sa.and_(Document.application_id.is_(None), Document.state.in_(sorted(HELD)))
