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
        if engine.dialect.name == "sqlite":
            # A batch rebuild of a table drops it; the references to it are checked again at the end.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_object=include_object,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
