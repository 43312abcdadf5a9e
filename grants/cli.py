"""The commands of the service: each parses its arguments, calls one service and commits once.

Exit codes: 0 done, 1 refused (what and where on stderr), 2 usage.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask

from config import ROOT

# Each module of this folder's commands package offers `commands`, a list of click commands.
COMMANDS = ROOT / "grants" / "commands"


def init_app(app: Flask) -> None:
    for path in sorted(Path(COMMANDS).glob("[!_]*.py")):
        for command in import_module(f"grants.commands.{path.stem}").commands:
            app.cli.add_command(command)


def refuse(message: str) -> NoReturn:
    """End a command with exit code 1 and the reason on stderr."""
    click.echo(message, err=True)
    raise SystemExit(1)
