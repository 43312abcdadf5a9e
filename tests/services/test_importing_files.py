"""Reading the files of a paper round: what people write is understood, and every problem is said at once."""

from __future__ import annotations

import pytest

from grants.importing.files import FilesRefused, Source, read_files
from tests.paper_round import (
    BIDS,
    MARKS,
    NOW,
    ROUND,
    a_bid,
    agreed,
    applications_csv,
    marks_csv,
    marks_for,
    read,
    thrown_out,
)
from workflows.deadlines import to_london
from workflows.rules.eligibility_facts import OrgType


def problems(*files, **more) -> list[str]:
    with pytest.raises(FilesRefused) as caught:
        read(*files, **more)
    return [str(problem) for problem in caught.value.problems]


def test_a_bid_is_read_with_its_area_amounts_and_marks():
    first, second, third, out = read().bids
    assert [bid.area for bid in (first, second, third)] == ["West Leicester", "West Leicester", "East Leicester"]
    assert [bid.ask_pence for bid in (first, second, third)] == [400_000, 550_000, 100_000]
    assert first.markers["Marker A"]["NEED"].score == 5
    assert (out.is_eligible, out.failed_rules) == (False, ("ER5",))
    assert to_london(first.submitted_at).isoformat() == "2024-03-31T16:59:59.999000+01:00", "the last millisecond"


@pytest.mark.parametrize(
    ("written", "pence", "is_doubtful"),
    [
        ("£4,000", 400_000, False),
        ("10, 400", 1_040_000, False),
        ("£100K", 10_000_000, False),
        ("£1,1million", 110_000_000, True),
        ("over £598,000", 59_800_000, True),
        ("about 4000", 400_000, True),
        ("approx. £88,500", 8_850_000, True),
        ("4000.50", 400_050, False),
    ],
)
def test_money_as_people_write_it(written, pence, is_doubtful):
    files = read(bids=[a_bid("T-1", amount_requested=written)], marks=marks_for("T-1", (3, 3)))
    assert files.bids[0].ask_pence == pence
    assert [str(each) for each in files.warnings if "is taken as" in each.message] == (
        [str(each) for each in files.warnings] if is_doubtful else []
    )
    assert files.bids[0].stated == ({"amount_requested": written} if is_doubtful else {})


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"area": "Narnia"}, 'A.csv:2:area: "Narnia" is not an area of the round'),
        ({"area": ""}, "A.csv:2:area: this is empty"),
        ({"reference": ""}, "A.csv:2:reference: this is empty"),
        ({"organisation": ""}, "A.csv:2:organisation: this is empty"),
        ({"project_title": ""}, "A.csv:2:project_title: this is empty"),
        ({"amount_requested": ""}, "A.csv:2:amount_requested: this is empty"),
        ({"amount_requested": "0"}, "A.csv:2:amount_requested: the amount must be more than £0"),
        ({"amount_requested": "-5"}, "A.csv:2:amount_requested: an amount can't be below zero"),
        ({"amount_requested": "1,20"}, "A.csv:2:amount_requested: a comma before one or two digits"),
        ({"amount_requested": "lots"}, 'A.csv:2:amount_requested: "lots" is not an amount'),
        ({"eligibility": "maybe"}, 'A.csv:2:eligibility: "maybe": write eligible or disqualified'),
        ({"failed_rules": "ER1"}, "A.csv:2:failed_rules: this bid is eligible"),
        ({"eligibility": "disqualified"}, "A.csv:2:failed_rules: name at least one rule"),
        (
            {"eligibility": "disqualified", "failed_rules": "ER99"},
            'A.csv:2:failed_rules: there is no rule "ER99"',
        ),
        ({"submitted_at": "2024-03-31T17:00:00"}, "A.csv:2:submitted_at: this is not before the closing time"),
        ({"submitted_at": "2024-02-01T17:00:00"}, "A.csv:2:submitted_at: this is before the round opened"),
        ({"submitted_at": "2024-03-31T01:30:00"}, 'A.csv:2:submitted_at: "2024-03-31T01:30:00": London clocks skip'),
        ({"submitted_at": "soon"}, 'A.csv:2:submitted_at: "soon": write a London date and time'),
        ({"summary": "a\x07b"}, "A.csv:2:summary: this text holds a character that can't be printed"),
        ({"organisation": "x" * 201}, "A.csv:2:organisation: this is too long"),
    ],
)
def test_each_problem_of_a_bid_is_said_where_it_is(changed, problem):
    found = problems(bids=[a_bid("T-1") | changed], marks=[])
    assert any(each.startswith(problem) for each in found), found


