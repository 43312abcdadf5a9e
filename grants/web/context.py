"""What every template may use: who is signed in, the sections of the service open to them, and the sample banner."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request
from markupsafe import Markup

from grants.web.access import current_actor
from grants.web.paths import path_of
from workflows.actors import GROUP_ROLES, OFFICE_ROLES, Actor, Role

STAFF_PAGES = (
    ("To do", "reporting.home", OFFICE_ROLES),
    (
        "Rounds",
        "funds.list_rounds",
        {Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE},
    ),
    ("Checks", "eligibility.queue", {Role.OFFICER, Role.MANAGER}),
    ("Marking", "assessment.queue", {Role.MARKER}),
    ("Panels", "assessment.panels", {Role.CHAIR, Role.PANEL_MEMBER, Role.OFFICER, Role.MANAGER}),
    ("Decisions", "decisions.list_decisions", {Role.DECISION_MAKER, Role.MANAGER, Role.CHIEF_EXECUTIVE}),
    ("Reviews", "reviews.list_reviews", {Role.CHIEF_EXECUTIVE}),
    ("Awards", "awards.list_awards", {Role.OFFICER, Role.MANAGER, Role.FINANCE}),
    ("Returns", "monitoring.list_returns", {Role.OFFICER, Role.MANAGER}),
    (
        "Groups",
        "reporting.organisations",
        {Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE},
    ),
    ("Messages", "notifications.list_messages", {Role.OFFICER, Role.MANAGER}),
    ("People", "accounts.people", {Role.ADMIN, Role.MANAGER}),
)
GROUP_PAGES = (
    ("Open rounds", "funds.public_rounds"),
    ("Your applications", "applications.mine"),
    ("Your grants", "awards.mine"),
    ("Your group", "accounts.groups"),
)
SAMPLE_NOTICE = Markup(
    'This is sample data, and its bids are fictional. <a class="govuk-link" href="{}">Sign in as someone else</a> or '
    '<a class="govuk-link" href="{}">read the mail</a>.'
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
        **_doors(actor),
    }


def _doors(actor: Actor) -> dict[str, str]:
    """The way in or out, and what is said over every page of a sample."""
    doors = {"sign_out_url": path_of("accounts.sign_out")} if actor.person_id else {}
    if actor.person_id is None and request.endpoint != "accounts.sign_in":
        doors["sign_in_url"] = path_of("accounts.sign_in")
    if current_app.config["SAMPLE"]:
        doors["sample_notice"] = SAMPLE_NOTICE.format(path_of("accounts.sample"), path_of("accounts.mailbox"))
    return doors


def start_page(actor: Actor) -> str:
    """Where somebody begins who was not on the way to anywhere: the first section open to them."""
    staff = _sections(actor.all_roles - GROUP_ROLES)
    return path_of(staff[0][1]) if staff else "/"


def _navigation() -> list[tuple[str, str, bool]]:
    pages = _sections(current_actor().all_roles)
    return [(label, path_of(endpoint), request.endpoint == endpoint) for label, endpoint in pages]


def _sections(roles: frozenset[Role]) -> list[tuple[str, str]]:
    pages: list[tuple[str, str]] = []
    if roles & GROUP_ROLES:
        pages += list(GROUP_PAGES)
    pages += [(label, endpoint) for label, endpoint, who in STAFF_PAGES if roles & who]
    return [(label, endpoint) for label, endpoint in pages if endpoint in current_app.view_functions]
