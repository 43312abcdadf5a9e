"""Every page took a side before the closing hour comes: it can wait, or it never does. Whoever saves never waits."""

from __future__ import annotations

from flask import Flask

from config import Settings
from deploy.web import THREADS_IN_EACH_PROCESS
from tests.architecture.never_waits import CAN_WAIT_THOUGH_POSTED, NEVER_WAITS


def methods(app: Flask) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return found


def waiting(app: Flask) -> set[str]:
    return {name for name, view in app.view_functions.items() if hasattr(view, "__can_wait__")}


def test_every_page_can_wait_or_never_waits(_sqlite_app):
    pages = {name for name, how in methods(_sqlite_app).items() if how == {"GET"}}
    assert pages - waiting(_sqlite_app) - NEVER_WAITS == set(), (
        "put @can_wait (grants/web/shedding.py) over its @allows, or its name into never_waits.py"
    )
    assert NEVER_WAITS - pages == set(), "take it out of tests/architecture/never_waits.py"
    assert waiting(_sqlite_app) & NEVER_WAITS == set()


def test_nobody_who_brings_something_waits(_sqlite_app):
    posted = {name for name, how in methods(_sqlite_app).items() if how != {"GET"}}
    assert waiting(_sqlite_app) & posted == CAN_WAIT_THOUGH_POSTED
    assert {
        "accounts.ask_for_link",
        "accounts.press_link",
        "accounts.check_code",
        "accounts.sample_sign_in",
        "applications.save_section",
        "applications.submit",
        "applications.begin_upload",
        "applications.add_piece",
        "applications.finish_upload",
        "endorsements.answer",
        "monitoring.submit",
    } <= posted - CAN_WAIT_THOUGH_POSTED


def test_nobody_is_looked_up_for_what_waits(_sqlite_app):
    # Under `@allows` the person and the thing would be read first, which is what there is no room for.
    views = _sqlite_app.view_functions
    wrong = [name for name in waiting(_sqlite_app) if not hasattr(views[name].__wrapped__, "__allows__")]
    assert wrong == []
    assert len(waiting(_sqlite_app)) >= 20


def test_threads_are_left_when_a_process_counts_as_busy():
    # What can wait holds one thread fewer than this at most.
    assert THREADS_IN_EACH_PROCESS - (Settings().busy_requests - 1) >= 2
