"""`./run` on a machine that lacks something: one line that says what to install, and nothing made."""

import shutil
import subprocess
from pathlib import Path

import pytest

from config import ROOT

TOOLS = ("sh", "cat", "cksum", "tr", "dirname")
TOO_OLD = '#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2"\nexit 1\n'
NO_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\nexit 0\n'
# The first installs nothing, quietly; the second claims to be installed, so that only the command itself is looked at.
MAKES_AN_INSTALLER = """#!/bin/sh
[ "$2" = venv ] || exit 0
mkdir -p .uv/bin
cp "$0" .uv/bin/python
cp "$0" .uv/bin/uv
"""
INSTALLED = '#!/bin/sh\necho "$PWD $DATA_DIR $SAMPLE $*"\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the script, its locks, and a PATH with the plainest tools only."""
    folder = tmp_path / "clone"
    (folder / "deploy").mkdir(parents=True)
    shutil.copy(ROOT / "run", folder / "run")
    for lock in ("requirements.lock", "requirements-dev.lock", "deploy/uv.lock"):
        (folder / lock).write_text("")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return folder


def run(clone: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    path = str(clone.parent / "bin")
    command = [str(clone / "run"), *arguments]
    return subprocess.run(command, cwd=clone.parent, env={"PATH": path, **env}, capture_output=True, text=True)


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("python", "says"),
    [
        (None, "python3 is missing"),
        (TOO_OLD, "Python 3.9.2: Python 3.11 or newer is needed"),
        (NO_VENV, "python3 has no venv"),
    ],
)
def test_what_python_lacks_is_one_line(clone: Path, python: str | None, says: str) -> None:
    if python:
        executable(clone.parent / "bin" / "python3", python)
    done = run(clone)
    complaints = [line for line in done.stderr.splitlines() if line.startswith("Safer Grants")]
    assert done.returncode == 1
    assert len(complaints) == 1
    assert says in complaints[0]
    assert not (clone / ".venv").exists()


def test_an_unknown_command_is_a_usage_error(clone: Path) -> None:
    done = run(clone, "serv")
    assert done.returncode == 2
    assert "./run test" in done.stderr


def test_what_is_installed_is_not_installed_again_and_the_sample_is_meant(clone: Path) -> None:
    pretend_installed(clone)
    done = run(clone)
    assert done.stdout.split()[:3] == [str(clone), str(clone / ".data"), "1"]
    assert done.stdout.split()[3:] == ["-m", "deploy.supervisor"]
    assert done.stderr == ""


def test_what_it_installed_itself_is_not_installed_again(clone: Path) -> None:
    pretend_installed(clone)
    (clone / ".venv" / "stamp").unlink()
    (clone / "deploy" / "uv.lock").write_text("another lock than the project's")
    for tool in ("rm", "mkdir", "cp"):
        (clone.parent / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    executable(clone.parent / "bin" / "python3", MAKES_AN_INSTALLER)
    first, second = run(clone), run(clone)
    assert first.returncode == 0, first.stderr
    assert "Installing" in first.stderr
    assert second.stderr == ""


def test_what_is_set_already_stays(clone: Path) -> None:
    pretend_installed(clone)
    done = run(clone, "flask", "db", "upgrade", SAMPLE="0", DATA_DIR="/srv/data")
    assert done.stdout.split()[1:3] == ["/srv/data", "0"]


def test_a_command_reads_files_from_where_the_caller_stands(clone: Path) -> None:
    pretend_installed(clone)
    done = run(clone, "flask", "import-round", "ROUND.toml", DATA_DIR="data")
    folder, data_dir, _, *command = done.stdout.split()
    assert folder == str(clone.parent)
    assert data_dir == str(clone.parent / "data")
    assert command == ["-m", "flask", "--app", str(clone / "grants"), "import-round", "ROUND.toml"]


def pretend_installed(clone: Path) -> None:
    executable(clone / ".venv" / "bin" / "python", INSTALLED)
    stamp = subprocess.run("cat requirements.lock | cksum", shell=True, cwd=clone, capture_output=True, text=True)
    (clone / ".venv" / "stamp").write_text("run-" + stamp.stdout.strip().replace(" ", "-") + "\n")
