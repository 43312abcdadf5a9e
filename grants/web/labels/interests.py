"""Words of interests, rulings on them and who may take part."""

from __future__ import annotations

from workflows.assignment import InterestKind

KINDS: dict[InterestKind, str] = {
    InterestKind.RUNS: "I run, work or volunteer for the group",
    InterestKind.FAMILY: "Family or a close friend",
    InterestKind.HELPED_WRITE: "I helped to write the bid",
    InterestKind.PAID: "I would be paid from it, or supply it",
    InterestKind.SAME_BODY: "We are members of the same body",
    InterestKind.COMPETITOR: "I compete with it",
    InterestKind.OTHER: "Something else",
}

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {
    ("assignment", "set-aside"): "Set aside for an interest",
    ("application", "return-to-markers"): "Send back for another marker",
}
RECORDED: dict[tuple[str, str], str] = {
    ("application", "rule-on-interest"): "Rule on an interest",
}
SENTENCES: dict[str, str] = {
    "enough-markers": "The bid has the markers that it needs.",
    "own-interest": "Nobody rules on their own interest. Another chair or a manager does it.",
    "ruling-needed": "Choose whether they take part.",
    "interest-not-indirect": "They have declared something else since. Open the page again.",
    "interest-not-ruled": "You declared an indirect interest in this bid. Another chair or a manager rules on it first.",
    "interest-known": "That interest is on the record already.",
    "person-has-no-part": "Choose a member of the panel or a marker of the bid.",
    "stands-aside-from-a-bid": (
        "You stand aside from a bid of this round, and this would tell you about it. Another chair of the panel does "
        "it. You can still agree scores and outcomes of the other bids one by one."
    ),
    "over-the-pot-unshown": (
        "This is more than is left in the pot. How much that is can't be shown to you, as you stand aside from a bid."
    ),
}
