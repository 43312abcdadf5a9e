"""Which markers can be compared: severity shows only where two of them read the same bids.

Exchanges that leave every load, place, mix and interest as it is let as many pairs as possible have bids in common,
and leave the markers in one part where that can be. What comes out is good, and not proved to be the best.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from workflows.rules.assigning import Pair, Question

# Two markers are compared by the bids that both read; more than two bids add little (our default).
OVERLAP_WANTED: Final = 2
# Rounds of exchanges at the most; each takes the best ones that it finds, so few are needed.
MOST_ROUNDS: Final = 6


@dataclass(frozen=True, slots=True)
class Overlap:
    """How well markers can be compared: pairs of them by bids in common, and the parts that share nothing."""

    in_common: Mapping[Pair, int]
    parts: int

    @property
    def pairs(self) -> int:
        return len(self.in_common)

    @property
    def compared(self) -> int:
        """Pairs with a bid in common."""
        return sum(count >= 1 for count in self.in_common.values())

    @property
    def well_compared(self) -> int:
        return sum(count >= OVERLAP_WANTED for count in self.in_common.values())

    @property
    def worth(self) -> tuple[int, int]:
        """One part first, then the bids in common, as far as more of them help."""
        return -self.parts, 3 * self.compared + self.well_compared


def overlap(question: Question, pairs: Iterable[Pair]) -> Overlap:
    readers: dict[int, set[int]] = defaultdict(set)
    for bid, marker in pairs:
        readers[bid].add(marker)
    at_work = sorted({marker for of in readers.values() for marker in of})
    common = dict.fromkeys(combinations(at_work, 2), 0)
    for of in readers.values():
        for two in combinations(sorted(of), 2):
            common[two] += 1
    return Overlap(common, _parts(at_work, common))


def _parts(markers: Sequence[int], common: Mapping[Pair, int]) -> int:
    root = {each: each for each in markers}

    def top(each: int) -> int:
        while root[each] != each:
            each = root[each]
        return each

    for (a, b), count in common.items():
        if count:
            root[top(a)] = top(b)
    return len({top(each) for each in markers})


def interleaved(question: Question, pairs: frozenset[Pair]) -> frozenset[Pair]:
    """The same loads and places, with bids exchanged between markers while that lets more pairs be compared.

    Only new pairs move: nothing that stands, no exchange onto an interest or out of a mix.
    """
    state = _Exchange(question, pairs)
    for _ in range(MOST_ROUNDS):
        if not state.improve():
            break
    return frozenset(state.pairs)


@dataclass
class _Exchange:
    """The pairs as they are, and how many bids each two markers have in common."""

    question: Question
    start: frozenset[Pair]
    pairs: set[Pair] = field(init=False)
    readers: dict[int, set[int]] = field(init=False)
    now: Overlap = field(init=False)

    def __post_init__(self) -> None:
        self.pairs = set(self.start)
        self.readers = defaultdict(set)
        for bid, marker in self.pairs:
            self.readers[bid].add(marker)
        self.now = overlap(self.question, self.pairs)
        self._kind = {each.key: each.is_resident for each in self.question.markers}
        self._shut = self.question.barred | self.question.avoided
        self._unanswered = self.question.unanswered

    def improve(self) -> bool:
        moved = False
        stays = self.question.fixed | self.question.loose
        for one, two in combinations(sorted(self.pairs), 2):
            if one in stays or two in stays or one not in self.pairs or two not in self.pairs:
                continue
            moved = self._try(one, two) or moved
        return moved

    def _try(self, one: Pair, two: Pair) -> bool:
        (a, m), (b, n) = one, two
        if a == b or m == n or n in self.readers[a] or m in self.readers[b]:
            return False
        if (a, n) in self._shut or (b, m) in self._shut:
            return False
        if self.question.is_mixed and self._kind[m] != self._kind[n]:
            return False
        if self._unsaid({(a, n), (b, m)}) > self._unsaid({one, two}):
            return False
        if self._gain(a, m, n) + self._gain(b, n, m) <= 0 and self.now.parts == 1:
            return False
        self._swap(a, m, b, n)
        after = overlap(self.question, self.pairs)
        if after.worth > self.now.worth:
            self.now = after
            return True
        self._swap(a, n, b, m)
        return False

    def _unsaid(self, pairs: set[Pair]) -> int:
        return len(pairs & self._unanswered)

    def _gain(self, bid: int, out: int, into: int) -> int:
        """What the pairs of this bid alone gain; a first look that spares counting everything."""

        def worth(count: int) -> int:
            return 3 * (count >= 1) + (count >= OVERLAP_WANTED)

        gain = 0
        for other in self.readers[bid] - {out}:
            lost = self.now.in_common[min(out, other), max(out, other)]
            won = self.now.in_common[min(into, other), max(into, other)]
            gain += worth(won + 1) - worth(won) + worth(lost - 1) - worth(lost)
        return gain

    def _swap(self, a: int, m: int, b: int, n: int) -> None:
        self.pairs -= {(a, m), (b, n)}
        self.pairs |= {(a, n), (b, m)}
        self.readers[a] ^= {m, n}
        self.readers[b] ^= {m, n}
