"""The browser that the journeys share; each person in them is a `visitor` with cookies of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import started_browser
from tests.journeys.scene import Service, open_service


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the tests of this process."""
    with started_browser(chromium) as started:
        yield started


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service of its own for this test, which may turn its calendar."""
    # The duty that delivers reads its settings as a worker does.
    monkeypatch.setenv("SAMPLE", "1")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with open_service(tmp_path) as opened:
        yield opened
