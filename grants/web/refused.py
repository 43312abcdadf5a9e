"""The one page of every refusal: what happened, what to do, and what was typed, so that nothing is written twice."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from grants.extensions import db

# Never shown back: tokens and codes, not words that somebody wrote.
NOT_TYPED = frozenset({"csrf_token", "seen_version", "code", "token"})
# Whoever may not do a thing at all, or tries it in a hurry, has nothing to copy.
WITHOUT_TYPED = frozenset({403, 404, 429})


def wants_json() -> bool:
    """Whether a page's own script asks, which shows the answer in its page; people's browsers ask for a page."""
    return request.accept_mimetypes.best == "application/json"


def page(status: int, heading: str, sentence: str, template: str = "errors/refused.html") -> tuple[Any, int]:
    """The page and its status; whatever the request changed is given up."""
    db.session.rollback()
    if wants_json():
        return {"heading": heading, "sentence": sentence}, status
    typed = [] if status in WITHOUT_TYPED else _typed()
    reference = str(getattr(g, "request_id", ""))
    return render_template(template, heading=heading, sentence=sentence, typed=typed, reference=reference), status


def _typed() -> list[tuple[str, str]]:
    try:
        sent = list(request.form.lists())
    except RequestEntityTooLarge:
        # It was not read, for it is too large: there is nothing to give back.
        return []
    return [
        (name.replace("_", " ").replace("-", " "), value)
        for name, values in sent
        for value in values
        if name not in NOT_TYPED and value.strip()
    ]
