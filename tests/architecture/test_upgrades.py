"""An installation that is in use is upgraded with all that it holds, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from grants.extensions import db
from tests.apps import DATABASES
from tests.migrated import new_app

# In the order of their keys; what a CHECK or a machine wants is given, the rest is filled by its type.
ROWS: dict[str, dict[str, Any]] = {
    "office": {"code": "llr"},
    "person": {"email": "lead@group.example.org"},
    "organisation": {"name": "Example Street Club (fictional)"},
    "membership": {"role": "lead"},
    "fund": {"code": "CSF"},
    "round": {
        "state": "open",
        "code": "CSF-R9",
        "closes_at": datetime(2030, 1, 2, tzinfo=UTC),
        "line_hundredths": 6000,
        "band_edges": [],
    },
    "round_area": {"name": "West Example", "aliases": ["W. Example"]},
    "criterion": {"code": "C1", "weight": 100},
    "section": {"code": "project"},
    "question": {"code": "P3", "kind": "long_text", "options": []},
    "round_rule": {"code": "ER1", "on_breach": "fail"},
    "application": {"state": "draft", "reference": "CSF-R9-0001", "search_text": "football in the park"},
    "answer": {"value": "Football in the park."},
    "submission": {"receipt_number": "CSF-R9-0001-ACDE", "content": [{"code": "P3", "value": "Football"}]},
}


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def in_use(kind: str, postgres_server_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A database of the first release with a row in each table that a bid needs."""
    with new_app(kind, postgres_server_url, tmp_path) as app, app.app_context():
        flask_migrate.upgrade(revision="0001")
        metadata = sa.MetaData()
        metadata.reflect(db.engine, only=list(ROWS))
        with db.engine.begin() as connection:
            for name, given in ROWS.items():
                table = metadata.tables[name]
                row = {column.name: _filled(column) for column in table.columns if _is_needed(column)}
                connection.execute(table.insert().values(row | given))
        yield app


def _is_needed(column: sa.Column[Any]) -> bool:
    return bool(column.foreign_keys) or not column.nullable


def _filled(column: sa.Column[Any]) -> Any:
    if column.primary_key or column.foreign_keys:
        return 1
    kinds: list[tuple[type[sa.types.TypeEngine[Any]], Any]] = [
        (sa.Boolean, False),
        (sa.Integer, 1),
        (sa.DateTime, datetime(2029, 1, 1, tzinfo=UTC)),
        (sa.Date, date(2029, 1, 1)),
        (sa.JSON, {}),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), "x")


def test_nothing_that_was_there_is_lost_or_changed(in_use: Flask) -> None:
    before = _contents()
    flask_migrate.upgrade()
    after = _contents()
    for name, rows in before.items():
        assert [{key: row[key] for key in rows[0]} for row in after[name]] == rows


def test_what_is_new_holds_for_the_rows_that_were_there(in_use: Flask) -> None:
    flask_migrate.upgrade()
    round_, question, bid = (_contents()[name][0] for name in ("round", "question", "application"))
    assert (round_["form_version"], round_["letters"], round_["endorsement"]) == (0, {}, "none")
    assert not round_["is_trial"] and not question["is_hidden"]
    assert question["show_when"] is None and bid["assisted_by"] is None


def test_the_search_still_follows_the_bids(in_use: Flask, kind: str) -> None:
    flask_migrate.upgrade()
    find = {
        "sqlite": "SELECT count(*) FROM application_search WHERE application_search MATCH :word",
        "postgres": "SELECT count(*) FROM application WHERE search_vector @@ to_tsquery('simple', :word)",
    }
    with db.engine.begin() as connection:
        count = lambda word: connection.scalar(sa.text(find[kind]), {"word": word})  # noqa: E731
        assert count("football") == 1
        connection.execute(sa.text("UPDATE application SET search_text = 'netball in the park'"))
        assert (count("football"), count("netball")) == (0, 1)


def _contents() -> dict[str, list[dict[str, Any]]]:
    metadata = sa.MetaData()
    metadata.reflect(db.engine, only=list(ROWS))
    with db.engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(metadata.tables[name].select()).mappings()] for name in ROWS
        }
