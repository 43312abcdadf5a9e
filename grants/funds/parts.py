"""A round as a plain value: everything that a set-up screen, a file or a copy says about it.

Money is in pence, shares of the whole in hundredths of a percent, instants in UTC; codes are those of the model form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from grants.funds.models import Endorsement, EventKind, QuestionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionDef:
    """One line of the rubric. `reads` are the questions whose answers it is judged on; none means the whole bid."""

    code: str
    title: str
    weight: int
    guidance: str = ""
    min_score: int = 0
    max_score: int = 5
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDef:
    """One question; `options` are (value, label) pairs, `settings` the bounds of the answer.

    `show_when` asks it only when another question has one of the answers named:
    `{"question": "S1", "is": ["yes"]}`; a hidden question stays in the set-up and is asked of nobody.
    """

    code: str
    kind: QuestionKind
    label: str
    help_text: str = ""
    word_limit: int | None = None
    is_required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    criterion_code: str = ""
    is_private: bool = False
    show_when: Mapping[str, Any] | None = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDef:
    """One line of the applicant's task list and the questions behind it."""

    code: str
    title: str
    questions: tuple[QuestionDef, ...]
    guidance: str = ""
    is_eligibility: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDef:
    """An eligibility rule with this round's own settings laid over the registry's."""

    code: str
    title: str
    is_automatic: bool
    on_breach: str = "fail"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDef:
    """An area as the round names it, and the other names that people write for it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDef:
    """A support event as the round's file names it."""

    title: str
    starts_at: datetime
    kind: EventKind = EventKind.WORKSHOP
    about: str = ""
    ends_at: datetime | None = None
    place: str = ""
    link: str = ""
    recording_link: str = ""
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What is wrong in a file, and where: the row is the line, table or entry, the column the key in it."""

    file: str
    row: str
    column: str
    message: str

    def __str__(self) -> str:
        return ":".join(part for part in (self.file, self.row, self.column) if part) + f": {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDefinition:
    """A whole round before it is rows. `warnings` are readings of ours that somebody should look at."""

    office: str
    fund: str
    code: str
    title: str
    pot_pence: int
    opens_at: datetime | None
    closes_at: datetime | None
    criteria: tuple[CriterionDef, ...]
    sections: tuple[SectionDef, ...]
    rules: tuple[RuleDef, ...]
    areas: tuple[AreaDef, ...] = ()
    fund_title: str = ""
    theme: str = ""
    purpose: str = ""
    guidance: str = ""
    privacy_notice: str = ""
    line_hundredths: int = 6000
    band_edges: tuple[int, ...] = ()
    min_ask_pence: int | None = None
    max_ask_pence: int | None = None
    max_project_cost_pence: int | None = None
    max_months: int = 12
    is_rolling: bool = False
    grace_minutes: int = 0
    scoring_ends_at: datetime | None = None
    panel_on: date | None = None
    decide_by_on: date | None = None
    announce_on: date | None = None
    markers_needed: int = 2
    panel_quorum: int = 3
    needs_community_rep: bool = False
    needs_prepared_reps: bool = True
    tells_disqualified_at_once: bool = True
    is_anonymous: bool = False
    acceptance_working_days: int = 20
    is_on_paper: bool = False
    is_fictional: bool = False
    letters: Mapping[str, str] = field(default_factory=dict)
    endorsement: Endorsement = Endorsement.NONE
    events: tuple[EventDef, ...] = ()
    warnings: tuple[FileProblem, ...] = ()

    @property
    def questions(self) -> tuple[QuestionDef, ...]:
        return tuple(question for section in self.sections for question in section.questions)
