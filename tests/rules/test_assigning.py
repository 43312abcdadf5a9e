"""Sharing out keeps every cap and interest, says the same each time, and changes no more than it must."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from grants.core.solver import solve
from workflows.rules.assigning import Aim, Bid, Marker, Pair, Question, chosen, loads, programme, shortages
from workflows.rules.comparing import interleaved, overlap

BIDS, MARKERS = range(3), range(10, 14)
PAIRS = [(bid, marker) for bid in BIDS for marker in MARKERS]


def answer(question: Question) -> frozenset[Pair]:
    settled: dict[Aim, int] = {}
    pairs = question.fixed
    for aim in question.aims if question.open_pairs else ():
        found = solve(programme(question, aim, settled))
        settled[aim] = int(found.worth)
        pairs = chosen(question, found)
    return pairs


@st.composite
def questions(draw: st.DrawFn) -> Question:
    some = st.frozensets(st.sampled_from(PAIRS), max_size=4)
    barred = draw(some)
    standing = draw(some) - barred
    markers = tuple(Marker(key, draw(st.integers(0, 3)), draw(st.booleans())) for key in MARKERS)
    return Question(
        bids=tuple(Bid(key, draw(st.integers(1, 2))) for key in BIDS),
        markers=markers,
        loose=standing,
        barred=barred,
        avoided=draw(some) - barred,
        is_mixed=draw(st.booleans()),
    )


def worth(question: Question, pairs: frozenset[Pair]) -> tuple[int, ...]:
    """All aims at once, the most important first."""
    kind = {each.key: each.is_resident for each in question.markers}
    mixed = len({(bid, kind[marker]) for bid, marker in pairs}) if question.is_mixed else 0
    load = loads(question, pairs).values()
    even = -sum(count * (count - 1) // 2 for count in load)
    return len(pairs), mixed, len(pairs & question.loose), -len(pairs & question.avoided), even


def every_choice(question: Question) -> list[frozenset[Pair]]:
    """All sharings that keep caps, needs and interests, by brute force."""
    found = [frozenset()]
    for bid in question.bids:
        may = [pair for pair in question.open_pairs if pair[0] == bid.key]
        ways = [frozenset(some) for size in range(bid.needs + 1) for some in combinations(may, size)]
        found = [one | way for one in found for way in ways if _fits(question, one | way)]
    return found


def _fits(question: Question, pairs: frozenset[Pair]) -> bool:
    load = loads(question, pairs)
    return all(load[each.key] <= each.cap for each in question.markers)


@settings(max_examples=60, deadline=None)
@given(questions())
def test_it_is_the_best_there_is_and_changes_the_least(question: Question) -> None:
    pairs = answer(question)
    choices = every_choice(question)
    assert pairs in choices
    assert worth(question, pairs) == max(worth(question, each) for each in choices)
    assert answer(question) == pairs
    after = interleaved(question, pairs)
    assert after in choices and worth(question, after) == worth(question, pairs)
    assert overlap(question, after).worth >= overlap(question, pairs).worth
    assert question.loose & after == question.loose & pairs


@settings(max_examples=60, deadline=None)
@given(questions())
def test_a_shortage_is_true_and_no_part_of_it_would_do(question: Question) -> None:
    pairs = answer(question)
    short = {bid.key for bid in question.bids if sum(pair[0] == bid.key for pair in pairs) < bid.needs}
    named = shortages(question, pairs)
    assert bool(named) == bool(short)
    needs = {bid.key: bid.needs for bid in question.bids}
    for each in named:
        assert each.places == sum(needs[bid] for bid in each.bids) > each.room
        for left_out in each.bids:
            rest = tuple(bid for bid in question.bids if bid.key in each.bids and bid.key != left_out)
            alone = Question(rest, question.markers, loose=question.loose, barred=question.barred)
            assert len(answer(alone)) == sum(bid.needs for bid in rest)


def test_markers_are_left_in_one_part_where_that_can_be() -> None:
    # Two pairs of markers that read the same two bids each: nobody could be compared across.
    question = Question(tuple(Bid(key, 2) for key in range(4)), tuple(Marker(key, 2) for key in MARKERS))
    clumped = frozenset((bid, marker) for bid in range(4) for marker in ((10, 11) if bid < 2 else (12, 13)))
    assert overlap(question, clumped).parts == 2
    after = interleaved(question, clumped)
    assert overlap(question, after).parts == 1
    assert set(loads(question, after).values()) == {2}
