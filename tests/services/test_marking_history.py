"""What a marker locked stays on record; others' scores come after their lock, and the way through a round is theirs."""

import pytest
import sqlalchemy as sa

from grants.assessment import queries, services
from grants.assessment.models import Assignment, LockedMarks, Score
from grants.assessment.services import Mark
from grants.core.audit import AuditEntry
from tests import stages
from tests.queries import counted
from tests.services.test_assessment_marking import WORDS, declare, lock, score_all, work_of
from workflows.assignment import AssignmentState, Interest
from workflows.errors import Invalid, NotFound, Stale, TransitionRefused


def reopened(stage, work, reason="A score was typed for the wrong bid"):
    services.reopen_assignment(stage.session, work, reason, actor=stage.actor("chair"), now=stage.now)


def test_each_lock_is_put_by_and_a_reopening_says_what_the_marker_could_see(session):
    stage = stages.scoring(session)
    work = lock(stage, "marker-1", score=4)
    reopened(stage, work, "Typed for the wrong bid")
    lock(stage, "marker-2", score=1)
    score_all(stage, "marker-1", score=3)
    services.lock_assignment(session, work, actor=stage.actor("marker-1"), now=stage.now)
    reopened(stage, work, "The chair asked about a figure")
    kept = sa.select(LockedMarks).where(LockedMarks.assignment_id == work.id).order_by(LockedMarks.number)
    first, second = session.scalars(kept)
    assert [each["score"] for each in first.marks.values()] == [4] * 6
    assert first.marks["C1"] == {"score": 4, "justification": WORDS}
    assert [each["score"] for each in second.marks.values()] == [3] * 6
    assert (first.number, first.saw_others, first.reopened_reason) == (1, False, "Typed for the wrong bid")
    assert (second.number, second.saw_others, second.reopened_at) == (2, True, stage.now)
    told = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "reopen").order_by(AuditEntry.id))
    assert [(each.detail["saw_others"], each.reason) for each in told] == [
        (False, "Typed for the wrong bid"),
        (True, "The chair asked about a figure"),
    ]
    # The panel reads both beside what stands; what a bid's marker changes now leaves them as they are.
    score_all(stage, "marker-1", score=5)
    assert [row.marks["C1"]["score"] for row in queries.earlier_marks(session, [stage.bids[0].id])[work.id]] == [4, 3]
    with pytest.raises(TransitionRefused, match="reason-needed"):
        reopened(stage, work_of(stage, "marker-2"), " ")


def test_marks_that_were_locked_before_are_put_by_when_they_are_opened(session):
    stage = stages.scoring(session)
    work = lock(stage, "marker-1", score=2)
    session.execute(sa.delete(LockedMarks))
    reopened(stage, work)
    row = session.scalars(sa.select(LockedMarks)).one()
    assert (row.number, row.marks["C2"]["score"], row.reopened_at) == (1, 2, stage.now)


def test_nobody_sees_another_score_before_their_own_lock_and_names_never(session):
    stage = stages.scoring(session)
    lock(stage, "marker-2", score=1)
    rubric = queries.rubric_of(session, stage.round_.id)
    work = score_all(stage, "marker-1", score=4)
    assert queries.beside(session, work, rubric) is None
    assert queries.standing_of(session, stage.actor("marker-1"), stage.round_.id).bids == ()
    services.lock_assignment(session, work, actor=stage.actor("marker-1"), now=stage.now)
    shown = queries.beside(session, work, rubric)
    assert [(name, set(each.marks.values())) for name, each in shown.others] == [("Marker B", {1})]
    assert (shown.own_percent, shown.others_mean) == (80, 20)
    reopened(stage, work)
    assert queries.beside(session, work, rubric) is None


def test_the_standing_counts_only_bids_that_the_reader_has_locked(session):
    stage = stages.scoring(session)
    for bid, score in ((0, 1), (1, 5), (2, 5)):
        lock(stage, "marker-2", bid, score)
    actor = stage.actor("marker-1")
    lock(stage, "marker-1", 0, 4)
    found = queries.standing_of(session, actor, stage.round_.id)
    assert [each.assignment.application_id for each in found.bids] == [stage.bids[0].id]
    assert (found.own_mean, found.others_mean, found.lean) == (80, 20, "higher")
    lock(stage, "marker-1", 1, 5)
    # A bid that is found to be a friend's is gone from it, with what others gave.
    declare(stage, "marker-1", Interest.DIRECT, "A friend runs it", bid=0)
    found = queries.standing_of(session, actor, stage.round_.id)
    assert (len(found.bids), found.own_mean, found.others_mean, found.lean) == (1, 100, 100, "alike")
    with counted(session) as statements:
        queries.standing_of(session, actor, stage.round_.id)
    assert len(statements) <= 3
    with pytest.raises(NotFound):
        queries.get_marked_round(session, stage.actor("chair"), stage.round_.id)


