"""Registers: what each sort of answer becomes; a server that hangs, drips, lies or is down costs two seconds."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from config import ROOT, Settings
from grants.core.registers import (
    HttpRegister,
    NotKnown,
    OfflineRegister,
    Record,
    Unavailable,
    charity_register,
    company_register,
)
from grants.web.registers import SAMPLE_FILE, registers_for

CHARITY = {
    "charity_name": " Anytown Hall\u200b (fictional) ",
    "address_line_one": "1 Example Street",
    "address_line_two": None,
    "address_line_three": "Anytown",
    "address_post_code": "le11aa",
}
COMPANY = {
    "company_name": "ANYTOWN LIMITED (FICTIONAL)",
    "registered_office_address": {"address_line_1": "Unit 3", "locality": "Anytown", "postal_code": "PR1 1AA"},
}


ODD = {"garbage": b"<html>busy</html>", "list": b"[1, 2]", "null": b"null", "huge": b" " * 300_000}


class FakeRegister(BaseHTTPRequestHandler):
    """Answers as the number asks: it stands at the end of the path."""

    seen: list[tuple[str, dict[str, str]]] = []

    def do_GET(self) -> None:
        FakeRegister.seen.append((self.path, dict(self.headers)))
        what = self.path.rpartition("/")[2]
        if what == "hang":
            time.sleep(5)
        elif what == "drip":
            self._drip()
        elif what == "500":
            self.send_error(500)
        elif what == "404":
            self.send_error(404)
        elif what == "redirect":
            self.send_response(302)
            self.send_header("Location", "/1234567")
            self.end_headers()
        else:
            self._say(ODD.get(what))

    def _say(self, body: bytes | None) -> None:
        known = COMPANY if "company" in self.path else CHARITY
        body = json.dumps(known).encode() if body is None else body
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(50):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeRegister)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_charity_is_read_in_the_spelling_to_keep(base):
    found = charity_register(f"{base}/charity/{{number}}", "key-1").look_up("1234567")
    assert found == Record("1234567", "Anytown Hall (fictional)", "1 Example Street\nAnytown", "LE1 1AA")
    path, headers = FakeRegister.seen[-1]
    assert path == "/charity/1234567"
    assert {name.lower(): value for name, value in headers.items()}["ocp-apim-subscription-key"] == "key-1"


def test_a_company_is_read_and_signed_in_for(base):
    found = company_register(f"{base}/company/{{number}}", "key-2").look_up("09999001")
    assert found == Record("09999001", "ANYTOWN LIMITED (FICTIONAL)", "Unit 3\nAnytown", "PR1 1AA")
    assert FakeRegister.seen[-1][1]["Authorization"] == "Basic " + base64.b64encode(b"key-2:").decode()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("404", NotKnown),
        ("500", Unavailable),
        ("garbage", Unavailable),
        ("list", Unavailable),
        ("null", Unavailable),
        ("huge", Unavailable),
        ("redirect", Unavailable),
    ],
)
def test_what_can_not_be_read_is_no_record(base, number, kind):
    register = HttpRegister(f"{base}/{{number}}", {}, lambda found: {"name": found["charity_name"]})
    assert isinstance(register.look_up(number), kind)


@pytest.mark.parametrize("number", ["hang", "drip"])
def test_a_slow_register_is_waited_for_and_then_left(base, number):
    register = HttpRegister(f"{base}/{{number}}", {}, lambda found: {"name": "x"}, seconds=0.3)
    began = time.perf_counter()
    assert register.look_up(number) == Unavailable()
    assert time.perf_counter() - began < 1.5


def test_a_register_that_is_down_is_unavailable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/{{number}}"
    assert charity_register(url, "").look_up("1234567") == Unavailable()
    assert company_register("http://no-such-host.invalid/{number}", "").look_up("09999001") == Unavailable()


def test_numbers_of_other_countries_are_not_asked_of_england_and_wales(base):
    count = len(FakeRegister.seen)
    assert charity_register(f"{base}/{{number}}", "").look_up("SC012345") == Unavailable()
    assert len(FakeRegister.seen) == count


def test_the_sample_s_register_is_plainly_made_up():
    entries = json.loads(SAMPLE_FILE.read_text())
    assert all("(fictional)" in each["name"] for kind in entries.values() for each in kind.values())
    register = OfflineRegister(SAMPLE_FILE, "charity_number")
    assert isinstance(register.look_up("1999001"), Record)
    assert register.look_up("7654321") == NotKnown()
    assert OfflineRegister(ROOT / "nowhere.json", "charity_number").look_up("1999001") == Unavailable()


def test_settings_choose_the_registers(base):
    sample = registers_for(Settings(sample=True))
    assert all(isinstance(each, OfflineRegister) for each in sample.values())
    real = registers_for(Settings(charity_register_url=f"{base}/{{number}}"))
    assert isinstance(real["charity_number"], HttpRegister)
    assert real["company_number"].look_up("09999001") == Unavailable()


@pytest.mark.parametrize("url", ["file:///etc/{number}", "https://register.example.org/", "x"])
def test_an_address_that_is_no_register_s_is_refused_at_the_start(url):
    assert any("COMPANY_REGISTER_URL" in each for each in Settings(company_register_url=url).problems())
    assert not any(
        "CHARITY" in each for each in Settings(charity_register_url="https://x.example.org/{number}").problems()
    )
