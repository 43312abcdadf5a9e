"""The worker's side of the service for fault tests: a database with work in it, a broker, a mail server, real workers.

Nothing here is a stand-in but the mail server, which is a real one that keeps what it gets.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask
from kombu.exceptions import OperationalError

from config import ROOT
from grants.accounts import services as accounts
from grants.clock import utc_now
from grants.core.outbox import Delivery, Message
from grants.extensions import db
from tests import builders
from tests.apps import close, make_app
from tests.deploy.processes import environment, free_port, outcome
from worker import names
from worker.app import make_celery
from workflows.actors import SYSTEM, Role

LEASE_SECONDS = 2
# Processes of one worker that may be sending when it is killed.
CONCURRENCY = 2
SECRET = "k" * 40


@dataclass
class MailServer:
    """A real SMTP server in a thread; it keeps every message that it took over."""

    pause: float = 0.0
    refuses: bool = False
    ids: list[str] = field(default_factory=list)
    mails: list[Any] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 not now"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.ids.append(str(self.mails[-1]["Message-ID"]))
        # Between taking a message over and saying so: the instant in which a killed sender must send again.
        time.sleep(self.pause)
        return "250 taken over"

    @property
    def twice(self) -> int:
        """How many deliveries there were beyond one of each message."""
        return len(self.ids) - len(set(self.ids))

    @property
    def most(self) -> int:
        return max(Counter(self.ids).values(), default=0)


@contextmanager
def mail_server(**options: Any) -> Iterator[tuple[MailServer, str]]:
    """The server and its MAIL_URL."""
    handler = MailServer(**options)
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@dataclass
class Site:
    """One installation: its settings as environment, and an application in this process to look into its database."""

    app: Flask
    env: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> None:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "worker.app:celery",
            "--quiet",
            "worker",
            "--loglevel",
            "ERROR",
        ]
        options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--concurrency", str(CONCURRENCY)]
        self.workers.append(
            subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                env=self.env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    def kill_workers(self) -> None:
        """SIGKILL for the worker and every process that it started, all at one instant."""
        for process in self.workers:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.workers.clear()

    def stop_workers(self) -> None:
        for process in self.workers:
            process.terminate()
        for process in self.workers:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.workers.clear()

    def standing(self) -> Counter[str]:
        with self.app.app_context():
            rows = db.session.execute(sa.select(Message.delivery, sa.func.count()).group_by(Message.delivery)).all()
            db.session.remove()
        return Counter({str(delivery): count for delivery, count in rows})

    def all_sent(self, count: int) -> bool:
        return self.standing()[Delivery.SENT] >= count


@contextmanager
def site(folder: Path, database_url: str, broker_url: str, mail_url: str) -> Iterator[Site]:
    """A migrated installation, with no worker yet."""
    named = {
        "SAMPLE": "1",
        "DATABASE_URL": database_url,
        "REDIS_URL": broker_url,
        "MAIL_URL": mail_url,
        "MAIL_FROM": "grants@office.example.org",
        "SECRET_KEY": SECRET,
        "LEASE_SECONDS": str(LEASE_SECONDS),
    }
    env = environment(folder, **named)
    code, said = outcome(["-m", "flask", "--app", "grants", "db", "upgrade"], env, seconds=60)
    assert code == 0, said
    app = make_app(folder, database_url)
    made = Site(app, env)
    try:
        yield made
    finally:
        made.kill_workers()
        close(app)


def owe_reminders(app: Flask, count: int) -> None:
    """A draft that closes tomorrow in a group of so many people, each of whom is to be reminded of it."""
    now = utc_now()
    began = now - timedelta(days=20)
    with app.app_context():
        session = db.session()
        office = builders.an_office(session, now=began)
        round_ = builders.a_round(session, office, now=began, closes_at=now + timedelta(days=1))
        bid = builders.a_draft(session, round_, now=began)
        for number in range(count - 1):
            person = accounts.ensure_person(
                session, f"member-{number}@group.example.org", f"Member {number}", now=began
            )
            accounts.join_organisation(session, person, bid.organisation, Role.CONTRIBUTOR, actor=SYSTEM, now=began)
        # What else the draft asked to tell is not what is counted here.
        session.execute(sa.text("UPDATE outbox_entry SET progress = 'suppressed'"))
        session.commit()


@contextmanager
def ticking(broker_url: str, every: float = 0.25) -> Iterator[None]:
    """Ask for the reminders and the delivery again and again, as beat does; a broker that is away is asked again."""
    from config import Settings

    celery = make_celery(Settings(redis=broker_url))
    over = threading.Event()

    def tick() -> None:
        while not over.wait(every):
            for name in (names.REMIND_DRAFTS, names.DELIVER_OUTBOX):
                try:
                    celery.send_task(name, expires=2, retry=False)
                except (OperationalError, OSError):
                    break

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        celery.close()
