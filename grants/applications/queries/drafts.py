"""The drafts of a round as its office may know them: whose they are and until when, and nothing of what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.applications.models import Application
from grants.funds.models import Round
from workflows.actors import Actor, Role, Scope
from workflows.application import ApplicationState
from workflows.errors import NotFound

MOST = 500


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


def get_draft_of_office(session: Session, actor: Actor, application_id: int) -> DraftOfOffice:
    """The draft, for staff of the office that runs its round; NotFound for anybody else and for what was sent."""
    offices = {office for office, role in actor.office_roles if role in {Role.OFFICER, Role.MANAGER}}
    draft = session.scalars(
        sa.select(Application)
        .where(Application.id == application_id, Application.state == ApplicationState.DRAFT)
        .options(joinedload(Application.round))
    ).one_or_none()
    if draft is None or draft.office_id not in offices:
        raise NotFound(subject="application")
    return DraftOfOffice(draft)
