"""What a round file says beyond doubt, so that other files can be read in its light even when some of it is wrong.

A part that is wrong itself is not known: what hangs on it would only say again what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from grants.funds.parts import AreaDef, CriterionDef, FileProblem, RoundDefinition, RuleDef

# The keys in which a problem makes a part unsure. Times that are in the wrong order may both be meant.
_HANGS_ON: Mapping[str, str] = {
    "areas": r"areas|area_aliases",
    "criteria": r"criteria\[\d+\]\.code",
    "rules": r"rules",
    "opens_at": r"opens_at|closes_at",
    "closes_at": r"opens_at|closes_at|rolling",
    "is_rolling": r"closes_at|rolling",
    "grace_minutes": r"grace_minutes",
    "scoring_ends_at": r"scoring_ends_at",
    "panel_on": r"panel_on",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRound:
    """The parts that the bids and marks of a round are read by; None for what can't be told or is not there."""

    areas: tuple[AreaDef, ...] | None = None
    criteria: tuple[CriterionDef, ...] | None = None
    rules: tuple[RuleDef, ...] | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    is_rolling: bool | None = None
    grace_minutes: int | None = None
    scoring_ends_at: datetime | None = None
    panel_on: date | None = None

    @property
    def deadline(self) -> datetime | None:
        """The first instant that is too late."""
        if self.closes_at is None or self.grace_minutes is None:
            return None
        return self.closes_at + timedelta(minutes=self.grace_minutes)


def all_known(definition: RoundDefinition) -> KnownRound:
    """A round file without a problem."""
    return KnownRound(**{part.name: getattr(definition, part.name) for part in fields(KnownRound)})


def known_beside(problems: Iterable[FileProblem], read: Mapping[str, Any]) -> KnownRound:
    """What holds of a file's values although it has these problems."""
    wrong = [problem.column for problem in problems]
    sure = {part for part, keys in _HANGS_ON.items() if not any(re.match(rf"({keys})\b", key) for key in wrong)}
    # Where areas or criteria are lacking, their heading may be what is misspelt.
    lacking = {part for part in ("areas", "criteria") if not read[part]}
    return KnownRound(**{part: read[part] for part in sure - lacking})
