"""The blueprint of these pages."""

from flask import Blueprint

bp = Blueprint("diligence", __name__)
