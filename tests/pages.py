"""A page as a careful reader sees it: `read_page` fails on what no page of ours may have, and answers what is on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Attributes = dict[str, str]
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "source", "wbr"})
# Not typed into, or labelled by what they hold.
UNLABELLED = frozenset({"hidden", "submit", "button"})
# A code such as `offer_draft`, never words for a person; and a money or percent value that was not formatted.
RAW_CODE = re.compile(r"(?<![\w/@.=?&:-])[a-z]+_[a-z_]+(?![\w@/.=-])")
RAW_FLOAT = re.compile(r"\d+\.\d{5,}")


@dataclass
class Element:
    """A tag, what it says of itself, and the words inside."""

    tag: str
    attributes: Attributes
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


class Page(HTMLParser):
    """The elements of a page in their order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.elements: list[Element] = []
        self.pieces: list[str] = []
        self._open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
        for element in self._open:
            element.words.append(data)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of this tag with these attributes (`class_` and `for_` for Python's words)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.attributes.items()]

    def one(self, tag: str, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}>"
        return found[0]

    @property
    def h1(self) -> str:
        return self.one("h1").text

    @property
    def title(self) -> str:
        return next(element.text for element in self.elements if element.tag == "title")

    @property
    def text(self) -> str:
        """Every word on the page."""
        return self.one("body").text

    def value(self, name: str) -> str:
        """What is typed in the field of this name."""
        for element in self.elements:
            if element.attributes.get("name") == name and element.tag in {"input", "textarea"}:
                return element.attributes.get("value", "") if element.tag == "input" else "".join(element.words).strip()
        raise AssertionError(f"no field {name}")

    def links(self) -> list[str]:
        return [element.attributes["href"] for element in self.all("a")]


def read_page(response: Any, status: int = 200) -> Page:
    """Read a response of the test client, and fail on what no page may have."""
    html = response.get_data(as_text=True)
    assert response.status_code == status, f"{response.status_code}: {html[:2000]}"
    page = Page(html)
    assert not page._open, f"left open: {[element.tag for element in page._open]}"
    assert page.h1, "the heading is empty"
    assert page.title.endswith(" - Safer Grants"), page.title
    _check_ids(page)
    _check_labels(page)
    _check_forms(page)
    _check_policy(page)
    _check_words(page)
    return page


def _check_ids(page: Page) -> None:
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids)), f"ids used twice: {sorted({each for each in ids if ids.count(each) > 1})}"
    for element in page.elements:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            missing = set(element.attributes.get(name, "").split()) - set(ids)
            assert not missing, f"<{element.tag} {name}> points at nothing: {missing}"
        href = element.attributes.get("href", "")
        assert not href.startswith("#") or href[1:] in ids, f"{href} points at nothing"


def _check_labels(page: Page) -> None:
    labelled = {element.attributes.get("for") for element in page.all("label")}
    for element in page.elements:
        if element.tag in {"input", "textarea", "select"} and element.attributes.get("type") not in UNLABELLED:
            has_label = element.attributes.get("id") in labelled or "aria-label" in element.attributes
            assert has_label, f"no label: {element.attributes}"


def _check_forms(page: Page) -> None:
    posts = [form for form in page.all("form") if form.attributes.get("method", "get").lower() == "post"]
    tokens = page.all("input", name="csrf_token")
    assert len(posts) == len(tokens), "every form that posts carries one token"
    assert all(token.attributes.get("value") for token in tokens)


def _check_policy(page: Page) -> None:
    for element in page.elements:
        assert "style" not in element.attributes, f"inline style on <{element.tag}>"
        assert not any(name.startswith("on") for name in element.attributes), f"inline script on <{element.tag}>"
        assert element.tag != "style", "inline style sheet"
        # JSON-LD is data: no browser runs it.
        is_data = element.attributes.get("type") == "application/ld+json"
        assert element.tag != "script" or "src" in element.attributes or is_data, "inline script"


def _check_words(page: Page) -> None:
    # Neighbours need no white space between their tags, and would hide each other's words.
    text = " ".join(page.pieces)
    assert not (found := RAW_CODE.search(text)), f"a code on the page: {found[0]}"
    assert not (found := RAW_FLOAT.search(text)), f"a raw number on the page: {found[0]}"
    assert not re.search(r"\bNone\b(?! of)", text), "None on the page"
