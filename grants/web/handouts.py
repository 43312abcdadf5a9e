"""Bytes that go to a browser to be saved, and never shown in a page of ours; nobody in between keeps them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

# No script, no frame, no form, nothing fetched, wherever a browser might show it after all.
POLICY = "default-src 'none'; sandbox"


def hand_out(content: bytes | Iterable[bytes], media_type: str, name: str, *, size: int | None = None) -> Response:
    """Bytes to be saved under this name, by this browser alone; `size` where they come piece by piece."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = _disposition(name)
    if size is not None:
        response.headers["Content-Length"] = str(size)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _disposition(name: str) -> str:
    # Both forms of RFC 6266: plain letters for old programs, and the whole name in UTF-8 for all others.
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace('"', "'").strip(" .")
    return f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
