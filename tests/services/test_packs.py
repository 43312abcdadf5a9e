"""The offline pack: out and in again changes nothing, every odd cell is named, and hostile files are only refused."""

import io
import zipfile
from datetime import date

import pytest
import sqlalchemy as sa
from openpyxl import Workbook, load_workbook

from grants.assessment import services
from grants.assessment.models import Assignment, Score
from grants.assessment.queries.packs import HEAD, REASON, SCORE, bids_pdf, marks_csv, marks_workbook, pack_of
from grants.assessment.services.marking import Mark
from grants.assessment.services.packs import keep_file, read_marks
from grants.core import workbooks
from grants.core.workbooks import NotReadable, read
from tests import stages
from workflows.assignment import AssignmentState, Interest
from workflows.errors import NotFound, Stale

FORMULA_WORDS = "=1+1 is what they wrote"


@pytest.fixture
def stage(session):
    return stages.scoring(session)


def pack_for(stage, name="marker-1"):
    stage.session.flush()
    return pack_of(stage.session, stage.actor(name), stage.round_)


def filled(stage, change, name="marker-1"):
    """The workbook that a marker saved and changed."""
    book = load_workbook(io.BytesIO(marks_workbook(stage.session, pack_for(stage, name))))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(reading):
    return [(each.assignment_id, each.criterion, each.score, each.words, each.version) for each in reading.clear]


def save(stage, work, code, score, words, name="marker-1"):
    services.save_marks(stage.session, work, {code: Mark(score, words)}, actor=stage.actor(name), now=stage.now)


def test_out_and_in_again_changes_nothing_and_formulas_stay_text(stage):
    pack = pack_for(stage)
    code = pack.rubric.criteria[0].code
    save(stage, pack.work[0], code, 3, FORMULA_WORDS)
    pack = pack_for(stage)
    for data in (marks_workbook(stage.session, pack), "".join(marks_csv(stage.session, pack)).encode()):
        reading = read_marks(pack, read(data))
        assert (reading.changes, reading.problems) == ([], [])
        assert reading.unchanged == len(pack.work) * len(pack.rubric.criteria)
    book = load_workbook(io.BytesIO(marks_workbook(stage.session, pack)))
    cells = [cell for row in book["Marks"].iter_rows(min_row=2) for cell in row]
    assert FORMULA_WORDS in [cell.value for cell in cells] and not [cell for cell in cells if cell.data_type == "f"]
    assert book["Marks"].protection.sheet and book["Marks"].data_validations.dataValidation
    assert {cell.column - 1 for cell in cells if not cell.protection.locked} == {SCORE, REASON}
    assert bids_pdf(stage.session, pack, office="Office", made_at=stage.now).startswith(b"%PDF")


def test_what_was_filled_in_is_shown_then_saved_and_never_locked(stage):
    def fill(book):
        book.worksheets[0].title = "Renamed"
        for row in book["Renamed"].iter_rows(min_row=2):
            row[SCORE].value, row[REASON].value = 4, stages.WORDS

    pack = pack_for(stage)
    reading = read_marks(pack, read(filled(stage, fill)))
    total = len(pack.work) * len(pack.rubric.criteria)
    assert (len(reading.clear), reading.newer, reading.problems) == (total, [], [])
    assert stage.session.scalar(sa.select(sa.func.count(Score.id))) == 0
    assert keep_file(stage.session, pack, rows_of(reading), actor=stage.actor("marker-1"), now=stage.now) == total
    stage.session.expire_all()
    assert {row.score for row in stage.session.scalars(sa.select(Score))} == {4}
    assert {work.state for work in pack.work} == {AssignmentState.MARKING}
    # A second press finds every version gone on: nothing is written twice, and what differs is refused.
    again = [(work, code, 2, words, 0) for work, code, _, words, _ in rows_of(reading)]
    with pytest.raises(Stale):
        keep_file(stage.session, pack_for(stage), again, actor=stage.actor("marker-1"), now=stage.now)


