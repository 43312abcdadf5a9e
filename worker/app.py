"""The Celery application: JSON messages, ids only, acknowledged late, so a killed worker loses nothing.

Results are kept in the database by the services themselves, never in the broker.
"""

import logging
import re
from functools import cache
from typing import Any

from celery import Celery, Task, signals
from flask import Flask

from config import Settings
from deploy.lifeline import die_with_parent
from deploy.preflight import refuse, refuse_unless_ready
from grants import create_app
from grants.extensions import db
from grants.web.security import JsonLines
from worker.schedule import SCHEDULE

# A message not acknowledged within this time is given to another worker. No task runs this long,
# so none is ever run twice at once by redelivery; what a dead worker held is recovered by row leases.
VISIBILITY_TIMEOUT_SECONDS = 300
RESTORE_EVERY_SECONDS = 5
TASK_STOPS_AT_SECONDS, TASK_IS_ASKED_TO_STOP_AT_SECONDS = 60, 50
BEAT_LOOKS_EVERY_SECONDS = 1
BEAT_LOCK_SECONDS = 15


@cache
def flask_app() -> Flask:
    """The Flask application that tasks run in, made once for each process."""
    return create_app(Settings.from_environ())


class TaskInApp(Task):
    """A task that runs inside an application context, so that it has a session and gives it back."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with flask_app().app_context():
            return self.run(*args, **kwargs)


class SaferCelery(Celery):
    """Celery that checks before it makes a worker or a beat, whoever starts them.

    Its own signals come later: after the tasks were loaded, and for beat after the schedule was written.
    """

    @property
    def Worker(self) -> Any:
        _refuse_unless_ready()
        return super().Worker

    @property
    def Beat(self) -> Any:
        _refuse_unless_ready()
        return super().Beat


def make_celery(settings: Settings) -> Celery:
    """A Celery application on the broker that `settings` names."""
    app = SaferCelery("safer-grants", task_cls=TaskInApp, include=["worker.tasks"])
    app.conf.update(
        broker_url=broker_address(settings.redis_url),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
            "unacked_restore_interval": RESTORE_EVERY_SECONDS,
            # The transport looks at every tenth interval otherwise.
            "unacked_restore_throttle": 1,
            "socket_keepalive": True,
        },
        # A task goes on when the broker goes away: it has claimed its rows, so a second run finds nothing.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_concurrency=settings.worker_concurrency,
        worker_prefetch_multiplier=1,
        task_default_queue="safer-grants",
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=TASK_STOPS_AT_SECONDS,
        task_soft_time_limit=TASK_IS_ASKED_TO_STOP_AT_SECONDS,
        timezone="Europe/London",
        enable_utc=True,
        beat_schedule=SCHEDULE,
        beat_max_loop_interval=BEAT_LOOKS_EVERY_SECONDS,
        beat_scheduler="redbeat.RedBeatScheduler",
        redbeat_redis_url=client_address(settings.redis_url),
        redbeat_redis_options={},
        redbeat_key_prefix="safer-grants:beat:",
        # Two beats may run: the second waits, and takes over this long after the first has died.
        redbeat_lock_timeout=BEAT_LOCK_SECONDS,
    )
    return app


def broker_address(redis_url: str) -> str:
    """The address as Celery's transport spells it (`redis+socket://` for a unix socket)."""
    return re.sub("^unix:", "redis+socket:", redis_url)


def client_address(redis_url: str) -> str:
    """The address as the Redis client spells it (`unix://` for a unix socket)."""
    return re.sub(r"^redis\+socket:", "unix:", redis_url)


def _refuse_unless_ready() -> None:
    settings = Settings.from_environ()
    if not settings.redis_url:
        refuse(["REDIS_URL is missing: set it like redis://host:6379/0 (the supervisor sets it by itself)."])
    refuse_unless_ready(settings)


@signals.worker_init.connect
def _load_the_application(**_: object) -> None:
    # Made before the pool forks, so that its memory is shared and the first task does not wait for it.
    with flask_app().app_context():
        # A connection must not be shared by processes; each makes its own.
        db.engine.dispose()
    _log_like_the_web()


def _log_like_the_web() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("worker")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


@signals.worker_process_init.connect
def _stay_with_the_worker(**_: object) -> None:
    die_with_parent()


celery = make_celery(Settings.from_environ())
