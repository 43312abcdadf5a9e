"""What a rule is judged by: the group's own answers and files, picked from what was sent, beside the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application, Submission
from grants.applications.queries import get_file, paper_of
from grants.documents.models import Document
from grants.eligibility.models import Clarification
from grants.funds import model_form as form
from grants.funds.models import Question, QuestionKind
from workflows.errors import NotFound

# What the rules that a person judges look at; the computer's own are in `model_form.RULE_READS`. The work itself and
# its money for what it pays for (ER12), the register numbers for the register (ER18), and so on.
BY_HAND: Mapping[str, tuple[str, ...]] = {
    "ER8": (form.ASK, form.PROJECT_COST),
    "ER10": (form.PROJECT_TITLE, form.SUMMARY, "B3", "B6", "O12", "O12a"),
    "ER12": (form.PROJECT_TITLE, form.SUMMARY, "P3", form.BUDGET),
    "ER18": ("O1", "O3", "O4"),
    "ER19": ("S5b", form.BUDGET),
    "ER20": ("P13", "P13a", "P17"),
}
# Judged by the files alone, all of them.
BY_FILES = frozenset({"ER3", "ER4", "ER5", "ER14", "ER15"})


@dataclass(frozen=True, slots=True)
class Read:
    """One answer that a rule is judged by, as it was sent."""

    item: Mapping[str, Any]

    @property
    def is_files(self) -> bool:
        return bool(self.item.get("kind") == QuestionKind.FILES)


def answers_read(session: Session, application: Application, rule_codes: Iterable[str]) -> dict[str, list[Read]]:
    """By rule, the answers that it is judged by; empty for a bid that came on paper. One query."""
    content: Sequence[Mapping[str, Any]] = session.scalar(_SENT, {"application_id": application.id}) or []
    return {code: [Read(item) for item in content if _is_read(code, item)] for code in rule_codes}


def file_questions(session: Session, application: Application) -> list[Question]:
    """The questions of the bid's form that ask for files."""
    return [each for each in paper_of(session, application.round).questions if each.kind == QuestionKind.FILES]


def get_answer_file(session: Session, application: Application, document_id: int) -> Document:
    """A file that came with an answer about the bid; NotFound for any other."""
    rows = session.scalars(sa.select(Clarification.files).where(Clarification.application_id == application.id))
    if document_id not in {each["document_id"] for files in rows for each in files or ()}:
        raise NotFound(subject="document")
    return get_file(session, application, document_id)


_SENT = (
    sa.select(Submission.content)
    .where(Submission.application_id == sa.bindparam("application_id"))
    .order_by(Submission.number.desc())
    .limit(1)
)


def _is_read(rule_code: str, item: Mapping[str, Any]) -> bool:
    if item.get("kind") == QuestionKind.FILES:
        return rule_code in BY_FILES
    automatic = frozenset().union(*form.RULE_READS.get(rule_code, ()))
    return item.get("code") in automatic or item.get("code") in BY_HAND.get(rule_code, ())
