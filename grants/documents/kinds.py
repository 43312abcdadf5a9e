"""Which files are taken, known by their content and never by their name, and what to call those that are not.

Nothing is unpacked or drawn here: what a file says of itself is read, and held against what it may say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import filetype

from grants.documents import containers, heic, photos
from workflows.errors import Refusal
from workflows.rules.files import ACCEPTED_WORDS, DOCX, HEIC, JPEG, ODS, ODT, PDF, PNG, XLSX, FileType

# As much of a file as the library looks at.
HEAD = 8192


_OFFICE = {containers.Held.DOCX: DOCX, containers.Held.XLSX: XLSX, containers.Held.ODT: ODT, containers.Held.ODS: ODS}
_PHOTOS = {each.media_type: each for each in (JPEG, PNG, HEIC)}
# Gives the bytes of a photo that are kept, or refuses.
_CLEANERS: dict[FileType, Callable[[bytes], bytes | Refusal]] = {
    JPEG: photos.without_place_jpeg,
    PNG: photos.without_place_png,
    HEIC: heic.without_place,
}

# What people try most, in words they know; the library's own name for anything else.
_REFUSED_WORDS = {
    "application/zip": "a zip folder",
    "application/x-msdownload": "a program",
    "application/x-exe": "a program",
    "application/x-executable": "a program",
    "application/msword": "an old Word document (doc)",
    "application/vnd.ms-excel": "an old Excel spreadsheet (xls)",
    "application/vnd.ms-powerpoint": "a presentation",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "a presentation",
    "application/vnd.oasis.opendocument.presentation": "a presentation",
    "application/rtf": "a rich text file (rtf)",
    "image/gif": "a GIF picture",
    "image/webp": "a WebP picture",
    "image/avif": "an AVIF picture",
}
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Brands of the ISO container that hold still pictures as iPhones make them.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"heim", b"heis"})


def judge(source: BinaryIO) -> FileType | Refusal:
    """The type of an open file by what is in it, or why it is not taken. Reads its head and its list of contents."""
    source.seek(0)
    head = source.read(HEAD)
    if not head:
        return Refusal("file-empty")
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _judge_container(source)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    found = filetype.guess_mime(head)
    return _PHOTOS.get(found or "") or _refuse(head, found)


def clean(file_type: FileType, content: bytes) -> bytes | Refusal:
    """The bytes to keep of a photo: the picture as it is, turned as it was, without where and when it was taken."""
    return _CLEANERS[file_type](content) if has_place(file_type) else content


def has_place(file_type: FileType) -> bool:
    """Whether a file of this type says where it was made, and so is cleaned."""
    return file_type in _CLEANERS


def _judge_container(source: BinaryIO) -> FileType | Refusal:
    found = containers.look_inside(source)
    if found is None:
        return Refusal("file-type-refused", {"found": "a zip folder", "accepted": ACCEPTED_WORDS})
    return found if isinstance(found, Refusal) else _OFFICE[found]


def _refuse(head: bytes, found: str | None) -> Refusal:
    if head.startswith(_CFB):
        # Office keeps both the old formats and new ones with a password in this shell.
        return Refusal("file-old-or-locked")
    return Refusal("file-type-refused", {"found": _called(head, found), "accepted": ACCEPTED_WORDS})


def _called(head: bytes, found: str | None) -> str:
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml")):
        return "a web page or drawing"
    if found is None:
        return "a text file" if _is_text(head) else "a file of a type that we do not know"
    return _REFUSED_WORDS.get(found) or f"a file of the type {found.rpartition('/')[2]}"


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and all(byte >= 32 or byte in b"\t\n\r\f" for byte in head)
