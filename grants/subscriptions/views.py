"""E-mail me when it opens: ask, press the link that was sent, and end it with one press from any of the e-mails.

Looking at a link changes nothing, for mail scanners look first; only a press does.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from grants.clock import utc_now
from grants.extensions import csrf, db
from grants.funds.models import Round
from grants.funds.queries import get_public_round
from grants.subscriptions import queries, services
from grants.subscriptions.forms import NewsForm, RoundNewsForm
from grants.subscriptions.services import Wish
from grants.web import identity
from grants.web.access import PUBLIC, allows
from workflows.errors import Invalid
from workflows.round import RoundState

bp = Blueprint("subscriptions", __name__)


@bp.route("/news", methods=["GET", "POST"])
@allows(PUBLIC)
def ask() -> Any:
    offices, areas = queries.list_choices(db.session)
    asked = {name: request.args.get(name, "") for name in ("office", "area", "theme")}
    form = NewsForm.of([(office.code, office.name) for office in offices], areas, data=asked)
    if form.validate_on_submit():
        office = next((each for each in offices if each.code == form.office.data), None)
        return _ask(form, Wish(office=office, area=form.area.data or "", theme=form.theme.data or ""))
    return _page(form)


@bp.route("/rounds/<int:round_id>/news", methods=["GET", "POST"])
@allows(PUBLIC, on=get_public_round)
def ask_for_round(round_: Round) -> Any:
    if round_.state is not RoundState.SCHEDULED:
        # What is open needs no news of its opening; the next one of the same office may.
        office = queries.office_of(db.session, round_)
        return redirect(url_for("subscriptions.ask", office=office.code), 303)
    form = RoundNewsForm()
    if form.validate_on_submit():
        return _ask(form, Wish(round=round_), round_)
    return _page(form, round_)


@bp.get("/news/sent")
@allows(PUBLIC)
def sent() -> Any:
    return render_template("subscriptions/sent.html", days=services.CONFIRM_WITHIN.days)


@bp.get("/news/confirm/<token>")
@allows(PUBLIC)
def show_confirm(token: str) -> Any:
    found = queries.get_to_confirm(db.session, token, now=utc_now())
    return render_template("subscriptions/confirm.html", round=found.round)


@bp.post("/news/confirm/<token>")
@allows(PUBLIC)
def confirm(token: str) -> Any:
    found = services.confirm(db.session, token, now=utc_now())
    return render_template("subscriptions/confirmed.html", round=found.round)


@bp.get("/news/<int:subscription_id>/end/<token>")
@allows(PUBLIC)
def show_end(subscription_id: int, token: str) -> Any:
    found = queries.find_to_end(db.session, subscription_id, token, identity.site())
    return render_template("subscriptions/end.html", is_over=found is None or found.ended_at is not None)


@bp.post("/news/<int:subscription_id>/end/<token>")
# A mail program presses it by itself, without a session or a page of ours (RFC 8058): the link is the proof.
@csrf.exempt
@allows(PUBLIC)
def end(subscription_id: int, token: str) -> Any:
    found = queries.find_to_end(db.session, subscription_id, token, identity.site())
    if found is not None:
        services.end(db.session, found, now=utc_now())
    return render_template("subscriptions/end.html", is_over=True)


def _ask(form: RoundNewsForm, wish: Wish, round_: Round | None = None) -> Any:
    try:
        services.ask_for_news(
            db.session,
            form.email.data or "",
            wish,
            client=identity.client(),
            site=identity.site(),
            now=utc_now(),
        )
    except Invalid as error:
        form.refuse(error)
        return _page(form, round_)
    return redirect(url_for("subscriptions.sent"), 303)


def _page(form: RoundNewsForm, round_: Round | None = None) -> Any:
    page = render_template("subscriptions/ask.html", form=form, round=round_)
    return (page, 422) if form.is_submitted() else page
