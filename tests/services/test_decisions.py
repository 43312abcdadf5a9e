"""Decisions: recommended by some and decided by another, each grant with its reason, all of it on the record."""

import pytest
import sqlalchemy as sa

from grants.applications.models import Application
from grants.awards.models import Award
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.decisions import services
from grants.decisions.models import Decision
from tests import stages
from tests.builders import actor_of, staff
from tests.queries import counted
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.award import AwardState
from workflows.decision import DecisionState
from workflows.errors import NotAllowed, Stale, TransitionRefused
from workflows.panel import PanelState
from workflows.round import RoundState


def reasons_for(stage):
    return {bid.id: "Less crime, because young people are busy." for bid in stage.bids}


def approve(stage, actor=None, **changed):
    options = {"interests_statement": "No interest."} | changed
    if "reasons" not in options:
        options["reasons"] = reasons_for(stage)
    services.approve_decision(
        stage.session, stage.decision, **options, actor=actor or stage.actor("decision-maker"), now=stage.now
    )


def actions(session, subject_type):
    return list(
        session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.subject_type == subject_type).order_by(AuditEntry.id)
        )
    )


def test_a_notice_without_declarations_goes_straight_to_the_decision_maker(session):
    stage = stages.with_decision_maker(session)
    assert stage.decision.state is DecisionState.WITH_PCC
    assert actions(session, "decision") == ["raise", "consult", "consulted", "pass-on"]
    assert session.scalar(sa.select(OutboxEntry.audience).where(OutboxEntry.template == "decision-awaiting"))
    assert [item.outcome for item in stage.decision.items] == ["grant", "grant", "decline"]


def test_approval_settles_every_bid_drafts_the_offers_and_tells_no_group(session):
    stage = stages.with_decision_maker(session)
    before = session.scalar(sa.select(sa.func.max(OutboxEntry.id)))
    approve(stage)
    assert stage.decision.state is DecisionState.APPROVED
    assert stage.decision.decided_by_name == stage.people["decision-maker"].name
    assert [bid.state for bid in stage.bids] == [S.APPROVED, S.APPROVED, S.DECLINED]
    assert stage.round_.state is RoundState.DECIDED
    assert [(award.state, award.amount_pence) for award in stage.awards] == [
        (AwardState.OFFER_DRAFT, stage.bids[0].ask_pence),
        (AwardState.OFFER_DRAFT, stage.bids[1].ask_pence),
    ]
    told = set(session.scalars(sa.select(OutboxEntry.audience).where(OutboxEntry.id > before)))
    assert told == {"managers"}, "the embargo holds until a manager announces"
    assert actions(session, "award") == ["draft-offer", "draft-offer"]


def test_every_grant_needs_its_own_reason(session):
    stage = stages.with_decision_maker(session)
    with pytest.raises(TransitionRefused) as refused:
        approve(stage, reasons={stage.bids[0].id: "Because", stage.bids[1].id: "  "})
    assert refused.value.code == "award-reason-needed"
    assert refused.value.detail["references"] == (stage.bids[1].reference,)


def test_the_interests_are_stated_first(session):
    stage = stages.with_decision_maker(session)
    with pytest.raises(TransitionRefused) as refused:
        approve(stage, interests_statement=" ")
    assert refused.value.code == "interests-statement-needed"


@pytest.mark.parametrize("name", ["chair", "marker-1", "member"])
def test_nobody_decides_what_they_took_part_in(session, name):
    stage = stages.with_decision_maker(session)
    from grants.accounts import services as accounts

    accounts.give_role(
        session, stage.people[name], stage.office, Role.DECISION_MAKER, actor=stage.actor("manager"), now=stage.now
    )
    with pytest.raises(TransitionRefused) as refused:
        approve(stage, actor=stage.actor(name))
    assert refused.value.code == "took-part-earlier"
    assert stage.bids[0].state is S.RECOMMENDED


@pytest.mark.parametrize("name", ["manager", "officer"])
def test_only_a_decision_maker_decides(session, name):
    stage = stages.with_decision_maker(session)
    with pytest.raises(NotAllowed):
        approve(stage, actor=stage.actor(name))


