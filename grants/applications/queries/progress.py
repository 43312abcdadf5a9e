"""How far a form is: each part's status, derived from the answers alone, never stored beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from grants.applications.queries.facts import Problem
from grants.applications.queries.reading import Paper, Part
from workflows.rules import answers


class PartStatus(StrEnum):
    """Where a part of the form stands, as the task list says it."""

    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    HAS_PROBLEM = "has-problem"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PartProgress:
    """One line of the task list: how many answers are missing, and how many have to be put right."""

    part: Part
    status: PartStatus
    missing_count: int
    wrong_count: int


def progress_of(paper: Paper, given: Mapping[str, Any], problems: Sequence[Problem]) -> list[PartProgress]:
    """Every part of the form in order."""
    counted = answers.in_force(paper.questions, given)
    return [_part_progress(part, counted, problems) for part in paper.parts]


def _part_progress(part: Part, given: Mapping[str, Any], problems: Sequence[Problem]) -> PartProgress:
    own = [problem for problem in problems if problem.question.section_id == part.section.id]
    missing = sum(problem.refusal.code == "answer-missing" for problem in own)
    wrong = len(own) - missing
    if wrong:
        status = PartStatus.HAS_PROBLEM
    elif all(answers.is_blank(given.get(question.code)) for question in part.questions):
        # A part that asks nothing of this bid, because of what it says elsewhere, is done.
        is_asked = any(answers.applies(question, given) for question in part.questions)
        status = PartStatus.NOT_STARTED if is_asked else PartStatus.DONE
    else:
        status = PartStatus.IN_PROGRESS if missing else PartStatus.DONE
    return PartProgress(part, status, missing, wrong)
