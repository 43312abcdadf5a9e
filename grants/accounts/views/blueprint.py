"""The blueprint of accounts, alone in its file so that each file of pages can import it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__)
