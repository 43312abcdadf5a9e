"""The list as rows of a file: every bid of a filter with its answers as they were sent, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from grants.applications.models import Application, Submission
from grants.core.sheets import Cell, pounds
from grants.funds.models import Question, Round, RoundArea
from grants.reporting.queries.listing import MAYBE_EMPTY, SORTS, Filter, narrowed
from workflows.actors import Actor
from workflows.deadlines import to_london

CHUNK: Final = 250
FIXED: Final = (
    "Reference",
    "Organisation",
    "Project",
    "Area",
    "Ask (pounds)",
    "State",
    "Percent",
    "Submitted (London)",
)


def export_rows(
    session: Session, actor: Actor, round_: Round, asked: Filter, state_words: dict[str, str]
) -> Iterator[list[Cell]]:
    """The rows of the file, heading first. `state_words` are what people read for a bid's states."""
    questions = session.execute(
        sa.select(Question.code, Question.label)
        .where(Question.round_id == round_.id)
        .order_by(Question.position, Question.id)
    ).all()
    areas = dict(session.execute(sa.select(RoundArea.id, RoundArea.name).where(RoundArea.round_id == round_.id)).all())
    codes = [code for code, _ in questions]
    yield [*FIXED, *(f"{code} {label}" for code, label in questions)]
    ids = ids_in_order(session, actor, round_, asked)
    for start in range(0, len(ids), CHUNK):
        rows = _chunk(session, ids[start : start + CHUNK])
        for row in rows:
            yield _cells(row, codes, areas, state_words)


def ids_in_order(
    session: Session, actor: Actor, round_: Round, asked: Filter, *, limit: int | None = None
) -> Sequence[int]:
    """The bids that a filter finds, in the list's order; all of them, or the first `limit`."""
    column = SORTS[asked.sort]
    keys = [column.desc() if asked.is_descending else column, Application.id]
    keys[1] = Application.id.desc() if asked.is_descending else Application.id
    if asked.sort in MAYBE_EMPTY:
        keys.insert(0, column.is_(None))
    conditions = narrowed(session, actor, round_, asked, session.get_bind().dialect.name)
    return session.scalars(sa.select(Application.id).where(*conditions).order_by(*keys).limit(limit)).all()


def _chunk(session: Session, ids: Sequence[int]) -> list[Any]:
    sent = aliased(Submission)
    newest = sa.select(sa.func.max(sent.number)).where(sent.application_id == Application.id).scalar_subquery()
    rows = session.execute(
        sa.select(
            Application.id,
            Application.reference,
            Application.organisation_name,
            Application.project_title,
            Application.area_id,
            Application.ask_pence,
            Application.state,
            Application.percent_millionths,
            Application.submitted_at,
            Submission.content,
        )
        .outerjoin(Submission, sa.and_(Submission.application_id == Application.id, Submission.number == newest))
        .where(Application.id.in_(ids))
    )
    place = {number: index for index, number in enumerate(ids)}
    return sorted(rows, key=lambda row: place[row.id])


def _cells(row: Any, codes: Sequence[str], areas: dict[int, str], state_words: dict[str, str]) -> list[Cell]:
    given = {item["code"]: _answer(item) for item in row.content or ()}
    return [
        row.reference,
        row.organisation_name,
        row.project_title,
        areas.get(row.area_id, ""),
        pounds(row.ask_pence),
        state_words[row.state],
        _percent(row.percent_millionths),
        _instant(row.submitted_at),
        *(given.get(code, "") for code in codes),
    ]


def _answer(item: dict[str, Any]) -> Cell:
    value = item.get("value")
    if item.get("kind") == "money" and type(value) is int:
        return pounds(value)
    return item.get("shown") or ""


def _percent(millionths: int | None) -> Cell:
    return None if millionths is None else Decimal(millionths // 100_000).scaleb(-1)


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{to_london(at):%Y-%m-%d %H:%M:%S}"
