"""Where staff land after signing in: what waits for this person, and where to do it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from grants.extensions import db
from grants.reporting.queries.home import Waiting, list_waiting
from grants.reporting.views.blueprint import bp, link
from grants.web.access import allows, current_actor
from workflows.actors import OFFICE_ROLES

# kind -> (one, many, page)
WORDS = {
    "set-up": ("round to finish setting up", "rounds to finish setting up", "funds.list_rounds"),
    "entering": ("bid to send for its group", "bids to send for their groups", "applications.drafts"),
    "checks": ("bid in its eligibility check", "bids in their eligibility check", "eligibility.queue"),
    "proposals": (
        "disqualification that needs a second person",
        "disqualifications that need a second person",
        "eligibility.queue",
    ),
    "preparation": (
        "thing to do before you judge bids",
        "things to do before you judge bids",
        "representatives.own",
    ),
    "marking": ("bid to mark", "bids to mark", "assessment.queue"),
    "panels": ("panel that is not closed", "panels that are not closed", "assessment.panels"),
    "approvals": ("decision notice to pass on", "decision notices to pass on", "decisions.list_decisions"),
    "decisions": ("decision to make", "decisions to make", "decisions.list_decisions"),
    "announce": ("decided round to announce", "decided rounds to announce", "funds.list_rounds"),
    "reviews": ("review to take up", "reviews to take up", "reviews.list_reviews"),
    "returns": ("return to read", "returns to read", "monitoring.list_returns"),
    "messages": (
        "e-mail that could not be delivered",
        "e-mails that could not be delivered",
        "notifications.list_messages",
    ),
}


@bp.get("/office")
@allows(*sorted(OFFICE_ROLES))
def home() -> Any:
    waiting = [_item(each) for each in list_waiting(db.session, current_actor())]
    return render_template("reporting/home.html", waiting=waiting)


def _item(waiting: Waiting) -> dict[str, Any]:
    one, many, endpoint = WORDS[waiting.kind]
    return {"count": waiting.count, "words": one if waiting.count == 1 else many, "url": _url(waiting, endpoint)}


def _url(waiting: Waiting, endpoint: str) -> str:
    if waiting.office_code:
        return link(endpoint, office_code=waiting.office_code)
    if waiting.round_id is None:
        return link(endpoint)
    if endpoint == "applications.drafts":
        return link(endpoint, round_id=waiting.round_id)
    if endpoint == "eligibility.queue":
        return link(endpoint, round=waiting.round_id)
    return link("reporting.round_dashboard", round_id=waiting.round_id)
