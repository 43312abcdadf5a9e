"""The drafts of a round as its office may know them: whose they are and until when, and nothing of what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.applications.models import Application, LateTime
from grants.applications.queries.facts import base_facts
from grants.applications.queries.reading import find_live
from grants.funds.models import Round
from grants.funds.queries import deadline_for
from workflows.actors import Actor, Role, Scope
from workflows.application import ApplicationFacts, ApplicationState
from workflows.errors import NotFound

MOST = 500
UNSENT = frozenset({ApplicationState.DRAFT, ApplicationState.LAPSED})


@dataclass(frozen=True, slots=True)
class DraftOfOffice:
    """A group's draft before staff: its name and its deadline."""

    application: Application

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.application.office_id)


def list_drafts(session: Session, round_: Round) -> Sequence[Application]:
    """Drafts of this round that are not sent, by group; at most 500."""
    return session.scalars(
        sa.select(Application)
        .where(Application.round_id == round_.id, Application.state == ApplicationState.DRAFT)
        .options(joinedload(Application.round))
        .order_by(Application.organisation_name, Application.id)
        .limit(MOST)
    ).all()


def list_lately_lapsed(session: Session, round_: Round, *, now: datetime, late_for: timedelta) -> list[Application]:
    """Bids of this round that were not sent in time and may still be given time, by group; at most 500."""
    lapsed = session.scalars(
        sa.select(Application)
        .where(Application.round_id == round_.id, Application.state == ApplicationState.LAPSED)
        .options(joinedload(Application.round))
        .order_by(Application.organisation_name, Application.id)
        .limit(MOST)
    )
    return [each for each in lapsed if (end := deadline_for(each)) is not None and now < end + late_for]


def find_late_time(session: Session, application: Application) -> LateTime | None:
    """The time after the deadline that somebody proposed and nobody has given or refused yet."""
    return session.scalars(
        sa.select(LateTime)
        .where(LateTime.application_id == application.id, LateTime.settled_at.is_(None))
        .options(joinedload(LateTime.proposed_by))
    ).one_or_none()


def late_facts(
    session: Session,
    application: Application,
    proposed: LateTime | None,
    *,
    now: datetime,
    late_for: timedelta,
    **more: Any,
) -> ApplicationFacts:
    """What the machine asks before anybody is given time after the deadline."""
    standing = find_live(session, application.round_id, application.organisation_id)
    given = sa.select(LateTime.id).where(LateTime.application_id == application.id, LateTime.was_given.is_(True))
    known: dict[str, Any] = {
        "late_for": late_for,
        "late_proposal_by": None if proposed is None else proposed.proposed_by_id or 0,
        "new_deadline": None if proposed is None else proposed.until,
        "had_late_time": session.scalar(sa.select(given.exists())),
        "has_live_bid": standing is not None and standing.id != application.id,
    }
    return base_facts(session, application, now=now, **{**known, **more})


def get_unsent_of_office(session: Session, actor: Actor, application_id: int) -> DraftOfOffice:
    """The draft or the bid that lapsed, for staff of its round's office; NotFound for anybody else."""
    return _of_office(session, actor, application_id, UNSENT)


def get_draft_of_office(session: Session, actor: Actor, application_id: int) -> DraftOfOffice:
    """The draft, for staff of the office that runs its round; NotFound for anybody else and for what was sent."""
    return _of_office(session, actor, application_id, frozenset({ApplicationState.DRAFT}))


def _of_office(
    session: Session, actor: Actor, application_id: int, states: frozenset[ApplicationState]
) -> DraftOfOffice:
    offices = {office for office, role in actor.office_roles if role in {Role.OFFICER, Role.MANAGER}}
    draft = session.scalars(
        sa.select(Application)
        .where(Application.id == application_id, Application.state.in_(sorted(states)))
        .options(joinedload(Application.round))
    ).one_or_none()
    if draft is None or draft.office_id not in offices:
        raise NotFound(subject="application")
    return DraftOfOffice(draft)
