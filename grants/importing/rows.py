"""A paper bid and its marks as plain values: what the tables say, after every cell was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflows.rules.eligibility_facts import OrgType


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One score of one marker, or of the panel, from the row that it stands in."""

    row: int
    score: int
    justification: str


# Marker -> criterion -> mark.
Marks = Mapping[str, Mapping[str, Mark]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """One bid as the files have it; money in pence. `stated` keeps the amounts that were written with a qualifier."""

    row: int
    reference: str
    organisation: str
    kind: OrgType
    charity_number: str
    company_number: str
    area: str | None
    project_title: str
    summary: str
    crime_reduction_reason: str
    ask_pence: int
    minimum_viable_pence: int | None
    is_eligible: bool
    failed_rules: tuple[str, ...]
    submitted_at: datetime
    stated: Mapping[str, str] = field(default_factory=dict)
    markers: Marks = field(default_factory=dict)
    moderated: Mapping[str, Mark] = field(default_factory=dict)


def folded(text: str) -> str:
    """A name as it is compared: in small letters, with single spaces."""
    return " ".join(text.casefold().split())
