"""Every form that somebody of the sample is shown, filled with what nobody should type; nothing of it is kept.

A form is what stands on a page: its address, the boxes to type in, and what it carries by itself.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tests.pages import Element, Page

LONG = "x" * 200_000
DAYS = ("1 1 0001", "31 12 9999")
HOSTILE = (
    "\u202e\u2066abc\u2069\u200b\ufeffe\u0301 \U0001f469\u200d\U0001f467",
    '=HYPERLINK("http://example.org/?"&A1,"press")',
    "</textarea><script>alert('1')</script><img src=x onerror=alert(1)> {{ 7*7 }} %(x)s {x}",
    DAYS[0],
    "99999999999999999999999999999999999",
    DAYS[1],
    "-1,000.555",
)
NO_KEY = "a\x00b"
# A thing in another state has other forms.
MOST_OF_A_KIND = 8
# What a browser may type into; the rest a form carries or offers.
TYPED = frozenset({"text", "email", "tel", "search", "number", "url", "date", "time", "password", "datetime-local"})


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page, by the endpoint that takes it."""

    endpoint: str
    path: str
    on: str
    boxes: tuple[str, ...]
    carried: tuple[tuple[str, str], ...]
    offered: tuple[str, ...]
    is_multipart: bool

    def filled(self, shift: int | None) -> dict[str, str | list[str]]:
        """The form as it stood, with LONG in every box, or with another hostile text in each, moved on by the shift."""
        values: dict[str, str | list[str]] = {}
        for name, value in self.carried:
            values[name] = [*values.get(name, []), value]
        texts = [LONG] if shift is None else HOSTILE
        return values | {
            name: _fitting(name, texts[(at + (shift or 0)) % len(texts)]) for at, name in enumerate(self.boxes)
        }

    def body(self, values: Mapping[str, str | list[str]]) -> dict[str, Any]:
        """How a browser sends it."""
        pairs = [(name, each) for name, own in values.items() for each in ([own] if isinstance(own, str) else own)]
        if not self.is_multipart:
            return {"data": urlencode(pairs), "content_type": "application/x-www-form-urlencoded"}
        return in_parts(pairs)

    def forged(self) -> dict[str, str]:
        """The form with something hostile in everything: in what was chosen and carried as well."""
        names = (*self.boxes, *self.offered, *(name for name, _ in self.carried))
        return {name: HOSTILE[at % len(HOSTILE)] for at, name in enumerate(names)}


def _fitting(name: str, text: str) -> str:
    # A date has three boxes: each gets its own part of a day.
    place = {"day": 0, "month": 1, "year": 2}.get(name.rpartition("-")[2])
    return text if place is None or text not in DAYS else text.split()[place]


def in_parts(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What a browser sends from a page that also takes files."""
    parts = (f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{each}\r\n' for name, each in pairs)
    return {"data": f"{''.join(parts)}--line--\r\n", "content_type": "multipart/form-data; boundary=line"}


def endpoint_of(app: Flask, path: str, method: str = "GET") -> str:
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(path).path, method=method)[0])
    except HTTPException:
        return ""


def forms_on(app: Flask, page: Page, path: str) -> Iterator[Form]:
    """Every form of the page that posts."""
    for start, form in enumerate(page.elements):
        if form.tag == "form" and form.attributes.get("method", "get").lower() == "post":
            address = form.attributes.get("action") or path
            inside: list[Element] = []
            for element in page.elements[start + 1 :]:
                if element.tag == "form":
                    break
                inside.append(element)
            named = [each for each in inside if each.attributes.get("name")]
            yield Form(
                endpoint=endpoint_of(app, address, "POST"),
                path=address,
                on=path,
                boxes=tuple(each.attributes["name"] for each in named if _is_box(each)),
                carried=tuple(_carried(named)),
                offered=tuple({each.attributes["name"] for each in named if _is_offer(each)}),
                is_multipart="multipart" in form.attributes.get("enctype", ""),
            )


def _is_box(element: Element) -> bool:
    return element.tag == "textarea" or (element.tag == "input" and element.attributes.get("type", "text") in TYPED)


def _is_offer(element: Element) -> bool:
    return element.tag == "select" or element.attributes.get("type") in {"radio", "checkbox"}


def _carried(named: list[Element]) -> Iterator[tuple[str, str]]:
    for element in named:
        is_chosen = element.attributes.get("type") in {"radio", "checkbox"} and "checked" in element.attributes
        if element.attributes.get("type") == "hidden" or is_chosen:
            yield element.attributes["name"], element.attributes.get("value", "")


def pages_of(app: Flask, client: FlaskClient, start: str, but_not: frozenset[str]) -> Iterator[tuple[str, Page]]:
    """The pages that links lead to from here, some of each kind."""
    seen: Counter[str] = Counter()
    been: set[str] = set()
    waiting = deque([start])
    while waiting:
        path = waiting.popleft()
        kind = endpoint_of(app, path)
        if path in been or kind in but_not or seen[kind] == MOST_OF_A_KIND:
            continue
        been.add(path)
        seen[kind] += 1
        response = client.get(path)
        if response.status_code in {302, 303}:
            waiting.append(response.headers["Location"])
        elif response.status_code == 200 and response.mimetype == "text/html":
            page = Page(response.get_data(as_text=True))
            yield path, page
            waiting.extend(href for href in page.links() if href.startswith("/"))


def shown_back(page: Page, text: str) -> bool:
    """Whether what was typed stands on the page, in a box or as text to copy."""
    values = {element.attributes.get("value", "") for element in page.all("input")}
    values |= {"".join(element.words).strip("\n") for element in page.all("textarea")}
    return text in values
