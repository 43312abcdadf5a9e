"""What is looked at before anything starts: settings that production lacks, and migrations that were not run.

It reads the database directly, without the application, so that it costs milliseconds at every start.
"""

import re
import sqlite3
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote

from config import ROOT, Settings

VERSIONS = ROOT / "grants" / "migrations" / "versions"
_ASSIGNED = re.compile(r"^(revision|down_revision)\b[^=\n]*=\s*(.+)$", re.MULTILINE)
_QUOTED = re.compile(r"""["']([^"']+)["']""")
_READ_VERSION = "SELECT version_num FROM alembic_version"
PENDING = "migrations are pending: run `./run flask db upgrade` with this environment, then start again."


class DatabaseUnreachable(Exception):
    """The database did not answer; its text is one line for whoever starts the service."""


def refuse_unless_ready(settings: Settings) -> None:
    """Return when a start may go on; otherwise exit with code 1 and a line for each thing to set."""
    if refusals := why_not_start(settings):
        refuse(refusals)


def refuse(refusals: list[str]) -> NoReturn:
    """Exit with code 1, saying a line for each refusal."""
    # Celery puts its log in the place of sys.stderr, and a one-line refusal would become a log entry.
    stderr = sys.__stderr__ or sys.stderr
    stderr.write("".join(f"Safer Grants did not start: {line}\n" for line in refusals))
    stderr.flush()
    raise SystemExit(1)


def why_not_start(settings: Settings) -> list[str]:
    """Why web, worker or beat must not start, a line for each reason; empty when they may."""
    refusals = settings.problems()
    if refusals:
        return refusals
    try:
        waiting = is_migration_pending(settings)
    except DatabaseUnreachable as error:
        return [str(error)]
    return (
        ["migrations are pending: run `./run flask db upgrade` with this environment, then start again."]
        if waiting
        else []
    )


def is_migration_pending(settings: Settings, versions: Path = VERSIONS) -> bool:
    """Whether the database is at another revision than the newest in the code."""
    return revision_in_database(settings) != heads_in_code(versions)


def heads_in_code(versions: Path = VERSIONS) -> set[str]:
    """The revisions that no other revision follows, read from the files without importing them."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in versions.glob("*.py"):
        for name, value in _ASSIGNED.findall(path.read_text()):
            (revisions if name == "revision" else followed).update(_QUOTED.findall(value))
    return revisions - followed


def revision_in_database(settings: Settings) -> set[str]:
    """The revisions that the database says it is at; empty for a new one."""
    url = settings.database_url
    return _sqlite_revision(url) if url.startswith("sqlite") else _postgres_revision(url)


def sqlite_path(url: str) -> Path:
    """The file that a `sqlite:///` address names."""
    return Path(unquote(url.partition(":///")[2].partition("?")[0]))


def _sqlite_revision(url: str) -> set[str]:
    path = sqlite_path(url)
    if not path.exists():
        return set()
    connection = sqlite3.connect(path, timeout=5)
    try:
        return {row[0] for row in connection.execute(_READ_VERSION)}
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return set()
        raise DatabaseUnreachable(f"the database {path} cannot be read ({error}).") from error
    except sqlite3.DatabaseError as error:
        raise DatabaseUnreachable(
            f"{path} is not a database ({error}): set DATABASE_URL or DATA_DIR to another place."
        ) from error
    finally:
        connection.close()


def _postgres_revision(url: str) -> set[str]:
    # Imported here: the embedded service starts without loading PostgreSQL's client.
    import psycopg

    plain = re.sub(r"^postgresql\+\w+:", "postgresql:", url)
    try:
        with psycopg.connect(plain, connect_timeout=5) as connection:
            return {row[0] for row in connection.execute(_READ_VERSION)}
    except psycopg.errors.UndefinedTable:
        return set()
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        # Only the first line, and never the address: that holds a password.
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
        raise DatabaseUnreachable(f"the database in DATABASE_URL cannot be reached ({reason}).") from error
