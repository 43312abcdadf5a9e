"""What is only ever counted, such as who leads a group: added up once when a round has closed, and then forgotten.

The sums stay for good and belong to no bid. They are made once, so that no two of them differ by one group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Answer, AnswerVersion, Application, CountedAnswer
from grants.applications.queries.reading import paper_of
from grants.core import audit
from grants.funds.models import Question, Round
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.rules import answers

NOT_ANSWERED = ""
_COUNTED = Question.settings["counted_only"].as_boolean()


def count_answers(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    """Add up the counted answers of the round's bids, and delete what each of them said."""
    asked = [each for each in paper_of(session, round_).questions if each.settings.get("counted_only")]
    bids = list(
        session.scalars(
            sa.select(Application.id).where(
                Application.round_id == round_.id,
                Application.submitted_at.is_not(None),
                Application.state != ApplicationState.WITHDRAWN,
            )
        )
    )
    if not asked or not bids or round_.is_trial:
        return
    for place, question in enumerate(asked):
        session.add_all(_rows(round_, place, question, _given(session, question, bids), len(bids)))
    forget_counted(session, bids)
    audit.record(
        session,
        subject_type="round",
        subject_id=round_.id,
        action="count-answers",
        actor=actor,
        at=now,
        office_id=round_.office_id,
        detail={"questions": [each.code for each in asked]},
    )


def forget_counted(session: Session, application_ids: Collection[int]) -> None:
    """Delete what these bids said to questions that are only counted, with its history."""
    asked = sa.select(Question.id).where(_COUNTED)
    for model in (Answer, AnswerVersion):
        session.execute(
            sa.delete(model)
            .where(model.application_id.in_(sorted(application_ids)), model.question_id.in_(asked))
            .execution_options(synchronize_session=False)
        )


def _given(session: Session, question: Question, bids: Collection[int]) -> list[Any]:
    rows = sa.select(Answer.value).where(Answer.question_id == question.id, Answer.application_id.in_(bids))
    return [value for value in session.scalars(rows) if not answers.is_blank(value)]


def _rows(round_: Round, place: int, question: Question, given: list[Any], bids: int) -> list[CountedAnswer]:
    found = Counter(each for value in given for each in (set(value) if isinstance(value, list) else {str(value)}))
    named = {"yes": "Yes", "no": "No"} if str(question.kind) == "yes_no" else {}
    named |= {option["value"]: option["label"] for option in question.options}
    counts = [(value, label, found[value]) for value, label in named.items()]
    return [
        CountedAnswer(
            round_id=round_.id,
            code=question.code,
            question=question.label,
            is_several=str(question.kind) == "checkboxes",
            position=place * 1_000 + number,
            value=value,
            label=label,
            count=count,
            bids_count=bids,
        )
        for number, (value, label, count) in enumerate([*counts, (NOT_ANSWERED, "No answer", bids - len(given))])
    ]
