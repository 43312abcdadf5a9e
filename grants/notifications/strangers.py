"""People without an account who asked for e-mails: what theirs may say, and whether each is still wanted.

A message to one of them names in its detail what they asked for. Their links are made anew at each sending, from the
key of the service, so that none lies in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from grants.accounts.services import Site
from grants.core.outbox import Message
from grants.endorsements import queries as endorsements
from grants.endorsements.models import Endorsement
from grants.events import queries as events
from grants.funds.models import EventSignUp
from grants.subscriptions import queries as subscriptions
from grants.subscriptions.models import Subscription

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stranger:
    """One way of being written to: whether it still stands for an address, and what the e-mail may say of it."""

    stands: Callable[[Session, int, str], bool]
    facts: Callable[[Session, int, Site], Facts]


def still_wanted(session: Session, message: Message) -> bool:
    """Whether whoever has this address still wants the message; yes when it names nothing that could have ended."""
    return all(kind.stands(session, number, message.address) for kind, number in _named(message))


def facts_of(session: Session, message: Message, site: Site) -> Facts:
    """What only this message's reader is told: their own link, and how to stop."""
    facts: Facts = {"stop_link": "", "own_link": "", "answer_by": None, "waits": False, "one_press": False}
    for kind, number in _named(message):
        facts |= kind.facts(session, number, site)
    return facts


def _named(message: Message) -> list[tuple[Stranger, int]]:
    return [(kind, message.detail[name]) for name, kind in STRANGERS.items() if name in message.detail]


def _subscriber(session: Session, subscription_id: int, site: Site) -> Facts:
    found = session.get(Subscription, subscription_id)
    if found is None:
        return {}
    token = subscriptions.end_token(site, found)
    return {"stop_link": site.url(f"/news/{found.id}/end/{token}"), "one_press": True}


def _endorser(session: Session, endorsement_id: int, site: Site) -> Facts:
    found = session.get(Endorsement, endorsement_id)
    if found is None:
        return {}
    token = endorsements.link_token(site, found)
    return {"own_link": site.url(f"/endorse/{found.id}/{token}"), "answer_by": endorsements.closes_at(found)}


def _coming(session: Session, sign_up_id: int, site: Site) -> Facts:
    found = session.get(EventSignUp, sign_up_id)
    if found is None:
        return {}
    token = events.place_token(site, found)
    link = site.url(f"/events/{found.event_id}/place/{found.id}/{token}")
    # Their name is left out: anybody may have typed it, to anybody.
    return {"own_link": link, "waits": found.is_waiting}


STRANGERS: Mapping[str, Stranger] = {
    "endorsement": Stranger(endorsements.is_waiting, _endorser),
    "place": Stranger(events.is_coming, _coming),
    "subscription": Stranger(subscriptions.is_standing, _subscriber),
}
