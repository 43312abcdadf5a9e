"""Careless marks: how far each marker's marks miss, and what they count for when that is clearly further than usual.

Everybody counts alike until the marks themselves say otherwise by more than it costs to believe it.
"""

from collections.abc import Iterable, Sequence
from itertools import permutations
from math import exp, log
from statistics import median_low
from typing import Final

from workflows.rules.mixed_model import BID_RATIOS, Cell, Model, Vector

# The belief that a marker is as steady as the others before any mark is seen, and by how many times the variance of
# one who is not may be larger (our defaults, chosen by benchmarks/).
STEADY: Final = 0.95
_UNSTEADY: Final = (2, 4, 8, 16)
_CLEARLY: Final = 0.5
_TRUST_ROUNDS: Final = 6
_ROUNDS: Final = 30


def trusted(cells: Sequence[Cell], bids: int, markers: int, least: float) -> tuple[Model, Vector]:
    """The model in which the marks of who clearly misses further than the others count for less, and by how much.

    Everybody is taken to be as steady as the rest until their marks say otherwise: each marker's variance is the common
    one or a multiple of it, by Bayes' rule, in turns with the rest of the model (EM; Dempster, Laird & Rubin, 1977).
    """
    model = Model(cells, bids, markers, least)
    own = _variances(cells, bids, [model.marker(place).middle for place in range(markers)], least)
    # The middle marker sets the measure: one who is careless must not make everybody look so.
    common = median_low(own)
    missed = [(count, count * each) for (count, _), each in zip(model.missed(), own, strict=True)]
    for _ in range(_TRUST_ROUNDS):
        trust = [_trust(count, total / common) for count, total in missed]
        # The spread of the bids shows better once careless marks count for less; that of the markers hardly changes.
        fitted = Model(_weighted(cells, trust), bids, markers, least, (BID_RATIOS, model.best[1]))
        missed = fitted.missed()
        rows = list(zip(trust, missed, strict=True))
        common = sum(each * total for each, (_, total) in rows) / sum(count for _, (count, _) in rows)
    clear = [each if each < _CLEARLY else 1.0 for each in trust]
    if min(clear) == 1:
        return model, clear
    weighted = Model(_weighted(cells, clear), bids, markers, least)
    # Who counts for less must explain the marks better by more than it costs to believe it of somebody.
    cost = sum(each < 1 for each in clear) * log(STEADY / (1 - STEADY))
    return (weighted, clear) if weighted.evidence - cost > model.evidence else (model, [1.0] * markers)


def _variances(cells: Sequence[Cell], bids: int, leans: Sequence[float], least: float) -> Vector:
    """A first estimate of each marker's own variance, from how far two markers lie apart on the same bids.

    The squared distance of two is their variances' sum on average; least squares over all pairs that share bids, none
    below `least`. Without a partner, the least of all.
    """
    of_bid: list[list[Cell]] = [[] for _ in range(bids)]
    for cell in cells:
        of_bid[cell.bid].append(cell)
    sums: list[dict[int, tuple[int, float]]] = [{} for _ in leans]
    for found in of_bid:
        for one, two in permutations(found, 2):
            away = (one.value - leans[one.marker]) - (two.value - leans[two.marker])
            count, total = sums[one.marker].get(two.marker, (0, 0.0))
            sums[one.marker][two.marker] = count + 1, total + away * away
    variances = [least] * len(leans)
    for _ in range(_ROUNDS):
        for place, pairs in enumerate(sums):
            count = sum(met for met, _ in pairs.values())
            over = sum(total - met * variances[other] for other, (met, total) in pairs.items())
            variances[place] = max(least, over / count) if count else least
    return variances


def _trust(count: int, squares: float) -> float:
    """How much the marks of one marker count, from how many they are and their squared misses in common variances."""
    beliefs = {1: log(STEADY)} | dict.fromkeys(_UNSTEADY, log((1 - STEADY) / len(_UNSTEADY)))
    beliefs = {times: belief - count / 2 * log(times) - squares / 2 / times for times, belief in beliefs.items()}
    most = max(beliefs.values())
    shares = {times: exp(belief - most) for times, belief in beliefs.items()}
    return sum(share / times for times, share in shares.items()) / sum(shares.values())


def _weighted(cells: Iterable[Cell], trust: Sequence[float]) -> list[Cell]:
    return [Cell(each.bid, each.marker, each.value, each.weight * trust[each.marker]) for each in cells]
