"""The embedded broker: one for a data folder, kept on disk, and never left behind."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config import ROOT
from deploy.broker import Broker, BrokerFailed, answers, socket_folder
from tests.deploy.processes import wait_for
from worker.app import client_address

OWNER = (
    "import sys, time; from pathlib import Path; from deploy.broker import Broker\n"
    "broker = Broker(Path(sys.argv[1])); broker.start(); broker.wait()\n"
    "print('up', flush=True); time.sleep(60)"
)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    subject = Broker(tmp_path)
    subject.start()
    subject.wait()
    yield subject
    subject.stop()


def test_killing_the_supervisor_outright_leaves_no_broker(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as owner:
        assert owner.stdout.readline() == b"up\n"
        socket_path = socket_folder(tmp_path) / "valkey.sock"
        assert answers(socket_path)
        os.kill(owner.pid, signal.SIGKILL)
    assert wait_for(lambda: not answers(socket_path))
    # What was left lying about does not hinder the next start.
    successor = Broker(tmp_path)
    assert wait_for(lambda: _starts(successor))
    successor.wait()
    successor.stop()
    assert not socket_path.parent.exists()


def test_a_second_supervisor_shares_the_server_and_does_not_stop_it(broker: Broker, tmp_path: Path) -> None:
    second = Broker(tmp_path)
    second.start()
    second.wait()
    assert second.process is None
    assert not second.is_lost()
    second.stop()
    assert broker.is_up()


def test_what_was_sent_survives_a_restart(broker: Broker) -> None:
    with redis.from_url(client_address(broker.url)) as client:
        client.lpush("safer-grants", "message")
    broker.stop()
    assert broker.is_lost()
    broker.start()
    broker.wait()
    with redis.from_url(client_address(broker.url)) as client:
        assert client.lpop("safer-grants") == b"message"


def test_the_socket_is_private_and_its_path_short_however_deep_the_clone_is(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30) / "data"
    folder = socket_folder(deep)
    assert len(str(folder / "valkey.sock")) < 100
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert socket_folder(deep) == folder
    folder.rmdir()


def test_a_socket_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    folder = socket_folder(tmp_path)
    folder.chmod(0o755)
    with pytest.raises(BrokerFailed, match="belongs to somebody else"):
        socket_folder(tmp_path)
    folder.rmdir()


def test_a_broker_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(BrokerFailed, match="does not answer"):
        Broker(tmp_path).wait(seconds=0.05)
    with contextlib.suppress(OSError):
        socket_folder(tmp_path).rmdir()


def _starts(broker: Broker) -> bool:
    broker.start()
    return broker.process is not None
