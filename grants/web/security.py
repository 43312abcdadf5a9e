"""Headers, proxies, request ids and log lines: what every response carries whoever wrote the view."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
from typing import Any

from flask import Flask, Response, abort, g, has_request_context, request
from werkzeug.middleware.proxy_fix import ProxyFix

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

# What follows is a one-time link that may not be spent yet, so it never reaches a log.
SPENDABLE = re.compile(r"^(/sign-(?:in|up)/link/|/news/confirm/|/news/\d+/end/|/endorse/\d+/|/events/\d+/place/\d+/).+")


def init_app(app: Flask) -> None:
    hops = app.config["TRUSTED_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request_funcs.setdefault(None, []).append(_name_request)
    app.before_request(_refuse_nul)
    app.after_request(_finish)
    _log_as_json(app)


def _refuse_nul() -> None:
    # No person types one, and PostgreSQL keeps none in a text: it would fail in the middle of the work.
    if any("\0" in text for form in (request.args, request.form) for _, texts in form.lists() for text in texts):
        abort(400)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    response.headers["X-Request-Id"] = getattr(g, "request_id", "")
    if request.endpoint != "static":
        # Pages hold other people's bids: nothing in between may keep them.
        response.headers.setdefault("Cache-Control", "no-store")
    return response


class JsonLines(logging.Formatter):
    """One JSON object for each line, with the request it belongs to; never what was typed."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line |= {
                "request_id": getattr(g, "request_id", ""),
                "method": request.method,
                "path": SPENDABLE.sub(r"\1...", request.path),
            }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _log_as_json(app: Flask) -> None:
    root = logging.getLogger("grants")
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
        root.setLevel(logging.INFO)
