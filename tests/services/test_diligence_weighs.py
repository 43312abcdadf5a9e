"""What due diligence makes of a recommendation: none for a failed group; for an open check a condition or a reason."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from grants.allocation.queries import Worked, board_of
from grants.allocation.services import record_recommendation, save_scenario
from grants.assessment import services
from grants.assessment.models import Recommendation
from grants.decisions import services as decisions
from grants.diligence import services as diligence
from grants.diligence.models import DueDiligence
from tests import stages
from workflows.application import ApplicationState as S
from workflows.errors import TransitionRefused
from workflows.rules.diligence import OPEN_CONDITION


def moderated(session, **options) -> stages.Stage:
    stage = stages.in_session(session, **options)
    for bid in stage.bids:
        services.save_agreed_scores(session, bid, {}, actor=stage.actor("chair"), now=stage.now)
    return stage


def check(stage: stages.Stage, index: int, result: str, conditions: str = "") -> DueDiligence:
    """The group of this bid is looked at; a fail is confirmed by the second manager."""
    session, manager = stage.session, stage.actor("manager")
    found = diligence.begin(session, stage.bids[index], actor=manager, now=stage.now)
    if result == "fail":
        diligence.propose_fail(session, found, "No such charity.", actor=manager, now=stage.now)
        diligence.confirm_fail(session, found, actor=stage.actor("manager-2"), now=stage.now)
        return found
    for code in found.items_wanted:
        diligence.record_item(session, found, code, "done", "Seen.", actor=manager, now=stage.now)
    diligence.finish(session, found, result, "green", conditions, "", actor=manager, now=stage.now)
    return found


def needed(stage: stages.Stage) -> None:
    """The fund asks that the check is done before anybody recommends without a condition."""
    diligence.set_rules(
        stage.session,
        stage.round_.fund,
        is_needed=True,
        low_pence=100_000,
        standard_pence=1_000_000,
        holds_months=12,
        actor=stage.actor("manager"),
        now=stage.now,
    )


def place(stage: stages.Stage, index: int, **options) -> Recommendation:
    chair = stage.actor("chair")
    return services.set_outcome(stage.session, stage.bids[index], "recommended", actor=chair, now=stage.now, **options)


def draw(stage: stages.Stage):
    return services.draw_the_line(stage.session, stage.round_, actor=stage.actor("chair"), now=stage.now)


def rows_of(stage: stages.Stage) -> list[Recommendation]:
    rows = stage.session.scalars(sa.select(Recommendation).order_by(Recommendation.application_id))
    return list(rows)


def test_nobody_recommends_a_group_that_failed_and_the_line_goes_on_without_it(session) -> None:
    # Two equal bids of which one failed are no tie: only what can be recommended is compared.
    stage = moderated(session, scores=(4, 4, 2), pot_pence=1_000_000)
    failed = check(stage, 0, "fail")
    draw(stage)
    assert [bid.state for bid in stage.bids] == [S.NOT_RECOMMENDED, S.RECOMMENDED, S.NOT_RECOMMENDED]
    assert [row.reason_code for row in rows_of(stage)] == ["diligence-failed", "", "below-line"]
    for options in ({}, {"reason": "The only bid for the east"}, {"amount_pence": 500_000, "lines_removed": "Hall"}):
        with pytest.raises(TransitionRefused, match="diligence-failed"):
            place(stage, 0, **options)
    # Once it is opened again nothing stands, and the panel may go on.
    diligence.reopen(session, failed, "It was renamed.", actor=stage.actor("manager"), now=stage.now)
    services.set_outcome(session, stage.bids[1], "not_recommended", actor=stage.actor("chair"), now=stage.now)
    place(stage, 0)
    assert stage.bids[0].state is S.RECOMMENDED


def test_a_scenario_never_funds_a_group_that_failed_whatever_the_panel_said_of_it(session) -> None:
    stage = moderated(session, scores=(5, 4, 2))
    chair = stage.actor("chair")
    musts = {str(stage.bids[0].id): {"must": "fund", "reason": "We want it."}}
    early = save_scenario(session, stage.panel, "Early", {"musts": musts}, actor=chair, now=stage.now)
    assert str(stage.bids[0].id) in early.awards
    check(stage, 0, "fail")
    with pytest.raises(TransitionRefused, match="scenario-stale"):
        record_recommendation(session, Worked(early, stage.panel), {}, {}, actor=chair, now=stage.now)
    again = save_scenario(session, stage.panel, "Early", {"musts": musts}, scenario=early, actor=chair, now=stage.now)
    assert not again.findings["conflict"]
    assert list(again.awards) == [str(stage.bids[1].id)]
    record_recommendation(session, Worked(again, stage.panel), {}, {}, actor=chair, now=stage.now)
    assert [bid.state for bid in stage.bids] == [S.NOT_RECOMMENDED, S.RECOMMENDED, S.NOT_RECOMMENDED]
    assert rows_of(stage)[0].reason_code == "diligence-failed"
    assert [each.ruled_out for each in board_of(session, stage.panel, chair).candidates].count("diligence-failed") == 1


def test_an_open_check_is_a_condition_that_the_offer_carries_or_has_a_reason(session) -> None:
    stage = moderated(session, scores=(5, 5, 4))
    draw(stage)
    assert [row.conditions for row in rows_of(stage)] == ["", "", ""]
    needed(stage)
    check(stage, 1, "pass")
    check(stage, 2, "conditions", "Paid in stages.")
    draw(stage)
    assert [row.conditions for row in rows_of(stage)] == [OPEN_CONDITION, "", "Paid in stages."]
    with pytest.raises(TransitionRefused, match="diligence-open"):
        place(stage, 0, conditions=" ")
    assert place(stage, 0, conditions="", reason="Known to us for years.").conditions == ""
    assert place(stage, 0).conditions == OPEN_CONDITION
    services.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)
    decision = decisions.raise_decision(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    reasons = {bid.id: "Young people are kept safe." for bid in stage.bids}
    decider = stage.actor("decision-maker")
    late = check(stage, 0, "fail")
    with pytest.raises(TransitionRefused, match="diligence-failed-since") as refused:
        decisions.approve_decision(session, decision, reasons, "No interest.", actor=decider, now=stage.now)
    assert refused.value.detail["references"] == (stage.bids[0].reference,)
    diligence.reopen(session, late, "A mistake.", actor=stage.actor("manager"), now=stage.now)
    decisions.approve_decision(session, decision, reasons, "No interest.", actor=decider, now=stage.now)
    assert [award.conditions for award in stage.awards] == [OPEN_CONDITION, "", "Paid in stages."]
