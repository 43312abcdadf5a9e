"""A database filled for measuring, and the application bound to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from benchmarks.data import SIZES, Scene, make_scene
from benchmarks.limits import fill, make_app
from config import Settings
from grants.extensions import db
from tests.servers import postgres_database, postgres_server

SECRET = "benchmarks-only-" + "x" * 40


@dataclass(slots=True)
class Bench:
    """What is measured, and how to serve it."""

    app: Flask
    scene: Scene
    environ: dict[str, str]
    is_quick: bool


@contextmanager
def prepared(database: str, folder: Path, *, is_quick: bool) -> Iterator[Bench]:
    """Fill a new database of this kind."""
    with database_of(database) as url:
        yield _fill(folder, url, is_quick=is_quick)


@contextmanager
def database_of(kind: str) -> Iterator[str]:
    """The address of a new, empty database; empty for the embedded one, which is a file in the data folder."""
    if kind == "sqlite":
        yield ""
        return
    with postgres_server() as server, postgres_database(server) as url:
        yield url


def environ_of(folder: Path, url: str) -> dict[str, str]:
    """What a server needs to be told to serve that database."""
    environ = {"SAMPLE": "1", "SECRET_KEY": SECRET, "DATA_DIR": str(folder)}
    return environ | {"DATABASE_URL": url} if url else environ


def _fill(folder: Path, url: str, *, is_quick: bool) -> Bench:
    app = make_app(Settings(sample=True, secret=SECRET, data_dir=folder, database=url))
    with app.app_context():
        upgrade()
        fill()
        scene = make_scene(db.session, sizes=SIZES[:2] if is_quick else SIZES)
        for person in (scene.officer, scene.decider, scene.marker, scene.lead, *(lead for _, lead in scene.ready)):
            db.session.refresh(person)
            db.session.expunge(person)
        db.session.remove()
        db.engine.dispose()
    return Bench(app, scene, environ_of(folder, url), is_quick)
