"""Support events: planned and changed by staff, signed up to by anybody, held and reminded of by the timer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.services import links
from grants.accounts.services.links import Site
from grants.accounts.services.people import normal_email
from grants.core import audit, transitions
from grants.core.transitions import Move
from grants.events import queries
from grants.funds.models import EventKind, EventSignUp, Round, SupportEvent
from workflows.actors import NOBODY, SYSTEM, Actor
from workflows.engine import decide
from workflows.errors import Invalid, NotAllowed, Refusal, TransitionRefused
from workflows.event import STAFF, EventState

BATCH = 200
# How long after an event it is known who came (our default).
KEPT_FOR = timedelta(days=365)
# What those who come have to know; a change of anything else is not worth an e-mail.
WORTH_TELLING = ("starts_at", "ends_at", "place", "link")


@dataclass(frozen=True, slots=True)
class Plan:
    """An event as staff write it down."""

    title: str
    starts_at: datetime
    ends_at: datetime
    kind: EventKind = EventKind.WORKSHOP
    about: str = ""
    place: str = ""
    link: str = ""
    capacity: int | None = None

    def problems(self) -> dict[str, str]:
        """What can't be right, by the field it is about."""
        found = {}
        if self.ends_at <= self.starts_at:
            found["ends_time"] = "event-ends-first"
        if not self.place.strip() and not self.link.strip():
            found["place"] = "event-needs-a-place"
        return found

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def plan_event(session: Session, round_: Round, plan: Plan, *, actor: Actor, now: datetime) -> SupportEvent:
    """Put an event on the round. Raises Invalid with what can't be right."""
    _refuse(plan)
    event = SupportEvent(office_id=round_.office_id, round_id=round_.id, round=round_, created_at=now, **plan.columns())
    facts = queries.facts_for(session, event, now=now)
    transitions.create(session, [event], "plan", facts, actor=actor, now=now)
    return event


