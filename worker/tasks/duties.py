"""The timed duties as tasks: each runs what `grants.duties` lists under its name, at the time that it starts.

A duty is safe to run twice, at once in two workers, late, or after days of outage; a task decides nothing.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from datetime import timedelta

from celery import shared_task

from config import Settings
from grants import clock
from grants.duties import DUTIES, is_mail_waiting
from grants.extensions import db
from grants.notifications.services import give_lease_back, take_lease
from worker import names

logger = logging.getLogger(__name__)

# Well before the worker would end the task: what is left is done at the next tick.
SECONDS_FOR_ONE_TICK = 40
# A round of delivery lasts some seconds; after a death the next runner waits no longer than this.
DELIVERY_LEASE = timedelta(seconds=15)


def perform(name: str) -> int:
    """Run the duty `name` until it finds nothing more to do, committing after each round; returns the work done.

    A duty does a bounded number of rows at a time, so no transaction is long. Needs an application context.
    """
    began, total = time.monotonic(), 0
    while time.monotonic() - began < SECONDS_FOR_ONE_TICK:
        done = _one_round(name)
        total += done
        if not done:
            break
    if total:
        logger.info("%s: %d done in %.2f s", name, total, time.monotonic() - began)
    return total


def deliver() -> int:
    """Run the delivery, unless somebody does: its ticks come faster than a slow mail server answers."""
    if not is_mail_waiting(db.session(), clock.utc_now()):
        return 0
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    began, total = time.monotonic(), 0
    try:
        while time.monotonic() - began < SECONDS_FOR_ONE_TICK and _hold(owner):
            done = _one_round(names.DELIVER_OUTBOX)
            total += done
            if not done:
                break
    finally:
        give_lease_back(db.session(), names.DELIVER_OUTBOX, owner)
        db.session.commit()
    if total:
        logger.info("%s: %d done in %.2f s", names.DELIVER_OUTBOX, total, time.monotonic() - began)
    return total


def _one_round(name: str) -> int:
    try:
        # The clock is read for each round: a claim made in the last one is believed as long as one made in the first.
        done = DUTIES[name](db.session(), clock.utc_now())
        db.session.commit()
    except Exception:
        # Nothing is swallowed: the connection is given back clean, and the task fails with what happened.
        db.session.rollback()
        raise
    return done


def _hold(owner: str) -> bool:
    lasts = min(DELIVERY_LEASE, timedelta(seconds=Settings.from_environ().lease_seconds))
    held = take_lease(db.session(), names.DELIVER_OUTBOX, owner, now=clock.utc_now(), lasts=lasts)
    db.session.commit()
    return held


def _make_task(name: str) -> None:
    # `name` is bound here, in a call of its own: a loop's variable would be the last name for every task.
    @shared_task(name=name)
    def run_duty() -> int:
        return deliver() if name == names.DELIVER_OUTBOX else perform(name)


for _name in DUTIES:
    _make_task(_name)
