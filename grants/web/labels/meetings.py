"""Words of meetings of a panel and their minutes."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {}
RECORDED: dict[tuple[str, str], str] = {}
SENTENCES: dict[str, str] = {}
