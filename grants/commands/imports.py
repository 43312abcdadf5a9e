"""`flask import-round`: brings in a round that was run on paper, all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from grants.cli import refuse
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.definition import FileProblem
from grants.importing.files import FilesRefused, Source, read_files
from grants.importing.services import import_round as import_files
from grants.reporting.funnel import as_text, funnel_of
from workflows.errors import DomainError

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command("import-round")
@click.argument("round_file", metavar="ROUND.toml", type=_FILE)
@click.argument("applications", metavar="[APPLICATIONS.csv]", type=_FILE, required=False)
@click.argument("marks", metavar="[MARKS.csv]", type=_FILE, required=False)
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Print what the round comes to, and write nothing.")
@with_appcontext
def import_round(round_file: Path, applications: Path | None, marks: Path | None, is_dry_run: bool) -> None:
    """Bring in the round of ROUND.toml, with the bids of APPLICATIONS.csv and the marks of MARKS.csv."""
    now = utc_now()
    try:
        files = read_files(_source(round_file), _source(applications), _source(marks), now=now)
        imported = import_files(db.session, files, now=now)
    except FilesRefused as error:
        db.session.rollback()
        _warn(error.warnings)
        click.echo("\n".join(str(problem) for problem in error.problems), err=True)
        raise SystemExit(1) from error
    except DomainError as error:
        db.session.rollback()
        refuse(f"{round_file}: the round can't be brought in: {error.code} {error.detail or ''}".rstrip())
    _warn(imported.warnings)
    db.session.flush()
    line = as_text(funnel_of(db.session, imported.round_))
    if is_dry_run:
        db.session.rollback()
    else:
        db.session.commit()
    click.echo(line)


def _source(path: Path | None) -> Source | None:
    return None if path is None else Source(str(path), path.read_bytes())


def _warn(warnings: tuple[FileProblem, ...] | list[FileProblem]) -> None:
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


commands = [import_round]
