"""Words of interests, rulings on them and who may take part."""

from __future__ import annotations

from workflows.assignment import InterestKind
from workflows.rules.interests import Signal

KINDS: dict[InterestKind, str] = {
    InterestKind.RUNS: "I run, work or volunteer for the group",
    InterestKind.FAMILY: "Family or a close friend",
    InterestKind.HELPED_WRITE: "I helped to write the bid",
    InterestKind.PAID: "I would be paid from it, or supply it",
    InterestKind.SAME_BODY: "We are members of the same body",
    InterestKind.COMPETITOR: "I compete with it",
    InterestKind.OTHER: "Something else",
}

# What the person themselves is told; {} is their own side of the match.
PROPOSED: dict[Signal, str] = {
    Signal.EMAIL: "your e-mail address {} stands in the bid",
    Signal.DOMAIN: "somebody in the bid has an e-mail address at {}, as you have",
    Signal.NAME: "somebody with your name stands in the bid",
    Signal.PHONE: "the bid has the phone number of {}, where you are or were a member",
    Signal.POSTCODE: "the group is at the postcode of {}, where you are or were a member",
    Signal.MEMBER: "you belong to the group",
    Signal.WAS_MEMBER: "you belonged to the group before",
    Signal.ENDORSER: "you were asked at {} to endorse the bid",
    Signal.ENTERED: "you entered the bid for the group",
}
# The same for a chair or a manager.
PROPOSED_OF: dict[Signal, str] = {
    Signal.EMAIL: "their e-mail address stands in the bid",
    Signal.DOMAIN: "somebody in the bid has an e-mail address at {}, as they have",
    Signal.NAME: "somebody with their name stands in the bid",
    Signal.PHONE: "the bid has the phone number of {}, where they are or were a member",
    Signal.POSTCODE: "the group is at the postcode of {}, where they are or were a member",
    Signal.MEMBER: "they belong to the group",
    Signal.WAS_MEMBER: "they belonged to the group before",
    Signal.ENDORSER: "they were asked to endorse the bid",
    Signal.ENTERED: "they entered the bid for the group",
}


def proposed_words(signal: Signal, evidence: str, *, to_themselves: bool = True) -> str:
    """What was found, in words for the person or for those who read over it."""
    return (PROPOSED if to_themselves else PROPOSED_OF)[signal].format(evidence)


STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {
    ("assignment", "set-aside"): "Set aside for an interest",
    ("application", "return-to-markers"): "Send back for another marker",
}
RECORDED: dict[tuple[str, str], str] = {
    ("application", "rule-on-interest"): "Rule on an interest",
    ("application", "propose-interest"): "A sign of an interest was found",
}
SENTENCES: dict[str, str] = {
    "interest-proposed": "We think you may have an interest in this bid. Say first whether you have.",
    "proposal-needs-why": "Say why it is no interest: we found a sign of one.",
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
