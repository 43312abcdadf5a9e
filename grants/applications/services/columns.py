"""The columns of a bid that lists read: kept in step with its answers by every save, so that no list reads answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application, ApplicationArea
from grants.funds import model_form as form
from grants.funds.models import RoundArea
from workflows.rules import answers as rules

# The bid's own columns that lists read: which question each comes from, and the longest text it holds.
TEXT_COLUMNS = {
    form.PROJECT_TITLE: ("project_title", 200),
    form.SUMMARY: ("summary", rules.MOST_CHARACTERS),
    form.REASON: ("crime_reduction_reason", rules.MOST_CHARACTERS),
}
PENCE_COLUMNS = {
    form.ASK: "ask_pence",
    form.PROJECT_COST: "project_cost_pence",
    form.MINIMUM_VIABLE: "minimum_viable_pence",
}


def keep_columns(session: Session, application: Application, changed: Mapping[str, Any]) -> None:
    """Bring the columns of this bid up to date with the answers that changed, by code."""
    for code, (column, longest) in TEXT_COLUMNS.items():
        if code in changed:
            setattr(application, column, (changed[code] if isinstance(changed[code], str) else "").strip()[:longest])
    for code, column in PENCE_COLUMNS.items():
        if code in changed:
            setattr(application, column, changed[code] if isinstance(changed[code], int) else None)
    if form.AREAS in changed:
        _keep_areas(session, application, changed[form.AREAS])
    application.search_text = " ".join(
        part
        for part in (
            application.reference,
            application.organisation_name,
            application.project_title,
            application.summary,
        )
        if part
    )


def _keep_areas(session: Session, application: Application, names: Any) -> None:
    named = names if isinstance(names, list) else []
    offered = RoundArea.round_id == application.round_id, RoundArea.retired_at.is_(None)
    rows = session.execute(sa.select(RoundArea.name, RoundArea.id).where(*offered))
    known = {row.name: row.id for row in rows}
    ids = [known[name] for name in dict.fromkeys(named) if name in known]
    application.area_id = ids[0] if ids else None
    session.execute(sa.delete(ApplicationArea).where(ApplicationArea.application_id == application.id))
    if ids:
        rows = [{"application_id": application.id, "area_id": area_id} for area_id in ids]
        session.execute(sa.insert(ApplicationArea), rows)
