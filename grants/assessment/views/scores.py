"""The page of what the scores say: for the panel, and with markers by name for its chair and the managers."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for

from grants.assessment import queries
from grants.assessment.models import Panel
from grants.assessment.queries.facts import member_of
from grants.assessment.views.blueprint import bp
from grants.assessment.views.panels import SITTERS
from grants.assessment.views.score_charts import marker_chart, score_chart
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.labels import scores as words
from workflows.rules.agreement import level_of


@bp.get("/office/panels/<int:panel_id>/scores")
@allows(*SITTERS, on=queries.get_panel)
def scores(panel: Panel) -> Any:
    actor = current_actor()
    seat = member_of(panel, actor.person_id)
    found = queries.statistics_of(db.session, panel, actor)
    if seat is not None and queries.undeclared_by(db.session, seat.person_id, found.considered):
        return redirect(url_for("assessment.interests", panel_id=panel.id), 303)
    return render_template(
        "assessment/scores.html",
        panel=panel,
        found=found,
        score_chart=score_chart(found),
        marker_chart=marker_chart(found),
        said=words,
        level_of=level_of,
        in_hundred=in_hundred,
        points=points,
    )


def in_hundred(chance: float | None) -> str:
    """A chance in words that claim no more than is known."""
    if chance is None:
        return ""
    share = round(chance * 100)
    if share < 1:
        return "under 1 in 100"
    return "over 99 in 100" if share > 99 else f"{share} in 100"


def points(value: Any) -> str:
    """Percentage points with their sign; what would show as no difference has none."""
    shown = f"{float(value):+.1f}"
    return "0.0" if shown in {"+0.0", "-0.0"} else shown
