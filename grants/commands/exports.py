"""`flask export-round`: a round as the file that makes it again, in another office or installation."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from grants.commands.reports import the_round
from grants.core.database import reading_only
from grants.extensions import db
from grants.funds import queries
from grants.funds.definition_file import file_of


@click.command("export-round")
@click.argument("code")
@click.option("--office", help="The office's code, when two offices have a round of the same code.")
@with_appcontext
def export_round(code: str, office: str | None) -> None:
    """Print the round CODE as a round file."""
    with reading_only():
        click.echo(file_of(queries.current_definition(db.session, the_round(code, office))), nl=False)


commands = [export_round]
