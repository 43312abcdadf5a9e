"""What anyone may read about the service: what becomes of what they tell us, and how usable the pages are."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from grants.accounts import queries
from grants.accounts.models import Office
from grants.accounts.views.blueprint import bp
from grants.extensions import db
from grants.web.access import PUBLIC, allows
from workflows.errors import NotFound


@bp.get("/privacy")
@allows(PUBLIC)
def privacy() -> Any:
    return render_template("accounts/privacy.html", current_office=_office())


@bp.get("/accessibility")
@allows(PUBLIC)
def accessibility() -> Any:
    return render_template("accounts/accessibility.html", current_office=_office())


def _office() -> Office | None:
    """The office whose own words are asked for with `?office=CODE`."""
    code = request.args.get("office")
    if not code:
        return None
    office = queries.find_office(db.session, code)
    if office is None:
        raise NotFound(subject="Office")
    return office
