"""Words of interests, rulings on them and who may take part."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {}
RECORDED: dict[tuple[str, str], str] = {}
SENTENCES: dict[str, str] = {
    "stands-aside-from-a-bid": (
        "You stand aside from a bid of this round, and this would tell you about it. Another chair of the panel does "
        "it. You can still agree scores and outcomes of the other bids one by one."
    ),
    "over-the-pot-unshown": (
        "This is more than is left in the pot. How much that is can't be shown to you, as you stand aside from a bid."
    ),
}
