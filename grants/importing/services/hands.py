"""Who acts in an import, and when: people who had signed on paper, at the times that the round had."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from grants.funds.models import Round
from workflows.actors import OFFICE_ROLES, SYSTEM, Actor
from workflows.deadlines import london_time_on

PAPER_TIMER = replace(SYSTEM, name="Imported: timer", on_paper=True)


@dataclass(frozen=True, slots=True)
class Hands:
    """The three people who had signed on paper; they hold every role of the office, and are named for what they are."""

    officer: Actor
    second_officer: Actor
    chair: Actor

    @classmethod
    def of(cls, office_id: int) -> Hands:
        roles = frozenset((office_id, role) for role in OFFICE_ROLES)
        return cls(
            *(
                Actor(name=f"Imported: {name}", office_roles=roles, on_paper=True)
                for name in ("officer", "second officer", "chair")
            )
        )


@dataclass(frozen=True, slots=True)
class Dates:
    """When each thing had happened, as instants."""

    opened: datetime
    closed: datetime
    scored: datetime
    panel: datetime

    @classmethod
    def of(cls, round_: Round, now: datetime) -> Dates:
        opened = round_.opens_at or now
        closed = round_.closes_at or opened
        scored = round_.scoring_ends_at or closed
        panel = max(london_time_on(round_.panel_on), scored) if round_.panel_on else scored
        return cls(opened, closed, scored, panel)
