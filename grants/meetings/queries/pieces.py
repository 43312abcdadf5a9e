"""Pieces of text that minutes are made of, each about the meeting or about one bid, and what they are made from.

What is said of a bid stands in a piece of its own, so that whoever left the room for it has a copy without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grants.assessment import queries as assessment
from grants.assessment.models import ModeratedScore, Recommendation
from grants.assessment.queries.table import BidRow
from grants.meetings.models import Meeting, MeetingItem, MeetingWords
from workflows.deadlines import to_london
from workflows.money import format_pounds
from workflows.rules.allocation import Placing
from workflows.rules.scoring import show_percent

MEETING, PRESENT, INTERESTS, ITEMS, EN_BLOC, LINE, SCENARIO, OTHERS, RESOLVED = (
    "meeting",
    "present",
    "interests",
    "items",
    "enbloc",
    "line",
    "scenario",
    "others",
    "resolved",
)
PARTS = {
    MEETING: "The meeting",
    PRESENT: "Who was present",
    INTERESTS: "Interests",
    ITEMS: "Bids discussed",
    EN_BLOC: "Bids agreed together",
    LINE: "The line",
    SCENARIO: "The set of awards that was followed",
    OTHERS: "Outcomes of the other bids",
    # Its sums are of every bid, so a copy that leaves one out has none of it.
    RESOLVED: "What the panel recommends",
}
OUTCOMES = {
    Placing.RECOMMENDED.value: "Recommended",
    Placing.RESERVE.value: "Reserve list",
    Placing.NOT_RECOMMENDED.value: "Not recommended",
}
REASONS = {
    "does-not-fit": "It did not fit what was left in the pot.",
    "below-line": "It was below the line.",
    "diligence-failed": "Its group failed due diligence.",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One section to be: its part, heading and text; about one bid where it names one."""

    part: str
    title: str
    text: str
    application_id: int | None = None


@dataclass(slots=True)
class Told:
    """Everything that the minutes are made of, read once."""

    meeting: Meeting
    rubric: assessment.Rubric
    bids: dict[int, BidRow]
    items: list[MeetingItem]
    words: dict[tuple[int, str], MeetingWords]
    agreed: dict[int, dict[str, ModeratedScore]]
    work: dict[int, list[assessment.MarkerMarks]]
    percents: dict[int, Any]
    names: dict[int, str] = field(default_factory=dict)

    def called(self, people: Iterable[int]) -> str:
        return ", ".join(sorted(self.names.get(each, "somebody who is not known here") for each in people)) or "nobody"


def clock(instant: datetime) -> str:
    return f"{to_london(instant):%H:%M}"


def day(instant: datetime) -> str:
    local = to_london(instant)
    return f"{local.day} {local:%B %Y}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Lines that are read as a table wherever the minutes are drawn: cells between bars, the first line the head."""
    lines = ((" ".join(cell.replace("|", "/").split()) or "-" for cell in row) for row in [head, *rows])
    return "\n".join(" | ".join(cells) for cells in lines)


def title_of(told: Told, application_id: int) -> str:
    row = told.bids.get(application_id)
    if row is None:
        return "A bid that has left the round"
    return f"{row.application.reference}, {row.application.organisation_name}"


def percent_of(told: Told, application_id: int) -> str:
    percent = told.percents.get(application_id)
    return "no percent" if percent is None else f"{show_percent(percent)}%"


def outcome_of(row: BidRow | None) -> str:
    recommendation: Recommendation | None = row.recommendation if row else None
    if recommendation is None:
        return ""
    amount = f", {format_pounds(recommendation.amount_pence)}" if recommendation.amount_pence else ""
    rank = f", place {recommendation.reserve_rank}" if recommendation.reserve_rank else ""
    why = REASONS.get(recommendation.reason_code, recommendation.reason.strip())
    return f"Outcome: {OUTCOMES[recommendation.outcome]}{amount}{rank}.{' ' + why if why else ''}"
