"""What a group itself says of links to the police or the office: those who choose markers see it before they choose.

A question whose answers tell of such a link has `settings["interest_alert"]`; nobody is barred by an answer alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Answer
from grants.funds.models import Question
from workflows.rules import answers

YES, NO = "yes", "no"
_SAID = (
    sa.select(Answer.application_id, Question, Answer.value)
    .join(Question, Question.id == Answer.question_id)
    .where(
        Answer.application_id.in_(sa.bindparam("application_ids", expanding=True)),
        Question.settings["interest_alert"].as_boolean(),
        Question.retired_at.is_(None),
    )
    .order_by(Question.position, Question.id)
)


def interest_alerts(session: Session, application_ids: Collection[int]) -> dict[int, str]:
    """The bids among these whose group tells of a link, each with its words; one query.

    The words may be private: they are for officers and managers. That there is a link is for everybody who judges.
    """
    said: dict[int, list[tuple[Question, Any]]] = defaultdict(list)
    for application_id, question, value in session.execute(_SAID, {"application_ids": sorted(application_ids)}):
        said[application_id].append((question, value))
    return {key: _words(rows) for key, rows in said.items() if _tells(rows)}


def sent_alert(sections: Iterable[tuple[str, Iterable[Mapping[str, Any]]]]) -> str | None:
    """The same out of what was sent, where that is at hand; None when the group tells of no link."""
    items = [item for _, items in sections for item in items if item.get("interest_alert") and item["shown"]]
    if all(item["value"] == NO for item in items):
        return None
    return "\n".join(item["shown"] for item in items if item["value"] not in {YES, NO})


def _tells(rows: list[tuple[Question, Any]]) -> bool:
    return any(value != NO for _, value in _in_force(rows))


def _words(rows: list[tuple[Question, Any]]) -> str:
    return "\n".join(answers.shown(each, value) for each, value in _in_force(rows) if value not in {YES, NO})


def _in_force(rows: list[tuple[Question, Any]]) -> list[tuple[Question, Any]]:
    # What was written beneath a yes that has become a no is kept, and is not said any more.
    given = {each.code: value for each, value in rows}
    return [pair for pair in rows if answers.applies(pair[0], given) and isinstance(pair[1], str) and pair[1].strip()]
