"""Numbers in addresses: one that no row can have is answered as a row that does not exist, never by the database."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.routing import IntegerConverter

# Eighteen digits always fit a database's 64 bits; beyond them the database fails, and Python on still longer ones.
MAX_DIGITS = 18


class RowNumber(IntegerConverter):
    """The converter behind `<int:...>` in every address."""

    regex = rf"\d{{1,{MAX_DIGITS}}}"


def row_argument(name: str) -> int | None:
    """A row's number in the query string; None if it is absent or cannot be one."""
    return row_of(request.args.get(name, ""))


def row_of(typed: str) -> int | None:
    """A row's number as it was sent; None if it cannot be one."""
    return int(typed) if len(typed) <= MAX_DIGITS and typed.isdecimal() else None


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