def change_event(
    session: Session, event: SupportEvent, plan: Plan, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Change an event that is still to come; whoever signed up is told when its time, its place or its link moved."""
    _refuse(plan)
    is_moved = any(getattr(event, name) != getattr(plan, name) for name in WORTH_TELLING)
    action = "move" if is_moved else "change"
    facts = queries.facts_for(session, event, now=now)
    transitions.check(event, action, facts, actor, seen_version=seen_version)
    for name, value in plan.columns().items():
        setattr(event, name, value)
    transitions.apply(session, event, action, facts, actor=actor, now=now, seen_version=seen_version)
    _fill_places(session, event, now)


def cancel_event(
    session: Session, event: SupportEvent, reason: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Call an event off, for a reason that whoever signed up is told."""
    facts, why = queries.facts_for(session, event, now=now, reason=reason), reason.strip()
    transitions.apply(
        session,
        event,
        "cancel",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=why,
        detail={"reason": why},
    )


def hold_event(
    session: Session, event: SupportEvent, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Say that the event took place; the timer does so by itself once it is over."""
    facts = queries.facts_for(session, event, now=now)
    transitions.apply(session, event, "hold", facts, actor=actor, now=now, seen_version=seen_version)


def publish_recording(
    session: Session, event: SupportEvent, link: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Show the recording of an event that was held; the first time, whoever signed up is told."""
    is_first = event.state is EventState.HELD
    event.recording_link = link.strip()
    facts = queries.facts_for(session, event, now=now)
    action = "publish-recording" if is_first else "change-recording"
    transitions.apply(session, event, action, facts, actor=actor, now=now, seen_version=seen_version)


def mark_attendance(
    session: Session, event: SupportEvent, attended: Collection[int], *, actor: Actor, now: datetime
) -> None:
    """Write down who came, by the numbers of their sign-ups, and so who did not. Not before the event began."""
    if not actor.roles_in(event.scope) & STAFF:
        raise NotAllowed()
    if now < event.starts_at or event.state is EventState.CANCELLED:
        raise TransitionRefused("event-not-begun")
    came = 0
    for each in queries.list_sign_ups(session, event):
        if each.cancelled_at is None:
            each.attended = each.id in attended
            came += each.attended
    session.flush()
    _record(session, event, "attendance", actor, now, {"came": came})


def sign_up(
    session: Session,
    event: SupportEvent,
    email: str,
    name: str,
    *,
    group_name: str = "",
    needs: str = "",
    client: str,
    site: Site,
    now: datetime,
) -> EventSignUp:
    """A place, or one on the waiting list when all are taken; asked for twice it is the same, and mailed again.

    Raises TransitionRefused event-over, and TooMany by address and by client.
    """
    # The event's row is the queue for its places.
    session.execute(sa.select(SupportEvent.id).where(SupportEvent.id == event.id).with_for_update())
    if event.state is not EventState.PLANNED or now >= event.starts_at:
        raise TransitionRefused("event-over")
    address = normal_email(email)
    counted, by = f"event:{address}", f"event:{client}"
    links.count_request(session, counted, client=by, site=site, now=now)
    links.write_request(session, counted, client=by, site=site, now=now)
    found = session.scalars(
        sa.select(EventSignUp).where(EventSignUp.event_id == event.id, EventSignUp.email == address)
    ).one_or_none()
    if found is None or found.cancelled_at is not None:
        found = _take_place(session, event, found or EventSignUp(event_id=event.id, email=address), site, now)
        # Who only asks again changes nothing of what is known of them: their address may be typed by anybody.
        found.name, found.group_name, found.needs = name.strip(), group_name.strip(), needs.strip()
        session.flush()
        _record(session, event, "sign-up", NOBODY, now, {"waiting": found.is_waiting})
    _write(session, "event-place", event, found, links.new_token(), now)
    return found


def give_back(session: Session, place: EventSignUp, *, now: datetime) -> None:
    """Somebody does not come after all; the first who waits gets the place and is told. Again it changes nothing."""
    event = session.get_one(SupportEvent, place.event_id, with_for_update=True)
    if place.cancelled_at is None:
        place.cancelled_at, place.is_waiting = now, False
        session.flush()
        _record(session, event, "give-back", NOBODY, now, {})
        _fill_places(session, event, now)


def run_events(session: Session, now: datetime) -> int:
    """Remind of events three days before, call held what is over, and forget who came a year ago; returns how many."""
    due = queries.list_due(session, now, limit=BATCH)
    return sum(_move_due(session, action, due, now) for action in ("remind", "hold")) + _forget(session, now)


def _forget(session: Session, now: datetime) -> int:
    long_ago = sa.select(SupportEvent.id).where(SupportEvent.starts_at <= now - KEPT_FOR)
    some = sa.select(EventSignUp.id).where(EventSignUp.event_id.in_(long_ago)).order_by(EventSignUp.id).limit(BATCH)
    ids = session.scalars(some.with_for_update(skip_locked=True)).all()
    if ids:
        session.execute(
            sa.delete(EventSignUp).where(EventSignUp.id.in_(ids)).execution_options(synchronize_session=False)
        )
        session.expire_all()
    return len(ids)


def _move_due(session: Session, action: str, events: Collection[SupportEvent], now: datetime) -> int:
    moves = []
    for event in events:
        facts = queries.facts_for(session, event, now=now)
        if not isinstance(decide(SupportEvent.__workflow__, action, event.state, facts, SYSTEM), Refusal):
            moves.append(Move(event, facts))
    transitions.apply_many(session, action, moves, actor=SYSTEM, now=now)
    return len(moves)


def _refuse(plan: Plan) -> None:
    if problems := plan.problems():
        raise Invalid(problems=problems)


def _take_place(session: Session, event: SupportEvent, place: EventSignUp, site: Site, now: datetime) -> EventSignUp:
    left = queries.places_left(session, event)
    place.is_waiting = left is not None and left <= 0
    place.created_at, place.cancelled_at, place.attended = now, None, None
    place.token_hash = links.hash_of(queries.place_token(site, place))
    session.add(place)
    return place


def _fill_places(session: Session, event: SupportEvent, now: datetime) -> None:
    """Give what places there are to those who wait, first come first served, and tell them."""
    if event.state is not EventState.PLANNED or now >= event.starts_at:
        return
    standing = [each for each in queries.list_sign_ups(session, event) if each.cancelled_at is None]
    waiting = [each for each in standing if each.is_waiting]
    taken = len(standing) - len(waiting)
    free = len(waiting) if event.capacity is None else max(0, event.capacity - taken)
    for each in waiting[:free]:
        each.is_waiting = False
        session.flush()
        _record(session, event, "give-place", SYSTEM, now, {})
        _write(session, "event-place", event, each, links.new_token(), now)


def _write(session: Session, template: str, event: SupportEvent, place: EventSignUp, token: str, now: datetime) -> None:
    key = f"{template}:{place.id}:{links.hash_of(token)[:32]}"
    detail = {"place": place.id}
    subject = ("event", event.id)
    links.queue(session, template, place.email, subject, detail, key=key, office_id=event.office_id, now=now)


def _record(
    session: Session, event: SupportEvent, action: str, actor: Actor, now: datetime, detail: Mapping[str, Any]
) -> None:
    audit.record(
        session,
        subject_type="event",
        subject_id=event.id,
        action=action,
        actor=actor,
        at=now,
        office_id=event.office_id,
        detail=detail,
    )
