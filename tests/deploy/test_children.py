"""Children of the supervisor: restarted with growing pauses, and ended with everything that they started."""

import os
import signal
from pathlib import Path

import pytest

from deploy import children
from deploy.children import Child, stop_all
from tests.deploy.processes import is_alive, wait_for

SLEEPER = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
PARENT = (
    "import pathlib, subprocess, sys, time\n"
    f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}])\n"
    "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(60)"
)


def child(*arguments: str) -> Child:
    return Child("test", ["-c", *arguments], dict(os.environ))


def test_a_dead_child_is_said_and_started_again_after_a_pause_that_grows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(children, "FIRST_PAUSE", 0.05)
    subject = child("raise SystemExit(3)")
    subject.pause = 0.05
    subject.start()
    said = []
    wait_for(lambda: bool((line := subject.look_after()) and said.append(line)) or len(said) == 3)
    assert len(said) == 3
    assert all("test stopped (exit code 3)" in line for line in said)
    assert subject.pause == pytest.approx(0.4)
    subject.kill()


def test_a_killed_child_is_said_by_the_name_of_its_signal() -> None:
    subject = child(SLEEPER)
    subject.start()
    os.kill(subject.process.pid, signal.SIGKILL)
    subject.process.wait()
    assert "killed by SIGKILL" in subject.look_after()
    assert subject.look_after() is None


def test_a_child_that_will_not_stop_is_killed() -> None:
    subject = child(STUBBORN)
    subject.start()
    assert wait_for(lambda: _ignores(subject.process.pid, signal.SIGTERM))
    stop_all([subject], seconds=0.2)
    assert subject.process.returncode == -signal.SIGKILL


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    subject = child(PARENT, str(tmp_path / "pid"))
    subject.start()
    assert wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
    grandchild = int((tmp_path / "pid").read_text())
    assert is_alive(grandchild)
    stop_all([subject], seconds=1)
    assert wait_for(lambda: not is_alive(grandchild))


def test_a_stopped_child_is_not_started_again() -> None:
    subject = child("raise SystemExit(1)")
    subject.start()
    subject.process.wait()
    assert subject.look_after()
    stop_all([subject], seconds=0.1)
    assert subject.start_again_at is None


def _ignores(pid: int, number: signal.Signals) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    mask = next(line for line in status.splitlines() if line.startswith("SigIgn"))
    return bool(int(mask.split()[1], 16) >> (number - 1) & 1)
