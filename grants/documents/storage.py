"""Where the bytes of files are: a folder, or a bucket of any S3-compatible store, behind the same five verbs.

A key is random and says nothing of what it names. A file is there whole or not at all, and never changes.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy.orm import Session

from config import Settings
from grants.core.installed import settings_of

CHUNK = 256 * 1024
# Whole files, and the pieces of those on their way; a bucket may hold other things, which are not ours to touch.
ROOMS = ("files", "pieces")
# How long a store that does not answer may hold a request.
PATIENCE = timedelta(seconds=20)
# As many as one request may delete.
MOST_AT_ONCE = 500


class StorageDown(Exception):
    """The store does not answer, or refuses us; nothing was kept, and it may be tried again."""


class FileMissing(Exception):
    """No bytes of this key."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One file in the store, and when it was put there."""

    key: str
    put_at: datetime


class Store(Protocol):
    """What a place for files can do. All raise StorageDown; `read` raises FileMissing."""

    def put(self, key: str, content: bytes | BinaryIO) -> None: ...
    def read(self, key: str) -> Iterator[bytes]: ...
    def delete(self, keys: list[str]) -> None: ...
    def list_keys(self) -> Iterator[Stored]: ...


def new_key(room: str) -> str:
    """A key that nobody can guess, in `files` or `pieces`."""
    name = secrets.token_hex(16)
    return f"{room}/{name[:2]}/{name}"


def store_of(session: Session) -> Store:
    """The store of the service whose database this is."""
    return store_for(settings_of(session))


def store_for(settings: Settings) -> Store:
    """The store that these settings name."""
    return _store(settings.files_url, str(settings.data_dir))


@lru_cache(maxsize=8)
def _store(url: str, data_dir: str) -> Store:
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return Bucket(parts.netloc, parts.path.strip("/"), dict(parse_qsl(parts.query)))
    return Folder(Path(parts.path) if url else Path(data_dir) / "files")


class Folder:
    """A folder of this machine, or one that several machines share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: bytes | BinaryIO) -> None:
        """Written under another name, put on the disk for good, then named: a power cut leaves all of it or nothing."""
        path = self._path(key)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
                for piece in pieces_of(content):
                    handle.write(piece)
                handle.flush()
                os.fsync(handle.fileno())
            draft.rename(path)
            _settle(path.parent)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise StorageDown(str(error)) from error

    def read(self, key: str) -> Iterator[bytes]:
        path = self._path(key)
        # Asked before the first piece is, so that a page can still say that it is gone.
        if not path.is_file():
            raise FileMissing(key)
        return _reading(path)

    def delete(self, keys: list[str]) -> None:
        for key in keys:
            with suppress(OSError):
                self._path(key).unlink(missing_ok=True)

    def list_keys(self) -> Iterator[Stored]:
        found = (path for room in ROOMS for path in sorted((self.root / room).rglob("*")))
        for path in found:
            # A file whose writer was killed before it had its name is listed, too, so that it is swept.
            with suppress(OSError):
                if path.is_file():
                    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                    yield Stored(path.relative_to(self.root).as_posix(), at)

    def _path(self, key: str) -> Path:
        path = self.root / key
        if ".." in path.parts or not path.is_relative_to(self.root):
            raise FileMissing(key)
        return path


class Bucket:
    """A bucket; `endpoint` names another maker's store. Its keys come from the environment, as everywhere:

    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    """

    def __init__(self, bucket: str, prefix: str, options: Mapping[str, str]) -> None:
        # Read only where a bucket is used: the library takes several megabytes of memory.
        from obstore.store import S3Store

        endpoint = options.get("endpoint", "")
        more: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            region=options.get("region", "eu-west-2"),
            client_options={"timeout": PATIENCE, "allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
            **more,
        )

    def put(self, key: str, content: bytes | BinaryIO) -> None:
        import obstore

        with _telling():
            obstore.put(self._store, key, content)

    def read(self, key: str) -> Iterator[bytes]:
        import obstore

        with _telling():
            found = obstore.get(self._store, key)
        return _fetching(found)

    def delete(self, keys: list[str]) -> None:
        import obstore

        with _telling():
            for at in range(0, len(keys), MOST_AT_ONCE):
                obstore.delete(self._store, keys[at : at + MOST_AT_ONCE])

    def list_keys(self) -> Iterator[Stored]:
        import obstore

        with _telling():
            pages = (page for room in ROOMS for page in obstore.list(self._store, prefix=room, chunk_size=500))
            for page in pages:
                yield from (Stored(each["path"], each["last_modified"]) for each in page)


def pieces_of(content: bytes | BinaryIO) -> Iterator[bytes]:
    """The content in pieces that fit the memory of any machine."""
    if isinstance(content, bytes):
        yield content
        return
    while piece := content.read(CHUNK):
        yield piece


def _settle(folder: Path) -> None:
    # The name, too, is on the disk for good: a receipt may depend on it a moment later.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reading(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as handle:
            yield from pieces_of(handle)
    except OSError as error:
        raise StorageDown(str(error)) from error


def _fetching(found: Any) -> Iterator[bytes]:
    with _telling():
        for piece in found.stream(min_chunk_size=CHUNK):
            yield bytes(piece)


@contextmanager
def _telling() -> Iterator[None]:
    """The library's own errors in our words."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing(str(error)) from error
    except (BaseError, OSError) as error:
        raise StorageDown(str(error)) from error
