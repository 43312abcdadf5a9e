"""What a person typed when their session had ended: kept, and put back on the same page after they sign in.

Whose it is comes from a signed cookie of their last sign-in in this browser; it is shown to that person alone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request, session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from grants.accounts import queries, services
from grants.clock import utc_now
from grants.extensions import db
from grants.web import identity

# The pages whose text waits for the person who signed in; other pages ask the database nothing.
WAITING = "kept_pages"
# Never kept: they belong to the session that ended, or prove who someone is.
NOT_KEPT = frozenset({"csrf_token", "seen_version", "code", "token"})


def init_app(app: Flask) -> None:
    app.after_request(_forget_what_was_sent)


def take() -> MultiDict[str, str] | None:
    """The text that was kept for this person and page, or None; it stays kept until it is sent."""
    if request.path not in session.get(WAITING, ()):
        return None
    person_id = identity.current_person_id()
    kept = None if person_id is None else queries.find_kept(db.session, person_id, request.path, now=utc_now())
    return None if kept is None else MultiDict((name, value) for name, values in kept.items() for value in values)


def keep() -> bool:
    """Keep what this request sent for whoever sent it; False when that is not known, or nothing can be kept."""
    person_id = identity.current_person_id() or identity.remembered_person_id()
    if person_id is None:
        return False
    page = page_of_request()
    g.kept_page = services.keep_text(db.session, person_id, page, typed(), now=utc_now())
    if g.kept_page and identity.current_person_id() is not None:
        session[WAITING] = sorted({*session.get(WAITING, ()), page})
    return bool(g.kept_page)


def typed() -> dict[str, list[str]]:
    """The words that this request sent, without tokens and codes."""
    try:
        sent = list(request.form.lists())
    except RequestEntityTooLarge:
        # It was not read, for it is too large: there is nothing to give back.
        return {}
    return {name: values for name, values in sent if name not in NOT_KEPT and any(values)}


def find_waiting(person_id: int) -> list[str]:
    """Remember in a new session which pages have text waiting for this person, and return them."""
    paths = queries.list_kept_paths(db.session, person_id, now=utc_now())
    if paths:
        session[WAITING] = paths
    return paths


def _forget_what_was_sent(response: Response) -> Response:
    if request.method != "POST" or response.status_code >= 400 or "kept_page" in g:
        return response
    person_id, waiting = identity.current_person_id(), session.get(WAITING)
    if person_id is not None and waiting and (page := page_of_request()) in waiting:
        services.forget_text(db.session, person_id, page)
        session[WAITING] = [path for path in waiting if path != page]
    return response


def page_of_request() -> str:
    """The page that a form stands on: its own address, or the one that it was sent from."""
    referrer = urlsplit(request.referrer or "")
    candidates = [request.path]
    if referrer.netloc == request.host:
        candidates.append(referrer.path)
    return next((path for path in candidates if _can_be_opened(path)), "/")


def _can_be_opened(path: str) -> bool:
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")
    except HTTPException:
        return False
    return endpoint != "static" and len(path) <= 500
