"""Words of the panel's meeting and its minutes."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {
    "minutes": {
        "draft": ("As written from the meeting", "", "blue"),
        "corrected": ("Corrected, not signed", "", "yellow"),
        "signed": ("Signed", "", "green"),
    },
}
ACTIONS: dict[tuple[str, str], str] = {
    ("minutes", "write"): "Write the minutes",
    ("minutes", "correct"): "Correct the minutes",
    ("minutes", "sign"): "Sign the minutes",
    ("minutes", "add-note"): "Add a note",
}
RECORDED: dict[tuple[str, str], str] = {
    ("panel", "meeting-began"): "Begin the meeting",
    ("panel", "meeting-ended"): "End the meeting",
    ("panel", "came-in"): "Come into the room",
    ("panel", "left-room"): "Leave the room",
    ("panel", "took-chair"): "Take the chair",
    ("panel", "show-marks"): "Show the marks",
    ("panel", "hide-marks"): "Take the marks off the screen",
    ("panel", "put-away"): "Put the item away",
    ("application", "open-item"): "Put on the table",
    ("application", "item-phase"): "Move on with the item",
    ("application", "item-words"): "Write in the meeting",
    ("application", "agree-item"): "Agree in the meeting",
}
SENTENCES: dict[str, str] = {
    "meeting-not-over": "The meeting is not over. The minutes can be signed when the panel has closed.",
    "not-chair-of-panel": "Only a chair of this panel can sign its minutes.",
    "words-needed": "Write the text.",
    "no-meeting": "There is no meeting of this panel now.",
    "meeting-over": "The meeting is over, so nothing in it can change.",
    "not-in-the-room": "You are not in the room. Come in first.",
    "not-on-the-table": "This item is not on the table now. Put it on the table first.",
    "item-not-ready": "This bid can't be put on the table: its markers have not finished.",
    "nobody-else-to-chair": "Nobody else can take the chair.",
}
