"""Words of the best set of awards and its scenarios."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {
    ("application", "recommend-part"): "Recommend in part",
}
RECORDED: dict[tuple[str, str], str] = {}
SENTENCES: dict[str, str] = {
    "part-out-of-range": (
        "A part is at least {least_pence}, with which the group says that it can go ahead, and less than the ask "
        "of {ask_pence}."
    ),
    "lines-removed-needed": "Name what the part leaves out of the budget.",
}
