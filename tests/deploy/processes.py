"""Starting the service's processes as a person would, in an environment of only what a test names."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from config import ROOT

PRODUCTION = {
    "SAMPLE": "0",
    "SECRET_KEY": "k" * 40,
    "MAIL_URL": "smtp://127.0.0.1:9",
    "MAIL_FROM": "grants@example.org",
    "BASE_URL": "http://127.0.0.1",
}
# Seconds. Nothing waits this long on purpose; a slow or busy machine may have to.
PATIENCE = 60
SUPERVISOR = ["-m", "deploy.supervisor"]
WEB = ["-m", "deploy.web"]
WORKER = ["-m", "celery", "-A", "worker.app:celery", "worker", "--loglevel", "WARNING"]
BEAT = ["-m", "celery", "-A", "worker.app:celery", "beat", "--pidfile="]


def environment(data_dir: Path, **named: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), **named}


def start(arguments: list[str], env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def outcome(arguments: list[str], env: dict[str, str], seconds: float = PATIENCE) -> tuple[int, list[str]]:
    """The exit code, and the lines on stderr."""
    with start(arguments, env) as process:
        try:
            said = process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, said.splitlines()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(happened: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether `happened` came true within `seconds`."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def children(pid: int) -> set[int]:
    """The processes that `pid` started and that are not collected yet."""
    try:
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except (FileNotFoundError, ProcessLookupError):
        return set()


def descendants(pid: int) -> set[int]:
    """All processes that `pid` started, and those that they started."""
    own = children(pid)
    return own.union(*(descendants(child) for child in own))


def child_running(pid: int, what: str) -> int | None:
    """The child of `pid` that has `what` in its command line."""
    return next((child for child in children(pid) if what in _command_line(child)), None)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""
