"""Who may use which route: every view states its rule with `@allows`, and a route without one is not served.

A rule is roles, and for a thing also a loader that is scoped to the actor: what the actor may not read does not
exist (404), what they may read but not do is refused (403), and nobody is sent to sign in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, flash, g, redirect, request, url_for
from flask_login import current_user

from grants.extensions import db
from grants.web import labels, refused, stash
from workflows.actors import NOBODY, Actor, Role
from workflows.errors import NotAllowed

PUBLIC = "public"
SIGNED_IN = "signed-in"
Loader = Callable[..., Any]


def current_actor() -> Actor:
    """Who makes this request, with the roles they hold at this moment; read once for each request."""
    if "actor" not in g:
        g.actor = current_user.to_actor() if current_user.is_authenticated else NOBODY
    return g.actor


def allows(*who: Role | str, on: Loader | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """State who may use a view.

    `PUBLIC`, `SIGNED_IN`, or roles. With `on`, the loader is called as `on(session, actor, **route_arguments)` and
    must raise NotFound for what the actor may not read; the view then gets the thing as its only argument, and the
    roles must hold in the thing's own scope.
    """

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            if PUBLIC in who and on is None:
                # Nobody is looked up, so that /healthz answers while the database is away.
                return view(**arguments)
            actor = current_actor()
            if PUBLIC not in who and actor.person_id is None:
                return ask_to_sign_in()
            if on is None:
                _require_roles(who, actor.all_roles)
                return view(**arguments)
            thing = on(db.session, actor, **arguments)
            _require_roles(who, actor.roles_in(thing.scope) if hasattr(thing, "scope") else actor.all_roles)
            return view(thing)

        guarded.__allows__ = frozenset(str(item) for item in who)  # type: ignore[attr-defined]
        return guarded

    return wrap


def _require_roles(who: tuple[Role | str, ...], held: frozenset[Role]) -> None:
    if PUBLIC in who or SIGNED_IN in who or held & set(who):
        return
    raise NotAllowed(needs=sorted(str(role) for role in who))


def ask_to_sign_in() -> Any:
    """Send nobody to the sign-in page, to come back to where they were, with what they typed."""
    if refused.wants_json():
        # The page that asks keeps the text in its own browser, and says where to sign in.
        answer, status = refused.page(401, labels.heading_for(401), labels.sentence_for("http-401"))
        return answer | {"sign_in": url_for("accounts.sign_in", next=stash.page_of_request())}, status
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    if stash.keep():
        flash("You were signed out, but what you typed is kept. Sign in, and it will be on the page again.")
    elif stash.typed():
        # Nobody known was here before, so there is nobody to keep it for: it can only be shown back.
        return refused.page(401, labels.heading_for(401), labels.sentence_for("http-401"))
    return redirect(url_for("accounts.sign_in", next=stash.page_of_request()), 303)


def resume_old_page() -> Any:
    """What to answer when a form's token is of an ended session; None when it is refused like any forged one."""
    view = current_app.view_functions.get(request.endpoint or "")
    if PUBLIC in getattr(view, "__allows__", {PUBLIC}):
        return None
    if current_actor().person_id is None:
        return ask_to_sign_in()
    # Somebody who has signed in again since the page was drawn: the words go back there, and nothing is done.
    # A script keeps its words itself, and can ask for a new token.
    if not refused.wants_json() and request.form.get("csrf_token") and stash.keep():
        flash("This page was open for a long time. Check what you typed, then send it again.")
        return redirect(stash.page_of_request(), 303)
    return None


def refuse_undeclared_routes() -> None:
    """Stop the start of an application that has a view without a rule."""
    missing = [
        rule.endpoint
        for rule in current_app.url_map.iter_rules()
        if not hasattr(current_app.view_functions[rule.endpoint], "__allows__") and rule.endpoint != "static"
    ]
    if missing:
        raise RuntimeError(f"views without @allows: {', '.join(sorted(set(missing)))}")
