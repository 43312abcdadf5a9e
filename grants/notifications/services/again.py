"""Sending again what gave up: an officer's act, on the record, and still the same message with the same Message-ID."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core import audit
from grants.core.outbox import Delivery, Message
from grants.notifications.words import SECRET_TEMPLATES
from workflows.actors import Actor
from workflows.errors import TransitionRefused


def send_again(session: Session, message: Message, *, actor: Actor, now: datetime) -> None:
    """Queue a message that could not be sent, with all its tries before it again.

    It keeps its Message-ID: a mailbox that did get it after all shows it once. Raises TransitionRefused:
    message-not-dead (also for the second of two officers), link-not-sent-again.
    """
    if message.template in SECRET_TEMPLATES:
        # Its link was wiped and is no longer valid; the person asks for a new one.
        raise TransitionRefused("link-not-sent-again")
    queued = session.execute(
        sa.update(Message)
        .where(Message.id == message.id, Message.delivery == Delivery.DEAD)
        .values(delivery=Delivery.QUEUED, attempts=0, next_attempt_at=now)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if queued is None:
        raise TransitionRefused("message-not-dead")
    session.refresh(message)
    audit.record(
        session,
        subject_type="message",
        subject_id=message.id,
        action="send-again",
        actor=actor,
        at=now,
        office_id=message.office_id,
        detail={"template": message.template, "message_id": message.message_id},
    )
