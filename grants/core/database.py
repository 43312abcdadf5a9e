"""How a connection begins: writers on SQLite take the lock first, readers can't write, on either database.

The default SQLite driver loses updates between reading and writing; BEGIN IMMEDIATE does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa

# True while a request that only reads (GET, HEAD) is served.
_reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)


def set_reading_only(value: bool) -> None:
    """Say whether transactions begun from here on, in this context, may only read."""
    _reading_only.set(value)


@contextmanager
def reading_only() -> Iterator[None]:
    """Transactions begun inside may only read."""
    token = _reading_only.set(True)
    try:
        yield
    finally:
        _reading_only.reset(token)


def prepare(engine: sa.Engine) -> None:
    """Hang the rules of this module on an engine; once for each engine."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _connect_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "begin", _begin_postgres)


def _connect_sqlite(connection: Any, record: Any) -> None:
    # The driver must not begin transactions of its own; `_begin_sqlite` does.
    connection.isolation_level = None
    # FULL: a receipt that was shown survives a power cut (contract of the service).
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    only_reads = _reading_only.get()
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if only_reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _begin_postgres(connection: sa.Connection) -> None:
    if _reading_only.get():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
