"""From the list to a change of many bids, and to a kept view: what was chosen is read again, never believed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, render_template, request, url_for

from grants.applications.models import Application
from grants.bulk import queries as bulk
from grants.bulk import services
from grants.bulk.forms import FORMS, BulkForm, ViewForm
from grants.bulk.models import BulkKind
from grants.bulk.services import MOST_BIDS
from grants.clock import utc_now
from grants.core.installed import settings_of
from grants.extensions import db
from grants.funds.models import Round
from grants.funds.queries import get_round
from grants.notifications.rendering import Letterhead
from grants.reporting.queries import listing
from grants.reporting.queries.export import ids_in_order
from grants.reporting.views.blueprint import EXPORTERS, bp
from grants.reporting.views.listing import kept_parts
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.labels.bulk import BULK_KINDS
from workflows.errors import Invalid, NotFound

LONGEST_ID = 9


@bp.route("/office/rounds/<int:round_id>/change-many", methods=["GET", "POST"])
@allows(*EXPORTERS, on=get_round)
def change_many(round_: Round) -> Any:
    """The bids ticked on the list, or all that its filter finds, and the words that the change asks for."""
    kind = _kind(request.args.get("kind", ""))
    form = open_form(FORMS[kind])
    ids = _ids(form.bids.data or "") if form.is_submitted() else _chosen(round_)
    bids = bulk.find_bids(db.session(), current_actor(), round_, ids[: MOST_BIDS + 1])
    if form.validate_on_submit() and (job := _planned(round_, bids, kind, form)) is not None:
        return redirect(url_for("bulk.show", job_id=job.id), 303)
    if not form.is_submitted() and not 0 < len(ids) <= MOST_BIDS:
        form.refuse(Invalid(problems={"": "too-many-bids" if ids else "bids-needed"}))
        bids = []
    form.bids.data = ",".join(str(bid.id) for bid in bids)
    page = render_template(
        "reporting/bulk.html", round=round_, form=form, bids=bids, words=BULK_KINDS[kind][0], labels=labels
    )
    return page, 422 if form.is_submitted() or not bids else 200


def _kind(text: str) -> BulkKind:
    if text not in set(BulkKind):
        raise NotFound(subject="change")
    return BulkKind(text)


def _chosen(round_: Round) -> list[int]:
    if request.args.get("all"):
        asked = listing.read_filter(request.args, [area.id for area in round_.areas])
        if asked.problems:
            # More bids than were asked for would be worse than none.
            return []
        return list(ids_in_order(db.session(), current_actor(), round_, asked, limit=MOST_BIDS + 1))
    return _ids(",".join(request.args.getlist("bid")))


def _ids(text: str) -> list[int]:
    parts = [part for part in text.split(",") if part.isascii() and part.isdecimal() and len(part) <= LONGEST_ID]
    return list(dict.fromkeys(int(part) for part in parts))


def _planned(round_: Round, bids: list[Application], kind: BulkKind, form: BulkForm) -> Any:
    settings = settings_of(db.session())
    try:
        return services.plan(
            db.session(),
            round_,
            bids,
            kind,
            form.words(),
            actor=current_actor(),
            now=utc_now(),
            letterhead=Letterhead(settings.sender, settings.public_url, settings.secret_key),
        )
    except Invalid as error:
        form.refuse(error)
        return None


@bp.route("/office/rounds/<int:round_id>/views/keep", methods=["GET", "POST"])
@allows(*EXPORTERS, on=get_round)
def keep_view(round_: Round) -> Any:
    """Keep the filter in the address under a name."""
    given = dict(request.args) if request.method == "GET" else None
    form = open_form(ViewForm, data={"asked": urlencode(_parts(round_, given or {}))})
    parts = _parts(round_, dict(parse_qsl(form.asked.data or "")))
    if form.validate_on_submit():
        try:
            view = services.keep_view(
                db.session(),
                round_,
                form.name.data or "",
                parts,
                is_shared=bool(form.is_shared.data),
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(f"The view “{view.name}” is kept.", "success")
            return redirect(url_for("reporting.applications", round_id=round_.id, **view.asked), 303)
    page = render_template("reporting/keep_view.html", round=round_, form=form, told=_told(round_, parts))
    return page, 422 if form.errors or form.form_errors else 200


def _parts(round_: Round, given: dict[str, str]) -> dict[str, str]:
    """What of an address the list understands, without its page."""
    return kept_parts(listing.read_filter(given, [area.id for area in round_.areas]))


def _told(round_: Round, parts: dict[str, str]) -> list[str]:
    areas = {str(area.id): area.name for area in round_.areas}
    words = {
        "q": lambda text: f"Search: {text}",
        "state": lambda text: f"State: {labels.state_label('application', text)}",
        "area": lambda text: f"Area: {areas[text]}",
        "sort": lambda text: f"Sorted by {text}",
        "order": lambda text: "Downwards",
    }
    return [words[name](text) for name, text in parts.items()]
