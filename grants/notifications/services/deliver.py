"""Delivery: claim a row and commit, ask whether it is still owed, send, mark and commit.

Killed at any instant nothing is lost: an expired lease gives the row to the next worker, and only the one message in
flight can go twice, with the same Message-ID. These are the only services that commit, because a claim that others
can't see protects nothing, and no transaction stays open while a mail server takes its time.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.database import reading_only
from grants.core.outbox import Delivery, Message
from grants.notifications.owed import is_owed
from grants.notifications.rendering import Letter, Letterhead, compose, render
from grants.notifications.transport import Transport, TransportDown
from grants.notifications.words import PRIVATE_TEMPLATES, SECRET_TEMPLATES

logger = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(seconds=60)
# One in so many claims looks for sign-in links first, so that ten thousand reminders keep nobody waiting to get in.
URGENT_EVERY = 5
# 1, 4, 16, 64 minutes, then 4 and 8 hours: a mail server that is away for a day loses nothing (our default).
MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Postroom:
    """How this process sends: by what transport, in whose name, and for how long a claim is believed."""

    transport: Transport
    letterhead: Letterhead
    owner: str
    lease: timedelta = LEASE
    # The sample's mailbox page shows the links that anywhere else are wiped.
    keeps_secrets: bool = False
    keep_going: Callable[[], bool] = field(default=lambda: True)


def deliver_due(session: Session, room: Postroom, *, now: datetime) -> int:
    """Deliver up to 200 messages whose time has come; returns how many were settled or tried."""
    give_back_expired(session, now)
    session.commit()
    done = 0
    while done < BATCH and room.keep_going():
        message_id = _claim(session, room, now, urgent_only=done % URGENT_EVERY == 0)
        if message_id is None:
            break
        done += 1
        if not _deliver(session, room, message_id, now):
            break
    return done


def give_back_expired(session: Session, now: datetime) -> int:
    """Queue again what a worker claimed and did not finish while its lease held."""
    given_back = session.execute(
        sa.update(Message)
        .where(Message.delivery == Delivery.SENDING, Message.lease_until <= now)
        .values(delivery=Delivery.QUEUED, lease_owner=None, lease_until=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(given_back.all())


def _claim(session: Session, room: Postroom, now: datetime, *, urgent_only: bool) -> int | None:
    # The claim is one statement, so that two workers never hold one row; it is committed before anything is sent.
    due = sa.and_(Message.delivery == Delivery.QUEUED, Message.next_attempt_at <= now)
    orders: list[Any] = [due]
    if urgent_only:
        orders.insert(0, sa.and_(due, Message.template.in_(sorted(SECRET_TEMPLATES))))
    for condition in orders:
        first = (
            sa.select(Message.id)
            .where(condition)
            .order_by(Message.next_attempt_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        claimed = session.execute(
            sa.update(Message)
            .where(Message.id == first)
            .values(
                delivery=Delivery.SENDING,
                lease_owner=room.owner,
                lease_until=now + room.lease,
                attempts=Message.attempts + 1,
            )
            .returning(Message.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if claimed is not None:
            session.commit()
            return claimed
    session.rollback()
    return None


def _deliver(session: Session, room: Postroom, message_id: int, now: datetime) -> bool:
    """Send or settle one claimed message; False when the mail server is away and the rest had better wait."""
    try:
        with reading_only():
            message, letter = _prepare(session, room, message_id, now)
    except Exception as error:
        # One message that can't be put in words must not stop the others; it is tried again, then an officer sees it.
        logger.exception("message %s could not be written", message_id)
        session.rollback()
        _settle_failure(session, room, message_id, error, now)
        return True
    if letter is None:
        _settle(session, room, message_id, delivery=Delivery.NOT_OWED)
        return True
    try:
        room.transport.send(compose(message, letter, room.letterhead, now=now), message.address)
    except Exception as error:
        # Whatever a mail server does, the message is in hand here and nowhere else: it is settled, never dropped.
        logger.warning("message %s was not sent: %s", message_id, _said(error))
        _settle_failure(session, room, message_id, error, now)
        return not isinstance(error, TransportDown)
    _settle_sent(session, room, message, letter, now)
    return True


def _prepare(session: Session, room: Postroom, message_id: int, now: datetime) -> tuple[Message, Letter | None]:
    message = session.get_one(Message, message_id, populate_existing=True)
    letter = render(session, message, room.letterhead) if is_owed(session, message, now=now) else None
    session.expunge(message)
    # No lock and no snapshot is held while the mail server takes its time.
    session.rollback()
    return message, letter


def _settle_sent(session: Session, room: Postroom, message: Message, letter: Letter, now: datetime) -> None:
    values: dict[str, Any] = {"subject_line": letter.subject, "body": letter.body, "last_error": ""}
    if message.template in SECRET_TEMPLATES and not room.keeps_secrets:
        values |= {"body": "", "detail": {}}
    if message.template in PRIVATE_TEMPLATES and not room.keeps_secrets:
        values |= {"body": ""}
    _settle(session, room, message.id, delivery=Delivery.SENT, sent_at=now, **values)


def _settle_failure(session: Session, room: Postroom, message_id: int, error: Exception, now: datetime) -> None:
    message = session.get_one(Message, message_id, populate_existing=True)
    values: dict[str, Any] = {"last_error": _said(error)[:1_000]}
    if message.attempts >= MAX_ATTEMPTS:
        if message.template in SECRET_TEMPLATES:
            values |= {"detail": {}}
        _settle(session, room, message_id, delivery=Delivery.DEAD, **values)
        return
    again = now + pause_after(message.attempts, message.message_id)
    _settle(session, room, message_id, delivery=Delivery.QUEUED, next_attempt_at=again, **values)


def _settle(session: Session, room: Postroom, message_id: int, *, delivery: Delivery, **values: Any) -> None:
    settled = session.execute(
        sa.update(Message)
        .where(Message.id == message_id, Message.lease_owner == room.owner)
        .values(delivery=delivery, lease_owner=None, lease_until=None, **values)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if settled is None:
        logger.warning("message %s: the lease ran out before it was settled", message_id)
    session.commit()


def pause_after(attempts: int, message_id: str) -> timedelta:
    """How long to wait after so many tries: four times as long each time, up to a quarter more by the message.

    The spread comes from the message's own id, so that what failed together does not come back together.
    """
    pause: timedelta = min(FIRST_PAUSE * 4 ** (attempts - 1), LONGEST_PAUSE)
    return pause * (1 + crc32(f"{message_id}{attempts}".encode()) % 1_000 / 4_000)


def _said(error: Exception) -> str:
    """What went wrong, as an officer can pass it on: the server's own answer where there is one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        error = smtplib.SMTPResponseException(*next(iter(error.recipients.values()), (550, b"refused")))
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
