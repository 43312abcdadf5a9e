"""A child process of the supervisor: restarted with growing pauses, and ended with all that it started."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from config import ROOT
from deploy.lifeline import die_with_parent

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
# A child that ran this long has recovered: its next pause is the first one again.
RECOVERED_AFTER = 60.0


@dataclass
class Child:
    """A process that is to run: `arguments` are those of this same Python."""

    name: str
    arguments: list[str]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    started_at: float = 0.0
    start_again_at: float | None = None
    deaths: int = 0

    def start(self) -> None:
        self.started_at, self.start_again_at = time.monotonic(), None
        self.process = subprocess.Popen(
            [sys.executable, *self.arguments],
            cwd=ROOT,
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            # Ctrl-C in a terminal reaches the whole foreground group; only the supervisor shall hear it.
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one thread here, see lifeline
        )

    def look_after(self) -> str | None:
        """Notice a death and restart after the pause; returns a sentence when there is something to say."""
        now = time.monotonic()
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self.start()
            return None
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.kill()
        self.deaths += 1
        self.pause = FIRST_PAUSE if now - self.started_at > RECOVERED_AFTER else self.pause
        self.start_again_at = now + self.pause
        said = f"{self.name} stopped ({_reason(code)}); starting it again in {self.pause:.0f} s."
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return said

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process and everything in its session; harmless when it is over."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def stop_all(children: list[Child], seconds: float) -> None:
    """Stop all at once; what still runs after `seconds` is killed (row leases give its work to the next)."""
    for child in children:
        child.start_again_at = None
        child.ask_to_stop()
    until = time.monotonic() + seconds
    while any(child.is_running for child in children) and time.monotonic() < until:
        time.sleep(0.02)
    for child in children:
        child.kill()


def _reason(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
