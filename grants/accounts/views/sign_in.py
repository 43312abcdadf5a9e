"""Coming in and going out: ask for a link, press its button, staff add a code; the same page whoever asks."""

from __future__ import annotations

from typing import Any

import pyotp
from flask import flash, redirect, render_template, request, session, url_for

from grants.accounts import queries, services
from grants.accounts.forms import CodeForm, SignInForm
from grants.accounts.models import Person
from grants.accounts.services import links
from grants.accounts.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.web import identity, stash
from grants.web.access import PUBLIC, allows, current_actor
from grants.web.commit import keep_although_refused
from grants.web.context import start_page
from workflows.actors import Actor
from workflows.errors import Gone, Invalid

# Between the link and the code: who pressed the button, when, and where they were going.
PENDING = "pending"
PENDING_SECONDS = 15 * 60


@bp.get("/sign-in")
@allows(PUBLIC)
def sign_in() -> Any:
    next_path = identity.local_path(request.args.get("next"))
    if current_actor().person_id is not None:
        return redirect(next_path or start_page(current_actor()))
    return render_template("accounts/sign_in.html", form=SignInForm(data={"next": next_path}))


@bp.post("/sign-in")
@allows(PUBLIC)
def ask_for_link() -> Any:
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 422
    services.request_link(
        db.session,
        form.email.data or "",
        identity.local_path(form.next.data),
        client=identity.client(),
        site=identity.site(),
        now=utc_now(),
    )
    return redirect(url_for("accounts.link_sent"), 303)


@bp.get("/sign-in/sent")
@allows(PUBLIC)
def link_sent() -> Any:
    return render_template("accounts/link_sent.html")


@bp.get("/sign-in/link/<token>")
@allows(PUBLIC)
def show_link(token: str) -> Any:
    # Mail scanners open links before people do: looking changes nothing, only the button does.
    if not queries.is_link_open(db.session, links.hash_of(token), now=utc_now()):
        raise Gone
    return render_template("accounts/press.html", heading="Sign in", button="Sign in")


@bp.post("/sign-in/link/<token>")
@allows(PUBLIC)
def press_link(token: str) -> Any:
    person, next_path = services.spend_link(db.session, token, now=utc_now())
    return arrive(person, next_path)


def arrive(person: Person, next_path: str) -> Any:
    """Sign in whoever proved their address, or ask for the code first when they are on the staff."""
    actor = queries.get_actor(db.session, person.id)
    if actor is None or not actor.office_roles:
        return finish(person, next_path, how="link")
    services.prepare_code(person)
    session.clear()
    session[PENDING] = [person.id, person.session_epoch, int(utc_now().timestamp()), next_path]
    return redirect(url_for("accounts.enter_code" if person.totp_confirmed_at else "accounts.set_up_code"), 303)


def finish(person: Person, next_path: str, *, how: str) -> Any:
    """Begin the session, and go where the person was going."""
    actor = identity.begin_session(person)
    services.record_sign_in(db.session, person, actor=actor, now=utc_now(), how=how)
    waiting = stash.find_waiting(person.id)
    if next_path.partition("?")[0] in waiting:
        flash("What you typed before is on this page again. Check it, then send it.")
    return redirect(next_path or start_page(actor), 303)


@bp.get("/sign-in/set-up-code")
@allows(PUBLIC)
def set_up_code() -> Any:
    found = _pending()
    if found is None:
        return _start_again()
    person, _, _ = found
    if person.totp_confirmed_at:
        return redirect(url_for("accounts.enter_code"))
    return _set_up_page(person, CodeForm())


@bp.get("/sign-in/code")
@allows(PUBLIC)
def enter_code() -> Any:
    return _start_again() if _pending() is None else render_template("accounts/enter_code.html", form=CodeForm())


@bp.post("/sign-in/code")
@allows(PUBLIC)
def check_code() -> Any:
    found = _pending()
    if found is None:
        return _start_again()
    person, actor, next_path = found
    is_first, form = person.totp_confirmed_at is None, CodeForm()
    if form.validate():
        try:
            services.confirm_code(db.session, person.id, form.code.data or "", actor=actor, now=utc_now())
            return finish(person, next_path, how="link and code")
        except Invalid as error:
            keep_although_refused()
            form.refuse(error)
    page = _set_up_page(person, form) if is_first else render_template("accounts/enter_code.html", form=form)
    return page, 422


@bp.post("/sign-out")
@allows(PUBLIC)
def sign_out() -> Any:
    identity.end_session()
    flash("You are signed out.")
    return redirect("/", 303)


def _pending() -> tuple[Person, Actor, str] | None:
    """Who is between the link and the code, if it was a short while ago and their sessions were not ended since."""
    kept = session.get(PENDING)
    if not kept:
        return None
    person_id, epoch, since, next_path = kept
    actor = queries.get_actor(db.session, person_id, epoch)
    if actor is None or not identity.is_fresh(since, seconds=PENDING_SECONDS, now=utc_now()):
        return None
    return db.session.get_one(Person, person_id), actor, next_path


def _start_again() -> Any:
    flash("Ask for a new link to sign in.")
    return redirect(url_for("accounts.sign_in"), 303)


def _set_up_page(person: Person, form: CodeForm) -> str:
    secret = person.totp_secret or ""
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name="Safer Grants")
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_template("accounts/set_up_code.html", form=form, secret=spaced, uri=uri)
