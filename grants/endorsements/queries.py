"""Reading endorsements: by their group, by the link of whoever was asked, and as a part of what is sent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.services.links import Site, is_own
from grants.applications.models import Application
from grants.applications.queries import encloses
from grants.core.scoping import get_visible
from grants.endorsements.models import Endorsement
from grants.funds.queries import deadline_for
from grants.web import filters
from workflows.actors import Actor
from workflows.application import LIVE, ApplicationState
from workflows.endorsement import EndorsementFacts, EndorsementState
from workflows.errors import Gone

# How long a link of a fund without a closing date is good for (our default).
ROLLING_LASTS = timedelta(days=30)
SECTION = "Endorsements"


def link_token(site: Site, endorsement: Endorsement) -> str:
    """The one-use link: made again for each e-mail of the same asking, and stored only as a hash."""
    kind = f"endorsement:{endorsement.application_id}"
    return site.token(kind, endorsement.email, endorsement.created_at)


def get_endorsement(session: Session, actor: Actor, endorsement_id: int) -> Endorsement:
    """An asking of the actor's own group, with its bid."""
    return get_visible(session, Endorsement, endorsement_id, actor, along=("application",))


def get_by_link(session: Session, endorsement_id: int, token: str, site: Site, *, now: datetime) -> Endorsement:
    """The asking that this link answers; raises Gone when it is not its own, spent, taken back or over."""
    found = session.get(Endorsement, endorsement_id)
    if found is None or not is_own(token, found.token_hash, link_token(site, found)):
        raise Gone
    is_open = found.application.state is ApplicationState.DRAFT and now < closes_at(found)
    if found.state is not EndorsementState.REQUESTED or not is_open:
        raise Gone("endorsement-link-spent")
    return found


def list_for(session: Session, application: Application) -> list[Endorsement]:
    """Every asking of the bid, first to last."""
    mine = sa.select(Endorsement).where(Endorsement.application_id == application.id).order_by(Endorsement.id)
    return list(session.scalars(mine))


def closes_at(endorsement: Endorsement) -> datetime:
    """The first instant at which the link is good no more: the bid's own deadline."""
    return deadline_for(endorsement.application) or endorsement.created_at + ROLLING_LASTS


def facts_for(endorsement: Endorsement, *, now: datetime, **more: Any) -> EndorsementFacts:
    """What the machine asks of one asking."""
    bid = endorsement.application
    known: dict[str, Any] = {
        "scope": endorsement.scope,
        "now": now,
        "bid_is_draft": bid.state is ApplicationState.DRAFT,
        "bid_is_over": bid.state not in LIVE,
        "closes_at": closes_at(endorsement),
        "last_asked_at": endorsement.asked_at,
        "was_reminded": endorsement.reminded_at is not None,
        "words": endorsement.words,
        "name": endorsement.name,
        "position": endorsement.position,
    }
    return EndorsementFacts(**known | more)


def is_waiting(session: Session, endorsement_id: int, address: str) -> bool:
    """Whether this address is still asked."""
    mine = sa.select(Endorsement.id).where(
        Endorsement.id == endorsement_id,
        Endorsement.email == address,
        Endorsement.state == EndorsementState.REQUESTED,
    )
    return session.scalar(mine) is not None


def endorsers(session: Session, endorsement_ids: Collection[int]) -> dict[int, str]:
    """The address of each of these askings."""
    rows = session.execute(sa.select(Endorsement.id, Endorsement.email).where(Endorsement.id.in_(endorsement_ids)))
    return {row.id: row.email for row in rows}


def list_waiting(session: Session, *, after_id: int = 0, limit: int) -> list[Endorsement]:
    """Askings without an answer, with their bids and rounds."""
    return list(
        session.scalars(
            sa.select(Endorsement)
            .where(Endorsement.state == EndorsementState.REQUESTED, Endorsement.id > after_id)
            .options(joinedload(Endorsement.application).joinedload(Application.round))
            .order_by(Endorsement.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Endorsement)
        )
    )


@encloses
def given_with(session: Session, application: Application) -> list[dict[str, Any]]:
    """What was given, as a submission keeps it beside the answers."""
    found = [each for each in list_for(session, application) if each.state is EndorsementState.GIVEN]
    return [
        {
            "code": f"endorsement-{number}",
            "section": SECTION,
            "label": f"{each.name}, {each.position}",
            "kind": "endorsement",
            "value": {
                "name": each.name,
                "position": each.position,
                "words": each.words,
                "given_at": each.given_at.isoformat() if each.given_at else None,
            },
            "shown": f"{each.words}\n{filters.day(each.given_at)}",
        }
        for number, each in enumerate(found, start=1)
    ]
