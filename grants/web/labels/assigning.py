"""Words of giving bids to markers and packs of marks."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {
    ("assignment", "give-out"): "Give out bids",
    ("assignment", "take-off"): "Take the marker off",
    ("assignment", "assign-again"): "Give the bid back to the marker",
    ("assignment", "give-out-again"): "Give the bids back to the marker",
    ("assignment", "begin-for"): "Bring in the marker's sheet",
    ("assignment", "lock-for"): "Lock for the marker, by their word",
}
RECORDED: dict[tuple[str, str], str] = {
    ("round", "remind-markers"): "Markers reminded",
    ("assignment", "bring-marks"): "Marks brought in from a file",
}
SENTENCES: dict[str, str] = {
    "sheet-empty": "Choose the sheet that you want to send.",
    "sheet-too-large": "This file is too large to be a sheet of marks.",
    "sheet-not-a-table": "This file can't be read. Send an Excel file (.xlsx) or a CSV file in UTF-8.",
    "sheet-too-many-rows": "This file has more rows than a sheet of marks can have.",
    "marks-the-bid": "You mark this bid yourself, or did. Somebody else brings in the sheets of its other markers.",
    "marker-has-not-confirmed": "Say when and how the marker confirmed these scores.",
    "how-confirmed-needed": "Write how the marker confirmed them.",
    "confirmed-day-impossible": "This day must not be in the future, nor before the marker got the bid.",
    "brought-in-by-marker": "{name} brought in another marker's sheet for {reference}, so can't mark it.",
    "nothing-to-take-off": "This marker has nothing in this round that can be taken off them.",
    "markers-reminded-today": "Every marker with bids to finish has been reminded today already.",
}
