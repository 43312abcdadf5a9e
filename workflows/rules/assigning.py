"""Who marks which bid: as many markers as each bid needs, within what each can take, and the work shared evenly.

The question is asked in steps, each worked out exactly and then kept by the next: fill every place, mix staff and
residents, change as little as possible, go round interests that wait, share evenly. `comparing` then exchanges bids.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from workflows.rules.programme import Answer, Limit, Programme, Unknown

# Domain practice, 5.12: two markers for each bid, three for those that ask for more than £10,000.
LEAST_MARKERS: Final = 2
MARKERS_OF_LARGE: Final = 3
LARGE_ASK_PENCE: Final = 1_000_000
# An interest that waits for a ruling weighs more than any number of interests not yet declared.
AVOIDED: Final = 100_000

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Bid:
    """One bid: how many markers it needs in all."""

    key: int
    needs: int


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker: at most `cap` bids of this round in all, whether begun or not."""

    key: int
    cap: int
    is_resident: bool = False


class Aim(StrEnum):
    """What is asked for, the most important first."""

    FILLED = "filled"
    MIXED = "mixed"
    KEPT = "kept"
    CLEARED = "cleared"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Question:
    """All that bears on who marks what. Pairs are (bid, marker).

    `fixed` pairs stay whatever comes; `loose` ones stand now and may end, which counts as a change; `barred` ones
    can't be; `avoided` ones only where there is no other way.
    """

    bids: tuple[Bid, ...]
    markers: tuple[Marker, ...]
    fixed: frozenset[Pair] = frozenset()
    loose: frozenset[Pair] = frozenset()
    barred: frozenset[Pair] = frozenset()
    avoided: frozenset[Pair] = frozenset()
    # Nothing has been said about these; rather somebody who has answered, but that weighs little.
    unanswered: frozenset[Pair] = frozenset()
    is_mixed: bool = False

    @property
    def open_pairs(self) -> tuple[Pair, ...]:
        """The pairs that can be chosen, in one order."""
        shut = self.barred | self.fixed
        return tuple(
            (bid.key, marker.key)
            for bid in sorted(self.bids, key=lambda each: each.key)
            for marker in sorted(self.markers, key=lambda each: each.key)
            if (bid.key, marker.key) not in shut
        )

    @property
    def fixed_load(self) -> Counter[int]:
        return Counter(marker for _, marker in self.fixed)

    @property
    def wanted(self) -> dict[int, int]:
        """How many markers each bid still lacks beside those that stay."""
        have = Counter(bid for bid, _ in self.fixed)
        return {bid.key: max(bid.needs - have[bid.key], 0) for bid in self.bids}

    @property
    def aims(self) -> tuple[Aim, ...]:
        asked = {
            Aim.MIXED: self.is_mixed,
            Aim.KEPT: bool(self.loose),
            Aim.CLEARED: bool(self.avoided | self.unanswered),
        }
        return tuple(aim for aim in Aim if asked.get(aim, True))


def programme(question: Question, aim: Aim, settled: Mapping[Aim, int]) -> Programme:
    """One step: the best for `aim` while every aim in `settled` stays at the worth that it was given."""
    unknowns, limits = _places(question)
    worths = _worths(question)
    if question.is_mixed:
        more_unknowns, more_limits = _mix(question)
        unknowns, limits = unknowns + more_unknowns, limits + more_limits
    steps, step_limits = _steps(question) if aim is Aim.EVEN else ([], [])
    limits += step_limits
    for done, worth in settled.items():
        limits.append(Limit(f"settled:{done}", worths[done], least=worth))
    names = [*unknowns, *steps]
    worth_of = worths[aim] if aim is not Aim.EVEN else {each.name: each.worth for each in steps}
    return Programme(
        tuple(Unknown(each.name, each.least, each.most, worth_of.get(each.name, 0), each.is_whole) for each in names),
        tuple(limit for limit in limits if limit.terms),
    )


def _name(pair: Pair) -> str:
    return f"x:{pair[0]}:{pair[1]}"


def _places(question: Question) -> tuple[list[Unknown], list[Limit]]:
    pairs = question.open_pairs
    of_bid, of_marker = defaultdict(list), defaultdict(list)
    for pair in pairs:
        of_bid[pair[0]].append(_name(pair))
        of_marker[pair[1]].append(_name(pair))
    load = question.fixed_load
    limits = [Limit(f"bid:{bid}", dict.fromkeys(of_bid[bid], 1), most=most) for bid, most in question.wanted.items()]
    limits += [
        Limit(f"cap:{each.key}", dict.fromkeys(of_marker[each.key], 1), most=max(each.cap - load[each.key], 0))
        for each in question.markers
    ]
    return [Unknown(_name(pair)) for pair in pairs], limits


