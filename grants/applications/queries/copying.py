"""Answers of the group's other bids that this bid could take over, question by question, beside what it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.applications.models import Answer, Application
from grants.applications.queries.facts import question_problem
from grants.applications.queries.reading import Paper, answers_of, get_application, paper_of
from grants.funds.models import Question
from workflows.actors import Actor
from workflows.errors import NotFound, Refusal
from workflows.rules import answers

# Said anew with each bid: a promise is made for one bid, and a file belongs to the bid that it was given in with.
NEVER_COPIED = frozenset({"declaration", "files"})
# What can be put right after copying; anything else that is wrong would not be an answer to this round's question.
CAN_BE_MENDED = frozenset(
    {"too-many-words", "too-many-characters", "amount-too-large", "amount-too-small", "date-too-early", "date-too-late"}
    | {"ends-before-start", "budget-does-not-sum", "less-than-the-ask", "more-than-the-ask"}
    | {"cell-outside-dates", "column-does-not-sum", "column-above-cap", "too-many-rows", "too-few-rows"}
)


@dataclass(frozen=True, slots=True)
class Copyable:
    """One answer that could be taken over: what the other bid says, what this one says, and what would be wrong."""

    question: Question
    value: Any
    mine: Any
    problem: Refusal | None

    @property
    def mark(self) -> str:
        """By which a copy knows that this bid's answer is still the one that was shown."""
        return answers.fingerprint(self.mine)

    @property
    def is_new(self) -> bool:
        return answers.is_blank(self.mine)


def list_sources(session: Session, application: Application, *, limit: int = 50) -> Sequence[Application]:
    """The group's other bids that have answers, the latest first, with their rounds."""
    return session.scalars(
        sa.select(Application)
        .where(
            Application.organisation_id == application.organisation_id,
            Application.id != application.id,
            sa.select(Answer.id).where(Answer.application_id == Application.id).exists(),
        )
        .options(joinedload(Application.round))
        .order_by(Application.id.desc())
        .limit(limit)
    ).all()


def get_source(session: Session, actor: Actor, application: Application, source_id: int) -> Application:
    """Another bid of the same group that the actor may read as one of its people; NotFound otherwise."""
    source = get_application(session, actor, source_id)
    is_own = source.organisation_id == application.organisation_id and source.organisation_id in actor.organisation_ids
    if source.id == application.id or not is_own:
        raise NotFound(subject="application")
    return source


def copyable_answers(session: Session, application: Application, source: Application) -> list[Copyable]:
    """Every answer of `source` to a question that this bid is asked too: same id, same kind, and not said already."""
    paper, theirs = paper_of(session, application.round), answers_of(session, source)
    kinds = {each.code: each.kind for each in paper_of(session, source.round).questions}
    mine = answers_of(session, application)
    found = (_copyable(application, paper, each, theirs.get(each.code), mine) for each in _asked(paper, kinds))
    return [each for each in found if each is not None]


def _asked(paper: Paper, kinds: Mapping[str, Any]) -> list[Question]:
    quiz = set() if paper.quiz is None else {each.code for each in paper.quiz.questions}
    return [
        each
        for each in paper.questions
        if each.code not in quiz and str(each.kind) not in NEVER_COPIED and kinds.get(each.code) == each.kind
    ]


def _copyable(
    application: Application, paper: Paper, question: Question, value: Any, mine: Mapping[str, Any]
) -> Copyable | None:
    has = mine.get(question.code)
    if answers.is_blank(value) or answers.fingerprint(value) == answers.fingerprint(has):
        return None
    wrong = question_problem(application.round, question, {**mine, question.code: value}, paper.area_names)
    return Copyable(question, value, has, wrong) if wrong is None or wrong.code in CAN_BE_MENDED else None
