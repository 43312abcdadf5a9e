"""The faults themselves: workers killed while they send, two at once, the broker gone, the mail server refusing.

Whatever happens every reminder arrives, and none twice but the one in flight when a sender was killed.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from deploy.broker import Broker
from grants.clock import utc_now
from grants.core.outbox import Delivery, Message
from grants.extensions import db
from grants.notifications.rendering import Letterhead
from grants.notifications.services import Postroom, deliver_due, expand_outbox, send_again
from grants.notifications.services.deliver import MAX_ATTEMPTS
from grants.notifications.sweeps import remind_drafts
from grants.notifications.transport import SmtpTransport, transport_for
from tests.deploy.processes import wait_for
from tests.servers import postgres_database
from tests.worker.service import CONCURRENCY, mail_server, owe_reminders, site, ticking
from workflows.actors import SYSTEM

REMINDERS = 200
KILLS = 3
LETTERHEAD = Letterhead("grants@office.example.org", "https://grants.example.org", "tests-only-key")


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own, so that real processes can be told of it; empty for the SQLite file."""
    if database == "sqlite":
        yield ""
        return
    with postgres_database(request.getfixturevalue("postgres_server_url")) as url:
        yield url


def test_workers_killed_at_random_instants_lose_no_reminder(tmp_path: Path, database_url: str, redis_url: str) -> None:
    chance = random.Random()
    with mail_server(pause=0.01) as (post, mail_url), site(tmp_path, database_url, redis_url, mail_url) as service:
        owe_reminders(service.app, REMINDERS)
        service.start_worker()
        with ticking(redis_url):
            for kill in range(1, KILLS + 1):
                enough = kill * REMINDERS // (KILLS + 2)
                assert wait_for(lambda enough=enough: len(post.ids) >= enough, 60), service.standing()
                time.sleep(chance.uniform(0, 0.1))
                service.kill_workers()
                service.start_worker()
            assert wait_for(lambda: service.all_sent(REMINDERS), 60), service.standing()
        service.stop_workers()

        assert len(set(post.ids)) == REMINDERS
        # Each process that was killed can have had one message in flight, and that one keeps its Message-ID.
        assert post.twice <= KILLS * CONCURRENCY, post.twice
        assert service.standing() == {Delivery.SENT: REMINDERS}


def test_two_senders_at_once_send_each_message_once(tmp_path: Path, database_url: str, redis_url: str) -> None:
    with mail_server() as (post, mail_url), site(tmp_path, database_url, redis_url, mail_url) as service:
        owe_reminders(service.app, 60)
        start = threading.Barrier(3)

        def work(number: int) -> None:
            with service.app.app_context():
                session = db.session()
                start.wait()
                while remind_drafts(session, utc_now()):
                    session.commit()
                session.commit()
                expand_outbox(session, utc_now())
                session.commit()
                room = Postroom(SmtpTransport(mail_url), LETTERHEAD, f"sender-{number}", timedelta(seconds=60))
                while deliver_due(session, room, now=utc_now()):
                    pass
                room.transport.close()
                db.session.remove()

        senders = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(30)

        assert len(post.ids) == len(set(post.ids)) == 60
        assert service.standing() == {Delivery.SENT: 60}


def test_with_the_broker_stopped_and_started_again_nothing_is_lost_or_doubled(
    tmp_path: Path, postgres_server_url: str
) -> None:
    broker = Broker(tmp_path)
    with (
        postgres_database(postgres_server_url) as database_url,
        mail_server(pause=0.02) as (post, mail_url),
        site(tmp_path, database_url, broker.url, mail_url) as service,
    ):
        owe_reminders(service.app, 100)
        broker.start()
        broker.wait()
        try:
            service.start_worker()
            with ticking(broker.url):
                assert wait_for(lambda: len(post.ids) >= 20, 60), service.standing()
                broker.stop()
                # The worker goes on with what it had begun, and nothing more is asked of it meanwhile.
                time.sleep(1)
                broker.start()
                broker.wait()
                assert wait_for(lambda: service.all_sent(100), 60), service.standing()
            service.stop_workers()
        finally:
            broker.stop()

        assert len(post.ids) == len(set(post.ids)) == 100


def test_a_refusing_mail_server_ends_in_dead_letters_that_an_officer_sends_again(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    with mail_server(refuses=True) as (post, mail_url), site(tmp_path, database_url, redis_url, mail_url) as service:
        owe_reminders(service.app, 3)
        with service.app.app_context():
            session = db.session()
            now = utc_now()
            remind_drafts(session, now)
            # Their time is taken by the hour here, so the round must not have closed when they come round again.
            session.execute(sa.text("UPDATE round SET closes_at = :later"), {"later": now + timedelta(days=5)})
            session.commit()
            ids = set(session.scalars(sa.select(Message.message_id)))
            room = Postroom(transport_for(mail_url), LETTERHEAD, "sender", timedelta(seconds=60))
            for _ in range(MAX_ATTEMPTS):
                assert deliver_due(session, room, now=now) == 3
                now += timedelta(hours=11)
            assert {message.delivery for message in session.scalars(sa.select(Message))} == {Delivery.DEAD}
            assert deliver_due(session, room, now=now) == 0

            post.refuses = False
            for message in session.scalars(sa.select(Message)).all():
                assert message.last_error == "451 not now"
                send_again(session, message, actor=SYSTEM, now=now)
            session.commit()
            assert deliver_due(session, room, now=now) == 3
            room.transport.close()

        assert sorted(post.ids) == sorted(ids)
