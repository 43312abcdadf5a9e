"""What the scores say to each reader: everything is reckoned without what that reader may not see."""

from typing import Any

import pytest

from grants.assessment import queries, services
from grants.assessment.models import Assignment, Score
from tests import stages
from tests.queries import counted
from workflows.actors import Role
from workflows.assignment import Interest

SIX = (5, 4, 3, 3, 2, 1)


@pytest.fixture
def sitting(session: Any) -> stages.Stage:
    return stages.in_session(session, scores=SIX)


def declare_direct(stage: stages.Stage, name: str, bid: Any) -> None:
    services.declare_interest(stage.session, bid, Interest.DIRECT, "I run it.", actor=stage.actor(name), now=stage.now)


def test_the_agenda_has_every_scored_bid_once_with_its_reasons(sitting: stages.Stage) -> None:
    session = sitting.session
    with counted(session) as statements:
        agenda = queries.agenda_of(session, sitting.panel, sitting.actor("chair"))
    assert len(statements) <= 8

    listed = [*agenda.items, *agenda.en_bloc]
    assert sorted(each.application_id for each in listed) == sorted(bid.id for bid in sitting.bids)
    by_id = {each.application_id: each for each in listed}
    # Both markers gave 3 of 5 throughout: 60.0, which is the line.
    assert "near-line" in by_id[sitting.bids[2].id].reasons
    assert by_id[sitting.bids[2].id] in agenda.items
    weights = [each.weight_pence for each in agenda.items]
    assert weights == sorted(weights, reverse=True)
    assert all(each.title and each.reference and each.organisation_name for each in listed)
    assert (agenda.hidden, agenda.unscored) == (0, 0)


def test_for_who_has_a_direct_interest_the_bid_was_never_there(sitting: stages.Stage) -> None:
    session, bid = sitting.session, sitting.bids[3]
    before = queries.agenda_of(session, sitting.panel, sitting.actor("member"))
    declare_direct(sitting, "member", bid)
    theirs = queries.scored_bids(session, sitting.panel, sitting.actor("member"))
    chairs = queries.scored_bids(session, sitting.panel, sitting.actor("chair"))

    assert bid.reference not in theirs.adjusted.bids
    assert bid.reference in chairs.adjusted.bids
    # Whatever the bid's marks are, the reader's figures stay the same: nothing is to be had by subtraction.
    for score in session.query(Score).join(Assignment).filter(Assignment.application_id == bid.id):
        score.score = 0
    session.flush()
    again = queries.scored_bids(session, sitting.panel, sitting.actor("member"))
    assert again.adjusted == theirs.adjusted
    assert again.adjusted != queries.scored_bids(session, sitting.panel, sitting.actor("chair")).adjusted
    after = queries.agenda_of(session, sitting.panel, sitting.actor("member"))
    assert after.hidden == 1
    assert len(after.items) + len(after.en_bloc) == len(before.items) + len(before.en_bloc) - 1
    assert Role.PANEL_MEMBER in sitting.actor("member").roles_in(sitting.panel.scope)


def test_scores_that_were_voided_do_not_count(sitting: stages.Stage) -> None:
    session, bid = sitting.session, sitting.bids[0]
    assignment = (
        session.query(Assignment).filter_by(application_id=bid.id, person_id=sitting.people["marker-1"].id).one()
    )
    for score in assignment.scores:
        score.voided_at = sitting.now
    session.flush()
    found = queries.scored_bids(session, sitting.panel, sitting.actor("chair"))

    assert found.adjusted.bids[bid.reference].marks == 1
    assert found.adjusted.bids[sitting.bids[1].reference].marks == 2


def test_marks_that_are_still_being_made_are_nobodys(session: Any) -> None:
    stage = stages.scoring(session, scores=SIX)
    stage.panel = services.convene_panel(
        session,
        stage.round_,
        [services.Seat(stage.people["chair"].id, is_chair=True)],
        actor=stage.actor("manager"),
        now=stage.now,
    )
    agenda = queries.agenda_of(session, stage.panel, stage.actor("chair"))
    assert (agenda.items, agenda.en_bloc, agenda.unscored) == ((), (), len(SIX))
