"""Words of the best set of awards and its scenarios."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {
    ("application", "recommend-part"): "Recommend in part",
}
RECORDED: dict[tuple[str, str], str] = {
    ("panel", "save-scenario"): "Work out a scenario",
    ("panel", "drop-scenario"): "Drop a scenario",
    ("panel", "follow-scenario"): "Make a scenario the recommendation",
    ("round", "authorise-over-programming"): "Allow more than the pot",
}
SENTENCES: dict[str, str] = {
    "scenario-name-needed": "Give the scenario a name.",
    "scenario-name-taken": "Another scenario of this round has that name.",
    "too-many-scenarios": "The round has 50 scenarios. Drop one first.",
    "scenario-followed": "The panel's recommendation follows this scenario, so it stays.",
    "scenario-stale": "A bid has moved since this was worked out. Work it out again first.",
    "scenario-impossible": "The rules of this scenario can't be kept together, so it recommends nothing.",
    "departure-needs-reason": "Write why this bid departs from its rank.",
    "over-programming-range": "Write a percent from 0 to 50.",
    "minimum-above-ask": "{reference} says that it needs more than it asks for.",
    "part-out-of-range": (
        "A part is at least {least_pence}, with which the group says that it can go ahead, and less than the ask "
        "of {ask_pence}."
    ),
    "lines-removed-needed": "Name what the part leaves out of the budget.",
}