def test_what_was_saved_since_stands_side_by_side_until_it_is_chosen(stage):
    def fill(book):
        book["Marks"]["G2"].value = 2

    data = filled(stage, fill)
    pack = pack_for(stage)
    work, code = pack.work[0], pack.rubric.criteria[0].code
    save(stage, work, code, 5, "Since then.")
    reading = read_marks(pack_for(stage), read(data))
    (change,) = reading.newer
    assert reading.clear == [] and (change.saved_score, change.score) == (5, 2)
    # The empty reason of the file takes nothing away.
    assert change.words == "Since then."


def test_every_odd_cell_is_named_by_sheet_row_and_column(stage):
    odd = ["=2+2", date(2026, 1, 4), 2.5, True, 99, "4.0", "４", "-1", "four"]

    def fill(book):
        for number, value in enumerate(odd, 2):
            book["Marks"].cell(number, SCORE + 1).value = value
        book["Marks"].merge_cells("A12:A13")
        book["Marks"].append(["XX-0001", "", "C1", "", 0, 5, 3, "Not mine", 0])

    pack = pack_for(stage)
    assert len(pack.work) * len(pack.rubric.criteria) >= len(odd)
    reading = read_marks(pack, read(filled(stage, fill)))
    wrong = {(each.sheet, each.row, each.column) for each in reading.problems}
    assert {("Marks", number, "Score") for number in range(2, 2 + len(odd))} <= wrong
    assert [each.sentence for each in reading.problems][-1].startswith("this is not one of your bids")
    assert reading.changes == []


def test_another_markers_locked_twice_named_and_undeclared_bids_are_refused(stage):
    pack = pack_for(stage)
    reference, code = pack.work[0].application.reference, pack.rubric.criteria[0].code
    twice = f"Bid,Criterion,Score,Reason\n{reference},{code},3,a\n{reference},{code},4,b\n{reference},NO,4,b\n"
    reading = read_marks(pack, read(twice.encode()))
    assert [each.column for each in reading.problems] == ["Bid", "Criterion"] and len(reading.clear) == 1
    services.declare_interest(
        stage.session, pack.work[0].application, Interest.DIRECT, "Mine.", actor=stage.actor("marker-1"), now=stage.now
    )
    after = pack_for(stage)
    assert reference not in "".join(marks_csv(stage.session, after))
    assert "not one of your bids" in read_marks(after, read(twice.encode())).problems[0].sentence
    theirs = stage.session.scalars(
        sa.select(Assignment.id).where(Assignment.person_id == stage.people["marker-2"].id)
    ).first()
    with pytest.raises(NotFound):
        keep_file(stage.session, after, [(theirs, code, 3, "", 0)], actor=stage.actor("marker-1"), now=stage.now)


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def far_below():
    book = Workbook()
    book.active.append(HEAD)
    book.active["A1048576"].value = "far below"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "sheet-empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "sheet-not-a-table"),
        (b"PK\x03\x04 not a zip", "sheet-not-a-table"),
        (zipped(a_xml="<a/>"), "sheet-not-a-table"),
        (zipped(xl__workbook_xml='<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "sheet-not-a-table"),
        (zipped(bomb_xml=b"0" * (workbooks.LARGEST_UNFOLDED + 1)), "sheet-too-large"),
        (b"x" * (workbooks.LARGEST + 1), "sheet-too-large"),
        (b"a\n" * (workbooks.MOST_ROWS + 1), "sheet-too-many-rows"),
        (b"a,b\x00", "sheet-not-a-table"),
    ],
)
def test_a_hostile_file_is_refused_in_a_word(data, code):
    with pytest.raises(NotReadable) as refused:
        read(data)
    assert refused.value.code == code


def test_a_row_far_below_is_never_walked_to():
    # The last row that a workbook can have: what is in between is neither made up nor read.
    (sheet,) = read(far_below())
    assert [number for number, _ in sheet.rows] == [1]
