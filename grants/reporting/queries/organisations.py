"""A group as an office sees it: public facts, bids made to the office, and awards that any office has announced."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Office, Organisation
from grants.accounts.queries import standing_id
from grants.applications.models import Application
from grants.awards.models import Award
from grants.core.scoping import offices_of, visible
from grants.documents.models import Document
from grants.funds.models import Round
from workflows.actors import Actor
from workflows.award import AwardState
from workflows.document import DocumentState
from workflows.errors import NotFound
from workflows.round import RoundState
from workflows.rules.eligibility_facts import OrgType

MOST = 100
ANNOUNCED = (RoundState.ANNOUNCED, RoundState.COMPLETE)
# What became a grant; an offer that nobody took was never one.
PUBLISHED = (AwardState.ACCEPTED, AwardState.ACTIVE)


def get_known_organisation(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    """The group under this number, or the one that it was merged into, for the staff of any office.

    Somebody who applied alone is known to the offices that they applied to, and to no other.
    """
    found = session.get(Organisation, standing_id(session, organisation_id)) if offices_of(actor) else None
    if found is None:
        raise NotFound(subject="organisation")
    if found.kind == OrgType.INDIVIDUAL and not list_bids(session, actor, found):
        raise NotFound(subject="organisation")
    return found


def list_bids(session: Session, actor: Actor, organisation: Organisation) -> Sequence[Application]:
    """The group's bids that the actor may read as staff, the latest first, with their rounds."""
    return session.scalars(
        sa.select(Application)
        .where(Application.organisation_id == organisation.id, visible(Application, actor))
        .options(joinedload(Application.round))
        .order_by(Application.id.desc())
        .limit(MOST)
    ).all()


def list_published_awards(session: Session, organisation: Organisation) -> Sequence[sa.Row[tuple[Award, str]]]:
    """Grants of all offices that were announced and taken up, the latest first, each with its office's name."""
    return session.execute(
        sa.select(Award, Office.name)
        .join(Office, Office.id == Award.office_id)
        .join(Application, Application.id == Award.application_id)
        .join(Round, Round.id == Application.round_id)
        .where(
            Award.organisation_id == organisation.id,
            Award.state.in_(PUBLISHED),
            Round.state.in_(ANNOUNCED) | Round.is_rolling,
        )
        .order_by(Award.id.desc())
        .limit(MOST)
    ).all()


def list_sent_documents(session: Session, bids: Sequence[Application]) -> Sequence[Document]:
    """Files that were given in with these bids."""
    return session.scalars(
        sa.select(Document)
        .where(
            Document.application_id.in_([bid.id for bid in bids]),
            Document.sent_at.is_not(None),
            Document.state != DocumentState.REMOVED,
        )
        .order_by(Document.application_id.desc(), Document.kind, Document.id.desc())
        .limit(MOST)
    ).all()


def list_group_awards(
    session: Session, actor: Actor, organisation: Organisation
) -> Sequence[sa.Row[tuple[Award, str]]]:
    """The group's own awards in all offices, as its people may see them, the latest first, with the office's name."""
    return session.execute(
        sa.select(Award, Office.name)
        .join(Office, Office.id == Award.office_id)
        .where(Award.organisation_id == organisation.id, visible(Award, actor))
        .order_by(Award.id.desc())
        .limit(MOST)
    ).all()


def list_group_bids(session: Session, organisation: Organisation) -> Sequence[sa.Row[tuple[Application, str]]]:
    """The group's own bids in all offices, the latest first, with the office's name."""
    return session.execute(
        sa.select(Application, Office.name)
        .join(Office, Office.id == Application.office_id)
        .where(Application.organisation_id == organisation.id)
        .options(joinedload(Application.round))
        .order_by(Application.id.desc())
        .limit(MOST)
    ).all()
