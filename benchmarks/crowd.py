"""The applicants of the closing minute, in a process of their own: they read a plan and write down what was answered.

Standard library only, and nothing of the application, so that what it measures is the server and not itself.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

PATIENCE = 60
SAVES = 4
CODES = ("P14", "P16")
# One in twelve is too late, by up to three seconds; one in ten presses the button twice at once.
LATE, TWICE = 12, 10
LATEST = 3.0
READING = 1.5
BARE_SECONDS, BARE_AT_ONCE = 5.0, 16


@dataclass(frozen=True, slots=True)
class Heard:
    """One request: what it was for, when it went out (Unix time), and what came back. Status 0: no answer."""

    who: int
    kind: str
    sent_at: float
    ms: float
    status: int
    code: str = ""
    text: str = ""
    location: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: str


class Crowd:
    """All of them, and what they heard."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.port: int = plan["port"]
        self.start: float = plan["start"]
        self.seconds: float = plan["seconds"]
        self.applicants: list[dict[str, Any]] = plan["applicants"]
        self.random = random.Random(plan["seed"])
        self.heard: list[Heard] = []

    async def run(self) -> None:
        await asyncio.gather(*(self._apply(number, each) for number, each in enumerate(self.applicants)))

    async def _apply(self, number: int, who: dict[str, Any]) -> None:
        """Open the page, save as one types, look everything over, send; all of it denser towards the end."""
        is_late = number % LATE == 0
        last = self.seconds + self.random.uniform(0.02, LATEST) if is_late else self._before_the_end()
        times = sorted(last * self.random.random() ** 0.5 for _ in range(SAVES))
        base = f"/applications/{who['id']}"
        await self._until(times[0] - READING)
        page = await self._ask(who, "page", "GET", f"{base}/sections/reach")
        marks = dict(pair.partition(":")[::2] for pair in value_on(page.body, "seen").split())
        for turn, at in enumerate(times):
            await self._until(at)
            await self._save(who, marks, turn)
        await self._until(last - READING)
        check = await self._ask(who, "check", "GET", f"{base}/check")
        await self._until(last)
        fields = {name: value_on(check.body, name) for name in ("seen_version", "seen_hash")}
        presses = 2 if number % TWICE == 0 else 1
        await asyncio.gather(*(self._post(who, "submit", f"{base}/submit", fields) for _ in range(presses)))
        if is_late:
            await self._save(who, marks, SAVES)

    def _before_the_end(self) -> float:
        return self.seconds * self.random.random() ** 0.5

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, self.start + at - time.time()))

    async def _save(self, who: dict[str, Any], marks: dict[str, str], turn: int) -> None:
        """What static/save.js sends: one question, with the mark of the text that it replaces."""
        code = CODES[turn % len(CODES)]
        text = f'Größe {turn}: "{who["id"]}" – £5 & <two> lines,\nthe second at {time.time_ns()} ✓'
        fields = {"only": code, "seen": f"{code}:{marks.get(code, '')}", code: text}
        path = f"/applications/{who['id']}/sections/reach"
        answer = await self._post(who, "save", path, fields, code=code, text=text)
        if answer.status == 200:
            marks |= json.loads(answer.body)["fingerprints"]

    async def _post(
        self, who: dict[str, Any], kind: str, path: str, fields: dict[str, str], *, code: str = "", text: str = ""
    ) -> Answer:
        body = urlencode({"csrf_token": who["csrf_token"], **fields})
        return await self._ask(who, kind, "POST", path, body, code=code, text=text)

    async def _ask(
        self, who: dict[str, Any], kind: str, method: str, path: str, body: str = "", *, code: str = "", text: str = ""
    ) -> Answer:
        accept = "application/json" if kind == "save" else "text/html"
        sent_at, begun = time.time(), time.perf_counter()
        answer = await ask(self.port, method, path, body, cookie=who["cookie"], accept=accept)
        ms = (time.perf_counter() - begun) * 1000
        is_late = answer.status == 409 and time.time() > self.start + self.seconds
        self.heard.append(Heard(who["id"], kind, sent_at, ms, answer.status, code, text, answer.location, is_late))
        return answer


async def ask(port: int, method: str, path: str, body: str = "", *, cookie: str = "", accept: str = "*/*") -> Answer:
    """One request over a connection of its own."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nAccept: {accept}\r\n"
    head += f"Cookie: {cookie}\r\n" if cookie else ""
    if body:
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"{head}\r\n{body}".encode())
            raw = await reader.read(-1)
            writer.close()
    except (OSError, TimeoutError):
        return Answer(0, "", "")
    top, _, rest = raw.partition(b"\r\n\r\n")
    words = top.decode("latin-1")
    found = re.search(r"(?im)^location: *(\S+)", words)
    return Answer(int(words.split(" ", 2)[1]) if words else 0, found.group(1) if found else "", rest.decode())


def value_on(page: str, name: str) -> str:
    """What the hidden field of this name holds, or nothing."""
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    value = re.search(r'\bvalue="([^"]*)"', tag.group(0)) if tag else None
    return value.group(1) if value else ""


async def bare_per_second(port: int) -> float:
    """Requests of L1 in a second, sixteen at a time, each over a connection of its own as the applicants' are."""
    until = time.perf_counter() + BARE_SECONDS

    async def visitor() -> int:
        count = 0
        while time.perf_counter() < until:
            count += (await ask(port, "GET", "/limits/1")).status == 200
        return count

    return sum(await asyncio.gather(*(visitor() for _ in range(BARE_AT_ONCE)))) / BARE_SECONDS


async def _main(plan: Path, result: Path) -> None:
    told = json.loads(plan.read_text())
    if not told["applicants"]:
        result.write_text(json.dumps(await bare_per_second(told["port"])))
        return
    crowd = Crowd(told)
    await crowd.run()
    result.write_text(json.dumps([asdict(each) for each in crowd.heard]))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), Path(sys.argv[2])))
