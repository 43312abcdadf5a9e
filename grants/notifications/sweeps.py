"""The reminders of drafts and of offers: who is owed one now, read 500 at a time, written once by `remind`.

All things with one deadline share their offsets, so a sweep asks for each deadline which people lack the latest one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Person
from grants.applications.models import Application
from grants.awards.models import Award
from grants.core.holidays import bank_holidays
from grants.core.outbox import Reminder
from grants.core.reminders import BATCH, Owed, remind
from grants.funds.models import Round
from workflows import application, award, round
from workflows.actors import Role
from workflows.rules.reminders import DRAFT_OFFSETS, OFFER_OFFSETS, Offset, due_offsets, fires_at

# How far from its anchor a reminder of the series can lie, with room for holidays; other deadlines are not read.
DRAFTS_LOOK_AHEAD = timedelta(days=8)
OFFERS_LOOK_BACK = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of reminder. `anchors` are the deadlines of note; `people` selects who is to be told for one of them:
    (thing, office, when the obligation began, person, address), where `thing` and `began` are also named here."""

    obligation: str
    subject_type: str
    template: str
    offsets: Sequence[Offset]
    thing: Any
    began: Any
    anchors: Callable[[datetime], sa.Select[Any]]
    people: Callable[[datetime], sa.Select[Any]]


def remind_drafts(session: Session, now: datetime) -> int:
    """Remind those who may send a draft, 7 and 2 days and 4 hours before it can't be sent; one batch."""
    return _remind(session, DRAFTS, now)


def remind_offers(session: Session, now: datetime) -> int:
    """Remind signatories of an offer not answered, 5, 10 and 15 working days after it; one batch."""
    return _remind(session, OFFERS, now)


def _remind(session: Session, series: Series, now: datetime) -> int:
    holidays = bank_holidays()
    for (anchor,) in session.execute(series.anchors(now)).all():
        due = due_offsets(series.offsets, anchor, already=(), now=now, holidays=holidays)
        if due.send is None:
            continue
        at = {each.key: fires_at(each, anchor, holidays=holidays) for each in (*due.superseded, due.send)}
        rows = session.execute(_lacking(series, anchor, due.send, at[due.send.key])).all()
        if rows:
            return remind(session, [_owed(series, row, due.send.key, due.superseded, at) for row in rows], now=now)
    return 0


def _lacking(series: Series, anchor: datetime, offset: Offset, fired_at: datetime) -> sa.Select[Any]:
    has_row = sa.exists().where(
        Reminder.obligation == series.obligation,
        Reminder.subject_id == series.thing.id,
        Reminder.person_id == Person.id,
        Reminder.offset_code == offset.key,
    )
    # Who began after the reminder's time is not told late what was never due to them.
    return (
        series.people(anchor)
        .where(series.began <= fired_at, ~has_row)
        .order_by(series.thing.id, Person.id)
        .distinct()
        .limit(BATCH)
    )


def _owed(series: Series, row: Any, code: str, superseded: Sequence[Offset], at: dict[str, datetime]) -> Owed:
    thing_id, office_id, began_at, person_id, address = row
    return Owed(
        obligation=series.obligation,
        subject_type=series.subject_type,
        subject_id=thing_id,
        person_id=person_id,
        address=address,
        office_id=office_id,
        template=series.template,
        offset_code=code,
        superseded=tuple(each.key for each in superseded if at[each.key] >= began_at),
    )


_draft_closes = sa.func.coalesce(Application.deadline_extended_to, Round.closes_at)


def _drafts(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Application)
        .join(Round, Round.id == Application.round_id)
        .where(Application.state.in_(sorted(application.DRAFTING)), Round.state.in_(sorted(round.PUBLISHED)))
    )


def _draft_anchors(now: datetime) -> sa.Select[Any]:
    return _drafts(_draft_closes).where(_draft_closes > now, _draft_closes <= now + DRAFTS_LOOK_AHEAD).distinct()


def _draft_people(anchor: datetime) -> sa.Select[Any]:
    who = (Application.id, Application.office_id, Application.created_at, Person.id, Person.email)
    return (
        _drafts(*who)
        .join(Membership, Membership.organisation_id == Application.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            _draft_closes == anchor,
            Membership.ended_at.is_(None),
            Membership.role.in_([Role.LEAD, Role.CONTRIBUTOR]),
        )
    )


def _offer_anchors(now: datetime) -> sa.Select[Any]:
    recent = Award.offered_at.between(now - OFFERS_LOOK_BACK, now)
    return sa.select(Award.offered_at).where(Award.state == award.AwardState.OFFERED, recent).distinct()


def _offer_people(anchor: datetime) -> Any:
    return (
        sa.select(Award.id, Award.office_id, Award.offered_at, Person.id, Person.email)
        .join(Membership, Membership.organisation_id == Award.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Award.state == award.AwardState.OFFERED,
            Award.offered_at == anchor,
            Membership.ended_at.is_(None),
            Membership.role == Role.SIGNATORY,
        )
    )


DRAFTS = Series(
    obligation="draft",
    subject_type="application",
    template="draft-reminder",
    offsets=DRAFT_OFFSETS,
    thing=Application,
    began=Application.created_at,
    anchors=_draft_anchors,
    people=_draft_people,
)
OFFERS = Series(
    obligation="offer",
    subject_type="award",
    template="offer-reminder",
    offsets=OFFER_OFFSETS,
    thing=Award,
    began=Award.offered_at,
    anchors=_offer_anchors,
    people=_offer_people,
)
