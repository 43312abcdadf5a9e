"""What every template may use: who is signed in, the sections of the service open to them, and the sample banner."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for

from grants.web.access import current_actor
from workflows.actors import GROUP_ROLES, Role

STAFF_PAGES = (
    (
        "Rounds",
        "funds.list_rounds",
        {Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE},
    ),
    ("Marking", "assessment.queue", {Role.MARKER}),
    ("Panels", "assessment.panels", {Role.CHAIR, Role.PANEL_MEMBER, Role.MANAGER}),
    ("Decisions", "decisions.list_decisions", {Role.DECISION_MAKER, Role.MANAGER, Role.CHIEF_EXECUTIVE}),
    ("Awards", "awards.list_awards", {Role.OFFICER, Role.MANAGER, Role.FINANCE}),
    ("Returns", "monitoring.list_returns", {Role.OFFICER, Role.MANAGER}),
    ("Messages", "notifications.list_messages", {Role.OFFICER, Role.MANAGER}),
    ("People", "accounts.people", {Role.ADMIN, Role.MANAGER}),
)
GROUP_PAGES = (
    ("Open rounds", "funds.public_rounds"),
    ("Your applications", "applications.mine"),
    ("Your grants", "awards.mine"),
)


def init_app(app: Flask) -> None:
    app.context_processor(_common)


def _common() -> dict[str, Any]:
    actor = current_actor()
    return {
        "actor": actor,
        "is_sample": current_app.config["SAMPLE"],
        "nav_items": _navigation(),
        "signed_in_as": actor.name if actor.person_id else "",
    }


def _navigation() -> list[tuple[str, str, bool]]:
    roles = current_actor().all_roles
    pages: list[tuple[str, str]] = []
    if roles & GROUP_ROLES:
        pages += list(GROUP_PAGES)
    pages += [(label, endpoint) for label, endpoint, who in STAFF_PAGES if roles & who]
    known = current_app.view_functions
    return [(label, url_for(endpoint), request.endpoint == endpoint) for label, endpoint in pages if endpoint in known]
