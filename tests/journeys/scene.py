"""Where the longer journeys happen: a service whose clock obeys the test, with an office, an open round and two groups.

The web server is in this process, so it sees the day that the calendar was turned to; so do the worker's duties.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from grants.clock import utc_now
from grants.duties import DUTIES
from grants.extensions import db
from tests.apps import close, make_app
from tests.browser import served
from tests.builders import a_group, a_round, a_submitted_bid, an_office, staff
from workflows.actors import Role

# Next year, because a browser forgets at once what was to be kept until a day that is past.
YEAR = utc_now().year + 1
OPENING = datetime(YEAR, 1, 14, 12, tzinfo=UTC)

STAFF = {
    "officer": (Role.OFFICER, "Grants officer"),
    "manager": (Role.MANAGER, "Grants manager"),
    "marker-1": (Role.MARKER, "First marker"),
    "marker-2": (Role.MARKER, "Second marker"),
    "chair": (Role.CHAIR, "Panel chair"),
    "member": (Role.PANEL_MEMBER, "Panel member"),
    "decision-maker": (Role.DECISION_MAKER, "Decision maker"),
}
GROUP = "Example Street Youth Club (fictional)"
OTHER_GROUP = "Example Lane Social Club (fictional)"


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


@dataclass
class Service:
    """Where the service answers, and the calendar that it obeys."""

    address: str
    calendar: Calendar


@contextmanager
def open_service(folder: Path) -> Iterator[Service]:
    """The service on a file of its own, with an office, an open round, a group, and another group's bid."""
    app = make_app(folder)
    app.config.update(WTF_CSRF_ENABLED=True)
    with time_machine.travel(OPENING) as traveller:
        with app.app_context():
            _set_up(db.session, OPENING)
        with served(app) as address:
            yield Service(address, Calendar(app, traveller))
    close(app)


def _set_up(session: Session, now: datetime) -> None:
    db.create_all()
    office = an_office(session, now=now)
    for key, (role, name) in STAFF.items():
        staff(session, office, role, name=name).sample_key = key
    round_ = a_round(session, office, now=now, code="SAFER-1", title="Safer Evenings Round One")
    _, lead = a_group(session, GROUP, now=now)
    lead.sample_key = "group"
    other, other_lead = a_group(session, OTHER_GROUP, now=now)
    other_lead.sample_key = "group-2"
    a_submitted_bid(session, round_, other, other_lead, now=now, answers={"P1": "Bar repairs"})
    session.commit()
