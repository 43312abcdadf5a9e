"""Reading messages: what waits to go out, and what an office sees of its own e-mails."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.outbox import Delivery, Message, OutboxEntry, Progress
from grants.core.scoping import get_visible, visible
from workflows.actors import OFFICE_ROLES, Actor, Role

# Who looks after an office's mail.
READERS = frozenset({Role.OFFICER, Role.MANAGER})
PAGE = 50
# More than this many that could not be sent is one fault and not a hundred: the list says so.
DEAD_SHOWN = 100


def has_mail_to_move(session: Session, now: datetime) -> bool:
    """Whether anything waits to be made into messages, to be sent, or to be taken from a worker that died."""
    entries = sa.select(OutboxEntry.id).where(OutboxEntry.progress == Progress.WAITING).exists()
    due = sa.select(Message.id).where(Message.delivery == Delivery.QUEUED, Message.next_attempt_at <= now).exists()
    lost = sa.select(Message.id).where(Message.delivery == Delivery.SENDING, Message.lease_until <= now).exists()
    return session.scalar(sa.select(sa.or_(entries, due, lost))) is True


def get_message(session: Session, actor: Actor, message_id: int) -> Message:
    """One message of an office that the actor works in; NotFound for any other. The view asks for the role."""
    return get_visible(session, Message, message_id, actor, OFFICE_ROLES)


def list_dead(session: Session, actor: Actor) -> list[Message]:
    """What could not be sent, newest first, at most 100."""
    dead = sa.select(Message).where(visible(Message, actor, READERS), Message.delivery == Delivery.DEAD)
    return list(session.scalars(dead.order_by(Message.id.desc()).limit(DEAD_SHOWN)))


def list_recent(session: Session, actor: Actor, *, before: int | None = None) -> tuple[list[Message], bool]:
    """A page of the offices' messages, newest first, from the one before `before`; and whether there are more."""
    found = sa.select(Message).where(visible(Message, actor, READERS))
    if before is not None:
        found = found.where(Message.id < before)
    rows = list(session.scalars(found.order_by(Message.id.desc()).limit(PAGE + 1)))
    return rows[:PAGE], len(rows) > PAGE
