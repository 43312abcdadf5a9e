"""A group signs itself up: the form, the mail that proves the address, and the button that sets everything up."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.accounts import queries, services
from grants.accounts.forms import GroupForm, SignUpForm
from grants.accounts.models import Organisation
from grants.accounts.services import links
from grants.accounts.views.blueprint import bp
from grants.accounts.views.sign_in import arrive
from grants.clock import utc_now
from grants.extensions import db
from grants.web import identity
from grants.web.access import PUBLIC, SIGNED_IN, allows, current_actor
from grants.web.forms import open_form
from workflows.errors import Gone

SAME_NAME = "Another group with this name exists. If it is yours, ask its lead to invite you."
ASKED = "We have asked the people of that group to let you in. You get an e-mail when they answer."


@bp.get("/sign-up")
@allows(PUBLIC)
def sign_up() -> Any:
    if current_actor().person_id is not None:
        return redirect(url_for("accounts.new_group"))
    form = SignUpForm(data={"next": identity.local_path(request.args.get("next"))})
    return render_template("accounts/sign_up.html", form=form)


@bp.post("/sign-up")
@allows(PUBLIC)
def ask_to_join() -> Any:
    form = SignUpForm()
    if not form.validate():
        return render_template("accounts/sign_up.html", form=form), 422
    found = queries.find_lookalikes(db.session, **form.facts())
    chosen = form.ask_whether_same(found)
    if chosen is False:
        return render_template("accounts/sign_up.html", form=form, found=found), 422
    services.request_sign_up(
        db.session,
        form.email.data or "",
        form.person_name.data or "",
        form.organisation() | ({"join_id": chosen} if chosen else {}),
        identity.local_path(form.next.data),
        client=identity.client(),
        site=identity.site(),
        now=utc_now(),
    )
    return redirect(url_for("accounts.sign_up_sent"), 303)


@bp.get("/sign-up/sent")
@allows(PUBLIC)
def sign_up_sent() -> Any:
    return render_template("accounts/sign_up_sent.html")


@bp.get("/sign-up/link/<token>")
@allows(PUBLIC)
def show_sign_up_link(token: str) -> Any:
    if not queries.is_sign_up_open(db.session, links.hash_of(token), now=utc_now()):
        raise Gone
    return render_template("accounts/press.html", heading="Set up your group", button="Set up and sign in")


@bp.post("/sign-up/link/<token>")
@allows(PUBLIC)
def press_sign_up_link(token: str) -> Any:
    person, organisation, next_path = services.complete_sign_up(db.session, token, now=utc_now(), site=identity.site())
    response = arrive(person, next_path)
    if organisation is None:
        flash(ASKED, "success")
    else:
        _welcome(organisation)
    return response


@bp.get("/groups/new")
@allows(SIGNED_IN)
def new_group() -> Any:
    return render_template("accounts/new_group.html", form=open_form(GroupForm))


@bp.post("/groups/new")
@allows(SIGNED_IN)
def add_group() -> Any:
    form = GroupForm()
    if not form.validate():
        return render_template("accounts/new_group.html", form=form), 422
    actor, now = current_actor(), utc_now()
    found = queries.find_lookalikes(db.session, **form.facts())
    chosen = form.ask_whether_same(found)
    if chosen is False:
        return render_template("accounts/new_group.html", form=form, found=found), 422
    if chosen:
        known = next(each for each in found if each.id == chosen)
        services.ask_to_join(db.session, known, actor=actor, now=now, site=identity.site())
        flash(ASKED, "success")
        return redirect("/", 303)
    organisation = services.add_group(db.session, form.organisation(), actor=actor, now=now)
    _welcome(organisation)
    return redirect(url_for("accounts.groups"), 303)


def _welcome(organisation: Organisation) -> None:
    flash(f"{organisation.name} is set up. You lead it, and you may sign for it.", "success")
    if queries.has_same_name(db.session, organisation.name, besides=organisation.id):
        flash(SAME_NAME)
