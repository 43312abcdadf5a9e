"""Small numbers: what may be shown of counts over few groups, so that nobody is told apart, by subtraction neither.

After the practice of official statistics: fewer than five are not shown, and enough beside them that sums give
nothing away.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

FEWEST: Final = 5


class Cell(StrEnum):
    """What a count becomes that is not shown."""

    FEW = "few"
    KEPT_BACK = "kept_back"


def shown_shares(counts: Sequence[int]) -> list[int | Cell]:
    """What may be shown of counts that come to a total which is known, each group being in one of them.

    What is hidden together comes to five at least, in two places at least; else the smallest beside it is hidden
    too, and then nothing says which of the hidden ones are few.
    """
    hidden = {place for place, count in enumerate(counts) if count < FEWEST}
    few = len(hidden)
    for most in sorted(set(counts)):
        if not hidden or _holds(counts, hidden, few):
            break
        # Equals go together: which of them was taken would tell where the small one stands.
        hidden |= {place for place, count in enumerate(counts) if count == most}
    word = Cell.FEW if len(hidden) == few and _holds(counts, hidden, few) else Cell.KEPT_BACK
    return [word if place in hidden else count for place, count in enumerate(counts)]


def _holds(counts: Sequence[int], hidden: set[int], few: int) -> bool:
    total = sum(counts[place] for place in hidden)
    # All of them four would be known from the sum, as long as all are said to be few.
    known = len(hidden) == few and total == few * (FEWEST - 1)
    return len(hidden) > 1 and total >= FEWEST and not known


def shown_ticks(counts: Sequence[int], answered: int) -> list[int | Cell]:
    """What may be shown of counts of which each group may be in several; `answered` are all the groups.

    A count that leaves out only a few says as much about those few, so it is kept back as well.
    """
    return [
        Cell.FEW if count < FEWEST else Cell.KEPT_BACK if 0 < answered - count < FEWEST else count for count in counts
    ]
