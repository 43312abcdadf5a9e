"""Marks from paper: locked and moderated through the same table, said so in the audit, and never mailed."""

import pytest
import sqlalchemy as sa

from grants.assessment import queries, services
from grants.assessment.models import Assignment
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry, Progress
from tests import stages
from workflows.actors import OFFICE_ROLES, Actor
from workflows.application import ApplicationState as S
from workflows.assignment import AssignmentState
from workflows.errors import Invalid, NotAllowed, TransitionRefused
from workflows.round import RoundState


@pytest.fixture
def paper(session):
    """A round whose bids passed their checks, and somebody who acts on paper."""
    stage = stages.eligible(session)
    actor = Actor(
        name="Imported: chair",
        office_roles=frozenset((stage.office.id, role) for role in OFFICE_ROLES),
        on_paper=True,
    )
    return stage, actor


def marks(stage, score, words=""):
    return {each.code: (score, words) for each in stage.round_.criteria}


def test_a_round_from_paper_ends_in_recommending_with_the_line_drawn(session, paper):
    stage, actor = paper
    services.start_scoring(session, stage.round_, actor=actor, now=stage.now)
    first = stage.round_.criteria[0]
    for bid, score in zip(stage.bids, (5, 3, 1), strict=True):
        both = {"Marker A": marks(stage, score), "Marker B": marks(stage, score)}
        services.record_paper_marks(
            session, bid, both, {first.code: (score - 1, "Agreed in the room")}, actor=actor, now=stage.now
        )
        assert bid.state is S.MODERATED
    assert stage.round_.state is RoundState.RECOMMENDING
    assert queries.percent_of(session, stage.bids[0]) == 100 - first.weight // 5
    services.draw_the_line(session, stage.round_, actor=actor, now=stage.now)
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.NOT_RECOMMENDED, S.NOT_RECOMMENDED]


def test_paper_says_so_in_the_audit_and_is_never_mailed(session, paper):
    stage, actor = paper
    before = (
        session.scalar(sa.select(sa.func.max(OutboxEntry.id))),
        session.scalar(sa.select(sa.func.max(AuditEntry.id))),
    )
    services.start_scoring(session, stage.round_, actor=actor, now=stage.now)
    for bid in stage.bids:
        services.record_paper_marks(session, bid, {"Marker A": marks(stage, 4)}, {}, actor=actor, now=stage.now)
    progress = session.scalars(sa.select(OutboxEntry.progress).where(OutboxEntry.id > before[0])).all()
    assert progress and set(progress) == {Progress.SUPPRESSED}
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.id > before[1])).all()
    assert all(entry.is_on_paper for entry in entries)
    works = session.scalars(sa.select(Assignment)).all()
    assert {(work.paper_marker, work.person_id, work.state) for work in works} == {
        ("Marker A", None, AssignmentState.LOCKED)
    }


def test_a_bid_that_only_the_panel_scored_comes_in_too(session, paper):
    stage, actor = paper
    services.start_scoring(session, stage.round_, actor=actor, now=stage.now)
    services.record_paper_marks(session, stage.bids[0], {}, marks(stage, 4), actor=actor, now=stage.now)
    assert stage.bids[0].state is S.MODERATED
    assert queries.percent_of(session, stage.bids[0]) == 80


@pytest.mark.parametrize(("code", "score"), [("C9", 3), ("C1", 6), ("C1", -1)])
def test_a_mark_that_the_rubric_does_not_have_is_refused(session, paper, code, score):
    stage, actor = paper
    services.start_scoring(session, stage.round_, actor=actor, now=stage.now)
    wrong = {"Marker A": {**marks(stage, 3), code: (score, "")}}
    with pytest.raises(Invalid):
        services.record_paper_marks(session, stage.bids[0], wrong, {}, actor=actor, now=stage.now)


def test_a_marker_who_left_a_criterion_out_is_refused(session, paper):
    stage, actor = paper
    services.start_scoring(session, stage.round_, actor=actor, now=stage.now)
    short = {"Marker A": dict(list(marks(stage, 3).items())[1:])}
    with pytest.raises(TransitionRefused, match="criteria-unscored"):
        services.record_paper_marks(session, stage.bids[0], short, {}, actor=actor, now=stage.now)


def test_a_live_person_records_nothing_on_paper(session, paper):
    stage, _ = paper
    with pytest.raises(NotAllowed):
        services.record_paper_marks(session, stage.bids[0], {}, {}, actor=stage.actor("chair"), now=stage.now)
