"""Marking: interests first, everyone alone, partial work kept, and the gates that open when the last marker locks."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.accounts import services as accounts
from grants.applications import services as applications
from grants.assessment import queries, services
from grants.assessment.models import Assignment, InterestDeclaration, Score
from grants.assessment.services import Mark
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from tests import stages
from tests.builders import actor_of, an_office, staff
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.assignment import AssignmentState, Interest
from workflows.errors import Invalid, NotAllowed, NotFound, Stale, TransitionRefused
from workflows.round import RoundState

WORDS = stages.WORDS


def actions(session, subject_type, subject_id):
    return list(
        session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id)
            .order_by(AuditEntry.id)
        )
    )


def told(session, template):
    """(subject id, audience) of every outbox row with this template."""
    rows = session.execute(
        sa.select(OutboxEntry.subject_id, OutboxEntry.audience)
        .where(OutboxEntry.template == template)
        .order_by(OutboxEntry.id)
    )
    return [tuple(row) for row in rows]


def work_of(stage, name, bid=0):
    return stage.session.scalars(
        sa.select(Assignment).where(
            Assignment.person_id == stage.people[name].id, Assignment.application_id == stage.bids[bid].id
        )
    ).one()


def score_all(stage, name, bid=0, score=3):
    work = work_of(stage, name, bid)
    marks = {each.code: Mark(score, WORDS) for each in stage.round_.criteria}
    services.save_marks(stage.session, work, marks, actor=stage.actor(name), now=stage.now)
    return work


def lock(stage, name, bid=0, score=3):
    work = score_all(stage, name, bid, score)
    services.lock_assignment(stage.session, work, actor=stage.actor(name), now=stage.now)
    return work


def assign(stage, name, bid=0):
    return services.assign_marker(
        stage.session, stage.bids[bid], stage.people[name], actor=stage.actor("manager"), now=stage.now
    )


def declare(stage, name, interest, detail="", bid=0):
    services.declare_interest(stage.session, stage.bids[bid], interest, detail, actor=stage.actor(name), now=stage.now)


def test_a_marker_is_asked_on_the_record_and_told(session):
    stage = stages.eligible(session)
    work = assign(stage, "marker-1")
    assert work.state is AssignmentState.ASSIGNED
    assert actions(session, "assignment", work.id) == ["assign"]
    assert told(session, "marking-assigned") == [(work.id, "marker")]


def test_nobody_marks_the_bid_of_a_group_they_belong_to(session):
    stage = stages.eligible(session)
    insider = stage.groups[0][1]
    accounts.give_role(session, insider, stage.office, Role.MARKER, actor=stage.actor("manager"), now=stage.now)
    with pytest.raises(TransitionRefused, match="marker-of-the-group"):
        services.assign_marker(session, stage.bids[0], insider, actor=stage.actor("manager"), now=stage.now)
    services.assign_marker(session, stage.bids[1], insider, actor=stage.actor("manager"), now=stage.now)


@pytest.mark.parametrize(("who", "code"), [("officer", "not-a-marker"), ("marker-1", "already-assigned")])
def test_only_a_marker_is_asked_and_only_once(session, who, code):
    stage = stages.eligible(session)
    assign(stage, "marker-1")
    with pytest.raises(TransitionRefused, match=code):
        assign(stage, who)


def test_a_marker_of_another_office_is_not_asked(session):
    stage = stages.eligible(session)
    stranger = staff(session, an_office(session), Role.MARKER)
    with pytest.raises(TransitionRefused, match="not-a-marker"):
        services.assign_marker(session, stage.bids[0], stranger, actor=stage.actor("manager"), now=stage.now)


def test_an_officer_gives_out_no_bids(session):
    stage = stages.eligible(session)
    with pytest.raises(NotAllowed):
        services.assign_marker(
            session, stage.bids[0], stage.people["marker-1"], actor=stage.actor("officer"), now=stage.now
        )


def test_scoring_starts_only_when_every_bid_has_markers_who_declared(session):
    stage = stages.eligible(session)
    for bid in range(3):
        for name in ("marker-1", "marker-2"):
            assign(stage, name, bid)
            if (bid, name) != (2, "marker-2"):
                declare(stage, name, Interest.NONE, bid=bid)
    with pytest.raises(TransitionRefused, match="too-few-markers-on") as refused:
        services.start_scoring(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    assert refused.value.detail["references"] == (stage.bids[2].reference,)
    session.rollback()


def test_scoring_starts_for_all_bids_and_the_groups_are_told(session):
    stage = stages.scoring(session)
    assert stage.round_.state is RoundState.SCORING
    assert {bid.state for bid in stage.bids} == {S.SCORING}
    assert told(session, "progressed-to-assessment") == [(bid.id, "lead") for bid in stage.bids]
    assert actions(session, "round", stage.round_.id)[-1] == "start-scoring"


def test_an_interest_is_declared_by_the_marker_and_nobody_else(session):
    stage = stages.eligible(session)
    work = assign(stage, "marker-1")
    with pytest.raises(NotFound):
        declare(stage, "marker-2", Interest.NONE)
    declare(stage, "marker-1", Interest.INDIRECT, "Knows the group through work")
    assert work.state is AssignmentState.INTEREST_DECLARED
    assert actions(session, "assignment", work.id) == ["assign", "declare"]
    assert actions(session, "application", stage.bids[0].id)[-1] == "declare-interest"


def test_an_interest_needs_words(session):
    stage = stages.eligible(session)
    assign(stage, "marker-1")
    with pytest.raises(Invalid):
        declare(stage, "marker-1", Interest.DIRECT, "  ")


def test_a_direct_interest_stands_the_marker_aside_and_tells_the_managers(session):
    stage = stages.eligible(session)
    work = assign(stage, "marker-1")
    declare(stage, "marker-1", Interest.DIRECT, "Runs the group")
    assert work.state is AssignmentState.RECUSED
    assert told(session, "marker-recused") == [(work.id, "managers")]
    with pytest.raises(NotFound):
        queries.get_assignment(session, stage.actor("marker-1"), work.id)
    with pytest.raises(NotFound):
        declare(stage, "marker-1", Interest.NONE)
    assert queries.list_queue(session, stage.actor("marker-1")) == []


def test_an_interest_found_late_voids_the_scores_and_keeps_them(session):
    stage = stages.scoring(session)
    work = score_all(stage, "marker-1")
    declare(stage, "marker-1", Interest.DIRECT, "A cousin works there")
    assert work.state is AssignmentState.RECUSED
    rows = session.scalars(sa.select(Score).where(Score.assignment_id == work.id)).all()
    assert rows and all(row.voided_at == stage.now and row.score == 3 for row in rows)
    lock(stage, "marker-2")
    # One marker is fewer than the round needs: the bid waits for another.
    assert stage.bids[0].state is S.SCORING


def test_the_last_to_stand_aside_lets_a_bid_with_enough_markers_through(session):
    stage = stages.scoring(session)
    stage.people["marker-3"] = staff(session, stage.office, Role.MARKER)
    assign(stage, "marker-3")
    declare(stage, "marker-3", Interest.NONE)
    lock(stage, "marker-1")
    lock(stage, "marker-2")
    assert stage.bids[0].state is S.SCORING
    declare(stage, "marker-3", Interest.DIRECT, "A friend")
    assert stage.bids[0].state is S.SCORED


def test_partial_marks_are_kept_and_listed_as_missing(session):
    stage = stages.scoring(session)
    work = work_of(stage, "marker-1")
    first, second = stage.round_.criteria[:2]
    actor = stage.actor("marker-1")
    services.save_mark(session, work, first.code, 5, "", actor=actor, now=stage.now)
    services.save_mark(session, work, second.code, None, "Words without a score", actor=actor, now=stage.now)
    assert work.state is AssignmentState.MARKING
    saved = {row.criterion_id: (row.score, row.justification) for row in work.scores}
    assert saved == {first.id: (5, ""), second.id: (None, "Words without a score")}
    assert actions(session, "assignment", work.id) == ["assign", "declare", "begin", "save-mark", "save-mark"]
    with pytest.raises(TransitionRefused, match="criteria-unscored"):
        services.lock_assignment(session, work, actor=actor, now=stage.now)


@pytest.mark.parametrize("score", [0, 1, 5])
def test_an_extreme_score_needs_twenty_words_to_lock(session, score):
    stage = stages.scoring(session)
    work = score_all(stage, "marker-1")
    actor, code = stage.actor("marker-1"), stage.round_.criteria[0].code
    services.save_mark(session, work, code, score, "word " * 19, actor=actor, now=stage.now)
    with pytest.raises(TransitionRefused, match="score-needs-justification") as refused:
        services.lock_assignment(session, work, actor=actor, now=stage.now)
    assert refused.value.detail["criteria"] == (code,)
    services.save_mark(session, work, code, score, "word " * 20, actor=actor, now=stage.now)
    services.lock_assignment(session, work, actor=actor, now=stage.now)
    assert work.state is AssignmentState.LOCKED


@pytest.mark.parametrize("score", [-1, 6])
def test_a_score_off_the_scale_is_refused(session, score):
    stage = stages.scoring(session)
    code = stage.round_.criteria[0].code
    with pytest.raises(Invalid):
        services.save_mark(
            session, work_of(stage, "marker-1"), code, score, "", actor=stage.actor("marker-1"), now=stage.now
        )


def test_two_windows_do_not_overwrite_each_other(session):
    stage = stages.scoring(session)
    work, actor = work_of(stage, "marker-1"), stage.actor("marker-1")
    code = stage.round_.criteria[0].code
    save = lambda text, seen: services.save_mark(  # noqa: E731
        session, work, code, 3, text, seen_version=seen, actor=actor, now=stage.now
    )
    save("From the first window", 0)
    with pytest.raises(Stale) as refused:
        save("From the second window", 0)
    assert refused.value.detail["criteria"] == [code]
    save("From the first window", 0)
    save("Knowingly", 1)
    assert [row.justification for row in work.scores] == ["Knowingly"]


def test_a_lock_is_refused_when_another_window_saved_since(session):
    stage = stages.scoring(session)
    work, actor = score_all(stage, "marker-1"), stage.actor("marker-1")
    seen = services.locking.marks_version(work)
    services.save_mark(session, work, stage.round_.criteria[0].code, 2, WORDS, actor=actor, now=stage.now)
    with pytest.raises(Stale):
        services.lock_assignment(session, work, actor=actor, now=stage.now, seen_marks=seen)


def test_marks_are_saved_by_their_marker_while_the_bid_is_in_scoring(session):
    stage = stages.eligible(session)
    work = assign(stage, "marker-1")
    declare(stage, "marker-1", Interest.NONE)
    code = stage.round_.criteria[0].code
    with pytest.raises(TransitionRefused, match="bid-not-in-scoring"):
        services.save_mark(session, work, code, 3, WORDS, actor=stage.actor("marker-1"), now=stage.now)
    with pytest.raises(NotFound):
        services.save_mark(session, work, code, 3, WORDS, actor=stage.actor("marker-2"), now=stage.now)


def test_nothing_is_marked_before_the_declaration(session):
    stage = stages.scoring(session)
    stage.people["marker-3"] = staff(session, stage.office, Role.MARKER)
    work = assign(stage, "marker-3")
    code = stage.round_.criteria[0].code
    with pytest.raises(TransitionRefused):
        services.save_mark(session, work, code, 3, WORDS, actor=stage.actor("marker-3"), now=stage.now)


def test_locked_marks_stay_as_they_are(session):
    stage = stages.scoring(session)
    work = lock(stage, "marker-1")
    assert actions(session, "assignment", work.id)[-1] == "lock"
    code = stage.round_.criteria[0].code
    with pytest.raises(TransitionRefused):
        services.save_mark(session, work, code, 4, WORDS, actor=stage.actor("marker-1"), now=stage.now)


def test_the_last_lock_scores_the_bid_and_the_last_bid_moves_the_round(session):
    stage = stages.scoring(session)
    for bid in range(3):
        lock(stage, "marker-1", bid)
        assert stage.bids[bid].state is S.SCORING
        lock(stage, "marker-2", bid, score=4)
        assert stage.bids[bid].state is S.SCORED
        assert stage.bids[bid].percent_millionths == 70_000_000
        assert stage.round_.state is (RoundState.MODERATING if bid == 2 else RoundState.SCORING)
    assert told(session, "moderation-ready") == [(stage.round_.id, "chair")]
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "finish-scoring")).first()
    assert (entry.actor_name, entry.actor_person_id) == ("Timer", None)


def test_a_withdrawal_of_the_last_bid_to_score_moves_the_round(session):
    stage = stages.scoring(session)
    for bid in (0, 1):
        lock(stage, "marker-1", bid)
        lock(stage, "marker-2", bid)
    applications.withdraw_application(session, stage.bids[2], actor=stage.group_actor(2), now=stage.now)
    assert stage.round_.state is RoundState.MODERATING


def test_the_chair_reopens_a_lock_with_a_reason_and_the_bid_goes_back(session):
    stage = stages.scored(session)
    work = work_of(stage, "marker-1")
    chair = stage.actor("chair")
    with pytest.raises(TransitionRefused, match="reason-needed"):
        services.reopen_assignment(session, work, " ", actor=chair, now=stage.now)
    with pytest.raises(NotAllowed):
        services.reopen_assignment(session, work, "Typed in the wrong box", actor=stage.actor("manager"), now=stage.now)
    services.reopen_assignment(session, work, "Typed in the wrong box", actor=chair, now=stage.now)
    assert (work.state, work.locked_at) == (AssignmentState.REOPENED, None)
    assert stage.bids[0].state is S.SCORING
    assert told(session, "marking-reopened") == [(work.id, "marker")]
    lock(stage, "marker-1", score=4)
    assert stage.bids[0].state is S.SCORED
    assert stage.bids[0].percent_millionths == 90_000_000


def test_a_stale_lock_is_told(session):
    stage = stages.scoring(session)
    work, actor = score_all(stage, "marker-1"), stage.actor("marker-1")
    with pytest.raises(Stale):
        services.lock_assignment(session, work, actor=actor, now=stage.now, seen_version=work.version - 1)


def test_the_order_of_the_queue_is_each_markers_own_and_stays(session):
    stage = stages.scoring(session, scores=(3,) * 8)
    orders = [
        [item.assignment.application_id for item in queries.list_queue(session, stage.actor(name))]
        for name in ("marker-1", "marker-2", "marker-1")
    ]
    assert orders[0] == orders[2]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1] or orders[0] != sorted(orders[0])


def test_who_took_part_is_known(session):
    stage = stages.scoring(session)
    ids = [bid.id for bid in stage.bids]
    took_part = lambda name: queries.took_part(session, stage.people[name].id, ids)  # noqa: E731
    assert not took_part("marker-1")
    score_all(stage, "marker-1")
    assert took_part("marker-1")
    declare(stage, "marker-2", Interest.INDIRECT, "A neighbour")
    assert took_part("marker-2")
    assert not queries.took_part(session, stage.people["marker-2"].id, ids[1:])
    assert not took_part("decision-maker")
    seats = [services.Seat(stage.people["chair"].id, is_chair=True)]
    services.convene_panel(session, stage.round_, seats, actor=stage.actor("manager"), now=stage.now)
    assert took_part("chair")


def test_the_newest_declaration_holds(session):
    stage = stages.scoring(session)
    declare(stage, "marker-1", Interest.INDIRECT, "A neighbour")
    declare(stage, "marker-1", Interest.NONE)
    key = (stage.bids[0].id, stage.people["marker-1"].id)
    assert queries.interests_of(session, [stage.bids[0].id])[key].interest is Interest.NONE
    said = session.scalars(
        sa.select(InterestDeclaration.interest)
        .where(InterestDeclaration.person_id == key[1])
        .order_by(InterestDeclaration.id)
    ).all()
    assert said[-2:] == [Interest.INDIRECT, Interest.NONE]
    assert len(said) == 5


def test_percents_are_exact(session):
    stage = stages.scoring(session)
    lock(stage, "marker-1", score=3)
    lock(stage, "marker-2", score=4)
    assert queries.percent_of(session, stage.bids[0]) == 70
    spreads = queries.marker_spreads(session, stage.bids[0])
    assert sorted(spreads.percents.values()) == [60, 80]
    assert spreads.spread == 20
    assert queries.percent_of(session, stage.bids[1]) is None


def test_reading_is_limited_to_the_office(session):
    stage = stages.scoring(session)
    stranger = actor_of(session, staff(session, an_office(session), Role.MANAGER, Role.CHAIR, Role.MARKER))
    with pytest.raises(NotFound):
        queries.get_bid(session, stranger, stage.bids[0].id)
    with pytest.raises(NotFound):
        queries.get_work(session, stranger, work_of(stage, "marker-1").id)
    assert queries.list_queue(session, stranger) == []
    later = stage.now + timedelta(days=1)
    with pytest.raises(NotAllowed):
        services.start_scoring(session, stage.round_, actor=stranger, now=later)
