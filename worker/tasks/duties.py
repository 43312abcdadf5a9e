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

# Well before the worker would end the task: what is left is done at the next tick.
SECONDS_FOR_ONE_TICK = 40


def perform(name: str) -> int:
    """Run the duty `name` until it finds nothing more to do, committing after each round; returns the work done.

    A duty does a bounded number of rows at a time, so no transaction is long. Needs an application context.
    """
    began, total = time.monotonic(), 0
    now = clock.utc_now()
    while time.monotonic() - began < SECONDS_FOR_ONE_TICK:
        try:
            done = DUTIES[name](db.session, now)
            db.session.commit()
        except Exception:
            db.session.rollback()
            raise
        total += done
        if not done:
            break
    if total:
        logger.info("%s: %d done in %.2f s", name, total, time.monotonic() - began)
    return total


def _make_task(name: str) -> None:
    # `name` is bound here, in a call of its own: a loop's variable would be the last name for every task.
    @shared_task(name=name)
    def run_duty() -> int:
        return perform(name)


for _name in DUTIES:
    _make_task(_name)