def _mix(question: Question) -> tuple[list[Unknown], list[Limit]]:
    """For each bid and each kind of marker a yes that needs one of that kind on the bid."""
    kind = {each.key: each.is_resident for each in question.markers}
    found: dict[tuple[int, bool], list[str]] = defaultdict(list)
    have = {(bid, kind[marker]) for bid, marker in question.fixed if marker in kind}
    for pair in question.open_pairs:
        found[pair[0], kind[pair[1]]].append(_name(pair))
    unknowns, limits = [], []
    for bid in question.bids:
        for is_resident in (False, True):
            name = f"mix:{bid.key}:{int(is_resident)}"
            unknowns.append(Unknown(name))
            if (bid.key, is_resident) not in have:
                terms = dict.fromkeys(found[bid.key, is_resident], 1)
                limits.append(Limit(name, {**terms, name: -1}, least=0))
    return unknowns, limits


def _steps(question: Question) -> tuple[list[Unknown], list[Limit]]:
    """Each further bid of a marker costs more than the one before, so that the sum is least where loads are even."""
    load = question.fixed_load
    of_marker: dict[int, list[str]] = defaultdict(list)
    for pair in question.open_pairs:
        of_marker[pair[1]].append(_name(pair))
    unknowns, limits = [], []
    for each in question.markers:
        room = min(max(each.cap - load[each.key], 0), len(of_marker[each.key]))
        steps = [
            Unknown(f"step:{each.key}:{number}", worth=-(load[each.key] + number), is_whole=False)
            for number in range(room)
        ]
        unknowns += steps
        terms = dict.fromkeys(of_marker[each.key], 1) | {step.name: -1 for step in steps}
        limits.append(Limit(f"load:{each.key}", terms, least=0, most=0))
    return unknowns, limits


def _worths(question: Question) -> dict[Aim, dict[str, int]]:
    pairs = question.open_pairs
    return {
        Aim.FILLED: {_name(pair): 1 for pair in pairs},
        Aim.MIXED: {f"mix:{bid.key}:{kind}": 1 for bid in question.bids for kind in (0, 1)},
        Aim.KEPT: {_name(pair): 1 for pair in pairs if pair in question.loose},
        Aim.CLEARED: {
            _name(pair): -AVOIDED if pair in question.avoided else -1
            for pair in pairs
            if pair in question.avoided | question.unanswered
        },
    }


def chosen(question: Question, answer: Answer) -> frozenset[Pair]:
    """Who marks what by this answer, with the pairs that stay."""
    return question.fixed | {pair for pair in question.open_pairs if answer.values.get(_name(pair))}


def loads(question: Question, pairs: Iterable[Pair]) -> dict[int, int]:
    counted = Counter(marker for _, marker in pairs)
    return {each.key: counted[each.key] for each in question.markers}


@dataclass(frozen=True, slots=True)
class Shortage:
    """Bids that can't all have their markers: they need `places`, and the people who may take them can take `room`."""

    bids: tuple[int, ...]
    places: int
    room: int
    markers: tuple[int, ...]


def shortages(question: Question, pairs: frozenset[Pair]) -> tuple[Shortage, ...]:
    """For each bid left short the fewest bids that can't all be filled, each set once (a reading of Hall's theorem)."""
    wanted, load = question.wanted, question.fixed_load
    cap = {each.key: max(each.cap - load[each.key], 0) for each in question.markers}
    may: dict[int, set[int]] = defaultdict(set)
    for bid, marker in question.open_pairs:
        may[bid].add(marker)
    new = pairs - question.fixed
    have = Counter(bid for bid, _ in new)
    taken: dict[int, set[int]] = defaultdict(set)
    for bid, marker in new:
        taken[marker].add(bid)

    def room(some: Iterable[int]) -> int:
        bids = set(some)
        return sum(min(cap[m], sum(m in may[bid] for bid in bids)) for m in cap)

    found: dict[tuple[int, ...], Shortage] = {}
    for short in sorted(bid for bid, most in wanted.items() if have[bid] < most):
        together = _reached(short, may, taken)
        for bid in sorted(together):
            rest = together - {bid}
            if sum(wanted[each] for each in rest) > room(rest):
                together = rest
        key = tuple(sorted(together))
        markers = tuple(sorted({m for bid in together for m in may[bid] if cap[m]}))
        found[key] = Shortage(key, sum(wanted[each] for each in key), room(key), markers)
    return tuple(found.values())


def _reached(short: int, may: Mapping[int, set[int]], taken: Mapping[int, set[int]]) -> set[int]:
    """The bids from which a place could be freed for this one, over any number of hands; none could."""
    reached, front = {short}, [short]
    while front:
        bid = front.pop()
        for marker in sorted(may[bid]):
            if bid in taken.get(marker, set()):
                continue
            for other in sorted(taken.get(marker, set()) - reached):
                reached.add(other)
                front.append(other)
    return reached


def fingerprint(parts: Iterable[object]) -> str:
    """Equal for equal parts in equal order; what was shown is compared with what is there now by it."""
    return sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:32]
