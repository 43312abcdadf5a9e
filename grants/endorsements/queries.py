"""Reading endorsements: by their group, by the link of whoever was asked, and as a part of what is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from grants.accounts.services.links import Site, is_own
from grants.applications.models import Application
from grants.applications.queries import encloses
from grants.core.scoping import get_visible
from grants.endorsements.models import WAITING_ONLY, Endorsement
from grants.funds.models import Endorsement as Wanted
from grants.funds.models import Round
from grants.funds.queries import deadline_for
from grants.web import filters
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.endorsement import ASK_AGAIN_AFTER, REMIND_BEFORE, EndorsementFacts, EndorsementState
from workflows.errors import Gone

# How long a link of a fund without a closing date is good for (our default).
ROLLING_LASTS = timedelta(days=30)
KIND = "endorsement"
SECTION = "Endorsements"
SECTION_AFTER = "Endorsements that came after it was sent"
# A bid that is written or waits for the closing; from the checks on nothing is added to it.
TAKES_WORDS = frozenset({ApplicationState.DRAFT, ApplicationState.SUBMITTED})
# Spelled out, as a plan with an index over the waiting ones alone is made before the values are known.
_IS_WAITING = sa.text(WAITING_ONLY)


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
    is_open = found.application.state in TAKES_WORDS and now < closes_at(found)
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
        "bid_takes_words": bid.state in TAKES_WORDS,
        "bid_is_over": bid.state not in TAKES_WORDS,
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


def list_to_remind(session: Session, now: datetime, *, after_id: int = 0, limit: int) -> list[Endorsement]:
    """Askings whose one reminder may be due by the round's own closing; the machine asks after the rest."""
    lately = now - ASK_AGAIN_AFTER
    unreminded = Endorsement.reminded_at.is_(None), Endorsement.asked_at <= lately
    writing = Application.state.in_(sorted(TAKES_WORDS))
    return _list_waiting(session, *unreminded, writing, _closes_by(now + REMIND_BEFORE), after_id=after_id, limit=limit)


def list_to_expire(session: Session, now: datetime, *, after_id: int = 0, limit: int) -> list[Endorsement]:
    """Askings whose bid is past its round's closing or takes no more; the machine asks after a bid's own time."""
    over = sa.or_(Application.state.not_in(sorted(TAKES_WORDS)), _closes_by(now))
    return _list_waiting(session, over, after_id=after_id, limit=limit)


def _closes_by(instant: datetime) -> sa.ColumnElement[bool]:
    """Whether the link could be over by then: grace and a bid's own time only make it later."""
    rolling = sa.and_(Round.closes_at.is_(None), Endorsement.created_at <= instant - ROLLING_LASTS)
    return sa.or_(Round.closes_at <= instant, rolling)


def _list_waiting(
    session: Session, *conditions: sa.ColumnElement[bool], after_id: int, limit: int
) -> list[Endorsement]:
    return list(
        session.scalars(
            sa.select(Endorsement)
            .join(Endorsement.application)
            .join(Application.round)
            .where(_IS_WAITING, Endorsement.id > after_id, *conditions)
            .options(contains_eager(Endorsement.application).contains_eager(Application.round))
            .order_by(Endorsement.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Endorsement)
        )
    )


@encloses
def given_with(session: Session, application: Application) -> list[dict[str, Any]]:
    """What was given, as a submission keeps it beside the answers."""
    return _entries(session, application, SECTION)


def given_after(session: Session, application: Application, sent: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was given and is not in the copy that was sent, for those who judge the bid; the copy stays as it is."""
    if application.round.endorsement is Wanted.NONE:
        return []
    known = [entry.get("value") for entry in sent if entry.get("kind") == KIND]
    return [entry for entry in _entries(session, application, SECTION_AFTER) if entry["value"] not in known]


def _entries(session: Session, application: Application, section: str) -> list[dict[str, Any]]:
    found = [each for each in list_for(session, application) if each.state is EndorsementState.GIVEN]
    return [
        {
            "code": f"endorsement-{number}",
            "section": section,
            "label": f"{each.name}, {each.position}",
            "kind": KIND,
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
