"""Refusals become HTTP here and nowhere else: typed errors in, one plain page out, with what was typed still there."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, g
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from grants.web import access, labels, refused
from workflows.actors import NOBODY
from workflows.errors import (
    DomainError,
    Gone,
    Invalid,
    NotAllowed,
    NotFound,
    Stale,
    TooLate,
    TooMany,
    TransitionRefused,
)

log = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    TooLate: 409,
    Stale: 409,
    TransitionRefused: 409,
    Invalid: 422,
    Gone: 410,
    TooMany: 429,
}


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(InterfaceError, _database_away)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: DomainError) -> int:
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def _domain(error: DomainError) -> tuple[str, int]:
    status = status_of(error)
    return refused.page(status, labels.heading_for(status), labels.sentence_for(error.code, error.detail))


def _csrf(error: CSRFError) -> Any:
    resumed = access.resume_old_page()
    if resumed is not None:
        return resumed
    return refused.page(400, "This page was open too long", labels.sentence_for("csrf", {}))


def _http(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error
    status = error.code or 500
    return refused.page(status, labels.heading_for(status), labels.sentence_for(f"http-{status}", {}))


def _integrity(error: IntegrityError) -> tuple[str, int]:
    # The database refused what a check had let through a moment before: two people at the same instant.
    log.warning("refused by a constraint: %s", error.orig)
    return refused.page(409, labels.heading_for(409), labels.sentence_for("changed-since-opened", {}))


def _database_away(error: Exception) -> tuple[str, int]:
    log.exception("the database is away or busy")
    _ask_nobody()
    return refused.page(503, labels.heading_for(503), labels.sentence_for("http-503", {}))


def _ask_nobody() -> None:
    """Draw the page for nobody unless it is known already who asks: to look them up would fail once more."""
    g.setdefault("actor", NOBODY)


def _unexpected(error: Exception) -> tuple[str, int]:
    log.exception("unexpected error")
    _ask_nobody()
    return refused.page(500, labels.heading_for(500), labels.sentence_for("http-500", {}))
