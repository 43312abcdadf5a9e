"""A round's set-up: everything wrong with it is said at once, and nothing is said of one that is sound."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from grants.funds.models import QuestionKind
from grants.funds.parts import QuestionDef, SectionDef
from workflows.rules.round_setup import RoundSetup, setup_problems

SOUND = RoundSetup(
    opens_at=datetime(2024, 1, 1, 9, tzinfo=UTC),
    closes_at=datetime(2024, 2, 1, 17, tzinfo=UTC),
    is_rolling=False,
    scoring_ends_at=datetime(2024, 3, 1, 17, tzinfo=UTC),
    panel_on=date(2024, 3, 1),
    decide_by_on=date(2024, 3, 10),
    announce_on=date(2024, 3, 10),
    pot_pence=10_000_000,
    unallocated_pence=10_000_000,
    is_money_confirmed=True,
    min_ask_pence=50_000,
    max_ask_pence=1_000_000,
    has_privacy_notice=True,
    has_guidance=True,
    question_count=2,
    weights={"C1": 60, "C2": 40},
    read_by={"P3": "C1", "P4": "C2"},
)


def codes(**changes):
    return [(problem.field, problem.code) for problem in setup_problems(replace(SOUND, **changes))]


def test_a_sound_round_has_no_problems():
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"opens_at": None}, ("opens_at", "opening-missing")),
        ({"closes_at": None}, ("closes_at", "closing-missing")),
        ({"closes_at": SOUND.opens_at}, ("closes_at", "dates-out-of-order")),
        ({"panel_on": date(2024, 2, 29)}, ("panel_on", "dates-out-of-order")),
        ({"decide_by_on": date(2024, 2, 28)}, ("decide_by_on", "dates-out-of-order")),
        ({"announce_on": date(2024, 3, 9)}, ("announce_on", "dates-out-of-order")),
        ({"pot_pence": 10_000_001}, ("pot", "pot-not-covered")),
        ({"is_money_confirmed": False}, ("is_money_confirmed", "money-not-confirmed")),
        ({"min_ask_pence": 1_000_001}, ("min_ask", "limits-out-of-order")),
        ({"max_ask_pence": 10_000_001}, ("max_ask", "limit-above-pot")),
        ({"weights": {"C1": 60, "C2": 39}}, ("criteria", "weights-not-100")),
        ({"question_count": 0}, ("questions", "no-questions")),
        ({"read_by": {"P3": "C1"}}, ("criteria", "criterion-unread")),
        ({"read_by": {"P3": "C1", "P4": "C2", "P5": "C9"}}, ("questions", "question-of-unknown-criterion")),
        ({"has_privacy_notice": False}, ("privacy_notice", "privacy-notice-missing")),
        ({"has_guidance": False}, ("guidance", "guidance-missing")),
    ],
)
def test_each_fault_alone_is_the_one_that_is_said(changes, problem):
    assert codes(**changes) == [problem]


def test_a_rolling_round_needs_no_closing_time():
    assert codes(closes_at=None, is_rolling=True) == []


def test_a_form_that_never_says_what_counts_for_what_is_judged_as_a_whole():
    assert codes(read_by={}) == []


def test_all_faults_come_at_once():
    found = codes(opens_at=None, is_money_confirmed=False, weights={}, has_guidance=False, read_by={})
    assert [code for _, code in found] == [
        "opening-missing",
        "money-not-confirmed",
        "weights-not-100",
        "guidance-missing",
    ]


def test_areas_are_named_where_a_question_asks_for_them():
    asked = QuestionDef(code="P7", kind=QuestionKind.AREAS, label="Where?")
    part = SectionDef(code="a", title="A", questions=(asked,))
    assert codes(sections=(part,), has_areas=False) == [("areas", "areas-needed")]
    hidden = replace(
        part, questions=(replace(asked, is_hidden=True), replace(asked, code="P8", kind=QuestionKind.TEXT))
    )
    assert codes(sections=(part,)) == codes(sections=(hidden,), has_areas=False) == []
