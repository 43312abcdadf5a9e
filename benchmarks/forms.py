"""Reading a form off a page, to send it back as a browser would."""

from __future__ import annotations

from html.parser import HTMLParser

Fields = list[tuple[str, str]]


class FormReader(HTMLParser):
    """The POST forms of a page with their fields as they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, Fields]] = []
        self._in_form = self._in_textarea = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._in_form = given.get("method", "").lower() == "post"
            if self._in_form:
                self.forms.append((given.get("action", ""), []))
        elif not self._in_form or not name or name == "csrf_token":
            return
        elif tag == "textarea":
            self._in_textarea = True
            self.forms[-1][1].append((name, ""))
        elif tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.forms[-1][1].append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag == "textarea":
            self._in_textarea = False

    def handle_data(self, data: str) -> None:
        if self._in_textarea:
            fields = self.forms[-1][1]
            name, text = fields[-1]
            fields[-1] = (name, text + data if text else data.lstrip("\n"))

    def with_field(self, part: str) -> tuple[Fields, str]:
        """The fields of the first form that has one whose name contains `part`, and that name."""
        for _, fields in self.forms:
            for name, _ in fields:
                if part in name:
                    return fields, name
        raise LookupError(part)

    def with_action(self, part: str) -> tuple[Fields, str]:
        """The fields and the action of the first form whose action contains `part`."""
        return next((fields, action) for action, fields in self.forms if part in action)


def changed(fields: Fields, name: str, value: str) -> Fields:
    """The fields with one of them replaced."""
    return [(each, value if each == name else old) for each, old in fields]
