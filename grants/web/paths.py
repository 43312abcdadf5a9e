"""Addresses that are the same on every page are made once: menus, doors and files ask for a dozen each time."""

from __future__ import annotations

from flask import current_app, request, url_for


def path_of(endpoint: str, **arguments: str) -> str:
    """The address of a page that hangs on nothing of this request but where the service is mounted."""
    made: dict[tuple[str, ...], str] = current_app.extensions.setdefault("paths", {})
    key = (request.script_root, endpoint, *arguments.values())
    if key not in made:
        made[key] = url_for(endpoint, **arguments)
    return made[key]
