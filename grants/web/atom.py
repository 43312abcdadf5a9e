"""Writing an Atom feed (RFC 4287): what people wrote becomes text, whatever it contains, and an id never changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

MIME = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
# What XML 1.0 can't hold, escaped or not: control signs, halves of pairs, and two that are no signs.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# An empty feed has to say when it changed, too.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news. `id` is a URI that stays; `updated` is when it happened."""

    id: str
    title: str
    summary: str
    url: str
    author: str
    updated: datetime


def feed(*, id: str, title: str, self_url: str, page_url: str, author: str, entries: Iterable[Entry]) -> bytes:
    """The whole feed; entries in the order given."""
    listed = list(entries)
    root = ElementTree.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en-GB"})
    _add(root, "id", id)
    _add(root, "title", title)
    _add(root, "updated", _instant(max((entry.updated for entry in listed), default=NEVER)))
    _link(root, "self", self_url, MIME)
    _link(root, "alternate", page_url, "text/html")
    _author(root, author)
    for entry in listed:
        _entry(root, entry)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="utf-8") + b"\n"


def _entry(root: ElementTree.Element, entry: Entry) -> None:
    item = ElementTree.SubElement(root, "entry")
    _add(item, "id", entry.id)
    _add(item, "title", entry.title)
    _add(item, "updated", _instant(entry.updated))
    _add(item, "summary", entry.summary)
    _link(item, "alternate", entry.url, "text/html")
    _author(item, entry.author)


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = _NOT_XML.sub("", text)


def _link(parent: ElementTree.Element, rel: str, url: str, kind: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": rel, "type": kind, "href": url})


def _author(parent: ElementTree.Element, name: str) -> None:
    _add(ElementTree.SubElement(parent, "author"), "name", name)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
