"""Asking, confirming and ending: no e-mail goes to an address that has not pressed its own link, and one press ends it.

Nobody learns whether an address is known, and what ended is deleted: the trail keeps numbers and no addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.accounts.services import links
from grants.accounts.services.links import Site
from grants.accounts.services.people import normal_email
from grants.core import audit
from grants.funds.models import Round
from grants.subscriptions.models import Subscription
from grants.subscriptions.queries import end_token, get_to_confirm
from workflows.actors import NOBODY, SYSTEM, Actor
from workflows.errors import Invalid
from workflows.round import RoundState
from workflows.rules.finding import folded

# Our defaults: time to read the first e-mail; and how long what ended is kept, for the hand that ends it twice.
CONFIRM_WITHIN = timedelta(days=7)
KEPT_AFTER_END = timedelta(days=30)
# A wish for one round is fulfilled by its opening; the e-mail has this long to arrive.
KEPT_AFTER_OPENING = timedelta(days=7)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What to tell an address of: one round, or every round of an office (None: of all) that fits."""

    round: Round | None = None
    office: Office | None = None
    area: str = ""
    theme: str = ""

    @property
    def hash(self) -> str:
        """The same for the same wish, however it was typed."""
        parts = (self.round.id if self.round else 0, self.office.id if self.office else 0)
        return sha256(repr((*parts, folded(self.area), folded(self.theme))).encode()).hexdigest()


def ask_for_news(session: Session, email: str, wish: Wish, *, client: str, site: Site, now: datetime) -> None:
    """Send the address a link to press; one that has pressed it before is told so, and the asker sees no difference.

    Raises TooMany by address and by client, as for sign-in, and Invalid when the round is not to come.
    """
    if wish.round is not None and wish.round.state is not RoundState.SCHEDULED:
        raise Invalid(problems={"email": "round-not-to-come"})
    address = normal_email(email)
    # Counted apart from sign-in links: whoever plays with this form locks nobody out.
    counted, by = f"news:{address}", f"news:{client}"
    links.count_request(session, counted, client=by, site=site, now=now)
    links.write_request(session, counted, client=by, site=site, now=now)
    token = links.new_token()
    found = session.scalars(
        sa.select(Subscription).where(
            Subscription.email == address, Subscription.wish_hash == wish.hash, Subscription.ended_at.is_(None)
        )
    ).one_or_none()
    if found is not None and found.confirmed_at is not None:
        _write(session, "news-already", found, {"subscription": found.id}, token, now)
        return
    if found is None:
        found = _new(session, address, wish, links.hash_of(token), site, now)
    else:
        found.confirm_hash, found.expires_at = links.hash_of(token), now + CONFIRM_WITHIN
    detail = {"url": site.url(f"/news/confirm/{token}"), "days": CONFIRM_WITHIN.days}
    _write(session, "news-confirm", found, detail | _about(wish), token, now)


def confirm(session: Session, token: str, *, now: datetime) -> Subscription:
    """The address pressed its link; pressed again nothing changes. Raises Gone when it ended or ran out."""
    found = get_to_confirm(session, token, now=now)
    if found.confirmed_at is None:
        found.confirmed_at = now
        session.flush()
        _record(session, found, "confirm", NOBODY, now)
    return found


def end(session: Session, subscription: Subscription, *, actor: Actor = NOBODY, now: datetime) -> None:
    """No more e-mails for this wish, from this moment; ended again nothing changes."""
    if subscription.ended_at is None:
        subscription.ended_at = now
        session.flush()
        _record(session, subscription, "end", actor, now)


def purge_subscriptions(session: Session, now: datetime) -> int:
    """Delete up to 500 that ended a while ago, were never confirmed, or had their one round; returns how many."""
    opened = sa.select(Round.id).where(Round.state != RoundState.SCHEDULED, Round.opens_at <= now - KEPT_AFTER_OPENING)
    cancelled = sa.select(Round.id).where(Round.state == RoundState.CANCELLED)
    over = sa.or_(
        Subscription.ended_at <= now - KEPT_AFTER_END,
        sa.and_(Subscription.confirmed_at.is_(None), Subscription.expires_at <= now),
        Subscription.round_id.in_(opened),
        Subscription.round_id.in_(cancelled),
    )
    some = sa.select(Subscription.id).where(over).order_by(Subscription.id).limit(BATCH)
    ids = session.scalars(some.with_for_update(skip_locked=True)).all()
    if ids:
        session.execute(
            sa.delete(Subscription).where(Subscription.id.in_(ids)).execution_options(synchronize_session=False)
        )
        session.expire_all()
        audit.record(
            session,
            subject_type="subscription",
            subject_id=ids[0],
            action="purge",
            actor=SYSTEM,
            at=now,
            office_id=None,
            detail={"count": len(ids)},
        )
    return len(ids)


def _new(session: Session, address: str, wish: Wish, confirm_hash: str, site: Site, now: datetime) -> Subscription:
    made = Subscription(
        email=address,
        round_id=wish.round.id if wish.round else None,
        office_id=wish.office.id if wish.office else None,
        area=wish.area,
        theme=wish.theme,
        wish_hash=wish.hash,
        confirm_hash=confirm_hash,
        created_at=now,
        expires_at=now + CONFIRM_WITHIN,
    )
    made.end_hash = links.hash_of(end_token(site, made))
    session.add(made)
    session.flush()
    _record(session, made, "ask", NOBODY, now)
    return made


def _about(wish: Wish) -> dict[str, Any]:
    # Only words of the office go into an e-mail that anybody can have sent to anybody.
    return {
        "round": wish.round.title if wish.round else "",
        "office": wish.office.name if wish.office else "",
        "narrow": bool(wish.area or wish.theme),
    }


def _write(
    session: Session, template: str, found: Subscription, detail: dict[str, Any], token: str, now: datetime
) -> None:
    # Each request has its own e-mail, and a token of its own tells them apart.
    key = f"{template}:{found.id}:{links.hash_of(token)[:32]}"
    links.queue(session, template, found.email, ("subscription", found.id), detail, key=key, now=now)


def _record(session: Session, found: Subscription, action: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        subject_type="subscription",
        subject_id=found.id,
        action=action,
        actor=actor,
        at=now,
        office_id=found.office_id,
    )
