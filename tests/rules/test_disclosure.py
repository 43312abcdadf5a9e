"""Small numbers: nothing that is shown, or that can be subtracted from it, tells of fewer than five."""

from itertools import product

import pytest

from workflows.rules.disclosure import FEWEST, Cell, shown_shares, shown_ticks

FEW, BACK = Cell.FEW, Cell.KEPT_BACK


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([12, 30, 8], [12, 30, 8]),
        ([5, 5], [5, 5]),
        ([], []),
        # One that is hidden alone could be subtracted.
        ([12, 3, 30], [BACK, BACK, 30]),
        ([12, 0, 30], [BACK, BACK, 30]),
        # Two that come to little would be known nearly.
        ([1, 0, 30, 9], [BACK, BACK, 30, BACK]),
        ([4, 4, 30, 9], [BACK, BACK, 30, BACK]),
        ([3, 2, 30, 9], [FEW, FEW, 30, 9]),
        ([1, 1], [BACK, BACK]),
        ([0], [BACK]),
    ],
)
def test_counts_that_come_to_a_known_total(counts, shown):
    assert shown_shares(counts) == shown


def possible(counts):
    """All the counts that somebody who knows the total and what is shown could have before them."""
    shown = shown_shares(counts)
    total = sum(counts)
    ways = product(*([cell] if isinstance(cell, int) else range(total + 1) for cell in shown))
    return [way for way in ways if sum(way) == total and shown_shares(way) == shown]


def test_no_small_count_follows_from_what_is_shown():
    for counts in product(range(8), repeat=3):
        if sum(counts) < FEWEST or all(count >= FEWEST for count in counts):
            continue
        ways = possible(counts)
        for place, count in enumerate(counts):
            if count < FEWEST:
                assert len({way[place] for way in ways}) > 1, (counts, place, shown_shares(counts))


def test_counts_of_boxes_of_which_each_may_tick_several():
    assert shown_ticks([20, 4, 9, 0], 40) == [20, FEW, 9, FEW]
    # 38 of 40: the two others are told by it.
    assert shown_ticks([38, 40, 35], 40) == [BACK, 40, 35]
    assert shown_ticks([], 0) == []
