"""The sample's database: made at the first start, left alone afterwards, and never mistaken for a real one."""

import sqlite3
from pathlib import Path

import pytest

from config import Settings
from deploy import prepare
from deploy.preflight import heads_in_code
from deploy.prepare import PreparationFailed, prepare_sample


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The flask commands that were run; `db upgrade` leaves the newest revision behind."""
    ran: list[str] = []

    def run(*arguments: str, env: object) -> None:
        ran.append(" ".join(arguments))
        if arguments[0] == "db":
            write_revision(tmp_path, *heads_in_code())

    monkeypatch.setattr(prepare, "_flask", run)
    return ran


def write_revision(folder: Path, revision: str) -> None:
    with sqlite3.connect(folder / "safer-grants.sqlite3") as connection:
        connection.execute("DROP TABLE IF EXISTS alembic_version")
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    connection.close()


def sample(folder: Path) -> Settings:
    return Settings(data_dir=folder, sample=True)


def test_the_first_start_migrates_and_loads_and_the_second_does_nothing(commands: list[str], tmp_path: Path) -> None:
    prepare_sample(sample(tmp_path), {})
    assert commands == ["db upgrade", "load-sample"]
    prepare_sample(sample(tmp_path), {})
    assert len(commands) == 2


def test_a_newer_version_of_the_code_migrates_its_own_sample(commands: list[str], tmp_path: Path) -> None:
    prepare_sample(sample(tmp_path), {})
    write_revision(tmp_path, "older")
    prepare_sample(sample(tmp_path), {})
    assert commands == ["db upgrade", "load-sample"] * 2


def test_a_database_that_was_removed_is_made_again(commands: list[str], tmp_path: Path) -> None:
    prepare_sample(sample(tmp_path), {})
    (tmp_path / "safer-grants.sqlite3").unlink()
    prepare_sample(sample(tmp_path), {})
    assert commands == ["db upgrade", "load-sample"] * 2


def test_a_database_of_somebody_else_is_not_migrated(commands: list[str], tmp_path: Path) -> None:
    write_revision(tmp_path, "older")
    with pytest.raises(PreparationFailed, match="only on a database that the sample made"):
        prepare_sample(sample(tmp_path), {})
    assert commands == []


def test_a_sample_that_could_not_be_loaded_is_tried_again(
    commands: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = prepare._flask

    def fail(*arguments: str, env: object) -> None:
        whole(*arguments, env=env)
        if arguments == ("load-sample",):
            raise PreparationFailed("no")

    with monkeypatch.context() as broken:
        broken.setattr(prepare, "_flask", fail)
        with pytest.raises(PreparationFailed):
            prepare_sample(sample(tmp_path), {})
    prepare_sample(sample(tmp_path), {})
    assert commands == ["db upgrade", "load-sample", "load-sample"]


def test_a_command_that_fails_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    env = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path)}
    with pytest.raises(PreparationFailed, match="flask no-such-command"):
        prepare._flask("no-such-command", env=env)
    assert "no-such-command" in capfd.readouterr().err


def test_the_note_holds_no_password(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, sample=True, database="postgresql://u:hush@h/d")
    prepare.Stamp(settings).write()
    assert "hush" not in (tmp_path / "sample-loaded").read_text()
