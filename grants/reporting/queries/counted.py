"""What is only counted, for a round's manager: each question with its counts, as far as small numbers may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import CountedAnswer
from grants.funds.models import Round
from workflows.rules.disclosure import Cell, shown_shares, shown_ticks


@dataclass(frozen=True, slots=True)
class Counted:
    """A question and its lines: an answer and its count, or why that is not shown."""

    code: str
    question: str
    is_several: bool
    lines: tuple[tuple[str, int | Cell], ...]


def list_counted(session: Session, round_: Round) -> list[Counted]:
    """The round's counted questions in the order of its form; none before its checks began."""
    rows = session.scalars(
        sa.select(CountedAnswer).where(CountedAnswer.round_id == round_.id).order_by(CountedAnswer.position)
    )
    return [_counted(list(own)) for _, own in groupby(rows, key=lambda row: row.code)]


def _counted(rows: Sequence[CountedAnswer]) -> Counted:
    first, counts = rows[0], [row.count for row in rows]
    shown = _of_ticks(rows) if first.is_several else shown_shares(counts)
    lines = tuple((row.label, cell) for row, cell in zip(rows, shown, strict=True))
    return Counted(first.code, first.question, first.is_several, lines)


def _of_ticks(rows: Sequence[CountedAnswer]) -> list[int | Cell]:
    """Of boxes to tick, the last line counts those who ticked none."""
    *ticked, none = [row.count for row in rows]
    answered = rows[0].bids_count - none
    return [*shown_ticks(ticked, answered), *shown_ticks([none], rows[0].bids_count)]