def test_a_misspelled_eligibility_is_one_problem_and_not_one_for_each_mark():
    wrong = [row | {"eligibility": "maybe"} if row["reference"] == MARKS[0]["reference"] else row for row in BIDS]
    assert problems(bids=wrong) == [f'A.csv:{wrong_row(wrong)}:eligibility: "maybe": write eligible or disqualified']


def wrong_row(bids):
    return 2 + next(number for number, row in enumerate(bids) if row["eligibility"] == "maybe")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"reference": "T-9"}, 'M.csv:2:reference: there is no application "T-9"'),
        ({"reference": "T-4"}, "M.csv:2:reference: T-4 was disqualified: take its marks out"),
        ({"criterion": "LUCK"}, 'M.csv:2:criterion: there is no criterion "LUCK": write one of NEED, PLAN'),
        ({"score": "6"}, 'M.csv:2:score: "6": write a whole number from 0 to 5'),
        ({"score": "-1"}, 'M.csv:2:score: "-1": write a whole number from 0 to 5'),
        ({"score": "4.5"}, 'M.csv:2:score: "4.5": write a whole number from 0 to 5'),
        ({"score": ""}, "M.csv:2:score: this is empty: write a whole number from 0 to 5"),
        ({"marker": ""}, "M.csv:2:marker: this is empty"),
        ({"criterion": "plan"}, "M.csv:3:criterion: Marker A has a score for PLAN in row 2: take one out"),
    ],
)
def test_each_problem_of_a_mark_is_said_where_it_is(row, problem):
    found = problems(marks=[MARKS[0] | row, *MARKS[1:]])
    assert any(each.startswith(problem) for each in found), found


def test_every_problem_of_all_three_files_comes_at_once():
    bids = [
        a_bid("T-1", area="Narnia", submitted_at="2024-04-01T09:00:00"),
        a_bid("T-2", amount_requested="lots"),
        a_bid("T-3", submitted_at="2024-02-01T09:00:00"),
        thrown_out("T-4", "ER99"),
        a_bid("T-5"),
    ]
    marks = [*MARKS, MARKS[0] | {"marker": "Marker C", "criterion": "LUCK"}, MARKS[0] | {"score": "9"}]
    assert places(problems(ROUND.replace("line = 60", "line = 160"), bids, marks)) == [
        "R.toml:12:line",
        "A.csv:2:area",
        "A.csv:2:submitted_at",
        "A.csv:3:amount_requested",
        "A.csv:4:submitted_at",
        "A.csv:5:failed_rules",
        "A.csv:6:reference",
        "M.csv:14:criterion",
        "M.csv:15:score",
        "M.csv:15:criterion",
    ]


def places(found):
    return [each.partition(": ")[0] for each in found]


NARNIA = [a_bid("T-1", area="Narnia"), *BIDS[1:]]
LUCK = [MARKS[0] | {"criterion": "LUCK"}, *MARKS[1:]]


@pytest.mark.parametrize(
    ("old", "new", "also"),
    [
        # Wrong elsewhere, even in another key of a criterion: the areas and the codes of the criteria are sure.
        ("weight = 60", "weight = 50", ["A.csv:2:area", "M.csv:2:criterion"]),
        ("panel_on = ", "panel_met_on = ", ["A.csv:2:area", "M.csv:2:criterion"]),
        # Wrong itself: the file that hangs on it would only say so again.
        ('code = "NEED"', 'code = "NE ED"', ["A.csv:2:area"]),
        ("[[criteria]]", "[[criterion]]", ["A.csv:2:area"]),
        ('= "West Leicester"', '= "Wes Leicester"', ["M.csv:2:criterion"]),
        ("areas = [", "area = [", ["M.csv:2:criterion"]),
        ("\nareas = [", "\nareas = [5, ", ["M.csv:2:criterion"]),
        ("line = 60", "line = ", []),
    ],
)
def test_a_part_of_the_round_that_is_wrong_itself_is_not_said_again_for_each_row(old, new, also):
    found = places(problems(ROUND.replace(old, new), NARNIA, LUCK))
    assert [each for each in found if not each.startswith("R.toml")] == also
    assert found != also


