"""A stage that was walked once in this process is put back as the rows that it left, when another test asks for it.

The walk goes through the services, which takes most of a second; its rows take some milliseconds. Each database
walks for itself, once for each set of options, and only a walk that began in an empty database is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Person
from grants.core.base import Base
from grants.documents.models import Document, Upload
from grants.extensions import db
from tests import builders

# An object that is named by its place in memory would be another one the next time.
UNNAMED = re.compile(r" at 0x[0-9a-f]+")


@dataclass(frozen=True)
class Snapshot:
    """Every row, in an order in which they can be written, the stage with its rows by key, and the last number used."""

    rows: list[tuple[sa.Table, list[dict[str, Any]]]]
    made: type[Any]
    parts: dict[str, Any]
    number: int


@dataclass(frozen=True)
class Row:
    """A row of a stage, by what it is found again with."""

    model: type[Any]
    key: Any


_kept: dict[tuple[str, str, str], Snapshot] = {}


def kept(walk: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a stage so that it is walked once for each set of options."""

    @wraps(walk)
    def again(session: Session, **options: Any) -> Any:
        said = repr(sorted(options.items()))
        if UNNAMED.search(said) or not _is_empty(session):
            return walk(session, **options)
        key = (session.get_bind().dialect.name, walk.__name__, said)
        if key in _kept:
            return _put_back(session, _kept[key])
        stage = walk(session, **options)
        session.flush()
        if not _has_files(session):
            _kept[key] = _taken(session, stage)
        return stage

    return again


def _is_empty(session: Session) -> bool:
    return not session.scalar(sa.select(sa.or_(sa.exists(sa.select(Office.id)), sa.exists(sa.select(Person.id)))))


def _has_files(session: Session) -> bool:
    # Bytes lie outside the database, and are not put back with the rows.
    return bool(session.scalar(sa.select(sa.or_(sa.exists(sa.select(Document.id)), sa.exists(sa.select(Upload.id))))))


def _taken(session: Session, stage: Any) -> Snapshot:
    rows = [(table, found) for table in db.metadata.sorted_tables if (found := _rows_of(session, table))]
    number = next(builders._numbers)
    parts = {each.name: _named(getattr(stage, each.name)) for each in fields(stage) if each.name != "session"}
    return Snapshot(rows, type(stage), parts, number)


def _rows_of(session: Session, table: sa.Table) -> list[dict[str, Any]]:
    # Nothing at all and a JSON null are read alike, and are not the same to a query.
    json = [column.name for column in table.c if isinstance(column.type, sa.JSON)]
    gone = [table.c[name].is_(sa.null()).label(f"{name} gone") for name in json]
    found = [dict(row) for row in session.execute(sa.select(table, *gone)).mappings()]
    for row in found:
        for name in json:
            if row.pop(f"{name} gone"):
                row[name] = sa.null()
    return found


def _put_back(session: Session, snapshot: Snapshot) -> Any:
    for table, rows in snapshot.rows:
        session.execute(sa.insert(table), rows)
    if session.get_bind().dialect.name == "postgresql":
        _count_on(session, snapshot)
    # What a test makes beside it needs other numbers, also where it began to count again.
    builders._numbers = count(max(next(builders._numbers), snapshot.number))
    parts = {name: _found(session, part) for name, part in snapshot.parts.items()}
    return snapshot.made(session=session, **parts)


def _count_on(session: Session, snapshot: Snapshot) -> None:
    last = {table.name: max(row["id"] for row in rows) for table, rows in snapshot.rows if "id" in table.c}
    moves = [f"setval(pg_get_serial_sequence('\"{name}\"', 'id'), {number})" for name, number in last.items()]
    session.execute(sa.text(f"SELECT {', '.join(moves)}"))


def _named(part: Any) -> Any:
    if isinstance(part, Base):
        return Row(type(part), sa.inspect(part).identity)
    if isinstance(part, dict):
        return {key: _named(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return type(part)(_named(each) for each in part)
    return part


def _found(session: Session, part: Any) -> Any:
    if isinstance(part, Row):
        return session.get_one(part.model, part.key)
    if isinstance(part, dict):
        return {key: _found(session, value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return type(part)(_found(session, each) for each in part)
    return part
