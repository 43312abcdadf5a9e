"""One portable file with every row of the service, which either database gives and either takes back whole.

It is a zip of one JSON-lines file for each table, in the order of their references, and a manifest that says at which
revision it was made, how many rows each table has and their SHA-256. Uploaded files are in it byte by byte, so it
goes back into a folder or a bucket alike. Nothing is held in memory but a batch of rows, or a piece of a file.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import sqlalchemy as sa

from grants.core.columns import UtcDateTime

FORMAT = "safer-grants-backup-1"
MANIFEST = "manifest.json"
BATCH = 500
PIECE = 256 * 1024


class BackupRefused(Exception):
    """A file that can't be used, or a database that can't take it; the text is one line for who typed the command."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: the schema's revision, the instant, and rows and SHA-256 of each table."""

    revision: str
    made_at: str
    tables: Mapping[str, Mapping[str, Any]]
    # Key in the store of files -> SHA-256 of its bytes; those that the store had lost are only named.
    files: Mapping[str, str] = field(default_factory=dict)
    lost: Sequence[str] = ()

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())


def write(
    connection: sa.Connection,
    tables: Sequence[sa.Table],
    target: Path,
    *,
    revision: str,
    made_at: datetime,
    only: Mapping[str, sa.ColumnElement[bool]],
    files: Iterable[tuple[str, Iterator[bytes] | None]] = (),
) -> Manifest:
    """Write these tables to `target`, whole or not at all; `only` leaves rows out, by table.

    `files` are the uploaded ones by their keys, each with its bytes, or None when they are lost.

    The caller's connection is in one transaction that sees one instant. Raises BackupRefused when the file is there.
    """
    if target.exists():
        raise BackupRefused(f"{target}: there is a file of this name already. Choose another name.")
    draft = target.with_name(f".{target.name}.part")
    try:
        with _private(draft) as handle, ZipFile(handle, "w", ZIP_DEFLATED) as archive:
            described = {table.name: _write_table(connection, archive, table, only) for table in tables}
            kept, lost = _write_files(archive, files)
            made = Manifest(revision, made_at.isoformat(), described, kept, lost)
            content = {"format": FORMAT, "revision": revision, "made_at": made.made_at, "tables": described}
            content |= {"files": kept, "lost_files": lost}
            archive.writestr(MANIFEST, json.dumps(content, indent=1))
        draft.rename(target)
    except OSError as error:
        raise BackupRefused(f"{target}: the file can't be written ({error.strerror or error}).") from error
    finally:
        draft.unlink(missing_ok=True)
    return made


