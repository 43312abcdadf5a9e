"""What every test may ask for. Servers start when the first test of a process needs them, and end with it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.servers import postgres_database, postgres_server, redis_server

pytest_plugins = ["tests.apps"]

# A property that takes long is a slow machine, and no false one.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

# A real database, broker or mail server that the shell knows must be out of the reach of tests.
_OUT_OF_REACH = ("DATABASE_URL", "REDIS_URL", "MAIL_URL", "SECRET_KEY", "BASE_URL", "DATA_DIR", "SAMPLE", "PORT")
for _name in _OUT_OF_REACH:
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    """A PostgreSQL server of this test process, for tests that make databases of their own."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server_url: str) -> Iterator[str]:
    """An empty database of this test process."""
    with postgres_database(postgres_server_url) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A broker of this test process, as Celery spells its address."""
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. In CI its absence is an error; elsewhere the last lines say what was not run."""
    found = find_chromium()
    if found is None and os.environ.get("CI"):
        pytest.fail("Chromium is missing: install it, or set CHROMIUM to its path.", pytrace=False)
    if found is None:
        pytest.skip("no Chromium")
    return found


def find_chromium() -> str | None:
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"Not run: {len(skipped)} browser tests, because no Chromium was found.", yellow=True
        )
    if failed := os.environ.get("CHECKS_FAILED"):
        terminalreporter.write_line(f"Failed before the tests: {failed}", red=True)