def test_times_that_may_be_wrong_make_no_bid_late():
    bids = [a_bid("T-1", submitted_at="2024-03-20T09:00:00"), *BIDS[1:]]
    for wrong in ("2024-03-10T25:00:00", "2024-02-10T09:00:00"):
        found = problems(ROUND.replace("closes_at = 2024-03-31T17:00:00", f'closes_at = "{wrong}"'), bids)
        assert places(found) == ["R.toml:8:closes_at"]
    bids[0]["submitted_at"] = "2024-03-31T17:05:00"
    assert places(problems(ROUND.replace("title", "grace_minutes = -1\ntitle", 1), bids)) == ["R.toml:5:grace_minutes"]


def test_areas_that_are_lacking_may_be_under_a_misspelt_key():
    start, _, rest = ROUND.partition("[area_aliases]")
    misspelt = (start + rest[rest.index("[[") :]).replace("areas =", "area =")
    assert places(problems(misspelt, NARNIA)) == ["R.toml:14:area"]


def test_a_round_that_is_not_over_is_said_beside_another_problem_of_its_file():
    now = NOW.replace(month=4, day=13)
    assert places(problems(ROUND.replace("line = 60", ""), now=now)) == ["R.toml:1:line", "R.toml:10:panel_on"]
    rolling = ROUND.replace("closes_at = 2024-03-31T17:00:00", "rolling = true").replace("line = 60", "")
    assert places(problems(rolling)) == ["R.toml:1:line", "R.toml:8:closes_at"]


def test_rules_that_are_wrong_still_let_a_rule_that_nobody_has_be_told():
    rules = ROUND + '[[rules]]\ncode = "ER1"\non_fail = "laugh"\n'
    found = problems(rules, [*BIDS, thrown_out("T-5", "ER14"), thrown_out("T-6", "ER99")])
    assert places(found) == ["R.toml:30:rules[1].on_fail", "A.csv:7:failed_rules"]


def test_a_reference_and_a_group_come_once_whatever_their_letters():
    found = problems(bids=[a_bid("T-1"), a_bid("t-1"), a_bid("T-2", organisation="EXAMPLE GROUP T-1 (FICTIONAL)")])
    assert any(each.startswith('A.csv:3:reference: "t-1": this reference is in row 2 already') for each in found)
    assert any(each.startswith("A.csv:4:organisation:") and "is in row 2 already" in each for each in found)


def test_a_missing_column_is_one_problem_and_not_one_for_each_row():
    header, _, rest = applications_csv().partition(b"\r\n")
    data = header.replace(b"area,", b"") + b"\r\n" + rest
    assert problems(bids=data) == ["A.csv:1:area: this column is missing: add it to the header"]


def test_a_column_that_is_not_known_is_a_warning():
    rows = [row | {"colour": "red"} for row in BIDS]
    files = read(bids=applications_csv(rows))
    assert "A.csv:1:colour: this column is not known here and was not read" in map(str, files.warnings)


def test_headers_may_be_written_as_a_spreadsheet_shows_them():
    header, _, rest = applications_csv().partition(b"\r\n")
    data = header.replace(b"_", b" ").title() + b"\r\n" + rest
    assert len(read(bids=data).bids) == 4


def test_empty_lines_count_as_rows_and_are_not_read():
    data = applications_csv([a_bid("T-1"), a_bid("T-2", area="Narnia")]).replace(b"\r\nT-2", b"\r\n\r\n,,,\r\nT-2")
    assert problems(bids=data, marks=[])[0].startswith("A.csv:5:area")


