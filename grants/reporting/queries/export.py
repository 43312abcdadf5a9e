"""The list as CSV: every bid of a filter with its answers as they were sent, in flat memory however many there are.

A cell that a spreadsheet would take for a formula is made text, so that no answer can run anything at the office.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from grants.applications.models import Application, Submission
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
# What makes a spreadsheet calculate instead of show (published guidance on CSV injection).
FORMULA: Final = frozenset("=+-@\t\r")
MILLIONTHS: Final = 1_000_000
# Excel takes a file without it for another alphabet.
BYTE_ORDER_MARK: Final = "\ufeff"


def export_rows(
    session: Session, actor: Actor, round_: Round, asked: Filter, state_words: dict[str, str]
) -> Iterator[str]:
    """The file in pieces, heading first. `state_words` are what people read for a bid's states."""
    questions = session.execute(
        sa.select(Question.code, Question.label)
        .where(Question.round_id == round_.id)
        .order_by(Question.position, Question.id)
    ).all()
    areas = dict(session.execute(sa.select(RoundArea.id, RoundArea.name).where(RoundArea.round_id == round_.id)).all())
    codes = [code for code, _ in questions]
    heading = [*FIXED, *(f"{code} {label}" for code, label in questions)]
    yield BYTE_ORDER_MARK + _written([[safe(text) for text in heading]])
    ids = _ids_in_order(session, actor, round_, asked)
    for start in range(0, len(ids), CHUNK):
        rows = _chunk(session, ids[start : start + CHUNK])
        yield _written(_cells(row, codes, areas, state_words) for row in rows)


def safe(text: str) -> str:
    """The text as a cell that can only be shown."""
    return f"'{text}" if text[:1] in FORMULA and text else text


def _ids_in_order(session: Session, actor: Actor, round_: Round, asked: Filter) -> Sequence[int]:
    column = SORTS[asked.sort]
    keys = [column.desc() if asked.is_descending else column, Application.id]
    keys[1] = Application.id.desc() if asked.is_descending else Application.id
    if asked.sort in MAYBE_EMPTY:
        keys.insert(0, column.is_(None))
    conditions = narrowed(actor, round_, asked, session.get_bind().dialect.name)
    return session.scalars(sa.select(Application.id).where(*conditions).order_by(*keys)).all()


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


def _cells(row: Any, codes: Sequence[str], areas: dict[int, str], state_words: dict[str, str]) -> list[str]:
    given = {item["code"]: _answer(item) for item in row.content or ()}
    return [
        safe(row.reference),
        safe(row.organisation_name),
        safe(row.project_title),
        safe(areas.get(row.area_id, "")),
        pounds_cell(row.ask_pence),
        state_words[row.state],
        _percent(row.percent_millionths),
        _instant(row.submitted_at),
        *(given.get(code, "") for code in codes),
    ]


def _answer(item: dict[str, Any]) -> str:
    value = item.get("value")
    if item.get("kind") == "money" and type(value) is int:
        return pounds_cell(value)
    return safe(item.get("shown") or "")


def pounds_cell(pence: int | None) -> str:
    """Pence as a plain number of pounds, which a spreadsheet can add up."""
    if pence is None:
        return ""
    sign = "-" if pence < 0 else ""
    return f"{sign}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def _percent(millionths: int | None) -> str:
    if millionths is None:
        return ""
    tenths = int(Fraction(millionths, MILLIONTHS) * 10)
    return f"{tenths // 10}.{tenths % 10}"


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{to_london(at):%Y-%m-%d %H:%M:%S}"


def _written(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
