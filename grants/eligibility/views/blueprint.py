"""The blueprint that every page of the eligibility check belongs to."""

from flask import Blueprint

bp = Blueprint("eligibility", __name__)
