"""The burden of a form: what is counted, how the hours add up, and when it is too much for the grant."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from grants.funds import model_form
from workflows.rules.burden import burden_of


@dataclass(frozen=True)
class Q:
    kind: str = "text"
    word_limit: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    is_hidden: bool = False


def found(*questions, ask=1_000_000):
    return burden_of(questions, max_ask_pence=ask, pot_pence=10_000_000)


def test_it_counts_questions_words_rows_and_files_but_nothing_hidden():
    shown = found(
        Q("long_text", 200),
        Q("long_text"),
        Q("text"),
        Q("files"),
        Q("files"),
        Q("table", settings={"max_rows": 8}),
        Q("table"),
        Q("table", settings={"rows": [{}, {}]}),
        Q("long_text", 999, is_hidden=True),
    )
    assert (shown.questions, shown.words, shown.table_rows, shown.files) == (8, 450, 15, 2)


@pytest.mark.parametrize(
    ("questions", "half_hours"),
    [
        ([], 0),
        # Reading and what funders forget: two and a half hours, before the first answer.
        ([Q("yes_no")], 5),
        # 400 words at three quarters are 45 minutes, and 5 for the answer itself.
        ([Q("long_text", 400)], 7),
        ([Q("budget")], 7),
        # 10 minutes and 6 rows of the 40 that there is room for.
        ([Q("table", settings={"max_rows": 40})], 7),
        ([Q("files"), Q("files")], 6),
    ],
)
def test_hours_add_up_as_the_page_says(questions, half_hours):
    assert found(*questions).half_hours == half_hours


def test_more_of_anything_never_takes_less():
    form = [Q("long_text", 100), Q("table"), Q("files"), Q("text"), Q("radio")]
    hours = [found(*form[:number]).half_hours for number in range(1, len(form) + 1)]
    assert hours == sorted(hours)


def test_the_model_form_takes_about_what_groups_say_that_forms_take():
    asked = [question for section in model_form.SECTIONS for question in section.questions]
    assert 7 <= found(*asked).hours <= 10


def test_a_days_work_for_500_pounds_is_too_much():
    asked = [question for section in model_form.SECTIONS for question in section.questions]
    assert found(*asked, ask=50_000).is_too_much
    assert not found(*asked, ask=1_000_000).is_too_much
    assert found(*asked, ask=50_000).tenths_per_thousand == 190
    # Two and a half hours are fine for £5,000 and too much for £1,000.
    assert not found(Q("yes_no"), ask=500_000).is_too_much
    assert found(Q("yes_no"), ask=100_000).is_too_much


def test_without_a_limit_it_is_held_against_the_pot():
    assert found(Q("yes_no"), ask=None).grant_pence == 10_000_000
    assert burden_of([Q()], max_ask_pence=None, pot_pence=0).tenths_per_thousand is None
