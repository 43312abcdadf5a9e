"""News travels right: a feature tells what happened, and features to its right do their part in the same transaction.

So no feature imports what stands to its right, and nothing is half done when a listener refuses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workflows.actors import Actor

# (session, the things it happened to, who did it, when)
Listener = Callable[[Session, Sequence[Any], Actor, datetime], None]
_listeners: dict[str, list[Listener]] = defaultdict(list)


def on(event: str) -> Callable[[Listener], Listener]:
    """Have the function called with everything that one change did, for instance on "application.approved"."""

    def register(listener: Listener) -> Listener:
        _listeners[event].append(listener)
        return listener

    return register


def spread(session: Session, event: str, things: Sequence[Any], actor: Actor, now: datetime) -> None:
    """Tell every listener of this event, in the order in which features know one another."""
    for listener in _listeners.get(event, ()):
        listener(session, things, actor, now)
