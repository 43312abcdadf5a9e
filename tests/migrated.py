"""An application on a database that the migrations made, as a real installation has it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
from flask import Flask

from tests.apps import close, make_app
from tests.servers import postgres_database


@contextmanager
def migrated_app(database: str, server_url: str, folder: Path, **settings: object) -> Iterator[Flask]:
    """A new database of this kind, migrated to the newest revision, and the application on it."""
    with new_app(database, server_url, folder, **settings) as app:
        with app.app_context():
            flask_migrate.upgrade()
        yield app


@contextmanager
def new_app(database: str, server_url: str, folder: Path, **settings: object) -> Iterator[Flask]:
    """The application on a new database of this kind with nothing in it, not even tables."""
    folder = folder / secrets.token_hex(4)
    folder.mkdir()
    if database == "sqlite":
        app = make_app(folder, **settings)
        yield app
        close(app)
        return
    with postgres_database(server_url) as url:
        app = make_app(folder, url, **settings)
        yield app
        close(app)
