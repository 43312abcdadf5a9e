"""A start that cannot be right is refused with exit code 1 and one line that says what to set."""

import os
import socket
import sqlite3
from pathlib import Path

import pytest

from tests.deploy.processes import BEAT, PRODUCTION, SUPERVISOR, WEB, WORKER, environment, free_port, outcome

PARTS = {"supervisor": SUPERVISOR, "web": WEB, "worker": WORKER, "beat": BEAT}


@pytest.fixture
def redis_here(redis_url: str) -> dict[str, str]:
    return {"REDIS_URL": redis_url, "PORT": str(free_port())}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_refuses_a_missing_secret(part: str, tmp_path: Path, redis_here: dict[str, str]) -> None:
    lacking = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    code, lines = outcome(PARTS[part], environment(tmp_path, **lacking, **redis_here))
    assert code == 1
    assert _ours(lines) == [line for line in lines if "SECRET_KEY is missing" in line]
    assert not any("Traceback" in line for line in lines)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_refuses_pending_migrations(part: str, tmp_path: Path, redis_here: dict[str, str]) -> None:
    code, lines = outcome(PARTS[part], environment(tmp_path, **PRODUCTION, **redis_here))
    assert code == 1
    assert any("flask db upgrade" in line for line in _ours(lines))


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_worker_and_beat_refuse_to_guess_a_broker(part: str, tmp_path: Path) -> None:
    code, lines = outcome(PARTS[part], environment(tmp_path, **PRODUCTION))
    assert code == 1
    assert any("REDIS_URL is missing" in line for line in _ours(lines))


def test_a_taken_port_is_one_line_that_names_another(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        code, lines = outcome(SUPERVISOR, environment(tmp_path, SAMPLE="1", PORT=str(port)))
    assert code == 1
    (line,) = lines
    assert f"port {port} is taken" in line
    assert f"PORT={port + 1} ./run" in line


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    env = environment(tmp_path / "file" / "data", SAMPLE="1", PORT=str(free_port()))
    code, (line,) = outcome(SUPERVISOR, env)
    assert code == 1
    assert "set DATA_DIR to a folder that can" in line


def test_the_sample_refuses_a_database_that_it_did_not_make(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "real.sqlite3") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('older')")
    connection.close()
    database = f"sqlite:///{tmp_path / 'real.sqlite3'}"
    env = environment(tmp_path / "data", SAMPLE="1", DATABASE_URL=database, PORT=str(free_port()))
    code, (line,) = outcome(SUPERVISOR, env)
    assert code == 1
    assert "only on a database that the sample made" in line
    assert os.listdir(tmp_path / "data" / "broker")


def _ours(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("Safer Grants did not start")]
