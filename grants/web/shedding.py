"""In the hour before a round closes, what can wait makes room: a save, a sending or a sign-in is never refused.

A view that can wait says so with `@can_wait`. While this process is busy and a closing is near, it answers 503 with
a plain page instead; it asks the database nothing for that, and no more than once in some seconds when rounds close.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from threading import Lock
from typing import Any

from flask import Flask, current_app, g, make_response
from sqlalchemy.orm import Session
from werkzeug.wsgi import ClosingIterator

from config import Settings
from grants.core.database import reading_only
from grants.extensions import db
from grants.funds.queries import Closing, list_closings
from grants.web import labels, refused
from grants.web.filters import london
from workflows.actors import NOBODY

# A deadline that was just moved counts after this; a round that closes is looked for no more often.
REMEMBERED = timedelta(seconds=15)
# Long enough for a few saves to pass, short enough for a person who waits.
SECONDS_TO_WAIT = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """From when before a closing, and from how many requests at once in a process, what can wait has to wait."""

    before_closing: timedelta
    busy_requests: int


class Shedding:
    """What one process knows: how many requests it has in hand, and which rounds close soon."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._in_hand = 0
        self._closings: list[Closing] = []
        self._read_at: datetime | None = None
        self._counting, self._reading = Lock(), Lock()

    @property
    def in_hand(self) -> int:
        return self._in_hand

    def enter(self) -> None:
        with self._counting:
            self._in_hand += 1

    def leave(self) -> None:
        with self._counting:
            self._in_hand -= 1

    def closing_that_needs_room(self, now: datetime) -> Closing | None:
        """The first closing that is near, while this process is busy; None when everything may be served.

        The request that asks is one of those in hand.
        """
        if not self._limits.before_closing or self._in_hand < self._limits.busy_requests:
            return None
        return next((each for each in self._known(now) if self._is_near(each, now)), None)

    def forget(self) -> None:
        """Look for closings again at the next chance: another database is in the place of the one that was read."""
        self._read_at = None

    def _is_near(self, closing: Closing, now: datetime) -> bool:
        # An hour that passes, whatever the clocks do; until the last instant at which a bid is taken, and not then.
        return closing.closes_at - self._limits.before_closing <= now < closing.deadline

    def _known(self, now: datetime) -> list[Closing]:
        with self._reading:
            if self._read_at is None or abs(now - self._read_at) >= REMEMBERED:
                self._closings, self._read_at = self._read(now), now
            return self._closings

    def _read(self, now: datetime) -> list[Closing]:
        # A session of its own that only reads: on SQLite the request's would wait here for whoever writes.
        with reading_only(), Session(db.engine) as session:
            return list_closings(session, now, until=now + self._limits.before_closing + REMEMBERED)


def init_app(app: Flask) -> None:
    """Count the requests of this process from here on."""
    settings: Settings = app.extensions["settings"]
    limits = Limits(timedelta(minutes=settings.shed_minutes), settings.busy_requests)
    app.extensions["shedding"] = shedding = Shedding(limits)
    app.wsgi_app = _counted(app.wsgi_app, shedding)  # type: ignore[method-assign]


def _counted(wsgi_app: Callable[..., Iterable[bytes]], shedding: Shedding) -> Callable[..., Iterable[bytes]]:
    """The same application; a request is in hand until its last byte is made, also one that streams."""

    def counting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        shedding.enter()
        try:
            return ClosingIterator(wsgi_app(environ, start_response), shedding.leave)
        except BaseException:
            # Whatever ended it, it is in hand no longer, and is raised again as it was.
            shedding.leave()
            raise

    return counting


def can_wait(view: Callable[..., Any]) -> Callable[..., Any]:
    """State that a view is optional in the closing hour. It stands over `@allows`, so that nobody is looked up."""

    @wraps(view)
    def waiting(*arguments: Any, **named: Any) -> Any:
        closing = current_app.extensions["shedding"].closing_that_needs_room(g.received_at)
        return view(*arguments, **named) if closing is None else _wait(closing)

    waiting.__can_wait__ = True  # type: ignore[attr-defined]
    return waiting


def _wait(closing: Closing) -> Any:
    g.setdefault("actor", NOBODY)
    code = "waits-for-closing" if g.received_at < closing.closes_at else "waits-for-grace"
    sentence = labels.sentence_for(code, {"closes_at": london(closing.closes_at)})
    response = make_response(*refused.page(503, "This page has to wait", sentence, template="errors/waiting.html"))
    response.headers["Retry-After"] = str(SECONDS_TO_WAIT)
    return response
