"""What e-mails carry beside their words: made anew from what is stored whenever one goes or is looked at.

A feature says which letters of its own carry something; nothing of it is kept with the message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from grants.core.outbox import Message


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by its name and type; `make` gives its bytes, needs no database, and may take its time or fail."""

    name: str
    media_type: str
    make: Callable[[], bytes]


Attaching = Callable[[Session, Message], Attachment]
_attaching: dict[str, tuple[str, Attaching]] = {}


def attaches(template: str, title: str) -> Callable[[Attaching], Attaching]:
    """Have the function's file go with every message of this template; `title` says what it is."""

    def register(attaching: Attaching) -> Attaching:
        _attaching[template] = title, attaching
        return attaching

    return register


def attachment_title(template: str) -> str:
    """What goes with messages of this template, in words; empty when nothing does."""
    return _attaching[template][0] if template in _attaching else ""


def find_attachment(session: Session, message: Message) -> Attachment | None:
    """The file that goes with this message, or None."""
    return _attaching[message.template][1](session, message) if message.template in _attaching else None