@contextmanager
def _private(path: Path) -> Iterator[Any]:
    """A new file that only its owner may read, on the disk for good when the block ends."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as handle:
        yield handle
        handle.flush()
        os.fsync(handle.fileno())


def _write_table(
    connection: sa.Connection, archive: ZipFile, table: sa.Table, only: Mapping[str, sa.ColumnElement[bool]]
) -> dict[str, Any]:
    chosen = sa.select(table).order_by(*table.primary_key)
    if table.name in only:
        chosen = chosen.where(only[table.name])
    names, digest, count = [column.name for column in table.columns], hashlib.sha256(), 0
    with archive.open(_member(table.name), "w", force_zip64=True) as output:
        for row in connection.execution_options(yield_per=BATCH).execute(chosen):
            values = dict(zip(names, row, strict=True))
            line = json.dumps(values, ensure_ascii=False, default=_as_text).encode() + b"\n"
            digest.update(line)
            output.write(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def _write_files(
    archive: ZipFile, files: Iterable[tuple[str, Iterator[bytes] | None]]
) -> tuple[dict[str, str], list[str]]:
    kept, lost = {}, []
    for key, content in files:
        if content is None:
            lost.append(key)
            continue
        digest = hashlib.sha256()
        # Photos and office files are packed already.
        with archive.open(ZipInfo(_file_member(key)), "w", force_zip64=True) as output:
            for piece in content:
                digest.update(piece)
                output.write(piece)
        kept[key] = digest.hexdigest()
    return kept, lost


def _file_member(key: str) -> str:
    return f"uploaded/{key}"


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def _member(table: str) -> str:
    return f"{table}.jsonl"


class Backup:
    """An open backup. Opening reads its manifest; `check` reads all of it; `load` puts it into a database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._refusing_damage():
            self._archive = ZipFile(path)
            content = json.loads(self._archive.read(MANIFEST))
            if content["format"] != FORMAT:
                raise BackupRefused(f"{path}: a backup of another format ({content['format']}).")
            # One that was made before there were files has none.
            files, lost = content.get("files", {}), content.get("lost_files", [])
            self.manifest = Manifest(content["revision"], content["made_at"], content["tables"], files, lost)

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def check(self, tables: Sequence[sa.Table], *, revision: str | None) -> None:
        """Raise BackupRefused unless the file is whole and made for these tables at this revision."""
        if self.manifest.revision != revision:
            raise BackupRefused(
                f"{self.path}: made at revision {self.manifest.revision}, and this database is at {revision}. Restore "
                "with the version of the service that made it, then upgrade."
            )
        if {table.name for table in tables} != set(self.manifest.tables):
            raise BackupRefused(f"{self.path}: it does not hold the tables of this version of the service.")
        for name in self.manifest.tables:
            for _ in self._lines(name):
                pass
        for key in self.manifest.files:
            for _ in self._pieces(key):
                pass

    def load(self, connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
        """Put every row into the tables, in the caller's transaction; raises BackupRefused when one holds data."""
        for table in tables:
            if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise BackupRefused(
                    f"This database holds data already (in {table.name}). Restore into a new one: nothing was changed."
                )
        for table in tables:
            self._load_table(connection, table)

    def load_files(self, put: Callable[[str, BinaryIO], None]) -> None:
        """Hand every uploaded file to `put`, by its key; called before the rows that name them are committed."""
        for key in self.manifest.files:
            with self._refusing_damage(), self._archive.open(_file_member(key)) as member:
                put(key, cast(BinaryIO, member))

    def _load_table(self, connection: sa.Connection, table: sa.Table) -> None:
        readers = {column.name: _reader(column) for column in table.columns}
        batch: list[dict[str, Any]] = []
        for line in self._lines(table.name):
            values = json.loads(line)
            if values.keys() != readers.keys():
                raise BackupRefused(f"{self.path}: the columns of {table.name} are not those of this version.")
            batch.append({name: readers[name](value) for name, value in values.items()})
            if len(batch) == BATCH:
                connection.execute(sa.insert(table), batch)
                batch = []
        if batch:
            connection.execute(sa.insert(table), batch)
        if connection.dialect.name == "postgresql":
            _number_on(connection, table)

    def _lines(self, table: str) -> Iterator[bytes]:
        """The lines of a table; raises BackupRefused at their end when they are not those that were written."""
        digest, count = hashlib.sha256(), 0
        with self._refusing_damage(), self._archive.open(_member(table)) as member:
            for line in member:
                digest.update(line)
                count += 1
                yield line
            if {"rows": count, "sha256": digest.hexdigest()} != self.manifest.tables[table]:
                raise BackupRefused(f"{self.path}: damaged ({table} is not as it was written). Nothing was restored.")

    def _pieces(self, key: str) -> Iterator[bytes]:
        """A file; raises BackupRefused at its end when it is not as it was written."""
        digest = hashlib.sha256()
        with self._refusing_damage(), self._archive.open(_file_member(key)) as member:
            while piece := member.read(PIECE):
                digest.update(piece)
                yield piece
            if digest.hexdigest() != self.manifest.files[key]:
                raise BackupRefused(f"{self.path}: damaged (an uploaded file is not as it was). Nothing was restored.")

    @contextmanager
    def _refusing_damage(self) -> Iterator[None]:
        try:
            yield
        except (BadZipFile, EOFError, KeyError, TypeError, ValueError, NotImplementedError, zlib.error) as error:
            raise BackupRefused(f"{self.path}: not a backup, cut off or damaged. Nothing was restored.") from error
        except OSError as error:
            raise BackupRefused(f"{self.path}: the file can't be read ({error.strerror or error}).") from error


def _reader(column: sa.Column[Any]) -> Any:
    """How a value of JSON becomes one of this column."""
    if isinstance(column.type, sa.Date):
        return lambda value: value and date.fromisoformat(value)
    if isinstance(column.type, UtcDateTime):
        return lambda value: value and datetime.fromisoformat(value)
    return lambda value: value


def _number_on(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL number new rows after those that came with their numbers; SQLite does so by itself."""
    key = table.autoincrement_column
    if key is None:
        return
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, key.name)))
    last = connection.scalar(sa.select(sa.func.max(key)))
    if sequence is not None and last is not None:
        connection.execute(sa.select(sa.func.setval(sequence, last)))
