"""Requests over one kept connection, one after another, and the same without a server."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from grants.accounts.models import Person

FORM = "application/x-www-form-urlencoded"
RAW_TOKEN = "benchmark-token"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in browser: its cookie, and the token that its forms carry."""

    cookie: str
    csrf_token: str


def visitor_for(app: Flask, person: Person | None) -> Visitor:
    """The cookie that signing in would have set."""
    session: dict[str, object] = {"csrf_token": RAW_TOKEN, "_fresh": True, "_permanent": True}
    if person is not None:
        session["_user_id"] = f"{person.id}:{person.session_epoch}"
        session["signed_in_at"] = int(time.time())
    serializer = app.session_interface.get_signing_serializer(app)
    token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(RAW_TOKEN)
    return Visitor(f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(session)}", token)


class Client:
    """One connection to the server under measurement."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, visitor: Visitor | None = None) -> tuple[int, bytes]:
        return self._send("GET", path, None, visitor)

    def post(self, path: str, fields: Sequence[tuple[str, str]], visitor: Visitor) -> tuple[int, bytes]:
        body = urlencode([*fields, ("csrf_token", visitor.csrf_token)])
        return self._send("POST", path, body, visitor)

    def _send(self, method: str, path: str, body: str | None, visitor: Visitor | None) -> tuple[int, bytes]:
        headers = {"Content-Type": FORM} if body else {}
        if visitor:
            headers["Cookie"] = visitor.cookie
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.read()


Answer = tuple[int, bytes]
Call = Callable[[], Answer]


class Inside:
    """The same requests without a server, to count what reaches the database."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.cookie = app.config["SESSION_COOKIE_NAME"]

    def get(self, path: str, visitor: Visitor | None = None) -> Answer:
        self._become(visitor)
        response = self._outside(self.client.get, path)
        return response.status_code, response.data

    def post(self, path: str, fields: Sequence[tuple[str, str]], visitor: Visitor) -> Answer:
        self._become(visitor)
        body = urlencode([*fields, ("csrf_token", visitor.csrf_token)])
        response = self._outside(self.client.post, path, data=body, content_type=FORM)
        return response.status_code, response.data

    def _outside(self, send: Callable[..., Any], *args: Any, **options: Any) -> Any:
        # A request leaves nothing behind: not that it only read, nor who made it.
        return Context().run(send, *args, **options)

    def _become(self, visitor: Visitor | None) -> None:
        self.client.delete_cookie(self.cookie)
        if visitor:
            self.client.set_cookie(self.cookie, visitor.cookie.partition("=")[2])


Sender = Client | Inside


def checked(call: Call, allowed: tuple[int, ...] = (200,)) -> None:
    """Make the request; a wrong status is an error and not a figure."""
    status, body = call()
    if status not in allowed:
        raise RuntimeError(f"status {status}: {_said(body)}")


def timed(call: Call, allowed: tuple[int, ...] = (200,)) -> float:
    """Milliseconds of one request."""
    start = time.perf_counter()
    status, body = call()
    elapsed = (time.perf_counter() - start) * 1000
    if status not in allowed:
        raise RuntimeError(f"status {status}: {_said(body)}")
    return elapsed


def _said(body: bytes) -> str:
    """What the page complained of, as far as it says so."""
    text = body.decode(errors="replace")
    start = text.find("govuk-error-message")
    return text[start : start + 600] if start >= 0 else text[:400]
