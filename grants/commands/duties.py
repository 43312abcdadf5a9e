"""`flask run-due`: every timed duty once, as at a London time that one chooses; for the sample and for trials only."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from grants.cli import refuse
from grants.clock import utc_now
from grants.duties import DUTIES
from grants.extensions import db
from workflows.deadlines import DeadlineError, from_london, to_london


@click.command("run-due")
@click.option("--now", "wall_clock", metavar="ISO", help="London time, such as 2024-01-13T09:00; the present without.")
@with_appcontext
def run_due(wall_clock: str | None) -> None:
    """Run every timed duty as at a London time, each until nothing is left."""
    if not current_app.config["SAMPLE"]:
        refuse("run-due works on the sample only: in production the worker runs the duties, at their time.")
    now = utc_now() if wall_clock is None else _instant(wall_clock)
    click.echo(f"As at {to_london(now):%A %-d %B %Y, %H:%M} in London:")
    for name in DUTIES:
        click.echo(f"  {name}: {_run_or_refuse(name, now)}")


def _run_or_refuse(name: str, now: datetime) -> int:
    try:
        return _run(name, now)
    except (OperationalError, ProgrammingError) as error:
        db.session.rollback()
        refuse(f"{name}: the database does not answer, or its tables are not there ({error.orig}). Nothing was done.")


def _run(name: str, now: datetime) -> int:
    total = 0
    while True:
        done = DUTIES[name](db.session(), now)
        db.session.commit()
        if not done:
            return total
        total += done


def _instant(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text.strip())
        return read.astimezone(UTC) if read.tzinfo else from_london(read)
    except DeadlineError:
        # The hour that the clocks skip in March.
        refuse(f"{text}: London clocks never showed this time. Choose an hour later.")
    except ValueError:
        refuse(f"{text}: not a time. Write it like 2024-01-13T09:00.")


commands = [run_due]
