"""The migrations make what the models say, on both databases, and the state CHECKs are the machines'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask

from config import ROOT
from deploy.preflight import heads_in_code
from grants.core.columns import Stateful
from grants.extensions import db
from tests.apps import DATABASES
from tests.migrated import migrated_app, new_app
from workflows.catalogue import LIFECYCLES


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def migrated(kind: str, postgres_server_url: str, tmp_path: Path) -> Iterator[Flask]:
    with migrated_app(kind, postgres_server_url, tmp_path) as app, app.app_context():
        yield app


def settings(app: Flask) -> flask_migrate.Config:
    return app.extensions["migrate"].migrate.get_config(str(ROOT / "grants" / "migrations"))


def stateful() -> dict[str, type[Stateful]]:
    """The model of each lifecycle, by the lifecycle's name."""
    found = [mapper.class_ for mapper in db.Model.registry.mappers if issubclass(mapper.class_, Stateful)]
    return {model.__workflow__.name: model for model in found}


def test_there_is_one_newest_revision() -> None:
    config = flask_migrate.Config()
    config.set_main_option("script_location", str(ROOT / "grants" / "migrations"))
    heads = ScriptDirectory.from_config(config).get_heads()
    assert len(heads) == 1
    # The start of the service reads the same from the files, without alembic.
    assert heads_in_code() == set(heads)


def test_up_down_and_up_again(migrated: Flask) -> None:
    first = structure()
    flask_migrate.downgrade(revision="base")
    assert left_behind() == set()
    assert not sa.inspect(db.engine).get_table_names() or sa.inspect(db.engine).get_table_names() == ["alembic_version"]
    flask_migrate.upgrade()
    assert structure() == first


def test_models_and_migrations_are_equal(migrated: Flask) -> None:
    # Raises with the list of what a new migration would change.
    command.check(settings(migrated))


def test_tables_made_from_the_models_are_those_that_migrations_make(
    migrated: Flask, kind: str, postgres_server_url: str, tmp_path: Path
) -> None:
    # Autogenerate passes over CHECKs, triggers and conditions of indexes; the databases themselves do not.
    by_migration = structure()
    with new_app(kind, postgres_server_url, tmp_path) as app, app.app_context():
        db.create_all()
        assert by_migration == structure()


def test_every_lifecycle_has_one_table() -> None:
    assert set(stateful()) == {workflow.name for workflow in LIFECYCLES}


@pytest.mark.parametrize("workflow", LIFECYCLES, ids=lambda workflow: workflow.name)
def test_the_database_knows_the_states_of_the_machine_and_no_others(app: Flask, workflow: object) -> None:
    model = stateful()[workflow.name]
    with app.app_context():
        checks = sa.inspect(db.engine).get_check_constraints(model.__tablename__)
    (text,) = [check["sqltext"] for check in checks if check["name"] == f"ck_{model.__tablename__}_state_known"]
    assert set(re.findall(r"'([^']*)'", text)) == {str(state) for state in workflow.states}


@pytest.mark.parametrize("verb", ["UPDATE audit_entry SET reason = 'x'", "DELETE FROM audit_entry"])
def test_the_migrated_trail_is_append_only(migrated: Flask, verb: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text(ENTRY))
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(sa.text(verb))
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT reason FROM audit_entry")) == "why"


def test_the_search_index_is_there(migrated: Flask, kind: str) -> None:
    question = {
        "sqlite": "SELECT count(*) FROM application_search WHERE application_search MATCH 'foot*'",
        "postgres": "SELECT count(*) FROM application WHERE search_vector @@ to_tsquery('simple', 'foot:*')",
    }
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text(question[kind])) == 0


ENTRY = (
    "INSERT INTO audit_entry (at, subject_type, subject_id, action, actor_name, is_on_paper, reason, detail) "
    "VALUES ('2024-01-10 12:00:00', 'round', 1, 'open', 'System', FALSE, 'why', '{}')"
)


def structure() -> dict[str, object]:
    """What the database itself says it holds: columns, keys, CHECKs, indexes, triggers and functions."""
    inspector = sa.inspect(db.engine)
    names = [name for name in inspector.get_table_names() if name != "alembic_version"]
    found: dict[str, object] = {name: _table(inspector, name) for name in names}
    found["made by hand"] = left_behind()
    return found


def _table(inspector: sa.Inspector, name: str) -> dict[str, object]:
    columns = {
        each["name"]: (str(each["type"]), each["nullable"], each["default"]) for each in inspector.get_columns(name)
    }
    checks = {each["name"]: " ".join(each["sqltext"].split()) for each in inspector.get_check_constraints(name)}
    keys = {
        each["name"]: (each["constrained_columns"], each["referred_table"], each["options"])
        for each in inspector.get_foreign_keys(name)
    }
    unique = {each["name"]: each["column_names"] for each in inspector.get_unique_constraints(name)}
    return {
        "columns": columns,
        "checks": checks,
        "keys": keys,
        "unique": unique,
        "id": inspector.get_pk_constraint(name),
    }


def left_behind() -> set[str]:
    """Indexes, triggers and functions as the database describes them: conditions, methods and bodies included."""
    if db.engine.dialect.name == "sqlite":
        asked = ["SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL"]
    else:
        asked = [
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
            "SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        ]
    with db.engine.connect() as connection:
        return {" ".join(row[0].split()) for each in asked for row in connection.execute(sa.text(each))}
