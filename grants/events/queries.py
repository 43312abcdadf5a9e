"""Reading support events: what anyone may see of them, who has a place, and what their machine asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.services.links import Site, is_own
from grants.core.outbox import OutboxEntry
from grants.core.scoping import get_visible
from grants.funds.models import EventSignUp, Round, SupportEvent
from workflows.actors import Actor
from workflows.errors import Gone, NotFound
from workflows.event import REMIND_BEFORE_DAYS, EventFacts, EventState
from workflows.rules.reminders import Offset, fires_at

REMINDER = "event-reminder"
REMIND_AT = Offset(f"-{REMIND_BEFORE_DAYS}d", days=-REMIND_BEFORE_DAYS)
# An event whose end nobody wrote down (our default).
USUAL_LENGTH = timedelta(hours=2)


def get_event(session: Session, actor: Actor, event_id: int) -> SupportEvent:
    """An event of the actor's own office, with its round."""
    return get_visible(session, SupportEvent, event_id, actor, along=("round",))


def get_public_event(session: Session, actor: Actor, event_id: int) -> SupportEvent:
    """An event of a round that was published, for anyone."""
    found = session.scalars(
        sa.select(SupportEvent)
        .join(SupportEvent.round)
        .where(SupportEvent.id == event_id, Round.published_at.is_not(None), ~Round.is_trial)
        .options(joinedload(SupportEvent.round))
    ).one_or_none()
    if found is None:
        raise NotFound(subject="event")
    return found


def list_events(session: Session, round_id: int) -> list[SupportEvent]:
    """The events of a round, first to last."""
    mine = sa.select(SupportEvent).where(SupportEvent.round_id == round_id)
    return list(session.scalars(mine.order_by(SupportEvent.starts_at, SupportEvent.id)))


def list_sign_ups(session: Session, event: SupportEvent) -> list[EventSignUp]:
    """Who signed up, in the order in which they did, those who gave their place back among them."""
    mine = sa.select(EventSignUp).where(EventSignUp.event_id == event.id)
    return list(session.scalars(mine.order_by(EventSignUp.created_at, EventSignUp.id)))


def count_places(session: Session, event_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """How many have a place and how many wait, for each of these events."""
    rows = session.execute(
        sa.select(EventSignUp.event_id, EventSignUp.is_waiting, sa.func.count())
        .where(EventSignUp.event_id.in_(event_ids), EventSignUp.cancelled_at.is_(None))
        .group_by(EventSignUp.event_id, EventSignUp.is_waiting)
    )
    counts = {(event_id, bool(waits)): count for event_id, waits, count in rows}
    return {each: (counts.get((each, False), 0), counts.get((each, True), 0)) for each in event_ids}


def places_left(session: Session, event: SupportEvent) -> int | None:
    """How many more may come; None when there is no limit."""
    if event.capacity is None:
        return None
    # Nobody waits while a place is free: it is given to them at once.
    taken, _ = count_places(session, [event.id])[event.id]
    return max(0, event.capacity - taken)


def ends_at(event: SupportEvent) -> datetime:
    return event.ends_at or event.starts_at + USUAL_LENGTH


def facts_for(session: Session, event: SupportEvent, *, now: datetime, **more: Any) -> EventFacts:
    """What the machine asks of one event."""
    known: dict[str, Any] = {
        "scope": event.scope,
        "now": now,
        "starts_at": event.starts_at,
        "ends_at": ends_at(event),
        "reminder_at": fires_at(REMIND_AT, event.starts_at),
        "was_reminded": event.id is not None and _was_reminded(session, event),
        "recording_link": event.recording_link,
    }
    return EventFacts(**known | more)


def _was_reminded(session: Session, event: SupportEvent) -> bool:
    # The letter itself is the proof. One for a day that has since been moved does not count for the new day.
    asked = sa.select(OutboxEntry.id).where(
        OutboxEntry.subject_type == "event",
        OutboxEntry.subject_id == event.id,
        OutboxEntry.template == REMINDER,
        OutboxEntry.created_at >= fires_at(REMIND_AT, event.starts_at),
    )
    return session.scalar(sa.select(asked.exists())) is True


def place_token(site: Site, sign_up: EventSignUp) -> str:
    """The link by which somebody gives their place back: made again for each e-mail, stored only as a hash."""
    return site.token(f"event:{sign_up.event_id}", sign_up.email, sign_up.created_at)


def get_place(session: Session, event_id: int, sign_up_id: int, token: str, site: Site) -> EventSignUp:
    """The place that this link is for; raises Gone for a link that is not its own."""
    found = session.get(EventSignUp, sign_up_id)
    if found is None or found.event_id != event_id or not is_own(token, found.token_hash, place_token(site, found)):
        raise Gone
    return found


def is_coming(session: Session, sign_up_id: int, address: str) -> bool:
    """Whether this address still wants to come."""
    mine = sa.select(EventSignUp.id).where(
        EventSignUp.id == sign_up_id, EventSignUp.email == address, EventSignUp.cancelled_at.is_(None)
    )
    return session.scalar(mine) is not None


def everybody(session: Session, event_ids: Collection[int]) -> dict[int, list[EventSignUp]]:
    """Who has a place or waits for one, by event."""
    found: dict[int, list[EventSignUp]] = defaultdict(list)
    standing = sa.select(EventSignUp).where(EventSignUp.event_id.in_(event_ids), EventSignUp.cancelled_at.is_(None))
    for each in session.scalars(standing.order_by(EventSignUp.id)):
        found[each.event_id].append(each)
    return dict(found)


def list_due(session: Session, now: datetime, *, limit: int) -> list[SupportEvent]:
    """Planned events whose reminder may be due or which may be over, the earliest first."""
    soon = now + timedelta(days=REMIND_BEFORE_DAYS + 1)
    return list(
        session.scalars(
            sa.select(SupportEvent)
            .where(SupportEvent.state == EventState.PLANNED, SupportEvent.starts_at <= soon)
            .order_by(SupportEvent.starts_at, SupportEvent.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
