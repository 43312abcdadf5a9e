"""Who applied, in numbers: the counts of what is no part of a bid, for the round's manager, on a page and as a file."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from flask import Response, render_template

from grants.core.sheets import BYTE_ORDER_MARK, safe
from grants.extensions import db
from grants.funds.models import Round
from grants.funds.queries import get_round
from grants.reporting.queries.counted import list_counted
from grants.reporting.views.blueprint import bp
from grants.web.access import allows
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.rules.disclosure import Cell

WORDS = {Cell.FEW: "Fewer than 5", Cell.KEPT_BACK: "Not shown"}


@bp.get("/office/rounds/<int:round_id>/counted")
@can_wait
@allows(Role.MANAGER, on=get_round)
def counted(round_: Round) -> str:
    found = list_counted(db.session, round_)
    return render_template("reporting/counted.html", round=round_, counted=found, words=_words, hides=_hides(found))


@bp.get("/office/rounds/<int:round_id>/counted.csv")
@can_wait
@allows(Role.MANAGER, on=get_round)
def counted_file(round_: Round) -> Any:
    """The same as a file: what is not shown is not in it either."""
    page = StringIO()
    writer = csv.writer(page)
    writer.writerow(["Question", "Answer", "Bids"])
    for each in list_counted(db.session, round_):
        writer.writerows([safe(each.question), safe(label), _words(cell)] for label, cell in each.lines)
    name = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in round_.code)
    return Response(
        BYTE_ORDER_MARK + page.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}-counted.csv"'},
    )


def _words(cell: int | Cell) -> str:
    return WORDS[cell] if isinstance(cell, Cell) else f"{cell:,}"


def _hides(found: list[Any]) -> bool:
    return any(cell is Cell.KEPT_BACK for each in found for _, cell in each.lines)
