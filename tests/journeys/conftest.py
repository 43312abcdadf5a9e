"""The browser that the journeys share; each person in them is a `visitor` with cookies of their own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import started_browser


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the tests of this process."""
    with started_browser(chromium) as started:
        yield started
