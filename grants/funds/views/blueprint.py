"""The blueprint of funds, alone in its file so that each file of pages can import it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("funds", __name__)
