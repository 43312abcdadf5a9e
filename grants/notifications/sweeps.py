"""The reminders of drafts and of offers: which deadlines there are, and whom each of them concerns."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Person
from grants.applications.models import Application
from grants.awards.models import Award
from grants.core.sweeps import Series, remind_series
from grants.funds.models import Round
from workflows import application, award, round
from workflows.actors import Role
from workflows.rules.reminders import DRAFT_OFFSETS, OFFER_OFFSETS

# How far from its anchor a reminder of the series can lie, with room for holidays; other deadlines are not read.
DRAFTS_LOOK_AHEAD = timedelta(days=8)
OFFERS_LOOK_BACK = timedelta(days=45)


def remind_drafts(session: Session, now: datetime) -> int:
    """Remind those who may send a draft, 7 and 2 days and 4 hours before it can't be sent; one batch."""
    return remind_series(session, DRAFTS, now)


def remind_offers(session: Session, now: datetime) -> int:
    """Remind signatories of an offer not answered, 5, 10 and 15 working days after it; one batch."""
    return remind_series(session, OFFERS, now)


_draft_closes = sa.func.coalesce(Application.deadline_extended_to, Round.closes_at)


def _drafts(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Application)
        .join(Round, Round.id == Application.round_id)
        .where(Application.state.in_(sorted(application.DRAFTING)), Round.state.in_(sorted(round.PUBLISHED)))
    )


def _draft_anchors(now: datetime) -> sa.Select[Any]:
    soon = _draft_closes > now, _draft_closes <= now + DRAFTS_LOOK_AHEAD
    return _drafts(_draft_closes, sa.null()).where(*soon).distinct()


def _draft_people(closes_at: datetime, _: None) -> sa.Select[Any]:
    who = (Application.id, Application.office_id, Person.id, Person.email, Application.created_at)
    return (
        _drafts(*who)
        .join(Membership, Membership.organisation_id == Application.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            _draft_closes == closes_at,
            Membership.ended_at.is_(None),
            Membership.role.in_([Role.LEAD, Role.CONTRIBUTOR]),
        )
    )


def _offer_anchors(now: datetime) -> Any:
    recent = Award.offered_at.between(now - OFFERS_LOOK_BACK, now)
    return sa.select(Award.offered_at, sa.null()).where(Award.state == award.AwardState.OFFERED, recent).distinct()


def _offer_people(offered_at: datetime, _: None) -> Any:
    return (
        sa.select(Award.id, Award.office_id, Person.id, Person.email, Award.offered_at)
        .join(Membership, Membership.organisation_id == Award.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Award.state == award.AwardState.OFFERED,
            Award.offered_at == offered_at,
            Membership.ended_at.is_(None),
            Membership.role == Role.SIGNATORY,
        )
    )


DRAFTS = Series(
    obligation="draft",
    subject_type="application",
    template="draft-reminder",
    offsets=DRAFT_OFFSETS,
    thing=Application.id,
    person=Person.id,
    since=Application.created_at,
    anchors=_draft_anchors,
    people=_draft_people,
)
OFFERS = Series(
    obligation="offer",
    subject_type="award",
    template="offer-reminder",
    offsets=OFFER_OFFSETS,
    thing=Award.id,
    person=Person.id,
    anchors=_offer_anchors,
    people=_offer_people,
)
