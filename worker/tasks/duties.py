"""The timed duties as tasks: each runs what `grants.duties` lists under its name, at the time that it starts.

A duty is safe to run twice, at once in two workers, late, or after days of outage; a task decides nothing.
"""

import logging
import time

from celery import shared_task

from grants import clock
from grants.duties import DUTIES
from grants.extensions import db

logger = logging.getLogger(__name__)


def perform(name: str) -> int:
    """Run the duty `name` once and commit; returns how much work it did. Needs an application context."""
    began = time.monotonic()
    try:
        done = DUTIES[name](db.session, clock.utc_now())
        db.session.commit()
    except Exception:
        db.session.rollback()
        raise
    if done:
        logger.info("%s: %d done in %.2f s", name, done, time.monotonic() - began)
    return done


def _make_task(name: str) -> None:
    # `name` is bound here, in a call of its own: a loop's variable would be the last name for every task.
    @shared_task(name=name)
    def run_duty() -> int:
        return perform(name)


for _name in DUTIES:
    _make_task(_name)
