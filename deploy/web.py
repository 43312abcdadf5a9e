"""The web server: granian before the WSGI application, in WEB_WORKERS processes that share memory."""

import gc
import os
import sys
from importlib import import_module

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from config import Settings
from deploy.lifeline import die_with_parent

# Pages are short and wait for the database; four at once in each process measured fastest on two cores.
THREADS_IN_EACH_PROCESS = 4
SECONDS_TO_FINISH_A_REQUEST = 3


SERVED = "wsgi:app"


def main() -> None:
    settings = Settings.from_environ()
    # The benchmarks serve the same application with its limits beside it; nobody else names another.
    target = sys.argv[1] if len(sys.argv) > 1 else SERVED
    _load_once(target)
    os.register_at_fork(after_in_child=die_with_parent)
    server = Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=THREADS_IN_EACH_PROCESS,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH_A_REQUEST,
        log_level=LogLevels.warning,
    )
    server.serve()


def _load_once(target: str) -> None:
    """Load the application before the processes are forked: one load instead of several, and shared pages."""
    from grants.extensions import db

    module, _, name = target.partition(":")
    with getattr(import_module(module), name).app_context():
        # A connection must not be shared by processes; each makes its own.
        db.engine.dispose()
    # Without this the collector's first pass writes to every object, and each process copies it after all.
    gc.collect()
    gc.freeze()
    # A page makes thousands of objects and keeps none: at the usual 700 the collector runs several times for each.
    gc.set_threshold(10_000, 20, 20)


if __name__ == "__main__":
    main()
