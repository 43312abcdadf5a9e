"""`flask load-sample`: fills an empty database with the sample, once."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from grants.cli import refuse
from grants.clock import utc_now
from grants.extensions import db
from workflows.deadlines import DeadlineError, from_london


@click.command("load-sample")
@click.option("--now", "wall_clock", metavar="ISO", help="The London time that the sample's dates count from.")
@with_appcontext
def load_sample(wall_clock: str | None) -> None:
    """Fill an empty database with the sample; do nothing when it is there."""
    # Only this command needs the sample's code, and no web process should carry it.
    from grants.sample.services import DatabaseInUse
    from grants.sample.services import load_sample as load

    if not current_app.config["SAMPLE"]:
        refuse("load-sample works with SAMPLE=1 only: it is not for a real installation.")
    now = utc_now() if wall_clock is None else _instant(wall_clock)
    try:
        is_new = load(db.session, now=now)
    except DatabaseInUse:
        db.session.rollback()
        refuse("This database holds other data, and the sample needs an empty one: nothing was changed.")
    db.session.commit()
    click.echo("The sample is loaded." if is_new else "The sample is there already; nothing was changed.")


def _instant(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text.strip())
        return read.astimezone(UTC) if read.tzinfo else from_london(read)
    except (DeadlineError, ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"{text}: write a London time, such as 2024-03-12T09:00.", param_hint="--now"
        ) from error


commands = [load_sample]
