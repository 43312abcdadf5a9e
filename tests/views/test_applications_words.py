"""What a group may read of its bid, and when: before the announcement every outcome looks and acts the same."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from grants.applications.views.standing import may_act
from grants.applications.views.words import state_for_group, time_left
from tests.apps import NOW
from workflows.application import ApplicationState as S
from workflows.round import RoundState as R

OUTCOMES = (S.RECOMMENDED, S.RESERVE, S.NOT_RECOMMENDED, S.APPROVED, S.DECLINED)


def bid(state, round_state, tells_at_once=True):
    round_ = SimpleNamespace(state=round_state, tells_disqualified_at_once=tells_at_once, is_rolling=False)
    return SimpleNamespace(state=state, round=round_)


def test_before_the_announcement_words_and_colours_give_nothing_away():
    for round_state in (R.SCORING, R.MODERATING, R.RECOMMENDING, R.DECIDED):
        seen = {state_for_group(bid(state, round_state)) for state in (*OUTCOMES, S.SCORING, S.MODERATED)}
        assert seen == {("Being assessed", "blue")}


def test_between_decision_and_announcement_no_button_gives_it_away():
    assert {may_act(bid(state, R.DECIDED)) for state in OUTCOMES} == {False}
    assert {may_act(bid(state, R.RECOMMENDING)) for state in OUTCOMES} == {True}
    assert {may_act(bid(state, R.ANNOUNCED)) for state in OUTCOMES} == {True}


def test_after_the_announcement_each_outcome_has_its_words():
    said = [state_for_group(bid(state, R.ANNOUNCED))[0] for state in (S.APPROVED, S.DECLINED, S.RESERVE, S.AWARDED)]
    assert said == ["Offer made", "Not successful", "On the reserve list", "Grant awarded"]


def test_a_disqualified_group_reads_it_at_once_only_where_the_round_says_so():
    assert state_for_group(bid(S.DISQUALIFIED, R.CHECKING))[0] == "Not eligible"
    held = bid(S.DISQUALIFIED, R.CHECKING, tells_at_once=False)
    assert state_for_group(held) == ("Being assessed", "blue")
    # It may be withdrawn like every other: a button that is missing would tell.
    assert may_act(held)
    assert state_for_group(bid(S.DISQUALIFIED, R.ANNOUNCED, tells_at_once=False))[0] == "Not eligible"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=14), "14 days"),
        (timedelta(days=3, hours=4, minutes=59), "3 days and 4 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=1, minutes=1), "1 hour and 1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(0), ""),
        (timedelta(seconds=-1), ""),
    ],
)
def test_the_time_left_is_never_more_than_there_is(left, words):
    assert time_left(NOW + left, NOW) == words


def test_a_rolling_fund_has_no_time_left_to_tell():
    assert time_left(None, NOW) == ""
