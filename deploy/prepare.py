"""The sample's database: migrated and filled before the first page, and left alone when it is so already."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from config import ROOT, Settings
from deploy import preflight


class PreparationFailed(Exception):
    """The sample cannot be prepared; its text is one line, empty when a command has said it already."""


def prepare_sample(settings: Settings, env: Mapping[str, str]) -> None:
    """Bring the sample's database up to date; where nothing is to do that costs a few milliseconds."""
    stamp = Stamp(settings)
    found = preflight.revision_in_database(settings)
    pending = found != preflight.heads_in_code()
    if pending and found and not stamp.is_ours():
        raise PreparationFailed(
            "SAMPLE=1 works only on a database that the sample made: "
            "unset DATABASE_URL, or set DATA_DIR to an empty folder."
        )
    if pending or not stamp.is_ours():
        print("Preparing the sample (this once) ...", flush=True)
    if pending:
        _flask("db", "upgrade", env=env)
    if pending or not stamp.is_ours():
        _flask("load-sample", env=env)
        stamp.write()


class Stamp:
    """A note in the data folder that says for which database the sample was loaded."""

    def __init__(self, settings: Settings) -> None:
        self.path: Path = settings.data_dir / "sample-loaded"
        # A digest, because the address may hold a password.
        self.mark = hashlib.sha256(settings.database_url.encode()).hexdigest()

    def is_ours(self) -> bool:
        return self.path.exists() and self.path.read_text().strip() == self.mark

    def write(self) -> None:
        self.path.write_text(self.mark + "\n")


def _flask(*arguments: str, env: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "flask", "--app", "grants", *arguments]
    # Alembic tells every step on stderr; it is shown only when the command fails.
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise PreparationFailed(f"`flask {' '.join(arguments)}` failed (exit code {done.returncode}).")
