"""One commit for each request: what a request changed is kept whole when it succeeds, and not at all otherwise."""

from __future__ import annotations

from flask import Flask, Response, g, request

from grants.clock import utc_now
from grants.core.database import set_reading_only
from grants.extensions import db

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Stamp the receipt time first, and settle the transaction last."""
    app.before_request_funcs.setdefault(None, []).insert(0, _enter)
    app.after_request(_settle)


def _enter() -> None:
    # The deadline is judged by this instant: when the request entered the service, not when its turn came.
    g.received_at = utc_now()
    set_reading_only(request.method in READING)


def _settle(response: Response) -> Response:
    if response.status_code < 400 and request.method not in READING:
        db.session.commit()
    else:
        db.session.rollback()
    return response


def keep_although_refused() -> None:
    """Commit now what must outlive a refusal: a wrong code that is counted, the answers beside a disputed one."""
    db.session.commit()
