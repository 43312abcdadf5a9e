"""What happens to rounds and when, for those who follow them from elsewhere: news for a feed, dates for a calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from grants.accounts.models import Office
from grants.funds.models import DeadlineChange, Round, SupportEvent
from workflows.round import RoundState

# How long what is over stays in feeds and calendars, and how much news a feed holds; our defaults.
KEPT = timedelta(days=365)
MOST_NEWS = 100
MOST_ROUNDS = 500


class Happened(StrEnum):
    """What a feed tells of a round."""

    ANNOUNCED = "announced"
    OPENED = "opened"
    DEADLINE_MOVED = "deadline-moved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened to a round; `change` is the deadline's, where it moved."""

    round: Round
    office: Office
    what: Happened
    at: datetime
    change: DeadlineChange | None = None

    @property
    def id(self) -> str:
        """A name that nothing else has and that stays, whatever becomes of the round's words or of the host."""
        return f"urn:uuid:{uuid_of(self.round, f'{self.what}:{self.change.id if self.change else 0}')}"


def uuid_of(round_: Round, what: str) -> str:
    """The lasting name of one thing about a published round."""
    published = "" if round_.published_at is None else round_.published_at.isoformat()
    return str(uuid5(NAMESPACE_URL, f"safer-grants:round:{round_.id}:{published}:{what}"))


def list_followed(session: Session, *, now: datetime) -> list[tuple[Round, Office]]:
    """Every published round that is not long over, cancelled ones among them, newest first, with its areas."""
    statement = (
        sa.select(Round, Office)
        .join(Office, Office.id == Round.office_id)
        .where(
            Round.published_at.is_not(None),
            ~Round.is_trial,
            ~Round.is_on_paper,
            sa.or_(Round.closes_at.is_(None), Round.closes_at > now - KEPT),
        )
        .options(selectinload(Round.areas))
        .order_by(Round.id.desc())
        .limit(MOST_ROUNDS)
    )
    return [(round_, office) for round_, office in session.execute(statement)]


def deadline_changes(session: Session, rounds: Collection[Round]) -> dict[int, list[DeadlineChange]]:
    """How the deadlines of these rounds were moved, by round, first to last."""
    wanted = sa.select(DeadlineChange).where(DeadlineChange.round_id.in_([each.id for each in rounds]))
    return _by_round(session.scalars(wanted.order_by(DeadlineChange.id)))


def support_events(session: Session, rounds: Collection[Round]) -> dict[int, list[SupportEvent]]:
    """The support events of these rounds, cancelled ones among them, by round, first to last."""
    wanted = sa.select(SupportEvent).where(SupportEvent.round_id.in_([each.id for each in rounds]))
    return _by_round(session.scalars(wanted.order_by(SupportEvent.starts_at, SupportEvent.id)))


def list_news(session: Session, found: Sequence[tuple[Round, Office]]) -> list[News]:
    """What happened to these rounds, newest first, the latest 100."""
    changes = deadline_changes(session, [round_ for round_, _ in found])
    news = [each for round_, office in found for each in _news_of(round_, office, changes.get(round_.id, []))]
    order = list(Happened)
    return sorted(news, key=lambda each: (each.at, order.index(each.what), each.id), reverse=True)[:MOST_NEWS]


def _news_of(round_: Round, office: Office, changes: Sequence[DeadlineChange]) -> list[News]:
    published_at, state = round_.published_at, round_.state
    if published_at is None:
        return []
    opened_at = max(published_at, round_.opens_at or published_at)
    ended_at = round_.state_entered_at if state is RoundState.CANCELLED else None
    news = []
    if round_.opens_at is not None and published_at < round_.opens_at:
        news.append(News(round_, office, Happened.ANNOUNCED, published_at))
    if state is not RoundState.SCHEDULED and (ended_at is None or opened_at <= ended_at):
        news.append(News(round_, office, Happened.OPENED, opened_at))
    news += [News(round_, office, Happened.DEADLINE_MOVED, change.at, change) for change in changes]
    if ended_at is not None:
        news.append(News(round_, office, Happened.CANCELLED, ended_at))
    elif state not in {RoundState.SCHEDULED, RoundState.OPEN} and round_.closes_at is not None:
        news.append(News(round_, office, Happened.CLOSED, round_.closes_at))
    return news


def _by_round(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.round_id].append(row)
    return dict(found)
