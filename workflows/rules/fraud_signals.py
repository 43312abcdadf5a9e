"""Signals across bids: the same words, the same details, a price far from the others. Referrals and never verdicts.

Each says what it saw, so that a person can look; none changes anything by itself.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

# Our defaults. A run of this many words is not chance; fingerprints of SHINGLE words, one kept of each WINDOW,
# find every run of SHINGLE + WINDOW - 1 words (Schleimer, Wilkerson and Aiken 2003, "Winnowing").
LEAST_WORDS: Final = 20
SHINGLE: Final = 12
WINDOW: Final = LEAST_WORDS - SHINGLE + 1
# What stands in the bids of so many groups was given to all of them by somebody, and copied from none.
MOST_GROUPS: Final = 25
# Bids are compared with those of the fund's rounds that closed in so many months before, the newest first.
EARLIER_MONTHS: Final = 12
MOST_EARLIER: Final = 1000
# Modified z score (Iglewicz and Hoaglin 1993): 0.6745 * distance / MAD above 3.5.
OUTLIER_HUNDREDTHS: Final = 350
LEAST_PRICES: Final = 5

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BASE, _PRIME = 1_000_003, (1 << 61) - 1


class Signal(StrEnum):
    COPIED = "copied-text"
    SHARED = "shared-detail"
    PRICE = "price-outlier"


@dataclass(frozen=True, slots=True)
class Passage:
    """One long answer of one bid."""

    bid: int
    group: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Copied:
    """So many words in a row that two answers of different groups share, with both passages as they were written."""

    first: Passage
    second: Passage
    words: int
    first_words: str
    second_words: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A detail by which a group can be reached or is led, such as a phone number; `key` is its compared form."""

    bid: int
    group: int
    kind: str
    key: str
    shown: str


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a budget."""

    bid: int
    heading: str
    pence: int


class _Text:
    __slots__ = ("passage", "spans", "words")

    def __init__(self, passage: Passage) -> None:
        found = list(_WORD.finditer(passage.text))
        self.passage = passage
        self.spans = [(each.start(), each.end()) for each in found]
        self.words = [each.group().casefold().replace("’", "'") for each in found]

    def passage_of(self, start: int, length: int) -> str:
        return self.passage.text[self.spans[start][0] : self.spans[start + length - 1][1]]


def copied(passages: Iterable[Passage], supplied: Iterable[str] = ()) -> list[Copied]:
    """The longest run of words that each two bids of different groups share, longest first.

    `supplied` are texts of the form and the round: what the office wrote itself is nobody's copying.
    """
    texts = [_Text(each) for each in sorted(passages, key=lambda each: (each.bid, each.code))]
    ours = {value for words in supplied for value in _hashes(_Text(Passage(0, 0, "", words)).words)}
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, text in enumerate(texts):
        for value, position in _winnow(_hashes(text.words), ours):
            places[value].append((number, position))
    best: dict[tuple[int, int], Copied] = {}
    seen: set[tuple[int, int, int, int]] = set()
    for found in places.values():
        if len(found) > 1 and len({texts[number].passage.group for number, _ in found}) <= MOST_GROUPS:
            _compare(texts, found, best, seen)
    return sorted(best.values(), key=lambda each: (-each.words, each.first.bid, each.second.bid))


def _hashes(words: Sequence[str]) -> list[int]:
    """The fingerprint of each run of SHINGLE words, each from the one before."""
    if len(words) < SHINGLE:
        return []
    codes = [zlib.crc32(word.encode()) + 1 for word in words]
    leaves = pow(_BASE, SHINGLE, _PRIME)
    value = 0
    for code in codes[:SHINGLE]:
        value = (value * _BASE + code) % _PRIME
    values = [value]
    for gone, come in zip(codes, codes[SHINGLE:], strict=False):
        value = (value * _BASE + come - gone * leaves) % _PRIME
        values.append(value)
    return values


def _winnow(values: Sequence[int], left_out: Collection[int]) -> list[tuple[int, int]]:
    """The smallest fingerprint of each window, so that any long run that two texts share keeps one in both."""
    # What stands for a text of ours is larger than any other, and never kept.
    ranked = [_PRIME if value in left_out else value for value in values]
    kept: dict[int, int] = {}
    for start in range(max(1, len(ranked) - WINDOW + 1) if ranked else 0):
        window = ranked[start : start + WINDOW]
        smallest = min(window)
        if smallest != _PRIME:
            kept[start + window.index(smallest)] = smallest
    return [(value, position) for position, value in kept.items()]


def _compare(
    texts: Sequence[_Text],
    found: Sequence[tuple[int, int]],
    best: dict[tuple[int, int], Copied],
    seen: set[tuple[int, int, int, int]],
) -> None:
    for index, (one, at) in enumerate(found):
        for other, to in found[index + 1 :]:
            first, second = texts[one], texts[other]
            if first.passage.group == second.passage.group:
                continue
            start, into, length = _stretch(first.words, at, second.words, to)
            if length < LEAST_WORDS or (one, other, start, into) in seen:
                continue
            seen.add((one, other, start, into))
            pair = (first.passage.bid, second.passage.bid)
            if pair not in best or length > best[pair].words:
                best[pair] = Copied(
                    first.passage,
                    second.passage,
                    length,
                    first.passage_of(start, length),
                    second.passage_of(into, length),
                )


def _stretch(one: Sequence[str], at: int, other: Sequence[str], to: int) -> tuple[int, int, int]:
    """How far the same words reach around these two places; nothing where the fingerprints only looked alike."""
    if one[at : at + SHINGLE] != other[to : to + SHINGLE]:
        return at, to, 0
    back = 0
    while back < min(at, to) and one[at - back - 1] == other[to - back - 1]:
        back += 1
    ahead = SHINGLE
    most = min(len(one) - at, len(other) - to)
    while ahead < most and one[at + ahead] == other[to + ahead]:
        ahead += 1
    return at - back, to - back, back + ahead


def shared(details: Iterable[Detail]) -> list[tuple[Detail, Detail]]:
    """Details that bids of different groups have in common: each bid beside the one before it that has the same."""
    by_key: dict[tuple[str, str], list[Detail]] = defaultdict(list)
    for each in sorted(details, key=lambda each: (each.kind, each.key, each.bid)):
        if each.key:
            by_key[each.kind, each.key].append(each)
    pairs = (pair for same in by_key.values() for pair in pairwise(_one_for_each_group(same)))
    return sorted(pairs, key=lambda pair: (pair[0].bid, pair[1].bid, pair[0].kind))


def _one_for_each_group(same: Sequence[Detail]) -> list[Detail]:
    first: dict[int, Detail] = {}
    for each in same:
        first.setdefault(each.group, each)
    return list(first.values())


def heading_of(description: str) -> str:
    """The compared form of a budget line's heading."""
    return " ".join(_WORD.findall(description.casefold()))


def outliers(prices: Iterable[Price]) -> list[tuple[Price, int]]:
    """Lines far above the others of the same heading, each with that heading's median in pence."""
    by_heading: Mapping[str, list[Price]] = defaultdict(list)
    for price in prices:
        by_heading[heading_of(price.heading)].append(price)
    found = []
    for lines in by_heading.values():
        # Doubled, so that a median between two pence stays whole.
        middle = int(2 * median(each.pence for each in lines))
        away = int(2 * median(abs(2 * each.pence - middle) for each in lines))
        if len(lines) < LEAST_PRICES or away == 0:
            continue
        found += [
            (each, middle // 2)
            for each in lines
            if 6745 * 2 * (2 * each.pence - middle) > OUTLIER_HUNDREDTHS * 100 * away
        ]
    return found
