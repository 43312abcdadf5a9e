"""Looking a number up in a public register: a record, not known, or unavailable, within two seconds and never longer.

What a register says is a suggestion that a person accepts. Nothing waits for it, and nobody asks inside a transaction.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from workflows.rules.formats import check, visible

# Our default: longer than a register takes on a good day, shorter than somebody waits for a button.
SECONDS: Final = 2.0
MOST_BYTES: Final = 200_000
KINDS: Final = ("charity_number", "company_number")


@dataclass(frozen=True, slots=True)
class Record:
    """What a register says of a number; any of it may be empty but the name."""

    number: str
    name: str
    address: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The register was asked, and has no such number."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nobody could be asked: no register is set, it is down or slow, or it said what can't be read."""


Answer = Record | NotKnown | Unavailable


class Register(Protocol):
    """Where numbers of one kind are looked up."""

    def look_up(self, number: str) -> Answer: ...


class NoRegister:
    """The register of an installation that has none."""

    def look_up(self, number: str) -> Answer:
        return Unavailable()


class OfflineRegister:
    """A register in a file: `{number: {"name", "address", "postcode"}}`, for the sample and for tests."""

    def __init__(self, path: Path, kind: str) -> None:
        self._path, self._kind = path, kind

    def look_up(self, number: str) -> Answer:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))[self._kind]
        except (OSError, ValueError, KeyError):
            return Unavailable()
        return _record(number, entries[number]) if number in entries else NotKnown()


class HttpRegister:
    """A register on the web: `url` holds `{number}`, and `read` makes name, address and postcode of its answer."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        read: Callable[[dict[str, Any]], dict[str, str]],
        *,
        takes: Callable[[str], bool] = lambda number: True,
        seconds: float = SECONDS,
    ) -> None:
        self._url, self._headers, self._read, self._takes, self._seconds = url, dict(headers), read, takes, seconds

    def look_up(self, number: str) -> Answer:
        if not self._takes(number):
            return Unavailable()
        found: list[Answer] = []
        # A thread, because a limit on the socket alone is none on a name server, or on one byte each second.
        asking = threading.Thread(target=lambda: found.append(self._ask(number)), daemon=True)
        asking.start()
        asking.join(self._seconds)
        return found[0] if found else Unavailable()

    def _ask(self, number: str) -> Answer:
        request = Request(self._url.replace("{number}", quote(number, safe="")), headers=self._headers)  # noqa: S310
        try:
            with _OPENER.open(request, timeout=self._seconds) as response:
                body = response.read(MOST_BYTES + 1)
            if len(body) > MOST_BYTES:
                return Unavailable()
            return _record(number, self._read(json.loads(body)))
        except HTTPError as error:
            return NotKnown() if error.code == 404 else Unavailable()
        except Exception:  # Whatever a stranger's server does, the page goes on without it.
            return Unavailable()


class _Stays(HTTPRedirectHandler):
    """Nobody is followed elsewhere: a key goes to the register that it is for."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = build_opener(_Stays)


def charity_register(url: str, key: str) -> HttpRegister:
    """The register of charities of England and Wales; its numbers have no letters."""
    headers = {"Accept": "application/json"} | ({"Ocp-Apim-Subscription-Key": key} if key else {})
    return HttpRegister(url, headers, _read_charity, takes=str.isdecimal)


def company_register(url: str, key: str) -> HttpRegister:
    """The register of companies; the key is the name of a basic sign-in without a password."""
    headers = {"Accept": "application/json"}
    if key:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode("ascii")
    return HttpRegister(url, headers, _read_company)


def _read_charity(found: dict[str, Any]) -> dict[str, str]:
    lines = [found.get(f"address_line_{word}") for word in ("one", "two", "three", "four", "five")]
    return {"name": found["charity_name"], "address": _lines(lines), "postcode": found.get("address_post_code") or ""}


def _read_company(found: dict[str, Any]) -> dict[str, str]:
    at = found.get("registered_office_address") or {}
    lines = [at.get(part) for part in ("address_line_1", "address_line_2", "locality", "region")]
    return {"name": found["company_name"], "address": _lines(lines), "postcode": at.get("postal_code") or ""}


def _lines(parts: list[Any]) -> str:
    return "\n".join(part.strip() for part in parts if isinstance(part, str) and part.strip())


def _record(number: str, said: Mapping[str, str]) -> Answer:
    name = " ".join(visible(said["name"]).split())[:200]
    if not name:
        return Unavailable()
    postcode = check("postcode", said.get("postcode", ""))
    return Record(number, name, visible(said.get("address", ""))[:500], "" if postcode.error else postcode.value)
