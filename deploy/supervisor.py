"""Web, worker, beat and the embedded broker as one command: started, watched and stopped together.

It imports neither Flask nor Celery, so that the first page is there as soon as the web process can make it.
"""

import contextlib
import errno
import http.client
import os
import select
import signal
import socket
import sys
import time
from types import FrameType

from config import Settings
from deploy import preflight
from deploy.broker import Broker, BrokerFailed
from deploy.children import Child, stop_all
from deploy.prepare import PreparationFailed, prepare_sample

SECONDS_TO_STOP = 6.0
# Worker and beat wait for the first page, so that they do not compete with it; but not for ever.
SECONDS_FOR_THE_FIRST_PAGE = 15.0
# A web server that ran before is restarted for ever; one that never ran once will not run at the tenth time.
DEATHS_BEFORE_GIVING_UP = 2
LOOK_EVERY, LOOK_EVERY_AT_START = 0.5, 0.02


class Supervisor:
    """Runs the service of `settings` until it is told to stop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.broker = None if settings.redis_url else Broker(settings.data_dir)
        env = {**os.environ, "REDIS_URL": self.broker.url if self.broker else settings.redis_url}
        env |= {"DATA_DIR": str(settings.data_dir), "SAMPLE": "1" if settings.sample else "0"}
        self.env = env
        self.web = Child("web", ["-m", "deploy.web"], env)
        quiet = _SAMPLE_IS_QUIET if settings.sample else []
        self.worker = Child("worker", [*quiet, "-m", "celery", *_CELERY, "worker", *_WORKER], env)
        self.beat = Child("beat", [*quiet, "-m", "celery", *_CELERY, "beat", *_BEAT], env)
        self.children = [self.web]
        self.stopping = False
        self.exit_code = 0

    def run(self) -> int:
        """Start, watch and stop; returns the exit code, or raises BrokerFailed or PreparationFailed."""
        wake_up = self._listen_to_signals()
        try:
            if self.broker:
                self.broker.start()
            if self.settings.sample:
                prepare_sample(self.settings, self.env)
            if not self.stopping:
                self.web.start()
            self._wait_for_the_first_page(wake_up)
            if not self.stopping:
                self._start_the_rest()
            while not self.stopping:
                _sleep(wake_up, LOOK_EVERY)
                self._look_after_all()
        except PreparationFailed:
            # Ctrl-C ends the command that prepares, too; that is a stop and no failure.
            if not self.stopping:
                raise
        finally:
            stop_all(self.children, SECONDS_TO_STOP)
            if self.broker:
                self.broker.stop()
        return self.exit_code

    def _wait_for_the_first_page(self, wake_up: int) -> None:
        until = time.monotonic() + SECONDS_FOR_THE_FIRST_PAGE
        while not self.stopping:
            if is_ready(self.settings):
                say(where_to_look(self.settings))
                return
            if time.monotonic() > until:
                say("the web server is slow to get ready; what it says is above. Going on without it.")
                return
            _sleep(wake_up, LOOK_EVERY_AT_START)
            self._look_after_all()
            if self.web.deaths == DEATHS_BEFORE_GIVING_UP:
                say("Safer Grants did not start: the web server cannot run; what it says is above.")
                self.stopping, self.exit_code = True, 1

    def _start_the_rest(self) -> None:
        if self.broker:
            self.broker.wait()
        for child in (self.worker, self.beat):
            child.start()
            self.children.append(child)

    def _look_after_all(self) -> None:
        if self.broker and self.broker.is_lost():
            say("the embedded broker stopped; starting it again.")
            self.broker.start()
        for child in self.children:
            if said := child.look_after():
                say(said)

    def _listen_to_signals(self) -> int:
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        # A closed terminal stops it, unless it was started with nohup.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._stop)
        # Without a handler nothing is written to the pipe, and a death would be noticed late.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return read_end

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True


_CELERY = ["-A", "worker.app:celery", "--quiet"]
# The ticks come again by themselves, so no worker has to ask its neighbours for lost ones.
_WORKER = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
# A trial in a container runs as root often; whoever runs a real service that way shall read the warning.
_SAMPLE_IS_QUIET = ["-W", "ignore:You're running the worker"]
_BEAT = ["--loglevel", "WARNING", "--pidfile="]


def is_ready(settings: Settings) -> bool:
    """Whether /readyz answers 200."""
    connection = http.client.HTTPConnection(_reachable_host(settings.host), settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def where_to_look(settings: Settings) -> str:
    host = _reachable_host(settings.host)
    address = settings.base_url or f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    lines = ["Safer Grants is running.", "", f"  Pages            {address}/"]
    if settings.sample:
        lines[0] = "Safer Grants is running with sample data."
        lines += [f"  Sign in as ...   {address}/sample", f"  Mail it sent     {address}/sample/mailbox"]
    return "\n".join(["", *lines, "", f"Data is kept in {settings.data_dir}. Ctrl-C stops everything.", ""])


def port_problem(settings: Settings) -> str:
    """Why the port cannot be used; empty when it can. Asked here, because granian would share it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return _why_not(error, settings)
    return ""


def data_dir_problem(settings: Settings) -> str:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return f"{settings.data_dir} cannot be written ({error.strerror}): set DATA_DIR to a folder that can."
    return ""


def say(text: str) -> None:
    # The terminal may have gone away; that is no reason to stop the service.
    with contextlib.suppress(OSError):
        print(text, flush=True)


def main() -> int:
    settings = Settings.from_environ()
    refusals = [line for line in (data_dir_problem(settings), port_problem(settings)) if line]
    refusals += settings.problems() if settings.sample else preflight.why_not_start(settings)
    if refusals:
        preflight.refuse(refusals)
    try:
        return Supervisor(settings).run()
    except (BrokerFailed, PreparationFailed, preflight.DatabaseUnreachable) as error:
        preflight.refuse([str(error)])


def _why_not(error: OSError, settings: Settings) -> str:
    if error.errno == errno.EADDRINUSE:
        other = f"PORT={settings.port + 1} ./run"
        return f"port {settings.port} is taken: stop what listens there, or choose another, like {other}"
    return f"{settings.host}:{settings.port} cannot be used ({error.strerror}): set HOST and PORT."


def _reachable_host(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _sleep(wake_up: int, seconds: float) -> None:
    """Sleep until a signal comes, at most `seconds`."""
    if select.select([wake_up], [], [], seconds)[0]:
        with contextlib.suppress(BlockingIOError):
            os.read(wake_up, 4096)


if __name__ == "__main__":
    sys.exit(main())