def test_another_offices_decision_maker_does_not_decide_here(session):
    from tests.builders import an_office

    stage = stages.with_decision_maker(session)
    elsewhere = an_office(session)
    stranger = actor_of(session, staff(session, elsewhere, Role.DECISION_MAKER))
    with pytest.raises(NotAllowed):
        approve(stage, actor=stranger)


def test_a_stale_page_is_told_and_nothing_is_decided(session):
    stage = stages.with_decision_maker(session)
    with pytest.raises(Stale):
        approve(stage, seen_version=stage.decision.version - 1)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Award)) == 0


def test_approving_twice_is_refused(session):
    stage = stages.decided(session)
    with pytest.raises(TransitionRefused):
        approve(stage)


def test_returning_opens_the_panel_again_and_a_new_outcome_reaches_the_same_notice(session):
    stage = stages.with_decision_maker(session)
    with pytest.raises(TransitionRefused):
        services.return_decision(session, stage.decision, " ", actor=stage.actor("decision-maker"), now=stage.now)
    services.return_decision(
        session, stage.decision, "Look at the second bid again.", actor=stage.actor("decision-maker"), now=stage.now
    )
    assert stage.decision.state is DecisionState.RETURNED
    assert stage.panel.state is PanelState.IN_SESSION
    assert {bid.state for bid in stage.bids} == {S.MODERATED}
    from grants.assessment import services as assessment

    chair = stage.actor("chair")
    assessment.draw_the_line(session, stage.round_, actor=chair, now=stage.now)
    assessment.set_outcome(session, stage.bids[1], "reserve", reason="Less certain.", actor=chair, now=stage.now)
    assessment.close_panel(session, stage.panel, actor=chair, now=stage.now)
    again = services.raise_decision(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    assert again.id == stage.decision.id
    assert [item.outcome for item in again.items] == ["grant", "reserve", "decline"]
    approve(stage)
    assert [bid.state for bid in stage.bids] == [S.APPROVED, S.RESERVE, S.DECLINED]


def test_an_office_that_asks_for_declarations_waits_for_each_and_for_the_chief_executive(session):
    stage = stages.recommended(session)
    stage.office.needs_officer_approval = True
    chief = staff(session, stage.office, Role.CHIEF_EXECUTIVE)
    manager = stage.actor("manager")
    decision = services.raise_decision(session, stage.round_, actor=manager, now=stage.now)
    assert decision.state is DecisionState.CONSULTATION
    for key in services.DECLARATIONS:
        services.record_declaration(
            session, decision, key, "signed", "Monitoring officer", actor=manager, now=stage.now
        )
    assert decision.state is DecisionState.OFFICER_APPROVAL
    services.pass_on(session, decision, seen_version=None, actor=actor_of(session, chief), now=stage.now)
    assert decision.state is DecisionState.WITH_PCC


def test_a_second_notice_is_refused_while_one_is_on_its_way(session):
    stage = stages.with_decision_maker(session)
    with pytest.raises(TransitionRefused) as refused:
        services.raise_decision(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    assert refused.value.code == "decision-under-way"


def test_notices_are_numbered_within_their_office_and_year(session):
    stage = stages.with_decision_maker(session)
    assert stage.decision.reference == f"{stage.office.code.upper()}-2024-001"


def test_the_database_refuses_a_decided_notice_without_a_date(session):
    stage = stages.with_decision_maker(session)
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.update(Decision).where(Decision.id == stage.decision.id).values(state="approved"))


def test_deciding_many_bids_takes_no_more_queries_than_deciding_few(session):
    counts = []
    for scores in ((5, 4), (5,) * 8):
        stage = stages.with_decision_maker(session, scores=scores)
        reasons, actor = reasons_for(stage), stage.actor("decision-maker")
        session.commit()
        session.expire_all()
        with counted(session) as statements:
            approve(stage, actor, reasons=reasons)
        counts.append(len(statements))
        assert session.scalar(
            sa.select(sa.func.count())
            .select_from(Application)
            .where(Application.round_id == stage.round_.id, Application.state == S.APPROVED)
        ) == len(scores)
    assert counts[1] <= counts[0], counts
