"""The officer's list of a round's bids: filtered, searched and sorted from stored columns, in pages by key.

A page costs the same at a hundred bids and at a hundred thousand: it walks an index from where the last page ended.
Rows without a value come last, whichever way the list is sorted.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.queries import barred_in
from grants.core.scoping import offices_of
from grants.funds.models import Round
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.errors import NotFound

PAGE: Final = 50
# Totals are exact up to here, then "over" it; fewer hits than this are sorted by themselves.
COUNTED: Final = 1000
MOST_WORDS: Final = 8
LONGEST_WORD: Final = 40
LONGEST_SEARCH: Final = 200
# How a page's rows are come by: all bids along the sort's index, the hits first, or the index past what does not fit.
ALL: Final = "all"
FOUND: Final = "found"
WALK: Final = "walk"

SORTS: Final[Mapping[str, Any]] = {
    "reference": Application.reference,
    "organisation": Application.organisation_name,
    "project": Application.project_title,
    "area": Application.area_id,
    "ask": Application.ask_pence,
    "state": Application.state,
    "percent": Application.percent_millionths,
    "submitted": Application.submitted_at,
}
# Columns that may be empty: rows without a value are a second stretch of the walk.
MAYBE_EMPTY: Final = frozenset({"area", "ask", "percent"})
SHOWN: Final = (
    Application.id,
    Application.reference,
    Application.organisation_name,
    Application.project_title,
    Application.area_id,
    Application.ask_pence,
    Application.state,
    Application.percent_millionths,
    Application.submitted_at,
    Application.assisted_by,
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row from which a page goes on: the value that it is sorted by, and its id."""

    value: Any
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a person asked of the list. `problems` names what could not be understood, by the address's own words."""

    sort: str = "reference"
    is_descending: bool = False
    state: ApplicationState | None = None
    area_id: int | None = None
    search: str = ""
    after: Cursor | None = None
    before: Cursor | None = None
    problems: tuple[str, ...] = ()
    # Bids that are shut to the reader: no list, count or file of theirs holds them.
    left_out: tuple[int, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return search_words(self.search)

    @property
    def is_narrow(self) -> bool:
        return self.state is not None or self.area_id is not None or bool(self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list. `total` stops at COUNTED; `is_over` says that there are more."""

    rows: Sequence[Any]
    total: int
    is_over: bool
    before: str = ""
    after: str = ""


def read_filter(given: Mapping[str, str], area_ids: Sequence[int]) -> Filter:
    """What the address asks for; whatever makes no sense is left out and named in `problems`."""
    reading = _Reading(given)
    sort = reading.one("sort", lambda text: text if text in SORTS else None) or "reference"
    state = reading.one("state", lambda text: ApplicationState(text) if text in set(ApplicationState) else None)
    area = reading.one("area", lambda text: int(text) if text in {str(each) for each in area_ids} else None)
    direction = reading.one("order", lambda text: text if text in {"asc", "desc"} else None)
    search = given.get("q", "").replace("\0", " ").strip()[:LONGEST_SEARCH]
    if search and not search_words(search):
        reading.problems.append("q")
    return Filter(
        sort=sort,
        is_descending=direction == "desc",
        state=state,
        area_id=area,
        search=search,
        after=reading.one("after", lambda text: _read_cursor(text, sort)),
        before=reading.one("before", lambda text: _read_cursor(text, sort)),
        problems=tuple(reading.problems),
    )


@dataclass(slots=True)
class _Reading:
    given: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def one(self, name: str, read: Callable[[str], Any]) -> Any:
        text = self.given.get(name, "")
        if not text:
            return None
        found = read(text)
        if found is None:
            self.problems.append(name)
        return found


def search_words(text: str) -> tuple[str, ...]:
    """The words of a search: letters and digits only, so that no sign reaches a database's search language."""
    words = re.findall(r"[^\W_]+", text[:LONGEST_SEARCH].lower())
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in words[:MOST_WORDS]))


def list_page(session: Session, actor: Actor, round_: Round, asked: Filter, *, size: int = PAGE) -> Page:
    """One page of the bids that the actor may read, in three or four queries however many there are."""
    dialect = session.get_bind().dialect.name
    _require_reader(actor, round_)
    asked = replace(asked, left_out=barred_in(session, round_.id, actor))
    total = session.scalar(_count(round_.id, asked, dialect)) or 0
    # Few enough to find first and sort then; many are met soon enough on a walk along the sort's own index.
    way = (FOUND if total <= COUNTED else WALK) if asked.is_narrow else ALL
    rows, has_more = _walk(session, partial(_page_of, round_.id, asked, dialect, way), asked, size)
    is_back = asked.before is not None
    return Page(
        rows=rows,
        total=min(total, COUNTED),
        is_over=total > COUNTED,
        before=_cursor_of(rows[0], asked.sort) if rows and (has_more if is_back else asked.after) else "",
        after=_cursor_of(rows[-1], asked.sort) if rows and (is_back or has_more) else "",
    )


def narrowed(
    session: Session, actor: Actor, round_: Round, asked: Filter, dialect: str, *, is_walk: bool = False
) -> list[Any]:
    """The WHERE of a filter, limited to what the actor may read.

    On a walk SQLite must not leave the sort's index for a filter's, as it would sort every hit for each page.
    """
    _require_reader(actor, round_)
    asked = replace(asked, left_out=barred_in(session, round_.id, actor))
    return _conditions(round_.id, asked, dialect, is_walk=is_walk)


def _require_reader(actor: Actor, round_: Round) -> None:
    if round_.office_id not in offices_of(actor):
        raise NotFound(subject="round")


