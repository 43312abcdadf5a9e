"""Writing a calendar (RFC 5545): escaped text, lines folded at 75 octets, CRLF, instants in UTC, UIDs that stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MIME = "text/calendar"
LONGEST_LINE = 75
# A line break inside a text is written as \n; every other control sign has no place in a calendar.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Occasion:
    """One date of the calendar: an instant, a span of time or a whole day.

    `sequence` grows with each change and `changed_at` is when the last was, so that a calendar takes it over.
    """

    uid: str
    title: str
    starts: datetime | date
    changed_at: datetime
    ends: datetime | None = None
    about: str = ""
    place: str = ""
    url: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def calendar(name: str, occasions: Iterable[Occasion]) -> bytes:
    """The whole file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Safer Grants//Rounds//EN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]
    for each in occasions:
        lines += _occasion(each)
    lines.append("END:VCALENDAR")
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _occasion(each: Occasion) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(each.uid)}"
    yield f"DTSTAMP:{_instant(each.changed_at)}"
    yield f"LAST-MODIFIED:{_instant(each.changed_at)}"
    yield f"SEQUENCE:{each.sequence}"
    yield from _when(each)
    yield f"SUMMARY:{_text(each.title)}"
    for name, value in (("DESCRIPTION", each.about), ("LOCATION", each.place)):
        if value:
            yield f"{name}:{_text(value)}"
    if each.url:
        yield f"URL:{each.url}"
    yield f"STATUS:{'CANCELLED' if each.is_cancelled else 'CONFIRMED'}"
    # Nobody is busy because a round opens.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _when(each: Occasion) -> Iterator[str]:
    if isinstance(each.starts, datetime):
        yield f"DTSTART:{_instant(each.starts)}"
        if each.ends is not None:
            yield f"DTEND:{_instant(each.ends)}"
    else:
        yield f"DTSTART;VALUE=DATE:{each.starts:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{each.starts + timedelta(days=1):%Y%m%d}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = _CONTROLS.sub(" ", value).encode("utf-8", "replace").decode()
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\n", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """The line in pieces of 75 octets at most, never cut inside a sign; all but the first begin with a space."""
    piece = b""
    for sign in line:
        octets = sign.encode()
        if len(piece) + len(octets) > LONGEST_LINE:
            yield piece
            piece = b" "
        piece += octets
    yield piece
