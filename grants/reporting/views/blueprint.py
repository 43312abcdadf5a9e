"""The blueprint of these pages, and who may read them."""

from __future__ import annotations

from flask import Blueprint, current_app, url_for

from workflows.actors import Role

bp = Blueprint("reporting", __name__)

READERS = (Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE)
EXPORTERS = (Role.OFFICER, Role.MANAGER)


def link(endpoint: str, **arguments: object) -> str:
    """The address of a page of another feature; empty while this installation does not have it."""
    return url_for(endpoint, **arguments) if endpoint in current_app.view_functions else ""
