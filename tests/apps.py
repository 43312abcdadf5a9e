"""The application under test, on SQLite and on PostgreSQL, with an empty database for each test.

The schema is made once; a test gets a copy (SQLite) or emptied tables (PostgreSQL).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextvars import Context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import Settings
from grants import create_app
from grants.accounts.models import Person
from grants.core import kept
from grants.extensions import db

DATABASES = ("sqlite", "postgres")
SECRET = "tests-only-" + "x" * 40
NOW = datetime(2024, 1, 10, 12, 0, tzinfo=UTC)


class CheckedClient(FlaskClient):
    """A client whose requests share nothing with the test, and fail it when they leave something uncommitted.

    What the test's own `session` holds is committed first, so that the request finds it and no lock is held.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if has_app_context():
            db.session.commit()
        # Flask would otherwise reuse the test's application context: its session, its `g`, who is signed in.
        # Buffered, so that what is streamed is made there too.
        return Context().run(super().open, *args, **{"buffered": True, **kwargs})


def _promise_no_order(connection: Any, _: Any) -> None:
    # SQLite answers a query without ORDER BY in the order of the rows, PostgreSQL in any; so nothing may lean on it.
    connection.execute("PRAGMA reverse_unordered_selects=ON")


def _refuse_leftovers(error: BaseException | None) -> None:
    assert not (db.session.new or db.session.dirty), "left uncommitted"


def make_app(folder: Path, database_url: str = "", **settings: Any) -> Flask:
    """A sample-mode application in this folder; `settings` override."""
    values = {"sample": True, "secret": SECRET, "data_dir": folder, "database": database_url} | settings
    app = create_app(Settings(**values))
    app.test_client_class = CheckedClient
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            sa.event.listen(db.engine, "connect", _promise_no_order)
    app.teardown_request(_refuse_leftovers)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture(scope="session")
def _sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = make_app(tmp_path_factory.mktemp("sqlite"))
    with app.app_context():
        db.create_all()
    yield app
    close(app)


@pytest.fixture(scope="session")
def _postgres_app(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Flask]:
    app = make_app(tmp_path_factory.mktemp("postgres"), postgres_url)
    with app.app_context():
        db.create_all()
    yield app
    close(app)


def close(app: Flask) -> None:
    """Give the application's connections back, so that its database can go."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on; every test that asks for `app` runs on both."""
    return str(request.param)


@pytest.fixture
def app(request: pytest.FixtureRequest, database: str) -> Iterator[Flask]:
    """The application with an empty database, outside any application context."""
    made: Flask = request.getfixturevalue(f"_{database}_app")
    with made.app_context():
        empty_database(database)
    yield made
    with made.app_context():
        db.session.remove()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session inside an application context, for tests of services and queries."""
    with app.app_context():
        yield db.session
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    """A Wednesday at midday in London."""
    return NOW


def empty_database(database: str) -> None:
    """Empty the database of the application whose context this is."""
    kept.forget_everything()
    (_empty_sqlite if database == "sqlite" else _empty_postgres)()


def _empty_sqlite() -> None:
    db.session.remove()
    db.engine.dispose()
    path = Path(str(db.engine.url.database))
    pristine = path.with_suffix(".pristine")
    if not pristine.exists():
        shutil.copy(path, pristine)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copy(pristine, path)


def _empty_postgres() -> None:
    """Delete the rows of the tables that have any, and count from 1 again: a fifth of the time of TRUNCATE on all."""
    db.session.remove()
    with db.engine.begin() as connection:
        full = connection.scalars(sa.text(_with_rows())).all()
        # Without the triggers, which refuse to delete what is recorded, and without asking who refers to whom.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for name in full:
            connection.execute(sa.text(f'DELETE FROM "{name}"'))
        connection.execute(sa.text(_COUNT_AGAIN))


def _with_rows() -> str:
    names = [table.name for table in db.metadata.sorted_tables]
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)


_COUNT_AGAIN = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences "
    "WHERE schemaname = 'public' AND last_value IS NOT NULL"
)


def sign_in(client: FlaskClient, person: Person) -> None:
    """Give the client a session of this person, as a finished sign-in leaves it."""
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{person.id}:{person.session_epoch}"
        cookie["_fresh"] = True
        cookie["signed_in_at"] = int(datetime.now(UTC).timestamp())
        cookie.permanent = True
