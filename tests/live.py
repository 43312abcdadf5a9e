"""The service as people meet it: a real web server with two processes, and visitors who open pages and press buttons.

A visitor presses only what stands on a page opened before, with the token, the version and all that it carried.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Flask

from config import ROOT
from grants.accounts.models import Person
from tests.apps import SECRET
from tests.deploy.processes import environment, free_port
from tests.pages import Page

T = TypeVar("T")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    location: str
    text: str

    @property
    def page(self) -> Page:
        return Page(self.text)


@dataclass(frozen=True)
class Form:
    """A form as it stood on a page: where it goes and what it carries."""

    action: str
    fields: list[tuple[str, str]]

    def filled(self, **typed: str) -> Form:
        """The same form with something typed into it."""
        assert typed.keys() <= {name for name, _ in self.fields}, f"only {self.fields} are on the page"
        kept = [(name, value) for name, value in self.fields if name not in typed]
        return Form(self.action, [*kept, *typed.items()])


@dataclass
class Visitor:
    """One person's browser."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._send("GET", path)

    def post(self, form: Form) -> Answer:
        return self._send("POST", form.action, urlencode(form.fields))

    def open(self, path: str, action: str = "") -> Form:
        """Open a page and find the form on it that goes to an address with this ending."""
        answer = self.get(path)
        assert answer.status == 200, f"{answer.status} for {path}: {answer.text[:1500]}"
        return form_on(answer.page, action or path, path)

    def _send(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = FORM
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Answer(response.status, urlsplit(response.headers.get("Location", "")).path, text)


def form_on(page: Page, action: str, path: str) -> Form:
    """The form with this address; of radios and boxes what is chosen, of the rest what is filled in."""
    inside: dict[int, list[tuple[str, str]]] = {}
    forms, current = [], None
    for element in page.elements:
        if element.tag == "form":
            current = element
            forms.append(element)
            inside[id(element)] = []
        elif current is not None and (name := element.attributes.get("name")):
            kind = element.attributes.get("type", "")
            if kind in {"radio", "checkbox"} and "checked" not in element.attributes:
                continue
            value = element.attributes.get("value", "") if element.tag != "textarea" else "".join(element.words)
            inside[id(current)].append((name, value))
    found = [form for form in forms if (form.attributes.get("action") or path).endswith(action)]
    assert len(found) == 1, f"{[form.attributes for form in forms]} are on {path}, and {action} is wanted"
    return Form(found[0].attributes.get("action") or path, inside[id(found[0])])


@dataclass
class Live:
    """A server that runs, and the application on the same database in this process."""

    app: Flask
    port: int
    process: subprocess.Popen[str]

    def visitor(self, person: Person | None = None) -> Visitor:
        """A browser, signed in as a finished sign-in leaves it. The token comes with the first page, as always."""
        visitor = Visitor(self.port)
        if person is not None:
            user = {"_user_id": f"{person.id}:{person.session_epoch}", "_fresh": True, "_permanent": True}
            serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            cookie = serializer.dumps(user | {"signed_in_at": int(time.time())})
            visitor.cookies[self.app.config["SESSION_COOKIE_NAME"]] = cookie
        return visitor


@contextmanager
def serving(app: Flask, **environ: str) -> Iterator[Live]:
    """Serve the application's database as production does, with two web processes."""
    settings, port = app.extensions["settings"], free_port()
    named = {"SAMPLE": "1", "SECRET_KEY": SECRET, "PORT": str(port), "WEB_WORKERS": "2"}
    if settings.database:
        named["DATABASE_URL"] = settings.database
    log = Path(settings.data_dir) / "web.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.web"],
            cwd=ROOT,
            env=environment(settings.data_dir, **named | environ),
            stdout=output,
            stderr=output,
            text=True,
        )
    try:
        _wait(port, process, log)
        yield Live(app, port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[str], log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            if Visitor(port).get("/healthz").status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
    raise AssertionError(f"the server did not answer: {log.read_text()[-2000:]}")


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Do these at one instant, each in a thread of its own; their answers in their order."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        barrier.wait(timeout=20)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def press(presses: Sequence[tuple[Visitor, Form]]) -> list[Any]:
    """Several people press their buttons at one instant."""
    return at_once([lambda pair=pair: pair[0].post(pair[1]) for pair in presses])
