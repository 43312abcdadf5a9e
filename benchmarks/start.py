"""How long the whole service takes from exec to its first 200 of /readyz: installed, sample loaded, bytecode warm."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median

from benchmarks.report import Report
from benchmarks.server import free_port
from config import ROOT

RUNS = 3
MOST_SECONDS = 3
# The first start makes the database and loads the sample; it is not measured.
PATIENCE = 180


def measure(report: Report) -> None:
    """Start it once to load the sample, then several times by the clock."""
    with tempfile.TemporaryDirectory(prefix="sg-start-") as folder:
        _start(Path(folder))
        seconds = median(_start(Path(folder)) for _ in range(RUNS))
    report.figure(
        "cold start of the whole service", f"{seconds:.2f} s", f"under {MOST_SECONDS} s", seconds < MOST_SECONDS
    )


def _start(folder: Path) -> float:
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    env = {**inherited, "SAMPLE": "1", "DATA_DIR": str(folder), "PORT": str(port)}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.supervisor"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return _ready(port, process, start) - start
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _ready(port: int, process: subprocess.Popen[bytes], start: float) -> float:
    while time.perf_counter() - start < PATIENCE:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with {process.returncode}")
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return time.perf_counter()
        except (OSError, HTTPException):
            time.sleep(0.01)
        finally:
            connection.close()
    raise RuntimeError("the service did not get ready")
