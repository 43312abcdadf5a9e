"""The blueprint that every page of assessment hangs on."""

from flask import Blueprint

bp = Blueprint("assessment", __name__)