def test_utf8_is_read_with_and_without_its_mark_and_nothing_else():
    data = applications_csv([a_bid("T-1", organisation="Clwb Tŷ Gŵyl (fictional)")])
    marks = marks_for("T-1", (3, 3))
    for prefix in (b"", b"\xef\xbb\xbf"):
        assert read(bids=prefix + data, marks=marks).bids[0].organisation == "Clwb Tŷ Gŵyl (fictional)"
    windows = applications_csv([a_bid("T-1", organisation="Café (fictional)")]).decode().encode("cp1252")
    assert problems(bids=windows, marks=marks)[0].startswith("A.csv:2: this file is not UTF-8")
    assert problems(bids=data.decode().encode("utf-16"), marks=marks)[0].startswith("A.csv:1: this file is UTF-16")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "A.csv:1: this file is empty"),
        (applications_csv([]), "A.csv:1: there are no applications in this file"),
        (applications_csv().replace(b",", b";"), "A.csv:1: the columns of this file are not separated by commas"),
        (applications_csv() + b'T-5,"open', "A.csv:6: this is not CSV from here on"),
        (applications_csv() + b"T-5" + b"," * 20, "A.csv:6: this row has 21 cells and the header 12"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_one_line(data, problem):
    assert problems(bids=data)[0].startswith(problem)


def test_every_eligible_bid_needs_a_score_for_each_criterion():
    found = problems(marks=[row for row in MARKS if row["reference"] != "T-2"][1:])
    assert found == [
        "A.csv:3:reference: T-2 is eligible and has no mark for NEED, PLAN in M.csv",
        "M.csv:2:criterion: Marker A has no score for NEED on T-1: add a row",
    ]


def test_a_mark_that_is_lacking_is_said_beside_other_problems_but_not_where_a_row_may_hold_it():
    lacking = [row for row in MARKS if row["reference"] != "T-2"]
    lost = "A.csv:3:reference"
    assert places(problems(marks=[lacking[0] | {"score": "9"}, *lacking[1:]])) == [lost, "M.csv:2:score"]
    assert places(problems(marks=[lacking[0] | {"criterion": "LUCK"}, *lacking[1:]])) == [lost, "M.csv:2:criterion"]
    assert places(problems(marks=[*lacking, MARKS[4] | {"marker": ""}])) == ["M.csv:10:marker"]
    assert places(problems(marks=[*lacking, MARKS[4] | {"reference": "T-22"}])) == ["M.csv:10:reference"]
    assert places(problems(marks=marks_csv(lacking) + b'T-2,"open')) == ["M.csv:10"]
    assert places(problems(marks=marks_csv(lacking).replace(b"score", b"scores", 1))) == ["M.csv:1:score"]


def test_the_panels_scores_alone_are_enough_when_they_name_every_criterion():
    marks = [agreed("T-1", "NEED", 4), agreed("T-1", "PLAN", 3) | {"marker": "Moderated"}]
    bid = read(bids=[a_bid("T-1")], marks=marks).bids[0]
    assert (bid.markers, {code: mark.score for code, mark in bid.moderated.items()}) == ({}, {"NEED": 4, "PLAN": 3})


def test_a_rule_of_the_registry_that_the_round_lacked_is_added_with_a_warning():
    files = read(bids=[*BIDS, thrown_out("T-5", "er14; ER5")])
    assert "ER14" in {rule.code for rule in files.definition.rules}
    assert any("ER14 was not a rule of this round" in str(each) for each in files.warnings)


def test_a_round_that_is_not_over_is_not_brought_in_with_its_bids():
    before = NOW.replace(month=4, day=13)
    assert [each.split(": ")[0] for each in problems(now=before)] == ["R.toml:10:panel_on"]
    assert [each.split(": ")[0] for each in problems(now=before.replace(month=3))] == [
        "R.toml:8:closes_at",
        "R.toml:9:scoring_ends_at",
        "R.toml:10:panel_on",
    ]


def test_marks_without_applications_are_refused():
    with pytest.raises(FilesRefused) as caught:
        read_files(Source("R.toml", ROUND.encode()), None, Source("M.csv", marks_csv()), now=NOW)
    assert [str(each) for each in caught.value.problems] == [
        "M.csv:1: marks can't come without the applications that they are for"
    ]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Registered charity", OrgType.REGISTERED_CHARITY),
        ("registered_charity", OrgType.REGISTERED_CHARITY),
        ("CIC", OrgType.CIC_GUARANTEE),
        ("Parish or town council", OrgType.PARISH_COUNCIL),
        ("CSP", OrgType.LOCAL_AUTHORITY),
        ("coven", OrgType.OTHER),
    ],
)
def test_kinds_of_organisation_as_people_write_them(written, kind):
    files = read(bids=[a_bid("T-1", organisation_type=written)], marks=marks_for("T-1", (3, 3)))
    assert files.bids[0].kind is kind
    assert bool(files.warnings) is (written == "coven")


@pytest.mark.parametrize(
    ("written", "charity", "company"),
    [
        ("1234567", "1234567", ""),
        ("Charity no. 1234567", "1234567", ""),
        ("01234567", "", "01234567"),
        ("Company 0123 4567", "", "01234567"),
        ("n/a", "", ""),
        ("pending", "", ""),
    ],
)
def test_registrations_are_told_apart_by_their_form(written, charity, company):
    files = read(bids=[a_bid("T-1", registration=written)], marks=marks_for("T-1", (3, 3)))
    assert (files.bids[0].charity_number, files.bids[0].company_number) == (charity, company)
    assert bool(files.warnings) is (written == "pending")
