"""The agenda of a panel writes itself: what must be discussed, the bids first where talking may change the most money.

The rest may be agreed together. The order is advice: the chair takes the bids as they like.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import Final

from workflows.money import Pence
from workflows.rules.scoring import Exact, Percent, exact

# Where the marks cannot be adjusted, one set of marks is taken to miss by this many percentage points (our
# default).
USUAL_MISS: Final = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """What the agenda needs of one bid: `key` names it, `reasons` are the codes of must_discuss."""

    key: str
    reasons: tuple[str, ...]
    ask_pence: Pence
    chance: float | None


@dataclass(frozen=True, slots=True)
class Order:
    """The keys of the bids to discuss, most at stake first, and of those to agree together; `weights` in pence."""

    discuss: tuple[str, ...]
    en_bloc: tuple[str, ...]
    weights: Mapping[str, Pence]


def at_stake(chance: float | None, ask_pence: Pence) -> Pence:
    """The money that would be decided wrongly, on average, if the bid were decided as it stands now.

    ask x min(chance, 1 - chance): greatest where the chance is one half. It is the expected value of perfect
    information for a choice between two (Raiffa & Schlaifer, Applied Statistical Decision Theory, 1961). A bid about
    which nothing is known counts as one half.
    """
    doubt = 0.5 if chance is None else min(chance, 1 - chance)
    return Pence(int(ask_pence * max(doubt, 0.0)))


def rough_chance(percent: Percent, marks: int, line: Exact) -> float:
    """The chance that a bid belongs above the line when only the raw mean of its marks is known."""
    return NormalDist(0, USUAL_MISS / sqrt(max(marks, 1))).cdf(float(percent - exact(line)))


def ordered(bids: Iterable[Standing]) -> Order:
    """The agenda. What there is most to gain from comes first, then what has more reasons, then by key."""
    known: Sequence[Standing] = sorted(bids, key=lambda each: each.key)
    weights = {each.key: at_stake(each.chance, each.ask_pence) for each in known}
    discuss = sorted(
        (each for each in known if each.reasons), key=lambda each: (-weights[each.key], -len(each.reasons), each.key)
    )
    return Order(
        discuss=tuple(each.key for each in discuss),
        en_bloc=tuple(each.key for each in known if not each.reasons),
        weights=weights,
    )


def share_of_doubt(order: Order) -> Fraction:
    """The share of all the money in doubt that lies in the bids to be discussed; one when none is in doubt."""
    whole = sum(order.weights.values())
    return Fraction(sum(order.weights[key] for key in order.discuss), whole) if whole else Fraction(1)
