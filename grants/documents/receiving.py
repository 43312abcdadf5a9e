"""Taking a file in: counted while it streams, known by its content, cleaned, hashed and stored, before any row of it.

The bytes are in the store before the row that names them is written; a crash between leaves a file that nobody
names, and the sweep takes it away a day later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, cast

from grants.documents import kinds
from grants.documents.storage import Store, new_key, pieces_of
from workflows.errors import Invalid, Refusal

# Smaller than this a file stays in memory while it is looked at.
IN_MEMORY = 1024 * 1024
# Longer names come from no file system.
LONGEST_NAME = 1_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that is in the store and has no row yet."""

    storage_key: str
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str


def take_in(store: Store, content: Iterable[bytes], file_name: str, *, largest: int) -> Taken:
    """Look at the file, clean it and store it. Raises Invalid with the refusal's code, and StorageDown."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        held = cast(BinaryIO, spool)
        _collect(held, content, largest)
        found = kinds.judge(held)
        if isinstance(found, Refusal):
            raise refused(found)
        source = _cleaned(found, held) if kinds.has_place(found) else held
        digest, size = _measure(source)
        key = new_key("files")
        source.seek(0)
        store.put(key, source)
    return Taken(key, as_given(file_name), found.media_type, size, digest)


def refused(refusal: Refusal) -> Invalid:
    return Invalid(refusal.code, **refusal.detail)


def as_given(file_name: str) -> str:
    """The name as it was given, but for what no database keeps, and for a length that no file system has."""
    name = file_name.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if len(name) > LONGEST_NAME:
        _, dot, extension = name.rpartition(".")
        tail = dot + extension if dot and len(extension) <= 10 else ""
        name = name[: LONGEST_NAME - len(tail)] + tail
    return name or "file"


def _collect(spool: BinaryIO, content: Iterable[bytes], largest: int) -> None:
    count = 0
    for piece in content:
        count += len(piece)
        if count > largest:
            raise Invalid("file-too-large", most=megabytes(largest))
        spool.write(piece)


def megabytes(size: int) -> str:
    """A limit in words."""
    return f"{size // 1_000_000} MB"


def _cleaned(found: kinds.FileType, held: IO[bytes]) -> BinaryIO:
    held.seek(0)
    clean: Any = kinds.clean(found, held.read())
    if isinstance(clean, Refusal):
        raise refused(clean)
    return BytesIO(clean)


def _measure(source: BinaryIO) -> tuple[str, int]:
    source.seek(0)
    digest, size = sha256(), 0
    for piece in pieces_of(source):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size
