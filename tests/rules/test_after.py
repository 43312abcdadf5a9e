"""What happens next, in every state: each has its steps, no outcome shows early, and no day is promised late."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from workflows.application import ApplicationState as S
from workflows.round import RoundState as R
from workflows.rules.after import COMMON, COURSES, EMBARGOED, Dates, Progress, Stage, is_held_back, steps

SENT = datetime(2024, 1, 10, 12, tzinfo=UTC)
CLOSES = datetime(2024, 1, 31, 17, tzinfo=UTC)
DATES = Dates(
    sent_at=SENT,
    deadline=CLOSES,
    closes_at=CLOSES,
    scoring_ends_on=date(2024, 2, 20),
    panel_on=date(2024, 2, 27),
    outcome_on=date(2024, 3, 8),
)
OPEN, SHUT = CLOSES - timedelta(days=1), CLOSES + timedelta(days=1)
LETTERS = {Progress.DONE: "+", Progress.NOW: "*", Progress.LATER: "", Progress.ENDED: "!"}
WRITING = "send* close check score panel outcome"
ASSESSED = "send+ close+ check+ score* panel outcome"
TALKED = "send+ close+ check+ score+ panel* outcome"
AWAITED = "send+ close+ check+ score+ panel+ outcome*"
ALL_DONE = "send+ close+ check+ score+ panel+ outcome+"

# (state, the round's state, when) -> the steps in order: + done, * now, ! ended, bare: still to come.
TABLE = [
    (S.DRAFT, R.OPEN, OPEN, WRITING),
    (S.SUBMITTED, R.OPEN, OPEN, "send+ close* check score panel outcome"),
    (S.SUBMITTED, R.CLOSED, SHUT, "send+ close+ check* score panel outcome"),
    # The timer that closes the round may be late; the clock is not.
    (S.SUBMITTED, R.OPEN, CLOSES, "send+ close+ check* score panel outcome"),
    (S.CHECKING, R.CHECKING, SHUT, "send+ close+ check* score panel outcome"),
    (S.CLARIFICATION, R.CHECKING, SHUT, "send+ close+ check* answer* score panel outcome"),
    (S.DISQUALIFIED, R.CHECKING, SHUT, "send+ close+ check+ not-eligible!"),
    (S.ELIGIBLE, R.CHECKING, SHUT, ASSESSED),
    (S.SCORING, R.SCORING, SHUT, ASSESSED),
    (S.SCORED, R.SCORING, SHUT, ASSESSED),
    (S.SCORED, R.MODERATING, SHUT, TALKED),
    (S.MODERATED, R.MODERATING, SHUT, TALKED),
    (S.RECOMMENDED, R.RECOMMENDING, SHUT, TALKED),
    (S.RECOMMENDED_PART, R.RECOMMENDING, SHUT, TALKED),
    (S.NOT_RECOMMENDED, R.RECOMMENDING, SHUT, TALKED),
    (S.RESERVE, R.RECOMMENDING, SHUT, TALKED),
    (S.APPROVED, R.DECIDED, SHUT, AWAITED),
    (S.DECLINED, R.DECIDED, SHUT, AWAITED),
    (S.RESERVE, R.DECIDED, SHUT, AWAITED),
    (S.APPROVED, R.ANNOUNCED, SHUT, f"{ALL_DONE} offer* start"),
    (S.AWARDED, R.ANNOUNCED, SHUT, f"{ALL_DONE} offer+ start*"),
    (S.RESERVE, R.ANNOUNCED, SHUT, f"{ALL_DONE} reserve*"),
    (S.DECLINED, R.ANNOUNCED, SHUT, ALL_DONE),
    (S.DECLINED, R.COMPLETE, SHUT, ALL_DONE),
    (S.OFFER_LAPSED, R.COMPLETE, SHUT, f"{ALL_DONE} offer-over!"),
    (S.WITHDRAWN, R.DECIDED, SHUT, "send+ close+ taken-out!"),
    (S.WITHDRAWN, R.OPEN, OPEN, "send+ taken-out!"),
    (S.MODERATED, R.CANCELLED, SHUT, "send+ close+ check+ cancelled!"),
    (S.SUBMITTED, R.CANCELLED, OPEN, "send+ cancelled!"),
]


def said(found):
    return " ".join(f"{step.stage}{LETTERS[step.progress]}" for step in found)


@pytest.mark.parametrize(("state", "round_state", "now", "wanted"), TABLE)
def test_each_state_has_its_steps(state, round_state, now, wanted):
    dates = DATES if state is not S.DRAFT else replace(DATES, sent_at=None)
    assert said(steps(state, round_state, dates, now)) == wanted


def test_a_new_state_must_decide_what_its_group_is_told():
    assert set(COURSES) == set(S)
    assert {row[0] for row in TABLE} | {S.LAPSED} == set(S)


def test_a_draft_that_lapsed_was_never_sent():
    never = replace(DATES, sent_at=None)
    assert said(steps(S.LAPSED, R.CLOSED, never, SHUT)) == "close+ not-sent!"
    assert said(steps(S.LAPSED, R.CANCELLED, never, OPEN)) == "not-sent!"


@pytest.mark.parametrize("round_state", [each for each in R if each not in {R.ANNOUNCED, R.COMPLETE}])
def test_before_the_announcement_every_outcome_has_the_same_steps(round_state):
    # What features tell of an outcome is given on purpose: the steps take no notice of it.
    told = replace(DATES, told_on=date(2024, 3, 8), accept_by=date(2024, 4, 8), is_running=True)
    seen = {steps(state, round_state, told, SHUT) for state in EMBARGOED}
    assert len(seen) == 1
    assert steps(S.DISQUALIFIED, round_state, told, SHUT, tells_at_once=False) in seen
    assert all(is_held_back(state, round_state, True) for state in EMBARGOED)


def test_a_day_that_has_passed_is_never_promised():
    days = {step.stage: step for step in steps(S.SCORING, R.SCORING, DATES, datetime(2024, 2, 28, tzinfo=UTC))}
    assert [stage for stage in COMMON if days[stage].is_late] == [Stage.SCORE, Stage.PANEL]
    # On its own day nothing is late yet, to the last minute of it in London, in winter time and in summer time.
    for panel_on, last in ((date(2024, 2, 27), (2024, 2, 27, 23, 59)), (date(2024, 4, 2), (2024, 4, 2, 22, 59))):
        dates = replace(DATES, scoring_ends_on=None, panel_on=panel_on, outcome_on=None)
        at_last = datetime(*last, tzinfo=UTC)
        assert not any(step.is_late for step in steps(S.SCORING, R.SCORING, dates, at_last))
        assert any(step.is_late for step in steps(S.SCORING, R.SCORING, dates, at_last + timedelta(minutes=1)))


def test_what_is_done_shows_the_day_on_record_and_never_the_day_that_was_planned():
    done = {step.stage: step.day for step in steps(S.APPROVED, R.ANNOUNCED, DATES, SHUT)}
    assert (done[Stage.SEND], done[Stage.CLOSE]) == (SENT, CLOSES)
    assert (done[Stage.SCORE], done[Stage.PANEL], done[Stage.OUTCOME]) == (None, None, None)


def test_a_rolling_round_has_no_closing():
    rolling = Dates(sent_at=SENT, is_rolling=True)
    assert said(steps(S.SUBMITTED, R.OPEN, rolling, SHUT)) == "send+ check* score panel outcome"
    assert said(steps(S.WITHDRAWN, R.OPEN, rolling, SHUT)) == "send+ taken-out!"
