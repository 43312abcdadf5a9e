"""The list of a round's bids: sorted, filtered, searched and paged by the address alone, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request, stream_with_context, url_for
from markupsafe import Markup

from grants.applications.queries import paper_of
from grants.bulk import queries as bulk
from grants.bulk.services import DOORS
from grants.core.sheets import SHEET, Cell, as_csv, as_sheet
from grants.extensions import db
from grants.funds.models import Round
from grants.funds.queries import get_round
from grants.reporting.queries import listing
from grants.reporting.queries.export import export_rows
from grants.reporting.queries.listing import Filter
from grants.reporting.views.blueprint import EXPORTERS, READERS, bp
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.handouts import hand_out
from grants.web.labels.bulk import BULK_KINDS
from grants.web.shedding import can_wait
from workflows.actors import Actor, Role
from workflows.application import DRAFTING, ApplicationState
from workflows.errors import Invalid

COLUMNS = (
    ("reference", "Reference"),
    ("organisation", "Organisation"),
    ("project", "Project"),
    ("area", "Area"),
    ("ask", "Ask"),
    ("state", "State"),
    ("percent", "Percent"),
    ("submitted", "Submitted"),
)
NUMERIC = frozenset({"ask", "percent"})
PROBLEMS = {
    "q": "Type letters or digits to search for.",
    "sort": "The list can't be sorted by that, so it is sorted by reference.",
    "order": "That order is not known, so the list goes upwards.",
    "state": "That state is not known, so bids in all states are shown.",
    "area": "That area is not one of this round's, so all areas are shown.",
    "after": "That page is not there, so this is the first one.",
    "before": "That page is not there, so this is the first one.",
}


@bp.get("/office/rounds/<int:round_id>/applications")
@can_wait
@allows(*READERS, on=get_round)
def applications(round_: Round) -> Any:
    actor = current_actor()
    areas = {area.id: area.name for area in paper_of(db.session, round_).areas}
    asked = listing.read_filter(request.args, list(areas))
    page = listing.list_page(db.session, actor, round_, asked)
    kept = kept_parts(asked)
    is_exporter = bool(actor.roles_in(round_.scope) & set(EXPORTERS))
    labelled = {str(state): labels.state_label("application", state) for state in ApplicationState}
    here = url_for("reporting.applications", round_id=round_.id)
    shown = render_template(
        "reporting/applications.html",
        round=round_,
        asked=asked,
        page=page,
        areas=areas,
        columns=[_heading(here, asked, name, words) for name, words in COLUMNS],
        states=[(state, words) for state, words in labelled.items() if state not in DRAFTING],
        here=here,
        # Fifty rows ask for the same few things, so they are made once for the page.
        bids_url=url_for("reporting.application", application_id=0).removesuffix("0"),
        tags=_tags(),
        ways=labels.ASSISTED,
        rows=[(*row[:7], _percent(row.percent_millionths), row.submitted_at, row.assisted_by) for row in page.rows],
        # Some of these are fields of the form, the rest (a sort, an order, a page) only stand in the address.
        errors=[(_FIELDS.get(name), PROBLEMS[name]) for name in asked.problems],
        previous_url=_url(here, kept, before=page.before) if page.before else "",
        next_url=_url(here, kept, after=page.after) if page.after else "",
        first_url=_url(here, kept) if asked.after or asked.before else "",
        csv_url=url_for("reporting.export", round_id=round_.id, **kept) if is_exporter else "",
        xlsx_url=url_for("reporting.export_sheet", round_id=round_.id, **kept) if is_exporter else "",
        views=bulk.list_views(db.session(), actor, round_) if is_exporter else (),
        kept=kept,
        me=actor.person_id,
        bulk_kinds=_bulk_kinds(actor, round_) if page.rows else [],
    )
    return shown, 422 if asked.problems else 200


_FIELDS = {"q": "q", "state": "state", "area": "area"}


def _bulk_kinds(actor: Actor, round_: Round) -> list[tuple[str, str]]:
    """What this person may do to many bids at once."""
    roles = actor.roles_in(round_.scope)
    return [(kind.value, BULK_KINDS[kind][0]) for kind, door in DOORS.items() if door.who & roles]


@bp.get("/office/rounds/<int:round_id>/applications.csv")
@can_wait
@allows(Role.OFFICER, Role.MANAGER, on=get_round)
def export(round_: Round) -> Any:
    return Response(
        stream_with_context(as_csv(_exported(round_))),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{_file_name(round_)}.csv"'},
    )


@bp.get("/office/rounds/<int:round_id>/applications.xlsx")
@can_wait
@allows(Role.OFFICER, Role.MANAGER, on=get_round)
def export_sheet(round_: Round) -> Any:
    """The same rows as a workbook, in which amounts and percents are numbers."""
    return hand_out(list(as_sheet(_exported(round_), "Bids")), SHEET, f"{_file_name(round_)}.xlsx")


def _exported(round_: Round) -> Iterator[list[Cell]]:
    asked = listing.read_filter(request.args, [area.id for area in round_.areas])
    if asked.problems:
        # A file of more than was asked for is worse than none.
        raise Invalid(problems={name: PROBLEMS[name] for name in asked.problems})
    words = {str(state): labels.state_label("application", state) for state in ApplicationState}
    # The stream outlives the request's session, so the round leaves it first, with what was read of it.
    db.session.expunge(round_)
    return export_rows(db.session, current_actor(), round_, asked, words)


def _file_name(round_: Round) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in round_.code) + "-applications"


def kept_parts(asked: Filter) -> dict[str, str]:
    """The filter as the parts of an address, without the page; what is as usual is left out."""
    parts = {
        "q": asked.search,
        "state": asked.state,
        "area": asked.area_id,
        "sort": "" if asked.sort == "reference" else asked.sort,
        "order": "desc" if asked.is_descending else "",
    }
    return {name: str(value) for name, value in parts.items() if value}


@cache
def _tags() -> dict[str, Markup]:
    """Each state as `ui.tag` draws it."""
    return {str(state): _tag(state) for state in ApplicationState}


def _tag(state: str) -> Markup:
    colour = labels.state_colour("application", state)
    kind = f" govuk-tag--{colour}" if colour else ""
    return Markup('<strong class="govuk-tag{}">{}</strong>').format(kind, labels.state_label("application", state))


def _percent(millionths: int | None) -> str:
    """A stored percent, cut off as `mark_percent` cuts; millionths are exact to more places than are shown."""
    return "" if millionths is None else f"{millionths // 1_000_000}.{millionths // 100_000 % 10}%"


def _url(here: str, kept: dict[str, Any], **more: Any) -> str:
    parts = urlencode(kept | more)
    return f"{here}?{parts}" if parts else here


def _heading(here: str, asked: Filter, name: str, words: str) -> dict[str, Any]:
    is_sorted = asked.sort == name
    order = "desc" if is_sorted and not asked.is_descending else "asc"
    kept = {key: value for key, value in kept_parts(asked).items() if key not in {"sort", "order"}}
    return {
        "text": words,
        "href": _url(here, kept, sort=name, order=order),
        "sort": ("descending" if asked.is_descending else "ascending") if is_sorted else "",
        "is_numeric": name in NUMERIC,
    }
