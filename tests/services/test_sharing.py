"""Sharing out bids: what was shown is what is given, each marker hears once, and a drop-out moves little."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.assessment import services
from grants.assessment.models import Assignment, InterestDeclaration, LockedMarks, Score, VoidMarks
from grants.assessment.queries.sharing import usual_settings
from grants.core.audit import AuditEntry
from grants.core.outbox import Message
from tests import stages
from tests.builders import actor_of, an_office, staff
from workflows.actors import Role
from workflows.application import ApplicationState
from workflows.assignment import AssignmentState, Interest
from workflows.errors import NotAllowed, Stale, TransitionRefused

A = AssignmentState
WHY = "They moved away."


def with_markers(stage, count):
    for number in range(3, count + 1):
        stage.people[f"marker-{number}"] = staff(stage.session, stage.office, Role.MARKER)
    return [stage.people[f"marker-{number}"] for number in range(1, count + 1)]


def says(stage, name, bid, interest):
    person, of = stage.people[name], stage.bids[bid]
    row = InterestDeclaration(
        application_id=of.id, person_id=person.id, interest=interest, detail="Because.", declared_at=stage.now
    )
    stage.session.add(row)
    stage.session.flush()


def proposal_for(stage, people, leaver=None, **changed):
    usual = usual_settings(stage.session, stage.round_, people, len(stage.bids))
    settings = replace(usual, **changed)
    who = leaver.id if leaver else 0
    return settings, services.propose_sharing(
        stage.session, stage.round_, settings, actor=stage.actor("manager"), leaver=who
    )


def confirm(stage, settings, proposal, leaver=None, reason="", name="manager"):
    shown = proposal.pairs - proposal.ground.question.fixed
    return services.confirm_sharing(
        stage.session,
        stage.round_,
        settings,
        shown,
        proposal.ground.seen,
        actor=stage.actor(name),
        now=stage.now,
        leaver=leaver.id if leaver else 0,
        reason=reason,
    )


def standing(stage):
    rows = stage.session.execute(sa.select(Assignment.application_id, Assignment.person_id, Assignment.state))
    return {(bid, person): state for bid, person, state in rows}


def digests(session):
    rows = session.scalars(sa.select(Message).where(Message.template == "marking-round").order_by(Message.id))
    return [(each.person_id, each.detail["what"], each.detail["bids"]) for each in rows]


def test_what_is_shown_is_given_and_each_marker_hears_once(session):
    stage = stages.eligible(session, scores=(3,) * 6)
    people = with_markers(stage, 4)
    # Marker 1 may not read the first bid, and marker 2's interest in the second waits for a ruling.
    says(stage, "marker-1", 0, Interest.DIRECT)
    says(stage, "marker-2", 1, Interest.INDIRECT)
    settings, proposal = proposal_for(stage, people, needs=2, needs_of_large=2)
    assert proposal.pairs == proposal_for(stage, people, needs=2, needs_of_large=2)[1].pairs
    assert sorted(proposal.loads.values()) == [3, 3, 3, 3] and not proposal.shortages and not proposal.doubtful
    assert (stage.bids[0].id, people[0].id) not in proposal.pairs
    assert (stage.bids[1].id, people[1].id) not in proposal.pairs
    assert (proposal.overlap.parts, proposal.overlap.compared) == (1, 6)
    assert standing(stage) == {}

    confirm(stage, settings, proposal)
    assert set(standing(stage)) == proposal.pairs
    assert sorted(digests(session)) == sorted((each.id, "given", 3) for each in people)
    assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "give-out")) == 12
    with pytest.raises(Stale):
        confirm(stage, settings, proposal)


def test_a_proposal_is_stale_once_anything_it_was_made_from_changed(session):
    stage = stages.eligible(session)
    settings, proposal = proposal_for(stage, with_markers(stage, 3))
    says(stage, "marker-1", 0, Interest.NONE)
    with pytest.raises(Stale):
        confirm(stage, settings, proposal)
    _, again = proposal_for(stage, with_markers(stage, 2))
    with pytest.raises(Stale):
        # Other settings than those that it was shown for.
        confirm(stage, settings, again)
    assert standing(stage) == {} and digests(session) == []
    settings, again = proposal_for(stage, [stage.people[f"marker-{n}"] for n in (1, 2, 3)])
    with pytest.raises(NotAllowed):
        confirm(stage, settings, again, name="officer")


def test_the_smallest_reason_is_named_and_another_managers_bid_left_alone(session):
    stage = stages.eligible(session)
    says(stage, "manager", 2, Interest.DIRECT)
    _, proposal = proposal_for(stage, [stage.people["marker-1"]])
    assert set(proposal.ground.bids) == {stage.bids[0].id, stage.bids[1].id}
    assert [(each.bids, each.places, each.room) for each in proposal.shortages] == [
        ((bid.id,), proposal.ground.question.wanted[bid.id], 1) for bid in stage.bids[:2]
    ]


def test_a_drop_out_keeps_what_is_locked_voids_what_was_begun_and_moves_the_rest(session):
    stage = stages.scoring(session)
    people = with_markers(stage, 3)
    gone, now = stage.people["marker-1"], stage.now
    own = sa.select(Assignment).where(Assignment.person_id == gone.id)
    works = {row.application_id: row for row in session.scalars(own)}
    locked, begun, fresh = (works[bid.id] for bid in stage.bids)
    for work in (locked, begun):
        for criterion in stage.round_.criteria:
            services.save_mark(session, work, criterion.code, 3, stages.WORDS, actor=stage.actor("marker-1"), now=now)
    services.lock_assignment(session, locked, actor=stage.actor("marker-1"), now=now)

    settings, proposal = proposal_for(stage, people[1:], leaver=gone)
    assert [each.id for each in proposal.left] == [begun.id, fresh.id] and proposal.ended == []
    assert proposal.new == sorted((bid.id, people[2].id) for bid in stage.bids[1:])
    with pytest.raises(TransitionRefused, match="reason-needed"):
        confirm(stage, settings, proposal, leaver=gone)
    confirm(stage, settings, proposal, leaver=gone, reason=WHY)
    session.expire_all()
    assert [works[bid.id].state for bid in stage.bids] == [A.LOCKED, A.TAKEN_OFF, A.TAKEN_OFF]
    voided = session.scalars(sa.select(Score.voided_at).where(Score.assignment_id == begun.id)).all()
    kept = session.scalars(sa.select(Score.voided_at).where(Score.assignment_id == locked.id)).all()
    assert all(voided) and voided and kept and not any(kept)
    assert session.scalar(sa.select(sa.func.count(LockedMarks.id))) == 1
    assert sorted(digests(session)) == sorted([(people[2].id, "given", 2), (gone.id, "taken", 2)])
    why = sa.select(AuditEntry.reason).where(AuditEntry.action == "take-off")
    assert session.scalars(why).all() == [WHY, WHY]
    assert {bid.state for bid in stage.bids} == {ApplicationState.SCORING}
    # By hand the bid comes back to begin anew; a proposal never gives it back, and void marks stay void.
    settings, proposal = proposal_for(stage, people)
    assert not [pair for pair in proposal.ground.question.open_pairs if pair[1] == gone.id]
    (back,) = services.assign_markers(session, [(stage.bids[1], gone)], actor=stage.actor("manager"), now=now)
    session.expire_all()
    assert (back.id, back.state, back.scores) == (begun.id, A.ASSIGNED, [])
    void = session.scalars(sa.select(VoidMarks)).one()
    assert void.assignment_id == begun.id and {each["score"] for each in void.marks.values()} == {3}
    history = sa.select(AuditEntry.action).where(
        AuditEntry.subject_type == "assignment", AuditEntry.subject_id == begun.id, AuditEntry.action != "save-mark"
    )
    assert session.scalars(history.order_by(AuditEntry.id)).all() == [
        *("assign", "declare", "begin", "take-off", "assign-again")
    ]
    with pytest.raises(TransitionRefused, match="already-assigned"):
        services.assign_marker(session, stage.bids[1], gone, actor=stage.actor("manager"), now=now)
    services.declare_interest(session, stage.bids[1], Interest.NONE, "", actor=stage.actor("marker-1"), now=now)
    for criterion in stage.round_.criteria:
        services.save_mark(session, back, criterion.code, 4, stages.WORDS, actor=stage.actor("marker-1"), now=now)
    services.lock_assignment(session, back, actor=stage.actor("marker-1"), now=now)
    assert {row.score for row in back.scores} == {4} and not any(row.voided_at for row in back.scores)


def test_a_bid_whose_others_have_all_locked_is_not_scored_with_too_few(session):
    stage = stages.scoring(session)
    name = "marker-2"
    of = sa.select(Assignment).where(Assignment.person_id == stage.people[name].id)
    work = session.scalars(of.where(Assignment.application_id == stage.bids[0].id)).one()
    for criterion in stage.round_.criteria:
        services.save_mark(session, work, criterion.code, 3, stages.WORDS, actor=stage.actor(name), now=stage.now)
    services.lock_assignment(session, work, actor=stage.actor(name), now=stage.now)
    settings, proposal = proposal_for(stage, [stage.people["marker-2"]], leaver=stage.people["marker-1"])
    assert len(proposal.shortages) == 3
    confirm(stage, settings, proposal, leaver=stage.people["marker-1"], reason=WHY)
    session.expire_all()
    assert stage.bids[0].state is ApplicationState.SCORING


def test_markers_are_reminded_once_a_day(session):
    stage = stages.scoring(session)
    manager = stage.actor("manager")
    assert services.remind_markers(session, stage.round_, actor=manager, now=stage.now) == 2
    with pytest.raises(TransitionRefused, match="markers-reminded-today"):
        services.remind_markers(session, stage.round_, actor=manager, now=stage.now + timedelta(minutes=1))
    assert services.remind_markers(session, stage.round_, actor=manager, now=stage.now + timedelta(days=1)) == 2
    assert [each[1:] for each in digests(session)] == [("unfinished", 3)] * 4
    stranger = actor_of(session, staff(session, an_office(session), Role.MANAGER))
    with pytest.raises(NotAllowed):
        services.remind_markers(session, stage.round_, actor=stranger, now=stage.now)
