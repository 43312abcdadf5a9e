"""A manager brings in the sheet of a marker on paper: never others' scores, never a lock without the marker's word."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from grants.accounts.services import give_role
from grants.assessment import services
from grants.assessment.models import Assignment, BroughtSheet, LockedMarks
from grants.assessment.queries.packs import REASON, SCORE, bids_pdf, marks_csv, marks_workbook, pack_for
from grants.assessment.services import Confirmed, Mark
from grants.assessment.services.locking import marks_version
from grants.assessment.services.packs import keep_file, read_marks
from grants.core.audit import AuditEntry
from grants.core.workbooks import read
from tests import stages
from workflows.actors import SYSTEM, Role
from workflows.assignment import AssignmentState, Interest
from workflows.deadlines import london_date
from workflows.errors import Invalid, NotFound, Stale, TransitionRefused

HOW = "Signed the sheet in the office."


@pytest.fixture
def stage(session):
    return stages.scoring(session)


def pack(stage, name="manager"):
    stage.session.flush()
    return pack_for(stage.session, stage.actor(name), stage.round_, stage.people["marker-1"])


def filled(stage, score=4, words=stages.WORDS, name="manager"):
    """What the marker's sheet says once it is filled in."""
    book = load_workbook(io.BytesIO(marks_workbook(stage.session, pack(stage, name))))
    for row in book["Marks"].iter_rows(min_row=2):
        row[SCORE].value, row[REASON].value = score, words
    out = io.BytesIO()
    book.save(out)
    return read_marks(pack(stage, name), read(out.getvalue()))


def rows_of(reading):
    return [(each.assignment_id, each.criterion, each.score, each.words, each.version) for each in reading.clear]


def bring(stage, name="manager", **what):
    rows = rows_of(filled(stage, name=name, **what))
    return keep_file(stage.session, pack(stage, name), rows, actor=stage.actor(name), now=stage.now)


def work_of(stage, bid=0, name="marker-1"):
    of = sa.select(Assignment).where(Assignment.person_id == stage.people[name].id)
    return stage.session.scalars(of.where(Assignment.application_id == stage.bids[bid].id)).one()


def lock(stage, work, on=None, how=HOW, name="manager"):
    said = Confirmed(on or london_date(stage.now), how)
    services.lock_for_marker(
        stage.session, work, said, seen_marks=marks_version(work), actor=stage.actor(name), now=stage.now
    )


def test_a_sheet_is_brought_in_and_locked_only_by_the_markers_word(stage):
    session, manager = stage.session, stage.people["manager"]
    short = filled(stage, score=5, words="Good.")
    assert short.lacking == len(short.changes) and short.changes[0].lacks.code == "justification-too-short"
    assert bring(stage) == len(stage.bids) * len(stage.round_.criteria)
    work = work_of(stage)
    assert work.state is AssignmentState.MARKING and work.is_on_paper
    assert {row.score for row in work.scores} == {4} and session.scalars(sa.select(LockedMarks)).all() == []
    assert set(session.scalars(sa.select(BroughtSheet.person_id))) == {manager.id}
    brought = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "bring-marks")).first()
    assert brought.actor_person_id == manager.id
    assert brought.detail["for_person_id"] == stage.people["marker-1"].id

    for on, how, field in (
        (london_date(stage.now) + timedelta(days=1), HOW, "confirmed_on"),
        (london_date(work.created_at) - timedelta(days=1), HOW, "confirmed_on"),
        (london_date(stage.now), "  ", "how"),
    ):
        with pytest.raises(Invalid) as refused:
            lock(stage, work, on, how)
        assert list(refused.value.detail["problems"]) == [field]
    with pytest.raises(Stale):
        services.lock_for_marker(
            session,
            work,
            Confirmed(london_date(stage.now), HOW),
            seen_marks=0,
            actor=stage.actor("manager"),
            now=stage.now,
        )
    with pytest.raises(NotFound):
        services.lock_assignment(session, work, actor=stage.actor("manager"), now=stage.now)
    lock(stage, work)
    kept = session.scalars(sa.select(LockedMarks)).one()
    assert (work.state, kept.locked_by_id, kept.confirmed_how) == (AssignmentState.LOCKED, manager.id, HOW)
    said = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "lock-for")).one()
    assert said.detail == {"confirmed_on": f"{london_date(stage.now)}", "confirmed_how": HOW}
    assert work not in pack(stage).unlocked


def test_what_is_incomplete_is_brought_in_and_not_locked(stage):
    bring(stage, score=0, words="Nothing there.")
    with pytest.raises(TransitionRefused, match="score-needs-justification"):
        lock(stage, work_of(stage))


def test_marks_typed_on_the_website_never_come_to_a_manager(stage):
    work, code = work_of(stage), stage.round_.criteria[0].code
    reading = filled(stage)
    own = {code: Mark(2, "Typed by myself and nobody else.")}
    services.save_marks(stage.session, work, own, actor=stage.actor("marker-1"), now=stage.now)
    found = pack(stage)
    assert work not in found.work and len(found.work) == len(stage.bids) - 1
    assert stage.bids[0].reference not in "".join(marks_csv(stage.session, found))
    with pytest.raises(NotFound):
        keep_file(stage.session, found, rows_of(reading), actor=stage.actor("manager"), now=stage.now)
    with pytest.raises(NotFound):
        lock(stage, work)
    # A marker who takes a bid up again on the website has it to themself from then on.
    bring(stage)
    other = work_of(stage, 1)
    services.save_marks(stage.session, other, own, actor=stage.actor("marker-1"), now=stage.now)
    assert not other.is_on_paper and other not in pack(stage).work
    with pytest.raises(NotFound):
        lock(stage, other)


def test_a_manager_with_an_interest_or_own_marks_never_gets_the_bid_and_never_marks_it_after(stage):
    session = stage.session
    give_role(session, stage.people["manager-2"], stage.office, Role.MARKER, actor=SYSTEM, now=stage.now)
    services.assign_marker(
        session, stage.bids[0], stage.people["manager-2"], actor=stage.actor("manager"), now=stage.now
    )
    services.assign_marker(
        session, stage.bids[1], stage.people["manager-2"], actor=stage.actor("manager"), now=stage.now
    )
    services.declare_interest(
        session, stage.bids[1], Interest.DIRECT, "My sister runs it.", actor=stage.actor("manager-2"), now=stage.now
    )
    found = pack(stage, "manager-2")
    assert [each.application.reference for each in found.work] == [stage.bids[2].reference]
    text = "".join(marks_csv(session, found))
    assert stage.bids[0].reference not in text and stage.bids[1].reference not in text
    assert bids_pdf(session, found, office="Office", made_at=stage.now).startswith(b"%PDF")
    rows = rows_of(filled(stage))
    for row in rows:
        if row[0] != work_of(stage, 2).id:
            with pytest.raises(NotFound):
                keep_file(session, found, [row], actor=stage.actor("manager-2"), now=stage.now)
    assert bring(stage, "manager-2") == len(stage.round_.criteria)
    with pytest.raises(TransitionRefused, match="brought-in-by-marker"):
        services.assign_marker(
            session, stage.bids[2], stage.people["manager-2"], actor=stage.actor("manager"), now=stage.now
        )
    for name in ("officer", "chair", "marker-2"):
        with pytest.raises(NotFound):
            lock(stage, work_of(stage, 2), name=name)
