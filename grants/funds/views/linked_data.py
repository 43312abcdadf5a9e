"""A round as search engines read it: schema.org terms in JSON-LD, of what the page says to people and nothing more."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from grants.funds.queries import RoundPage
from workflows.deadlines import to_london
from workflows.round import RoundState


def described(page: RoundPage, start_url: str) -> dict[str, Any]:
    """The round as a grant that can be applied for, between its dates, by its office."""
    round_, base = page.round, current_app.config["BASE_URL"]
    url = base + url_for("funds.public_round", round_id=round_.id)
    return {
        "@context": "https://schema.org",
        "@type": "MonetaryGrant",
        "@id": url,
        "url": url,
        "name": round_.title,
        "description": " ".join((round_.purpose or round_.theme or round_.title).split()),
        "funder": {"@type": "GovernmentOrganization", "name": page.office.name},
        "amount": _amount(page),
        "potentialAction": _action(page, base + start_url if start_url else url),
    }


def _amount(page: RoundPage) -> dict[str, Any]:
    limits = {"minValue": page.round.min_ask_pence, "maxValue": page.round.max_ask_pence or page.round.pot_pence}
    return {"@type": "MonetaryAmount", "currency": "GBP"} | {
        name: _pounds(pence) for name, pence in limits.items() if pence is not None
    }


def _action(page: RoundPage, target: str) -> dict[str, Any]:
    round_ = page.round
    times = {"startTime": round_.opens_at, "endTime": round_.closes_at}
    known = {name: to_london(at).isoformat() for name, at in times.items() if at is not None}
    is_over = round_.state not in {RoundState.SCHEDULED, RoundState.OPEN}
    status = "FailedActionStatus" if is_over else "PotentialActionStatus"
    return {"@type": "ApplyAction", "target": target, "actionStatus": f"https://schema.org/{status}"} | known


def _pounds(pence: int) -> int | str:
    # No float ever holds money: pounds and pence are written as text, which the vocabulary allows.
    return pence // 100 if pence % 100 == 0 else f"{pence // 100}.{pence % 100:02d}"
