"""A letter as a group would read it, with sample facts of a made-up group, so that an office can look at its words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from grants.accounts.models import Office
from grants.funds.parts import RoundDefinition
from grants.notifications.facts import place_values
from grants.notifications.links import HOME
from grants.notifications.rendering import in_words
from workflows.deadlines import london_date
from workflows.rules.letters import filled

LINK = "https://…"


def sample_letter(
    letter: str, definition: RoundDefinition, office: Office, *, base_url: str, now: datetime
) -> tuple[str, str]:
    """Subject and body of one of the letters of `workflows.rules.letters`, with the round's own words in it."""
    facts = _facts(definition, office, base_url, now)
    words = str(definition.letters.get(letter, "")).strip()
    return in_words(letter, facts | {"own_words": filled(words, place_values(facts))})


def _facts(definition: RoundDefinition, office: Office, base_url: str, now: datetime) -> dict[str, Any]:
    today = london_date(now)
    return {
        "name": "Lead of the group",
        "office_name": office.name,
        "office_contact": office.contact_email,
        "home": base_url + HOME,
        "detail": {"offset": "-7d"},
        "link": LINK,
        "office_link": LINK,
        "public_link": LINK,
        "group": "Example Street Youth Club (fictional)",
        "reference": f"{definition.code}-0001",
        "project": "Safer evenings",
        "round_title": definition.title,
        "round_closes_at": definition.closes_at,
        "closes_at": definition.closes_at,
        "receipt_number": f"{definition.code}-0001-A1B2",
        "received_at": now,
        "answers": [{"section": "Your project", "label": "What will you do?", "shown": "The group's own answers."}],
        "amount_pence": definition.max_ask_pence or min(definition.pot_pence, 500_000),
        **_days(today),
    }


def _days(today: date) -> dict[str, Any]:
    week = timedelta(days=7)
    return {
        "answer_by_on": today + week,
        "accept_by_on": today + 4 * week,
        "reserve_until_on": today + 12 * week,
        "starts_on": today + 6 * week,
        "ends_on": today + 58 * week,
        "return_number": 1,
        "period_start_on": today - 13 * week,
        "period_end_on": today,
        "due_on": today + 3 * week,
        "opens_on": today,
        "is_final": False,
    }
