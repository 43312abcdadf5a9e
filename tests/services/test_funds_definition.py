"""A round file is read whole, or every problem of it is said at once with its line and key."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.funds import model_form
from grants.funds.definition import RoundFileError, read_round_file
from grants.funds.models import QuestionKind

GOOD = """\
office = "LLR"
fund = "CSF"
code = "CSF-R4"
title = "Round Four"
theme = "Cohesion"
opens_at = 2023-12-11T09:00:00
closes_at = "2024-06-15T17:00"
pot = 100000
line = 70
areas = ["West Example", "East Example"]

[area_aliases]
"W. Example" = "West Example"

[[criteria]]
code = "C1"
title = "Need"
weight = 60

[[criteria]]
code = "C2"
title = "Fit"
weight = 40
"""


def problems_of(text):
    with pytest.raises(RoundFileError) as refused:
        read_round_file(text, "ROUND.toml")
    return [str(problem) for problem in refused.value.problems]


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_file_is_a_round_with_the_model_form():
    read = read_round_file(GOOD, "ROUND.toml")
    assert (read.office, read.fund, read.code, read.theme) == ("LLR", "CSF", "CSF-R4", "Cohesion")
    assert (read.pot_pence, read.line_hundredths, read.band_edges) == (10_000_000, 7000, (7000,))
    # Winter and summer time: the file has London wall clocks.
    assert read.opens_at == datetime(2023, 12, 11, 9, tzinfo=UTC)
    assert read.closes_at == datetime(2024, 6, 15, 16, tzinfo=UTC)
    assert [(area.name, area.aliases) for area in read.areas] == [
        ("West Example", ("W. Example",)),
        ("East Example", ()),
    ]
    assert [question.code for question in read.questions] == [
        question.code for section in model_form.SECTIONS for question in section.questions
    ]
    full = read_round_file('form = "full"\n' + GOOD, "ROUND.toml")
    assert [q.code for q in full.questions] == [q.code for s in model_form.FULL_SECTIONS for q in s.questions]
    assert {question.kind for question in (*read.questions, *full.questions)} == set(QuestionKind)
    assert read.warnings == ()


def test_the_model_forms_mapping_holds_only_where_it_reads_every_criterion():
    read = read_round_file(GOOD, "ROUND.toml")
    assert {question.criterion_code for question in read.questions} == {"", "C1", "C2"}
    other = read_round_file(changed('code = "C2"', 'code = "fit"'), "ROUND.toml")
    assert {question.criterion_code for question in other.questions} == {""}


def test_a_criterion_may_say_what_it_reads():
    read = read_round_file(
        changed('code = "C1"', 'code = "need"\nreads = ["P3", "P4"]').replace('"C2"', '"fit"\nreads = ["P6"]'), "R.toml"
    )
    named = {question.code: question.criterion_code for question in read.questions if question.criterion_code}
    assert named == {"P3": "need", "P4": "need", "P6": "fit"}
    assert problems_of(changed('code = "C1"', 'code = "C1"\nreads = ["Z9"]')) == [
        'ROUND.toml:17:criteria[1].reads: there is no question "Z9"'
    ]


def test_a_file_may_hide_the_groups_and_choose_a_scale_for_all_criteria():
    text = GOOD.replace("weight = ", "min_score = 1\nmax_score = 5\nweight = ")
    read = read_round_file(text.replace("line = 70", "line = 70\nanonymous = true"), "R.toml")
    assert read.is_anonymous and {(each.min_score, each.max_score) for each in read.criteria} == {(1, 5)}
    assert not read_round_file(GOOD, "R.toml").is_anonymous


def test_all_problems_come_at_once_each_with_its_line_and_key():
    text = (
        changed("weight = 40", "weight = 30")
        .replace("pot = 100000", 'pot = "10,5"')
        .replace('title = "Round Four"', "titel = 4")
        .replace("2024-06-15T17:00", "2023-12-01T17:00")
        .replace('"West Example"\n', '"Nowhere"\n')
    )
    found = problems_of(text)
    assert [problem.split(": ")[0] for problem in found] == [
        "ROUND.toml:1:title",
        "ROUND.toml:1:criteria",
        "ROUND.toml:4:titel",
        "ROUND.toml:7:closes_at",
        "ROUND.toml:8:pot",
        "ROUND.toml:13:area_aliases.W. Example",
    ]
    assert "add up to 90" in found[1]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('closes_at = "2024-06-15T17:00"', 'closes_at = "2024-03-31T01:30"', "London clocks skip this time"),
        ('closes_at = "2024-06-15T17:00"', "closes_at = 2024-06-15T17:00:00Z", "without a zone"),
        ('closes_at = "2024-06-15T17:00"', "closes_at = 2024-06-15", "date and time"),
        ('closes_at = "2024-06-15T17:00"', "", "this is missing"),
        ("line = 70", "line = 70.123", "at most two decimals"),
        ("line = 70", "line = 101", "from 0 to 100"),
        ("line = 70", "line = nan", "from 0 to 100"),
        ("line = 70", "line = true", "from 0 to 100"),
        ("pot = 100000", "pot = 0", "more than £0"),
        ("pot = 100000", "pot = -1", "below zero"),
        ("pot = 100000", "pot = 1e999999", "too large"),
        ("pot = 100000", "pot = true", "write an amount"),
        ("pot = 100000", 'pot = "lots"', "not an amount"),
        ("pot = 100000", "pot = 100000\nmax_ask = 100001", "more than the pot"),
        ("pot = 100000", "pot = 100000\nmin_ask = 20\nmax_ask = 10", "more than max_ask"),
        ("pot = 100000", "pot = 100000\nbands = [65, 75]", "highest first"),
        ("weight = 60", "weight = 60.0", "whole number"),
        ("weight = 60", "weight = 60\nmax_score = 4", "the same scale"),
        ("weight = 60", "weight = 60\nmax_score = 9", "from 1 to 5"),
        ("line = 70", 'line = 70\nanonymous = "yes"', "true or false"),
        ("weight = 60", 'weight = "60"', "whole number"),
        ('code = "C2"', 'code = "C1"', "is there already"),
        ('code = "CSF-R4"', 'code = "CSF R4"', "without spaces"),
        ('title = "Round Four"', 'title = "a\\u0000b"', "can't be printed"),
        ('areas = ["West Example", "East Example"]', 'areas = ["A", "a"]', "is there twice"),
        ("line = 70", "line = 70\npanel_on = 2024-01-01", "must be later than closes_at"),
        ("line = 70", "line = 70\nrolling = true", "no closing time"),
        ('theme = "Cohesion"', "theme = ", "not TOML"),
    ],
)
def test_a_fault_says_what_to_do(old, new, says):
    found = problems_of(changed(old, new))
    assert any(says in problem for problem in found), found


def test_money_as_people_write_it_keeps_a_warning():
    read = read_round_file(changed("pot = 100000", 'pot = "over £1,1million"'), "R.toml")
    assert read.pot_pence == 110_000_000
    assert [(warning.row, warning.column) for warning in read.warnings] == [("8", "pot")]


def test_a_whole_amount_may_be_written_with_decimals():
    for pot in ("100000.0", "100000.00", "1e5"):
        assert read_round_file(changed("pot = 100000", f"pot = {pot}"), "R.toml").pot_pence == 10_000_000
    assert read_round_file(changed("pot = 100000", "pot = 99999.50"), "R.toml").pot_pence == 9_999_950


def test_own_questions_take_from_the_model_what_they_leave_out():
    text = GOOD + '[[questions]]\ncode = "P1"\n[[questions]]\ncode = "B1"\nlabel = "How much?"\n'
    read = read_round_file(text, "R.toml")
    title, ask = read.questions
    assert (title.kind, title.label) == (QuestionKind.TEXT, "What is your project called?")
    assert (ask.kind, ask.label) == (QuestionKind.MONEY, "How much?")
    assert [section.code for section in read.sections] == ["project", "money"]


def test_a_form_without_a_name_or_an_amount_is_refused():
    found = problems_of(GOOD + '[[questions]]\ncode = "P3"\n')
    assert len(found) == 2
    assert all("is missing" in problem for problem in found)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ('code = "Q1"\nkind = "essay"\nlabel = "x"', "choose one of"),
        ('code = "Q1"\nkind = "radio"\nlabel = "x"', "at least two different answers"),
        ('code = "B1"\nkind = "text"', "is always money"),
        ('code = "Q1"\nkind = "text"\nlabel = "x"\nsection = "nowhere"', "there is no section"),
        ('code = "Q1"\nkind = "text"\nlabel = "x"\ncriterion = "C9"', "there is no criterion"),
    ],
)
def test_a_wrong_question_says_what_to_do(question, says):
    found = problems_of(f"{GOOD}[[questions]]\n{question}\n")
    assert any(says in problem for problem in found), found


def test_rules_are_those_of_the_registry_with_settings_that_they_have():
    read = read_round_file(GOOD + '[[rules]]\ncode = "ER9"\non_fail = "fail"\nsettings = {cap_pence = 100}\n', "R.toml")
    assert [(r.code, r.on_breach, dict(r.settings)) for r in read.rules] == [("ER9", "fail", {"cap_pence": 100})]
    found = problems_of(GOOD + '[[rules]]\ncode = "ER9"\nsettings = {cap = 1}\n[[rules]]\ncode = "ER99"\n')
    assert len(found) == 2


def test_the_sample_rounds_can_be_read():
    paths = sorted((Path(__file__).parents[2] / "sample" / "rounds").glob("*.toml"))
    assert paths
    for path in paths:
        assert read_round_file(path.read_text(), path.name).warnings == ()


SCALARS = st.one_of(
    st.text(max_size=20).map(lambda text: f'"{text}"'),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["true", "[]", "{}", "[1]", '{a = "b"}', "2024-01-01", "07:30:00", "2024-01-01T00:00:00Z", "[[", '"']
    ),
)
LINES = GOOD.splitlines()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_no_text_at_all_gets_more_than_its_problems(text):
    _reads_or_says(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), SCALARS), max_size=4))
def test_no_change_to_a_good_file_gets_more_than_its_problems(changes):
    lines = list(LINES)
    for place, value in changes:
        key, equals, _ = lines[place].partition("=")
        lines[place] = f"{key}= {value}" if equals else value
    _reads_or_says("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 5000, "a = " + "[" * 20000, "pot = " + "9" * 5000, "\ufeff" + GOOD, "\x00"])
def test_hostile_files_are_only_wrong(text):
    _reads_or_says(text)


def _reads_or_says(text):
    try:
        read_round_file(text, "ROUND.toml")
    except RoundFileError as error:
        assert error.problems
        assert all(problem.file == "ROUND.toml" and problem.row.isdigit() for problem in error.problems)
