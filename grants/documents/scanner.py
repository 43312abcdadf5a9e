"""Asking ClamAV's daemon about a file (its INSTREAM command); what does not answer plainly is asked again later."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

PATIENCE = 30.0
LONGEST_ANSWER = 4096
PIECE = 64 * 1024

# The name of what was found; empty for a clean file. Raises ScannerDown.
Scan = Callable[[Iterable[bytes]], str]


class ScannerDown(Exception):
    """The scanner is away, or its answer is not an answer."""


def scanner_at(url: str) -> Scan:
    """The scanner at `tcp://host:port` or `unix:/path`."""

    def scan(content: Iterable[bytes]) -> str:
        try:
            with _connect(url) as line:
                line.sendall(b"zINSTREAM\0")
                for piece in content:
                    for at in range(0, len(piece), PIECE):
                        part = piece[at : at + PIECE]
                        line.sendall(struct.pack(">I", len(part)) + part)
                line.sendall(struct.pack(">I", 0))
                return _read(_answer(line))
        except OSError as error:
            raise ScannerDown(str(error) or type(error).__name__) from error

    return scan


def is_readable(url: str) -> bool:
    """Whether an address is one of the two kinds."""
    try:
        parts = urlsplit(url)
        return (parts.scheme == "tcp" and bool(parts.hostname) and bool(parts.port)) or (
            parts.scheme == "unix" and bool(parts.path)
        )
    except ValueError:
        return False


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE)
        try:
            line.connect(parts.path)
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)


def _answer(line: socket.socket) -> str:
    answer = b""
    while len(answer) < LONGEST_ANSWER and not answer.endswith(b"\0"):
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _read(answer: str) -> str:
    if answer.endswith("OK"):
        return ""
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")[:200]
    raise ScannerDown(answer or "no answer")
