"""Mail for tests: a transport that keeps what it is given, one that fails, and the room that sends through them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.outbox import Message
from grants.notifications.rendering import Letterhead
from grants.notifications.services import Postroom
from grants.notifications.transport import Transport

LETTERHEAD = Letterhead("grants@office.example.org", "https://grants.example.org", "tests-only-key")


class Kept:
    """Takes every message over; `before` is called first and may raise."""

    def __init__(self, before: Callable[[EmailMessage], None] | None = None) -> None:
        self.mails: list[EmailMessage] = []
        self._before = before

    def send(self, message: EmailMessage, address: str) -> None:
        if self._before is not None:
            self._before(message)
        self.mails.append(message)

    def close(self) -> None:
        return None

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


def refusing(error: Exception) -> Kept:
    """A transport on which nothing goes."""

    def refuse(_: EmailMessage) -> None:
        raise error

    return Kept(refuse)


def a_room(transport: Transport, *, owner: str = "worker-1", lease: int = 60, keeps_secrets: bool = False) -> Postroom:
    return Postroom(transport, LETTERHEAD, owner, timedelta(seconds=lease), keeps_secrets)


def messages(session: Session, *templates: str) -> list[Message]:
    """The message rows, oldest first; those of these templates when any is named."""
    session.expire_all()
    found = sa.select(Message).order_by(Message.id)
    return list(session.scalars(found.where(Message.template.in_(templates)) if templates else found))
