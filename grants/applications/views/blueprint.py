"""The blueprint that the pages of bids hang on."""

from flask import Blueprint

bp = Blueprint("applications", __name__)
