"""`flask backup` and `flask restore`: the whole service into one file, and back into an empty database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError, StatementError

from grants.cli import refuse
from grants.clock import utc_now
from grants.core.backup import Backup, BackupRefused, write
from grants.core.database import reading_only
from grants.core.outbox import Message
from grants.documents.models import Document
from grants.documents.storage import FileMissing, StorageDown, store_for
from grants.extensions import db
from grants.notifications.words import SECRET_TEMPLATES
from grants.web.health import newest_revision

# A one-time link opens an account, so a lost backup must not hold one: neither the links, the counters that limit them
# nor the letters that carry them. They last minutes or days, and can be asked for again. The letters are numbered
# after the links, which begin again at 1. Who runs a duty at this moment is nothing to restore
# either, nor an upload on its way, which its person begins again.
LEFT_OUT = frozenset({"sign_in_link", "sign_up", "totp_failure", "duty_lease", "upload"})
LETTERS_LEFT_OUT = SECRET_TEMPLATES | {"already-has-account"}

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("file", type=_FILE)
@with_appcontext
def backup(file: Path) -> None:
    """Write everything in the database to FILE, as it is at one instant."""
    only = {"message": Message.template.not_in(sorted(LETTERS_LEFT_OUT))}
    with _refusing("Nothing was written."), reading_only(), _one_instant() as connection:
        _refuse_pending(connection)
        made = write(
            connection,
            _tables(),
            file,
            revision=str(newest_revision()),
            made_at=utc_now(),
            only=only,
            files=_files(connection),
        )
    rows, tables = f"{made.rows} rows of {len(made.tables)} tables", f"{len(made.files)} uploaded files"
    click.echo(f"{rows} and {tables} are in {file}. Keep it as safe as the database.")
    for key in made.lost:
        click.echo(f"Not in the store of files, and so not in the backup: {key}", err=True)


@click.command("restore")
@click.argument("file", type=_FILE)
@with_appcontext
def restore(file: Path) -> None:
    """Bring FILE into an empty database that `flask db upgrade` has prepared; all of it or nothing."""
    with _refusing("Nothing was restored."), Backup(file) as kept, db.engine.begin() as connection:
        _refuse_pending(connection)
        kept.check(_tables(), revision=newest_revision())
        kept.load(connection, _tables())
        # The bytes before the rows are there to be seen: what is cut off here is swept as what no row names.
        kept.load_files(store_for(current_app.extensions["settings"]).put)
    made = kept.manifest
    files = f"{len(made.files)} uploaded files"
    click.echo(f"{made.rows} rows of {len(made.tables)} tables and {files} are back, as they were at {made.made_at}.")


def _files(connection: sa.Connection) -> Iterator[tuple[str, Iterator[bytes] | None]]:
    """Every file that a row names, with its bytes."""
    store = store_for(current_app.extensions["settings"])
    for key in connection.scalars(sa.select(Document.storage_key).order_by(Document.id)).all():
        try:
            yield key, store.read(key)
        except FileMissing:
            yield key, None


def _tables() -> list[sa.Table]:
    return [table for table in db.metadata.sorted_tables if table.name not in LEFT_OUT]


@contextmanager
def _one_instant() -> Iterator[sa.Connection]:
    """A connection to which nothing changes while it reads."""
    with db.engine.connect() as connection:
        # SQLite's readers see one instant anyway. The option is set on this connection until it is given back.
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _refuse_pending(connection: sa.Connection) -> None:
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if found != newest_revision():
        raise BackupRefused("Migrations are pending: run `flask db upgrade` first.")


@contextmanager
def _refusing(outcome: str) -> Iterator[None]:
    try:
        yield
    except BackupRefused as error:
        refuse(str(error))
    except StorageDown as error:
        refuse(f"The store of uploaded files does not answer ({error}). {outcome}")
    except (OperationalError, ProgrammingError) as error:
        refuse(f"The database does not answer, or has no tables: run `flask db upgrade` ({_reason(error)}). {outcome}")
    except StatementError as error:
        refuse(f"The database refused a row ({_reason(error)}). {outcome}")


def _reason(error: StatementError) -> str:
    # The first line alone: those after it show the row.
    return (str(error.orig).strip().splitlines() or [""])[0]


commands = [backup, restore]
