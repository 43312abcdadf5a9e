"""The server under measurement: granian with two web workers, as the service runs it, on SQLite or PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from config import ROOT

WORKERS = 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(environ: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Start the web server and give its port and the supervisor's process id; stop it afterwards."""
    port = free_port()
    env = {**os.environ, **environ, "PORT": str(port), "WEB_WORKERS": str(WORKERS)}
    log = Path(environ["DATA_DIR"]) / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.web", "benchmarks.wsgi:app"],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait(port, process, log)
            yield port, process.pid
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer")


def web_memory_mb(supervisor: int) -> list[float]:
    """The proportional set size of each web process, in MB, the largest last."""
    return sorted(_pss_mb(pid) for pid in children_of(supervisor))


def peak_memory_mb(supervisor: int) -> float:
    """The most that any web process ever held, shared pages counted whole."""
    return max((_status_mb(pid, "VmHWM:") for pid in children_of(supervisor)), default=0.0)


def children_of(supervisor: int) -> list[int]:
    """The process ids of the web workers."""
    found = (int(status.parent.name) for status in Path("/proc").glob("[0-9]*/status"))
    return sorted(pid for pid in found if _parent(pid) == supervisor)


def _status_mb(pid: int | str, name: str) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith(name))) / 1024


class PeakMemory:
    """How far this process grew, in MB, since it was asked to look."""

    def __init__(self) -> None:
        # The kernel forgets the peak so far (proc(5), clear_refs).
        Path("/proc/self/clear_refs").write_text("5")
        self.start = _status_mb("self", "VmRSS:")

    def grown_mb(self) -> float:
        return max(0.0, _status_mb("self", "VmHWM:") - self.start)


def _parent(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return -1
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("PPid:")))


def _pss_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("Pss:"))) / 1024