def test_the_way_is_ones_own_stands_still_and_goes_on_to_what_is_left(session):
    stage = stages.scoring(session, scores=(3,) * 6)
    one, two = stage.actor("marker-1"), stage.actor("marker-2")
    orders = [
        [
            session.get(Assignment, stop.assignment_id).application_id
            for stop in queries.walk_of(session, each, stage.round_.id).stops
        ]
        for each in (one, two)
    ]
    assert orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1])
    ids = [stop.assignment_id for stop in queries.walk_of(session, one, stage.round_.id).stops]
    assert ids == [item.assignment.id for item in queries.list_queue(session, one)]
    services.come_back(session, session.get(Assignment, ids[1]), True, actor=one)
    lock(stage, "marker-1", [bid.id for bid in stage.bids].index(session.get(Assignment, ids[2]).application_id))
    walk = queries.walk_of(session, one, stage.round_.id, here=ids[0])
    assert (walk.number, walk.total, walk.locked, walk.to_come_back_to) == (1, 6, 1, 1)
    assert (walk.previous, walk.next, walk.next_unmarked) == (None, ids[1], ids[3])
    assert queries.walk_of(session, one, stage.round_.id, here=ids[5]).next_unmarked == ids[0]
    # What another is given, or is closed, moves no bid of mine.
    taken = session.get(Assignment, ids[3]).application
    services.declare_interest(session, taken, Interest.DIRECT, "My own club", actor=one, now=stage.now)
    assert [stop.assignment_id for stop in queries.walk_of(session, one, stage.round_.id).stops] == [*ids[:3], *ids[4:]]
    with pytest.raises(NotFound):
        services.come_back(session, session.get(Assignment, ids[4]), True, actor=two)
    locked = session.get(Assignment, ids[2])
    with pytest.raises(TransitionRefused, match="marks-are-locked"):
        services.come_back(session, locked, True, actor=one)


def test_all_is_kept_but_what_another_window_changed(session):
    stage = stages.scoring(session)
    work, actor = work_of(stage, "marker-1"), stage.actor("marker-1")

    def keep(**marks):
        given = {code: Mark(*mark) for code, mark in marks.items()}
        return services.keep_marks(session, work, given, actor=actor, now=stage.now)

    # Words without a score, and a score without words.
    assert keep(C1=(None, "Half a thought", 0), C2=(0, "", 0)) == []
    assert keep(C1=(3, "From the other window", 1)) == []
    assert keep(C1=(5, "From this one", 1), C2=(4, "Kept", 1)) == ["C1"]
    held = {
        row.criterion.code: (row.score, row.justification, row.version) for row in session.scalars(sa.select(Score))
    }
    assert held == {"C1": (3, "From the other window", 2), "C2": (4, "Kept", 2)}
    # The same words again are no change, and so no conflict.
    assert keep(C1=(3, "From the other window", 0)) == []
    with pytest.raises(Stale):
        services.save_marks(session, work, {"C1": Mark(1, "x", 1), "C3": Mark(1, "x", 0)}, actor=actor, now=stage.now)
    assert session.scalar(sa.select(sa.func.count(Score.id))) == 2


@pytest.mark.parametrize(
    ("scale", "score", "taken"),
    [
        ((1, 5), 0, False),
        ((1, 5), 1, True),
        ((0, 3), 3, True),
        ((0, 3), 4, False),
        ((0, 1), 1, True),
        ((0, 1), 2, False),
    ],
)
def test_marks_keep_to_the_scale_of_the_round(session, scale, score, taken):
    stage = stages.scoring(session)
    for criterion in stage.round_.criteria:
        criterion.min_score, criterion.max_score = scale
    session.flush()
    queries.marks._rubrics.forget()
    work, actor = work_of(stage, "marker-1"), stage.actor("marker-1")
    if not taken:
        with pytest.raises(Invalid, match="score-out-of-range"):
            services.save_mark(session, work, "C1", score, WORDS, actor=actor, now=stage.now)
        return
    services.save_mark(session, work, "C1", score, "Too few words", actor=actor, now=stage.now)
    score_all(stage, "marker-1", score=max(scale))
    services.save_mark(session, work, "C1", score, "Too few words", actor=actor, now=stage.now)
    with pytest.raises(TransitionRefused, match="score-needs-justification"):
        services.lock_assignment(session, work, actor=actor, now=stage.now)
    services.save_mark(session, work, "C1", score, WORDS, actor=actor, now=stage.now)
    services.lock_assignment(session, work, actor=actor, now=stage.now)
    assert work.state is AssignmentState.LOCKED
