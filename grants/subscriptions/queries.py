"""Reading subscriptions: by the links that were sent to them, and by the rounds that they wait for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from grants.accounts.models import Office
from grants.accounts.services.links import Site, hash_of, is_own
from grants.funds.models import Round, RoundArea
from grants.funds.queries import found_as
from grants.subscriptions.models import Subscription
from workflows.errors import Gone
from workflows.rules.finding import Wanted, fits, folded

# More than a list can be read of.
MOST_AREAS = 500


def end_token(site: Site, subscription: Subscription) -> str:
    """The link that ends a subscription: made again for each of its e-mails, and stored only as a hash."""
    return site.token(f"end-subscription:{subscription.wish_hash}", subscription.email, subscription.created_at)


def get_to_confirm(session: Session, token: str, *, now: datetime) -> Subscription:
    """The subscription that this link confirms; raises Gone when it ended, ran out or never was."""
    found = session.scalars(
        sa.select(Subscription).where(Subscription.confirm_hash == hash_of(token), Subscription.ended_at.is_(None))
    ).one_or_none()
    # Pressed twice it says the same twice; pressed late it has run out.
    if found is None or (found.confirmed_at is None and found.expires_at <= now):
        raise Gone
    return found


def find_to_end(session: Session, subscription_id: int, token: str, site: Site) -> Subscription | None:
    """The subscription that this link ends; None when it is there no more. Raises Gone for a link not its own."""
    found = session.get(Subscription, subscription_id)
    if found is None:
        return None
    if not is_own(token, found.end_hash, end_token(site, found)):
        raise Gone
    return found


def list_choices(session: Session) -> tuple[list[Office], list[str]]:
    """The offices that have shown a round to the public, and the areas of those rounds, by name."""
    shown = sa.and_(Round.published_at.is_not(None), ~Round.is_trial, ~Round.is_on_paper)
    offices = sa.select(Office).where(Office.id.in_(sa.select(Round.office_id).where(shown))).order_by(Office.name)
    areas = (
        sa.select(RoundArea.name)
        .join(Round, Round.id == RoundArea.round_id)
        .where(shown, RoundArea.retired_at.is_(None))
        .distinct()
        .limit(MOST_AREAS)
    )
    return list(session.scalars(offices)), sorted(session.scalars(areas), key=folded)


def office_of(session: Session, round_: Round) -> Office:
    return session.get_one(Office, round_.office_id)


def standing() -> sa.ColumnElement[bool]:
    """The clause of a subscription that counts now."""
    return sa.and_(Subscription.confirmed_at.is_not(None), Subscription.ended_at.is_(None))


def is_standing(session: Session, subscription_id: int, address: str) -> bool:
    """Whether this address still wants what it asked for."""
    mine = sa.select(Subscription.id).where(
        Subscription.id == subscription_id, Subscription.email == address, standing()
    )
    return session.scalar(mine) is not None


def subscribers(session: Session, round_ids: Collection[int]) -> dict[int, list[Subscription]]:
    """Whom to tell of each of these rounds: each address once, by its lasting wish where it has one."""
    rounds = session.execute(
        sa.select(Round, Office.code)
        .join(Office, Office.id == Round.office_id)
        .where(Round.id.in_(round_ids), ~Round.is_trial, ~Round.is_on_paper)
        .options(selectinload(Round.areas))
    ).all()
    found: dict[int, list[Subscription]] = defaultdict(list)
    for round_, code in rounds:
        known = found_as(round_, code)
        by_address: dict[str, Subscription] = {}
        for each in session.scalars(_may_want(round_)):
            if fits(Wanted(area=each.area, theme=each.theme), known):
                by_address.setdefault(each.email, each)
        found[round_.id] = list(by_address.values())
    return dict(found)


def _may_want(round_: Round) -> sa.Select[tuple[Subscription]]:
    any_round = sa.and_(
        Subscription.round_id.is_(None),
        sa.or_(Subscription.office_id.is_(None), Subscription.office_id == round_.office_id),
    )
    return (
        sa.select(Subscription)
        .where(standing(), sa.or_(Subscription.round_id == round_.id, any_round))
        .order_by(Subscription.round_id.is_not(None), Subscription.id)
    )
