"""Pending migrations are found without loading the application, on both databases."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from config import Settings
from deploy.preflight import DatabaseUnreachable, heads_in_code, is_migration_pending, revision_in_database


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "one.py").write_text('revision = "one"\ndown_revision = None\n')
    (folder / "two.py").write_text('revision: str = "two"\ndown_revision: str | None = "one"\n')
    return folder


def at(path: Path, revision: str) -> Settings:
    with sqlite3.connect(path / "safer-grants.sqlite3") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    connection.close()
    return Settings(data_dir=path)


def test_the_head_is_the_revision_that_no_other_follows(versions: Path) -> None:
    assert heads_in_code(versions) == {"two"}
    (versions / "three.py").write_text("revision = 'three'\ndown_revision = ('two', 'one')\n")
    assert heads_in_code(versions) == {"three"}


def test_the_code_has_one_head() -> None:
    assert len(heads_in_code()) == 1


def test_a_database_at_the_head_is_not_pending(tmp_path: Path, versions: Path) -> None:
    assert not is_migration_pending(at(tmp_path, "two"), versions)


@pytest.mark.parametrize("revision", ["one", "of-a-newer-version"])
def test_a_database_at_another_revision_is_pending(tmp_path: Path, versions: Path, revision: str) -> None:
    assert is_migration_pending(at(tmp_path, revision), versions)


def test_a_new_sqlite_file_is_pending_and_looking_does_not_make_it(tmp_path: Path, versions: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert is_migration_pending(settings, versions)
    assert not (tmp_path / "safer-grants.sqlite3").exists()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "safer-grants.sqlite3").write_text("no database " * 100)
    with pytest.raises(DatabaseUnreachable, match="is not a database"):
        revision_in_database(Settings(data_dir=tmp_path))


def test_an_empty_postgresql_database_is_pending_and_a_migrated_one_is_not(postgres_url: str) -> None:
    settings = Settings(database=postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        assert revision_in_database(settings) == set()
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('two')")
        try:
            assert revision_in_database(settings) == {"two"}
        finally:
            connection.execute("DROP TABLE alembic_version")


def test_an_unreachable_server_is_said_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        revision_in_database(Settings(database="postgresql://u:hush@127.0.0.1:9/d"))
    assert "cannot be reached" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)
