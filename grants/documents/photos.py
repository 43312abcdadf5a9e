"""Photos without the place where they were taken: the picture itself is copied byte by byte, never drawn again.

What a camera writes beside the picture (place, time, its own number, small copies, notes) is left behind; which way
up it is held is written anew. What follows the end of the picture is cut off, so a photo is nothing else as well.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from workflows.errors import Refusal

# A picture of more points than any telephone takes would fill the memory of whoever opens it (our default).
MOST_PIXELS = 120_000_000
UPRIGHT = 1
BROKEN = Refusal("file-broken")
TOO_MANY_PIXELS = Refusal("photo-too-many-points", {"most": MOST_PIXELS // 1_000_000})

_EXIF = b"Exif\0\0"
_ICC = b"ICC_PROFILE\0"
_ORIENTATION = 0x0112
# The next mark inside the packed picture: FF before 00 is a plain FF, and FFD0 to FFD7 are steps of it.
_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_JFIF, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE

_PNG_START = b"\x89PNG\r\n\x1a\n"
# What a picture needs to be drawn as it was meant; every other chunk may say where and by whom.
_PNG_DRAWN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD hIST pHYs acTL fcTL fdAT cICP mDCV cLLI".split()
)


def without_place_jpeg(content: bytes) -> bytes | Refusal:
    """The JPEG with its picture, colours and orientation; refuses one that is cut off or has too many points."""
    kept: list[bytes] = []
    turned = UPRIGHT
    try:
        for mark, segment in _segments(content):
            if mark in _SIZES:
                height, width = struct.unpack(">HH", segment[5:9])
                if height * width > MOST_PIXELS:
                    return TOO_MANY_PIXELS
            if mark == _APP1 and segment[4:10] == _EXIF:
                turned = orientation_in(segment[10:])
            if _is_drawn(mark, segment):
                kept.append(segment)
    except (IndexError, struct.error, ValueError):
        return BROKEN
    at = 1 if kept and kept[0][1] == _JFIF else 0
    if turned != UPRIGHT:
        exif = _EXIF + exif_of(turned)
        kept.insert(at, b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    return b"\xff\xd8" + b"".join(kept) + b"\xff\xd9"


def _is_drawn(mark: int, segment: bytes) -> bool:
    if mark == _APP2:
        return segment[4:].startswith(_ICC)
    return mark in {_JFIF, _APP14} or not (_JFIF <= mark <= _APP15 or mark == _COMMENT)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment whole, with its mark; the packed picture goes with the mark before it. Ends at the first end."""
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("no mark")
        while content[at + 1] == 0xFF:
            at += 1
        mark = content[at + 1]
        if mark == _EOI:
            return
        if mark == _SOI:
            raise ValueError("a picture in a picture")
        end = at + 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
        if mark == _SOS:
            following = _MARK.search(content, end)
            if following is None:
                raise ValueError("cut off")
            end = following.start()
        if end > len(content):
            raise ValueError("cut off")
        yield mark, content[at:end]
        at = end


def without_place_png(content: bytes) -> bytes | Refusal:
    """The PNG with its picture, colours and orientation; refuses one that is cut off or has too many points."""
    kept: list[bytes] = []
    turned = UPRIGHT
    try:
        for name, chunk in _chunks(content):
            if name == b"IHDR" and _points(chunk) > MOST_PIXELS:
                return TOO_MANY_PIXELS
            if name == b"eXIf":
                turned = orientation_in(chunk[8:-4])
            if name in _PNG_DRAWN:
                kept.append(chunk)
    except (IndexError, struct.error, ValueError):
        return BROKEN
    if turned != UPRIGHT:
        kept.insert(1, _chunk(b"eXIf", exif_of(turned)))
    return _PNG_START + b"".join(kept)


def _points(header: bytes) -> int:
    width, height = struct.unpack(">II", header[8:16])
    return int(width * height)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk whole, with its name, up to the end of the picture."""
    at, name = len(_PNG_START), b""
    while name != b"IEND":
        length, following = struct.unpack(">I4s", content[at : at + 8])
        end = at + 12 + length
        if end > len(content) or (name == b"") != (following == b"IHDR"):
            raise ValueError("cut off")
        name = following
        yield name, content[at:end]
        at = end


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def orientation_in(exif: bytes) -> int:
    """Which way up the camera was held, 1 to 8 (CIPA DC-008, tag 0x0112); upright when it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None or len(exif) < 10:
        return UPRIGHT
    start = struct.unpack(f"{order}I", exif[4:8])[0]
    count = struct.unpack(f"{order}H", exif[start : start + 2])[0] if start + 2 <= len(exif) else 0
    for number in range(min(count, 1_000)):
        entry = exif[start + 2 + number * 12 : start + 14 + number * 12]
        if len(entry) == 12 and struct.unpack(f"{order}H", entry[:2])[0] == _ORIENTATION:
            turned = int(struct.unpack(f"{order}H", entry[8:10])[0])
            return turned if 1 <= turned <= 8 else UPRIGHT
    return UPRIGHT


def exif_of(turned: int) -> bytes:
    """The smallest Exif that says which way up, and nothing else."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
