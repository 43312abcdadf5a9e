"""The whole service as one command: it comes up, survives the death of a part, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from config import ROOT, Settings
from deploy.broker import answers, socket_folder
from deploy.supervisor import is_ready
from tests.deploy.processes import (
    PATIENCE,
    PRODUCTION,
    SUPERVISOR,
    child_running,
    children,
    descendants,
    environment,
    free_port,
    is_alive,
    start,
    wait_for,
)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a database at the newest revision."""
    folder = tmp_path_factory.mktemp("migrated")
    command = [sys.executable, "-m", "flask", "--app", "grants", "db", "upgrade"]
    subprocess.run(command, cwd=ROOT, env=environment(folder, **PRODUCTION), check=True, capture_output=True)
    return folder


@pytest.fixture
def env(migrated: Path, tmp_path: Path) -> dict[str, str]:
    shutil.copytree(migrated, tmp_path / "data")
    port = str(free_port())
    return environment(tmp_path / "data", **PRODUCTION, PORT=port, WEB_WORKERS="1", WORKER_CONCURRENCY="1")


@pytest.fixture
def service(env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with start(SUPERVISOR, env) as process:
        try:
            yield process
        finally:
            process.kill()


def test_it_restarts_a_part_that_dies_and_stops_all_of_them(
    service: subprocess.Popen[str], env: dict[str, str]
) -> None:
    settings = Settings.from_environ(env)
    assert wait_for(lambda: is_ready(settings))
    os.kill(child_running(service.pid, "deploy.web"), signal.SIGKILL)
    assert wait_for(lambda: not is_ready(settings))
    assert wait_for(lambda: is_ready(settings))
    assert child_running(service.pid, "celery") is not None
    started = descendants(service.pid)
    service.send_signal(signal.SIGINT)
    said = service.communicate(timeout=PATIENCE)[0]
    assert service.returncode == 0
    assert [pid for pid in started if is_alive(pid)] == []
    assert "web stopped (killed by SIGKILL); starting it again in 1 s." in said
    assert f"Pages            {settings.base_url}/" in said
    assert "/sample" not in said


def test_killing_it_outright_leaves_nothing(service: subprocess.Popen[str], env: dict[str, str]) -> None:
    settings = Settings.from_environ(env)
    assert wait_for(lambda: is_ready(settings))
    # The pool's process is a grandchild: it must go, too.
    assert wait_for(lambda: len(children(child_running(service.pid, " worker ") or 0)) == 1)
    started = descendants(service.pid)
    service.kill()
    # What they say as they end needs a reader: a full pipe holds whoever writes into it.
    Thread(target=service.communicate, daemon=True).start()
    # A worker may be busy loading when it is told to end; a loaded machine makes that long, never endless.
    assert wait_for(lambda: not any(is_alive(pid) for pid in started))
    assert not answers(socket_folder(settings.data_dir) / "valkey.sock")
