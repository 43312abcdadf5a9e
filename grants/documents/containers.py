"""Office files are zip folders: their table of contents says which they are, and whether it is safe to keep them.

Nothing is ever unpacked, so a bomb can't go off here; it is refused so that it does not go off on a desk.
"""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import BinaryIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from workflows.errors import Refusal

# A large spreadsheet is some hundred files that unpack to some ten times their size (our defaults).
MOST_FILES = 5_000
LARGEST_TABLE = 1_000_000
LARGEST_UNPACKED = 200_000_000
LARGEST_RATIO = 100
# Below this nothing is a bomb, however well it packs.
SMALL_UNPACKED = 20_000_000
LONGEST_MIMETYPE = 100

_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _LONGEST_COMMENT = 22, 65_535


class Held(StrEnum):
    """The office files that a zip folder may be."""

    DOCX = "docx"
    XLSX = "xlsx"
    ODT = "odt"
    ODS = "ods"


_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": Held.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": Held.ODS,
}
_MAIN_PART = {"word/document.xml": Held.DOCX, "xl/workbook.xml": Held.XLSX}


def look_inside(source: BinaryIO) -> Held | Refusal | None:
    """Which office file it is, or why it is not safe; None for any other folder."""
    try:
        if not _has_small_table(source):
            return Refusal("file-broken")
        with ZipFile(source) as archive:
            entries = archive.infolist()
            return _harm_in(entries, _size_of(source)) or _which(archive, {each.filename for each in entries})
    except (BadZipFile, ValueError, OSError, EOFError, struct.error, RuntimeError, NotImplementedError, KeyError):
        return Refusal("file-broken")


def _has_small_table(source: BinaryIO) -> bool:
    """The table of contents is read only when the end of the file says that it is a small one."""
    size = _size_of(source)
    source.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
    tail = source.read()
    # Where Python's zipfile looks: at the very end, else at the last mark.
    at = len(tail) - _END_SIZE if tail[-_END_SIZE:].startswith(_END) else tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE or tail[max(0, at - 20) :].startswith(_END_64):
        return False
    count, table = struct.unpack("<HL", tail[at + 10 : at + 16])
    return count <= MOST_FILES and table <= LARGEST_TABLE


def _size_of(source: BinaryIO) -> int:
    return source.seek(0, 2)


def _harm_in(entries: list[ZipInfo], size: int) -> Refusal | None:
    if any(each.flag_bits & 1 for each in entries):
        return Refusal("file-old-or-locked")
    packed, unpacked = sum(each.compress_size for each in entries), sum(each.file_size for each in entries)
    # Entries that lie over one another are counted twice, and so come to more than the file.
    if packed > size or unpacked > LARGEST_UNPACKED:
        return Refusal("file-unpacks-too-large")
    if unpacked > SMALL_UNPACKED and unpacked > LARGEST_RATIO * max(packed, 1):
        return Refusal("file-unpacks-too-large")
    if any(_is_program(each.filename) for each in entries):
        return Refusal("file-has-macros")
    return None


def _is_program(name: str) -> bool:
    name = name.replace("\\", "/").lower()
    return name.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) or name.startswith(("basic/", "scripts/"))


def _which(archive: ZipFile, names: set[str]) -> Held | None:
    if "mimetype" in names:
        entry = archive.getinfo("mimetype")
        is_plain = entry.file_size <= LONGEST_MIMETYPE and entry.compress_type == ZIP_STORED
        return _OPEN_DOCUMENT.get(archive.read(entry).strip()) if is_plain else None
    main = [held for part, held in _MAIN_PART.items() if part in names and "[Content_Types].xml" in names]
    return main[0] if len(main) == 1 else None
