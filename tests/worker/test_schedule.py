"""What beat asks for and how messages are treated: nothing runs twice by redelivery, and nothing is forgotten."""

from config import Settings
from worker import names
from worker.app import (
    TASK_IS_ASKED_TO_STOP_AT_SECONDS,
    TASK_STOPS_AT_SECONDS,
    VISIBILITY_TIMEOUT_SECONDS,
    broker_address,
    client_address,
    make_celery,
)
from worker.schedule import SCHEDULE

SOCKET = Settings(redis="redis+socket:///tmp/s")


def test_every_task_is_asked_for_and_nothing_else() -> None:
    assert {entry["task"] for entry in SCHEDULE.values()} == set(names.ALL)


def test_mails_go_every_two_seconds_and_duties_every_minute() -> None:
    assert SCHEDULE[names.DELIVER_OUTBOX]["schedule"].total_seconds() == 2
    assert {SCHEDULE[name]["schedule"].total_seconds() for name in names.EVERY_MINUTE} == {60}


def test_a_task_is_over_long_before_its_message_would_come_again() -> None:
    assert TASK_IS_ASKED_TO_STOP_AT_SECONDS < TASK_STOPS_AT_SECONDS == 60
    assert TASK_STOPS_AT_SECONDS * 2 < VISIBILITY_TIMEOUT_SECONDS == 300


def test_a_killed_worker_gives_its_message_back_and_only_json_is_read() -> None:
    conf = make_celery(SOCKET).conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
    assert conf.task_ignore_result
    assert conf.broker_transport_options["visibility_timeout"] == VISIBILITY_TIMEOUT_SECONDS
    options = conf.broker_transport_options
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] < 60


def test_a_unix_socket_is_spelled_for_celery_and_for_the_client() -> None:
    assert broker_address("unix:///tmp/s") == "redis+socket:///tmp/s"
    assert client_address("redis+socket:///tmp/s") == "unix:///tmp/s"
    assert broker_address("redis://h:6379/0") == client_address("redis://h:6379/0") == "redis://h:6379/0"
