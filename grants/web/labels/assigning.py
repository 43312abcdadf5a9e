"""Words of giving bids to markers and packs of marks."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {
    ("assignment", "give-out"): "Give out bids",
    ("assignment", "take-off"): "Take the marker off",
}
RECORDED: dict[tuple[str, str], str] = {
    ("round", "remind-markers"): "Markers reminded",
    ("assignment", "bring-marks"): "Marks brought in from a file",
}
SENTENCES: dict[str, str] = {
    "nothing-to-take-off": "This marker has nothing in this round that can be taken off them.",
    "markers-reminded-today": "Every marker with bids to finish has been reminded today already.",
}
