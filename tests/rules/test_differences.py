"""Two texts are told apart word by word, and both can be read back from the pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.rules.differences import MOST_PIECES, Piece, differences

TEXTS = st.text(alphabet="ab \n\t\u05d0\U0001f600", max_size=60)


def joined(pieces, *kinds):
    return "".join(text for kind, text in pieces if kind in kinds)


@given(TEXTS, TEXTS)
def test_both_texts_are_in_the_pieces(before, after):
    pieces = differences(before, after)
    assert joined(pieces, Piece.KEPT, Piece.REMOVED) == before
    assert joined(pieces, Piece.KEPT, Piece.ADDED) == after
    assert all(text for _, text in pieces)


def test_only_the_words_that_changed_are_marked():
    assert differences("We meet on Tuesdays.", "We meet on all Fridays.") == [
        (Piece.KEPT, "We meet on "),
        (Piece.REMOVED, "Tuesdays."),
        (Piece.ADDED, "all Fridays."),
    ]


@pytest.mark.parametrize("between", [" ", "\n"])
def test_a_text_that_is_far_too_long_takes_no_time(between):
    long = between.join(str(number) for number in range(MOST_PIECES))
    pieces = differences(long, f"{long}{between}more")
    assert joined(pieces, Piece.KEPT, Piece.ADDED) == f"{long}{between}more"


def test_the_same_text_has_no_difference():
    assert differences("Same", "Same") == [(Piece.KEPT, "Same")]
    assert differences("", "") == []
