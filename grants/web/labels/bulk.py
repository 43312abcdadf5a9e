"""Words of saved views and changes of many things at once."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {
    "bulk": {
        "planned": ("Not confirmed yet", "", "yellow"),
        "waiting": ("Can be called back", "", "blue"),
        "done": ("Done", "", "green"),
        "called_back": ("Called back", "", "grey"),
        "dropped": ("Not confirmed in time", "", "grey"),
    }
}
ACTIONS: dict[tuple[str, str], str] = {
    ("bulk", "plan"): "Plan a change of many bids",
    ("bulk", "confirm"): "Confirm",
    ("bulk", "drop"): "Drop what nobody confirmed",
    ("bulk", "call-back"): "Call it back",
    ("bulk", "carry-out"): "Do it",
}
RECORDED: dict[tuple[str, str], str] = {
    ("round", "keep-view"): "Keep a view of the list",
    ("round", "drop-view"): "Drop a view of the list",
}
SENTENCES: dict[str, str] = {
    "bids-needed": "Choose at least one bid.",
    "too-many-bids": "At most 200 bids can be changed at once. Filter the list, or do it in parts.",
    "nothing-to-do": "None of these bids can be changed in this way.",
    "not-your-plan": "Somebody else planned this. Whoever saw what it comes to confirms it.",
    "plan-too-old": "This was worked out more than an hour ago. Start again from the list.",
    "plan-stands": "This can still be confirmed.",
    "done-already": "The time to call this back is over.",
    "can-be-called-back": "This waits until it can no longer be called back.",
    "view-name-needed": "Give the view a name.",
    "nothing-to-keep": "Search, filter or sort the list first: there is nothing to keep yet.",
    "too-many-views": "You keep 30 views of this list already. Drop one first.",
}
# kind of change -> (what it is called, what has become of a bid that it was done to)
BULK_KINDS: dict[str, tuple[str, str]] = {
    "pass-checks": ("Pass the eligibility check", "passed"),
    "ask": ("Ask the groups a question", "asked"),
    "take-back-question": ("Take back a question", "taken back"),
    "disqualify": ("Confirm the disqualification", "disqualified"),
}