def _conditions(round_id: int, asked: Filter, dialect: str, *, is_walk: bool = False) -> list[Any]:
    readable: Any = Application.staff_may_see()
    if dialect == "sqlite":
        # Left open, "was ever sent" reads like a range of times, and SQLite walks every bid of the round along it.
        readable = sa.case((readable, 1), else_=0) == 1
    # The round says which office; naming it again would only tempt the database to another index.
    conditions: list[Any] = [Application.round_id == round_id, readable]
    if asked.left_out:
        conditions.append(Application.id.not_in(asked.left_out))
    loosely = is_walk and dialect == "sqlite"
    if asked.state is not None:
        # A state has an index of its own for the percent, which only some states have.
        is_loose = loosely and asked.sort != "percent"
        column = sa.literal_column("+application.state") if is_loose else Application.state
        conditions.append(column == sa.literal(asked.state.value))
    if asked.area_id is not None:
        column = sa.literal_column("+application.area_id") if loosely else Application.area_id
        conditions.append(column == asked.area_id)
    if asked.words:
        conditions.append(_matches(asked.words, dialect))
    return conditions


def _matches(words: Sequence[str], dialect: str) -> Any:
    if dialect == "sqlite":
        query = " ".join(f'"{word}"*' for word in words)
        hits = sa.text("SELECT rowid FROM application_search WHERE application_search MATCH :found_words")
        return Application.id.in_(hits.bindparams(found_words=query).columns(sa.column("rowid", sa.Integer)))
    query = " & ".join(f"{word}:*" for word in words)
    return sa.literal_column("application.search_vector").op("@@")(
        sa.func.to_tsquery(sa.literal_column("'simple'"), query)
    )


def _found_first(conditions: Sequence[Any]) -> Any:
    found = sa.select(*SHOWN).where(*conditions).cte("found")
    return found.prefix_with("MATERIALIZED").c


# Putting a statement together takes longer than running it, and an officer comes back to the same few.
@lru_cache(maxsize=256)
def _count(round_id: int, asked: Filter, dialect: str) -> sa.Select[Any]:
    conditions = _conditions(round_id, asked, dialect)
    counted = sa.select(sa.literal(1)).select_from(Application).where(*conditions).limit(COUNTED + 1).subquery()
    return sa.select(sa.func.count()).select_from(counted)


@lru_cache(maxsize=256)
def _page_of(round_id: int, asked: Filter, dialect: str, way: str, is_empty: bool, count: int) -> sa.Select[Any]:
    """The statement of one stretch of a page, in whose order the list is walked."""
    conditions = _conditions(round_id, asked, dialect, is_walk=way == WALK)
    source: Any = _found_first(conditions) if way == FOUND else Application
    cursor = asked.before or asked.after
    start = cursor if cursor is not None and (cursor.value is None) == is_empty else None
    statement = _stretch(source, asked, start, is_empty=is_empty, is_back=asked.before is not None)
    return statement.where(*([] if way == FOUND else conditions)).limit(count)


def _walk(
    session: Session, page_of: Callable[[bool, int], sa.Select[Any]], asked: Filter, size: int
) -> tuple[list[Any], bool]:
    """The page's rows in the list's order, and whether there are more the way it went."""
    is_back = asked.before is not None
    cursor = asked.before or asked.after
    stretches = [False, True] if asked.sort in MAYBE_EMPTY else [False]
    if is_back:
        stretches.reverse()
    if cursor is not None:
        stretches = stretches[stretches.index(cursor.value is None) :]
    rows: list[Any] = []
    for is_empty in stretches:
        rows += session.execute(page_of(is_empty, size + 1 - len(rows))).all()
        if len(rows) > size:
            break
    has_more = len(rows) > size
    rows = rows[:size]
    return (rows[::-1] if is_back else rows), has_more


def _stretch(source: Any, asked: Filter, start: Cursor | None, *, is_empty: bool, is_back: bool) -> sa.Select[Any]:
    column, number = getattr(source, SORTS[asked.sort].key), source.id
    falls = asked.is_descending != is_back
    statement = sa.select(*(getattr(source, each.key) for each in SHOWN))
    keys = [number] if is_empty else [column, number]
    if asked.sort in MAYBE_EMPTY:
        statement = statement.where(column.is_(None) if is_empty else column.is_not(None))
    if start is not None:
        at = [sa.literal(start.value, column.type), sa.literal(start.id)][-len(keys) :]
        here, there = (sa.tuple_(*keys), sa.tuple_(*at)) if len(keys) > 1 else (keys[0], at[0])
        statement = statement.where(here < there if falls else here > there)
    return statement.order_by(*(key.desc() if falls else key.asc() for key in keys))


def _cursor_of(row: Any, sort: str) -> str:
    value = getattr(row, SORTS[sort].key)
    if isinstance(value, datetime):
        value = value.isoformat()
    packed = json.dumps([value, row.id], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _read_cursor(text: str, sort: str) -> Cursor | None:
    """The cursor of an address, or None when it is not one of ours for this sort."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        value, number = json.loads(packed)
        value = _as_value(value, sort)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    return Cursor(value, number) if type(number) is int and 0 < number < 2**31 else None


def _as_value(value: Any, sort: str) -> Any:
    if value is None and sort in MAYBE_EMPTY:
        return None
    if sort in {"area", "ask", "percent"}:
        if type(value) is not int or not 0 <= value < 2**62:
            raise ValueError(sort)
        return value
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(sort)
    if sort == "submitted":
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError(sort)
        return instant
    return ApplicationState(value) if sort == "state" else value
