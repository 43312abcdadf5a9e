"""The list of rounds from which staff start."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, url_for

from grants.extensions import db
from grants.funds import queries
from grants.funds.models import Round
from grants.funds.views.blueprint import bp
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.numbers import row_argument
from workflows.actors import Role

READERS = (Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE)
DASHBOARD = "reporting.round_dashboard"


@bp.get("/office/rounds")
@allows(*READERS)
def list_rounds() -> Any:
    actor = current_actor()
    before = row_argument("before")
    found = queries.list_rounds(db.session, actor, before_id=before)
    page = found[: queries.PAGE]
    more = url_for("funds.list_rounds", before=page[-1][0].id) if len(found) > len(page) else ""
    return render_template(
        "funds/list.html",
        rounds=[(round_, office, fund, _url(round_)) for round_, office, fund in page],
        previous_url=url_for("funds.list_rounds") if before else "",
        next_url=more,
        may_set_up=Role.MANAGER in actor.all_roles,
        labels=labels,
    )


def _url(round_: Round) -> str:
    """Where the round's work is; its set-up until there is a dashboard."""
    known = DASHBOARD in current_app.view_functions
    return url_for(DASHBOARD if known else "funds.setup", round_id=round_.id)
