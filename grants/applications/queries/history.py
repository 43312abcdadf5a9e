"""The history of answers, for the bid's own people: who wrote what and when, and what they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.applications.models import Answer, AnswerVersion, Application
from grants.funds.models import Question
from workflows.errors import NotFound
from workflows.rules import answers
from workflows.rules.differences import Piece, differences


@dataclass(frozen=True, slots=True)
class Version:
    """An answer as it was once: what it said, what that changed, and whether it is what stands now."""

    row: AnswerVersion
    who: str
    text: str
    pieces: list[tuple[Piece, str]]
    is_now: bool
    table: answers.Grid | None


def list_versions(
    session: Session, application: Application, questions: Sequence[Question], *, limit: int
) -> dict[str, list[Version]]:
    """The last versions of each of these questions that has any, by code, the latest first."""
    asked = {question.id: question for question in questions}
    place = sa.func.row_number().over(partition_by=AnswerVersion.question_id, order_by=AnswerVersion.id.desc())
    ranked = (
        sa.select(AnswerVersion.id, place.label("place"))
        .where(AnswerVersion.application_id == application.id, AnswerVersion.question_id.in_(asked))
        .subquery()
    )
    # One more than is shown: the oldest shown is compared with it.
    rows = session.execute(
        sa.select(AnswerVersion, Person.name)
        .join(ranked, ranked.c.id == AnswerVersion.id)
        .outerjoin(Person, Person.id == AnswerVersion.person_id)
        .where(ranked.c.place <= limit + 1)
        .order_by(AnswerVersion.id)
    ).all()
    now = _stored(session, application, asked)
    found: dict[str, list[Version]] = {}
    for question in questions:
        own = [(row, name or "") for row, name in rows if row.question_id == question.id]
        if own:
            found[question.code] = _versions(question, own, now.get(question.id))[-limit:][::-1]
    return found


def _stored(session: Session, application: Application, asked: Mapping[int, Question]) -> dict[int, Any]:
    rows = session.execute(
        sa.select(Answer.question_id, Answer.value).where(
            Answer.application_id == application.id, Answer.question_id.in_(asked)
        )
    )
    return {row.question_id: row.value for row in rows}


def _versions(question: Question, rows: Sequence[tuple[AnswerVersion, str]], now: Any) -> list[Version]:
    last = max((row.id for row, _ in rows if not row.is_aside), default=0)
    before, found = "", []
    for row, who in rows:
        text = answers.shown(question, row.value)
        is_now = row.id == last and answers.fingerprint(row.value) == answers.fingerprint(now)
        found.append(Version(row, who, text, differences(before, text), is_now, answers.grid(question, row.value)))
        if not row.is_aside:
            before = text
    return found


def get_version(session: Session, application: Application, version_id: int) -> AnswerVersion:
    """One earlier answer of this bid; NotFound when it is another's."""
    version = session.get(AnswerVersion, version_id)
    if version is None or version.application_id != application.id:
        raise NotFound(subject="answer")
    return version
