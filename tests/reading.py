"""A page as a screen reader has it: the browser's tree of accessibility, read from top to bottom as plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

# What people move to and hear named; running text is read as well, and is the same for everybody.
READ_OUT = frozenset({
    "alert", "button", "checkbox", "combobox", "group", "heading", "link", "radio", "status", "textbox",
})  # fmt: skip
CONTROLS = frozenset({"checkbox", "combobox", "radio", "textbox"})


class Heard:
    """The tree of one instant. Scripts of the page play no part, so it is read with them and without."""

    def __init__(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Accessibility.enable")
        found = session.send("Accessibility.getFullAXTree")["nodes"]
        session.detach()
        self._nodes: dict[str, dict[str, Any]] = {node["nodeId"]: node for node in found}
        self._main = next(node for node in found if _role(node) == "main")

    def lines(self) -> list[str]:
        """The lines of the page's main part: what it is, its name, its state, and what belongs to it in brackets."""
        read = [self.line(node) for node in self._below(self._main) if _role(node) in READ_OUT and not _is_bare(node)]
        # A place for words that are not said yet is not heard of.
        return [line for line in read if line != "status"]

    def line(self, node: dict[str, Any]) -> str:
        role, name = _role(node), _text(node, "name")
        if role in {"status", "alert"}:
            name = " ".join(self._words(node)) if role == "status" else ""
        level = f" {_state(node, 'level')}" if role == "heading" else ""
        states = [word for word, is_so in self._states(node, role) if is_so]
        notes = _text(node, "description")
        named = f"{role}{level}: {name}" if name else f"{role}{level}"
        return ", ".join([named, *states]) + (f" ({notes})" if notes else "")

    def focus(self) -> str:
        """What has the focus, after the group that it is in; the words of what is no control."""
        node = [each for each in self._nodes.values() if _state(each, "focused")][-1]
        if _role(node) not in READ_OUT:
            return " ".join(self._words(node))
        group = next((each for each in self._above(node) if _role(each) == "group"), None)
        return f"{self.line(group)} > {self.line(node)}" if group else self.line(node)

    def spoken(self) -> list[str]:
        """What is said of itself when it changes: each place with its politeness and its words at present."""
        live = [(_state(node, "live"), " ".join(self._words(node))) for node in self._below(self._main)]
        return [f"{how}: {words}" for how, words in live if how in {"polite", "assertive"} and words]

    def _states(self, node: dict[str, Any], role: str) -> list[tuple[str, bool]]:
        return [
            (f"“{_text(node, 'value')}”", role == "textbox" and bool(_text(node, "value"))),
            ("checked", _state(node, "checked") == "true"),
            ("invalid", role in CONTROLS and _state(node, "invalid") == "true"),
        ]

    def _below(self, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for child in (self._nodes[each] for each in node.get("childIds", ()) if each in self._nodes):
            if not child.get("ignored"):
                yield child
            yield from self._below(child)

    def _above(self, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        while (parent := self._nodes.get(node.get("parentId", ""))) is not None:
            yield parent
            node = parent

    def _words(self, node: dict[str, Any]) -> list[str]:
        return [_text(each, "name").strip() for each in self._below(node) if _role(each) == "StaticText"]


def _role(node: dict[str, Any]) -> str:
    return str(node.get("role", {}).get("value", ""))


def _text(node: dict[str, Any], what: str) -> str:
    return str(node.get(what, {}).get("value", ""))


def _state(node: dict[str, Any], name: str) -> Any:
    return next((each["value"].get("value") for each in node.get("properties", ()) if each["name"] == name), None)


def _is_bare(node: dict[str, Any]) -> bool:
    # A group without a name is nothing that anybody hears of.
    return _role(node) == "group" and not _text(node, "name")
