"""A real browser for the journeys: Debian's Chromium, at two sizes, with or without JavaScript, read by axe.

The fixtures are in `journeys/conftest.py`; the browser's path and what happens without one in `conftest.py`.
A click need not wait for the page that it loads: whatever loads a page does so inside `loading`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
# The sandbox needs rights that a container lacks; the rest keeps the browser from calling anybody.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# For a page, an element or a waiting assertion. No test waits this long on purpose; a slow machine may have to.
PATIENCE = 30_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


@contextmanager
def started_browser(path: str) -> Iterator[Browser]:
    """A browser that is closed afterwards."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(
    browser: Browser, *, size: ViewportSize = DESKTOP, has_javascript: bool = True, **options: str
) -> Iterator[BrowserContext]:
    """One person with cookies of their own. An action that finds nothing fails after `PATIENCE`."""
    context = browser.new_context(
        viewport=size,
        java_script_enabled=has_javascript,
        locale="en-GB",
        timezone_id="Europe/London",
        **options,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def loading(page: Page) -> Iterator[None]:
    """What is done inside loads a page, perhaps of the same address; at the end it has come and its script ran."""
    with page.expect_navigation():
        yield


def comes_true(page: Page, script: str) -> None:
    """Wait until this holds in the page. (`wait_for_function` asks again by `eval`, which our policy refuses.)"""
    until = monotonic() + PATIENCE / 1000
    while not page.evaluate(script):
        assert monotonic() < until, f"it did not come true: {script}"
        page.wait_for_timeout(50)


def complaints(page: Page) -> list[str]:
    """A list that fills with what the browser complains of from now on: script errors and refusals of the policy."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A page that answers 404 or 422 on purpose is a "failed resource" to the browser.
        if message.type == "error" and "Failed to load resource" not in message.text:
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong, with the elements; empty is the only good answer. The page needs JavaScript."""
    # All rules run; only of what passes, nothing is told, which takes half of the time.
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes']]}" for each in found]


def runs_off_the_side(page: Page) -> bool:
    """Whether the page must be moved sideways to be read."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width > 0


# Text that stands beyond the screen, or in a box that hides a part of it. What scrolls by itself may be wider; what
# is hidden from sight on purpose is for screen readers.
CUT_OFF = """() => {
    const found = [];
    const say = (each, why) => {
        found.push(`${why}: ${each.tagName.toLowerCase()}.${each.className} “${each.textContent.trim().slice(0, 40)}”`);
    };
    const style = each => getComputedStyle(each);
    const isHidden = each => style(each).clipPath !== "none";
    const scrolls = each => ["auto", "scroll"].includes(style(each).overflowX);
    const within = (each, test) => each && each !== document.body && (test(each) || within(each.parentElement, test));
    const isBeyond = box => box.width && (box.right > innerWidth + 1 || box.left < -1);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const around = node.parentElement;
        if (!node.data.trim() || around.closest(".govuk-skip-link")) continue;
        if (within(around, each => isHidden(each) || scrolls(each))) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        if (Array.from(range.getClientRects()).some(isBeyond)) say(around, "beyond the screen");
    }
    for (const each of document.body.querySelectorAll("*")) {
        if (isHidden(each) || each.closest("svg, input")) continue;
        const isWider = each.scrollWidth > each.clientWidth + 1;
        const isHigher = each.scrollHeight > each.clientHeight + 1;
        if (["hidden", "clip"].includes(style(each).overflowX) && (isWider || isHigher)) say(each, "cut off");
        if (each.matches("select, .govuk-button") && (each.offsetWidth > innerWidth || isWider)) say(each, "too wide");
    }
    return found;
}"""


@contextmanager
def text_doubled(page: Page) -> Iterator[None]:
    """The page as somebody sees it who has set their text to twice its size."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    try:
        yield
    finally:
        page.evaluate("document.documentElement.style.fontSize = ''")


def cut_off(page: Page) -> list[str]:
    """The words that can't be read without moving the page sideways, or at all."""
    found: list[str] = page.evaluate(CUT_OFF)
    return found + ["wider than the screen"] * runs_off_the_side(page)


class _Silent(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app at an address of this machine, in a thread of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
