"""`flask create-office`: a real installation begins with an office, and a command because nobody can sign in yet."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from grants.accounts import services
from grants.cli import refuse
from grants.clock import utc_now
from grants.extensions import db
from grants.web.labels import sentence_for
from workflows.actors import SYSTEM
from workflows.errors import Invalid


@click.command("create-office")
@click.argument("code")
@click.argument("name")
@with_appcontext
def create_office(code: str, name: str) -> None:
    """Make the office NAME, known by CODE (2 to 20 letters, digits or hyphens)."""
    try:
        office = services.create_office(db.session, code, name, actor=SYSTEM, now=utc_now())
    except Invalid as error:
        db.session.rollback()
        refuse(" ".join(sentence_for(code) for code in error.detail["problems"].values()))
    db.session.commit()
    click.echo(f"Made the office {office.code}, {office.name}.")


commands = [create_office]
