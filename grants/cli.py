"""The commands of the service: each parses its arguments, calls one service and commits once.

Exit codes: 0 done, 1 refused (what and where on stderr), 2 usage.
"""

from __future__ import annotations

from importlib import import_module
from typing import NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from config import ROOT

# Each module of this folder offers `commands`, a list of click commands.
COMMANDS = ROOT / "grants" / "commands"


class Commands(AppGroup):
    """The application's commands, imported when a command line asks for them and never by a web process."""

    _is_loaded = False

    def _load(self) -> None:
        if self._is_loaded:
            return
        self._is_loaded = True
        for path in sorted(COMMANDS.glob("[!_]*.py")):
            for command in import_module(f"grants.commands.{path.stem}").commands:
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        self._load()
        return super().get_command(ctx, cmd_name)


def init_app(app: Flask) -> None:
    # What extensions have added (the migrations' `db`) stays.
    app.cli = Commands(app.name, commands=app.cli.commands)


def refuse(message: str) -> NoReturn:
    """End a command with exit code 1 and the reason on stderr."""
    click.echo(message, err=True)
    raise SystemExit(1)
