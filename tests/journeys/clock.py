"""The clock of a journey: the web server of this process and the duties see the day that the test has come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import time_machine
from flask import Flask

from grants.clock import utc_now
from grants.duties import DUTIES
from grants.extensions import db


@dataclass
class Calendar:
    """Moves the clock on; on the new day the worker's duties run, as they would have while nobody looked."""

    app: Flask
    traveller: time_machine.Traveller

    def turn_to(self, moment: datetime) -> None:
        self.traveller.move_to(moment)
        self.let_the_worker_run()

    def let_the_worker_run(self) -> None:
        """Every timed duty, each until nothing is left; twice, since a duty may leave work to one before it."""
        with self.app.app_context():
            for duty in (*DUTIES.values(), *DUTIES.values()):
                while duty(db.session(), utc_now()):
                    db.session.commit()
                db.session.commit()
            db.session.remove()
