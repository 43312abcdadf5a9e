"""HEIC photos without the place where they were taken: every byte that no picture of the file uses becomes zero.

The boxes keep their places, so the pictures are found where they were (ISO/IEC 23008-12 and 14496-12). Which way up
a HEIC photo is held is a property of the picture and stays.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from grants.documents.photos import BROKEN, MOST_PIXELS, TOO_MANY_PIXELS
from workflows.errors import Refusal

# A film beside the photo has places of its own, which are not looked for.
CANNOT_CLEAN = Refusal("photo-place-stays")
PICTURES = frozenset({b"hvc1", b"hev1", b"lhv1", b"avc1", b"av01", b"jpeg", b"grid", b"iden", b"iovl", b"tmap"})
_KEPT_BOXES = frozenset({b"ftyp", b"meta"})
# An Exif block with nothing in it, for readers that insist on the one that the list of contents names.
_EMPTY_EXIF = struct.pack(">I2sHIHI", 0, b"MM", 42, 8, 0, 0)


class Box(NamedTuple):
    """One box: its name and where its content begins and ends."""

    name: bytes
    start: int
    end: int


@dataclass(slots=True)
class Item:
    """One thing of the file: what kind, and where its bytes are (absolute beginnings and ends)."""

    kind: bytes = b""
    spans: list[tuple[int, int]] = field(default_factory=list)


class Unreadable(ValueError):
    """The file does not say plainly what is where, so what to leave behind can't be told."""


def without_place(content: bytes) -> bytes | Refusal:
    """The photo with its pictures and nothing beside them; refuses what is cut off, a film, or too many points."""
    try:
        top = list(_boxes(content, 0, len(content)))
        if any(box.name == b"moov" for box in top):
            return CANNOT_CLEAN
        meta = _child(top, b"meta")
        inside = list(_boxes(content, meta.start + 4, meta.end))
        if _most_points(content, inside) > MOST_PIXELS:
            return TOO_MANY_PIXELS
        items = _items(content, inside)
        return _only_pictures(content, top, inside, items)
    except Unreadable:
        return CANNOT_CLEAN
    except (struct.error, IndexError, ValueError):
        return BROKEN


def _only_pictures(content: bytes, top: list[Box], inside: list[Box], items: dict[int, Item]) -> bytes:
    # Beside the pictures only what describes them in the list of contents is kept.
    loose = [box for box in top if box.name not in _KEPT_BOXES]
    loose += [box for box in inside if box.name in {b"idat", b"uuid", b"xml ", b"udta", b"free", b"skip"}]
    clean = bytearray(content)
    for box in loose:
        clean[box.start : box.end] = bytes(box.end - box.start)
    pictures = [item for item in items.values() if item.kind in PICTURES]
    if not pictures:
        raise ValueError("no picture")
    for start, end in (span for item in pictures for span in item.spans):
        clean[start:end] = content[start:end]
    for item in items.values():
        start, end = item.spans[0] if item.spans else (0, 0)
        if item.kind == b"Exif" and end - start >= len(_EMPTY_EXIF):
            clean[start : start + len(_EMPTY_EXIF)] = _EMPTY_EXIF
    return bytes(clean)


def _boxes(content: bytes, at: int, end: int) -> Iterator[Box]:
    while at < end:
        size, name = struct.unpack(">I4s", content[at : at + 8])
        start = at + 8
        if size == 1:
            size = struct.unpack(">Q", content[start : start + 8])[0]
            start += 8
        size = end - at if size == 0 else size
        if at + size > end or start > at + size:
            raise ValueError("cut off")
        yield Box(name, start, at + size)
        at += size


def _child(boxes: list[Box], name: bytes) -> Box:
    found = [box for box in boxes if box.name == name]
    if len(found) != 1:
        raise ValueError("no such box, or two")
    return found[0]


def _most_points(content: bytes, inside: list[Box]) -> int:
    properties = _child(inside, b"iprp")
    container = _child(list(_boxes(content, properties.start, properties.end)), b"ipco")
    sizes = [
        struct.unpack(">II", content[box.start + 4 : box.start + 12])
        for box in _boxes(content, container.start, container.end)
        if box.name == b"ispe"
    ]
    return max((width * height for width, height in sizes), default=0)


def _items(content: bytes, inside: list[Box]) -> dict[int, Item]:
    items = {number: Item(kind) for number, kind in _kinds(content, _child(inside, b"iinf"))}
    data = next((box for box in inside if box.name == b"idat"), None)
    for number, spans in _places(content, _child(inside, b"iloc"), data):
        items.setdefault(number, Item()).spans += spans
    return items


def _kinds(content: bytes, box: Box) -> Iterator[tuple[int, bytes]]:
    """The number and kind of each item, from the list of contents."""
    at = box.start + (6 if content[box.start] == 0 else 8)
    for entry in _boxes(content, at, box.end):
        version = content[entry.start]
        if version not in {2, 3}:
            raise Unreadable("an old list of contents")
        form = ">HH4s" if version == 2 else ">IH4s"
        number, _, kind = struct.unpack_from(form, content, entry.start + 4)
        yield number, kind


class _Reader:
    """Reads whole numbers of given widths, one after the other."""

    def __init__(self, content: bytes, box: Box) -> None:
        self.content, self.at, self.end = content, box.start, box.end

    def number(self, width: int) -> int:
        if self.at + width > self.end:
            raise ValueError("cut off")
        value = int.from_bytes(self.content[self.at : self.at + width], "big")
        self.at += width
        return value


def _places(content: bytes, box: Box, data: Box | None) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Where each item's bytes are."""
    read = _Reader(content, box)
    version = read.number(1)
    read.number(3)
    widths = read.number(2)
    offset, length, base, index = ((widths >> shift) & 15 for shift in (12, 8, 4, 0))
    if version > 2:
        raise Unreadable("a newer table of places")
    for _ in range(read.number(4 if version == 2 else 2)):
        number = read.number(4 if version == 2 else 2)
        method = read.number(2) & 15 if version else 0
        read.number(2)
        if method == 2 or (method == 1 and data is None):
            raise Unreadable("bytes of another item")
        origin = read.number(base) + (data.start if method == 1 and data else 0)
        spans = []
        for _ in range(read.number(2)):
            read.number(index if version else 0)
            start, size = origin + read.number(offset), read.number(length)
            if start + size > len(content):
                raise ValueError("cut off")
            # No length means all that is left.
            spans.append((start, start + size if length else len(content)))
        yield number, spans
