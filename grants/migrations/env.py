"""Runs migrations with the application's own engine, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db
# Made by DDL that SQLAlchemy can't describe on both databases (see grants/applications/models.py).
NOT_MODELLED = ("application_search", "search_vector", "ix_application_search_vector")


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leave out of the comparison what is DDL by hand."""
    return not (name or "").startswith(NOT_MODELLED)


def run() -> None:
    engine = database.engine
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            _check_references(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_object=include_object,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise RuntimeError(f"a migration left references to nothing: {broken[:5]}")
        connection.commit()
        if is_sqlite:
            _check_references(connection, "ON")


def _check_references(connection: Any, switch: str) -> None:
    # A batch rebuild of a table drops it, which the references to it forbid. SQLite listens to this only outside a
    # transaction, and SQLAlchemy would open one, so the driver is asked.
    connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={switch}")


run()
