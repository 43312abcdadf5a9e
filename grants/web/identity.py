"""The signed-in person as Flask-Login holds them: an id, the epoch that ends every session at once, and the actor.

Sessions begin and end here and nowhere else; a second cookie remembers who was here last, and proves nothing more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, after_this_request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import UserMixin, current_user, login_user, logout_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from grants.accounts import queries
from grants.accounts.models import Person
from grants.accounts.services import Site
from grants.clock import utc_now
from grants.extensions import db
from workflows.actors import Actor
from workflows.errors import NotFound

SIGNED_IN_AT = "signed_in_at"
WHO_COOKIE = "who"
SIGNED_AGAIN_AFTER = timedelta(hours=1)
WHO_SECONDS = 365 * 24 * 3600
LONGEST_PATH = 300


class SignedIn(UserMixin):
    """A person whose cookie named an epoch that still holds."""

    def __init__(self, actor: Actor, epoch: int) -> None:
        self.actor = actor
        self.epoch = epoch

    def get_id(self) -> str:
        return f"{self.actor.person_id}:{self.epoch}"

    def to_actor(self) -> Actor:
        return self.actor


class Sessions(SecureCookieSessionInterface):
    """Sessions whose cookie is signed again once an hour: an end in thirty days needs no finer clock."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        signer, text = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app), "")
        if signer is None:
            return None
        try:
            values, signed_at = signer.loads(
                text, max_age=int(app.permanent_session_lifetime.total_seconds()), return_timestamp=True
            )
        except BadSignature:
            return self.session_class()
        g.session_signed_at = signed_at
        return self.session_class(values)

    def should_set_cookie(self, app: Flask, session: SecureCookieSession) -> bool:
        signed_at = g.get("session_signed_at")
        is_fresh = signed_at is not None and utc_now() - signed_at < SIGNED_AGAIN_AFTER
        return session.modified or (session.permanent and not is_fresh)


def init_app(app: Flask) -> None:
    """Set how long sessions last: staff from their sign-in, everybody from their last visit. Our defaults."""
    app.config.setdefault("STAFF_SESSION_HOURS", 12)
    app.config.setdefault("SESSION_DAYS", 30)
    app.session_interface = Sessions()
    app.permanent_session_lifetime = timedelta(days=app.config["SESSION_DAYS"])
    # What somebody takes an hour to type is no less theirs: a form is good for as long as its session.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    # The address of the browser is nobody's business here: it is neither kept in the cookie nor compared.
    app.config["SESSION_PROTECTION"] = None


def load(cookie_id: str) -> SignedIn | None:
    """The person of this cookie, or None when the session was ended or is too old for somebody on the staff."""
    person_id, _, epoch = cookie_id.partition(":")
    if not (person_id.isdecimal() and epoch.isdecimal()):
        return None
    actor = queries.get_actor(db.session, int(person_id), int(epoch))
    if actor is None or (actor.office_roles and _age_seconds() > current_app.config["STAFF_SESSION_HOURS"] * 3600):
        return None
    return SignedIn(actor, int(epoch))


def _age_seconds() -> float:
    # A session without its beginning was not begun here, so it is as old as can be.
    return utc_now().timestamp() - session.get(SIGNED_IN_AT, 0)


def begin_session(person: Person) -> Actor:
    """Sign the person in, in place of whoever used this browser before."""
    session.clear()
    actor = queries.get_actor(db.session, person.id)
    if actor is None:
        raise NotFound(subject="Person")
    login_user(SignedIn(actor, person.session_epoch))
    session.permanent = True
    session[SIGNED_IN_AT] = int(utc_now().timestamp())
    _set_who(_serializer().dumps(person.id))
    return actor


def end_session() -> None:
    """Sign out, and forget who was here: on a shared computer the next person is somebody else."""
    logout_user()
    session.clear()
    _set_who("")


def current_person_id() -> int | None:
    return current_user.actor.person_id if current_user.is_authenticated else None


def remembered_person_id() -> int | None:
    """Who signed in here last; only good for keeping what they typed until they have signed in again."""
    try:
        value = _serializer().loads(request.cookies.get(WHO_COOKIE, ""), max_age=WHO_SECONDS)
    except BadSignature:
        return None
    return value if isinstance(value, int) else None


def site() -> Site:
    """What links are made of in this installation."""
    return Site(current_app.config["BASE_URL"], current_app.config["SECRET_KEY"])


def client() -> str:
    """The address of whoever asks; behind proxies as TRUSTED_PROXIES says. Stored only as a keyed hash."""
    return request.remote_addr or ""


def local_path(path: str | None) -> str:
    """The path, when it leads to a page of ours; empty otherwise, so that no link of ours leads elsewhere."""
    if not path or len(path) > LONGEST_PATH or not path.startswith("/") or path[1:2] in {"/", "\\"}:
        return ""
    if any(ord(character) < 33 or ord(character) == 127 for character in path):
        return ""
    parts = urlsplit(path)
    return "" if parts.scheme or parts.netloc else path


def is_fresh(since: float, *, seconds: int, now: datetime) -> bool:
    """Whether an instant kept in the cookie is at most so long ago."""
    return 0 <= now.timestamp() - since <= seconds


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="who-was-here")


def _set_who(value: str) -> None:
    @after_this_request
    def _write(response: Response) -> Any:
        options = {"httponly": True, "secure": current_app.config["SESSION_COOKIE_SECURE"], "samesite": "Lax"}
        if value:
            response.set_cookie(WHO_COOKIE, value, max_age=WHO_SECONDS, **options)
        else:
            response.delete_cookie(WHO_COOKIE, **options)
        return response
