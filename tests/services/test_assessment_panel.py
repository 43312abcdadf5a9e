"""Panels: nobody sits undeclared, original marks stay, the pot always holds, and a direct interest shuts the bid."""

import pytest
import sqlalchemy as sa

from grants.accounts import services as accounts
from grants.applications import queries as applications
from grants.assessment import queries, services
from grants.assessment.models import Assignment, InterestDeclaration, Panel, PanelMember, Recommendation, Score
from grants.assessment.services import Seat
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.decisions import services as decisions
from tests import stages
from tests.builders import a_person, an_office, staff
from tests.queries import counted
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.assignment import AssignmentState, Interest
from workflows.errors import Invalid, NotAllowed, NotFound, Stale, TransitionRefused
from workflows.panel import PanelState
from workflows.round import RoundState
from workflows.rules.allocation import UnresolvedTie

ASK = 900_000


def actions(session, subject_type, subject_id):
    return list(
        session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id)
            .order_by(AuditEntry.id)
        )
    )


def convene(stage, *names, **seats):
    """A panel of the stage's chair, officer and member, or of those named."""
    names = names or ("chair", "officer", "member")
    members = [
        Seat(stage.people[name].id, is_chair=name.startswith("chair"), is_officer=name == "officer", **seats)
        for name in names
    ]
    stage.panel = services.convene_panel(
        stage.session, stage.round_, members, actor=stage.actor("manager"), now=stage.now
    )
    return stage.panel


def declare(stage, name, interest=Interest.NONE, detail="", bids=None):
    for bid in stage.bids if bids is None else bids:
        services.declare_interest(stage.session, bid, interest, detail, actor=stage.actor(name), now=stage.now)


def agree(stage, bid, agreed=None, name="chair", **options):
    services.save_agreed_scores(stage.session, bid, agreed or {}, actor=stage.actor(name), now=stage.now, **options)


def agree_all(stage, name="chair"):
    for bid in stage.bids:
        agree(stage, bid, name=name)


def outcome(stage, bid, placing, name="chair", **options):
    return services.set_outcome(stage.session, bid, placing, actor=stage.actor(name), now=stage.now, **options)


def draw(stage, name="chair", **options):
    return services.draw_the_line(stage.session, stage.round_, actor=stage.actor(name), now=stage.now, **options)


def moderated(session, **options):
    stage = stages.in_session(session, **options)
    agree_all(stage)
    return stage


def with_second_chair(session, barred_bid=0, **options):
    """In session with two chairs, of whom the first has a direct interest in one bid."""
    stage = stages.scored(session, **options)
    stage.people["chair-2"] = staff(session, stage.office, Role.CHAIR)
    panel = convene(stage, "chair", "chair-2", "officer", "member")
    for name in ("chair-2", "officer", "member"):
        declare(stage, name)
    declare(stage, "chair", bids=[bid for index, bid in enumerate(stage.bids) if index != barred_bid])
    declare(stage, "chair", Interest.DIRECT, "Is a trustee", bids=[stage.bids[barred_bid]])
    present = [member.person_id for member in panel.members]
    services.open_panel(session, panel, present, actor=stage.actor("chair"), now=stage.now)
    return stage


# The seats


def test_a_manager_convenes_the_panel_on_the_record(session):
    stage = stages.scored(session)
    panel = convene(stage)
    assert panel.state is PanelState.CONVENED
    assert actions(session, "panel", panel.id) == ["convene"]
    assert [(each.is_chair, each.is_officer) for each in panel.members] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_only_people_with_the_right_roles_are_seated(session):
    stage = stages.scored(session)
    stranger = staff(session, an_office(session), Role.CHAIR)
    wrong = [
        [Seat(stage.people["marker-1"].id), Seat(stage.people["chair"].id, is_chair=True)],
        [Seat(stage.people["member"].id, is_chair=True)],
        [Seat(stranger.id, is_chair=True)],
        [Seat(stage.people["member"].id)],
        [Seat(stage.people["chair"].id, is_chair=True), Seat(stage.people["member"].id, is_officer=True)],
        [Seat(stage.people["chair"].id, is_chair=True), Seat(stage.people["chair"].id)],
    ]
    for members in wrong:
        with pytest.raises(Invalid):
            services.convene_panel(session, stage.round_, members, actor=stage.actor("manager"), now=stage.now)
    with pytest.raises(NotAllowed):
        services.convene_panel(
            session,
            stage.round_,
            [Seat(stage.people["chair"].id, is_chair=True)],
            actor=stage.actor("officer"),
            now=stage.now,
        )


def test_the_last_declaration_makes_the_panel_ready_by_itself(session):
    stage = stages.scored(session)
    panel = convene(stage)
    declare(stage, "chair")
    declare(stage, "officer")
    declare(stage, "member", bids=stage.bids[:2])
    assert panel.state is PanelState.CONVENED
    declare(stage, "member", bids=stage.bids[2:])
    assert panel.state is PanelState.INTERESTS_DECLARED
    assert actions(session, "panel", panel.id) == ["convene", "interests-complete"]


def test_what_a_marker_declared_counts_for_the_panel(session):
    stage = stages.scored(session)
    stage.people["chair-1"] = stage.people["marker-1"]
    accounts.give_role(
        session, stage.people["marker-1"], stage.office, Role.CHAIR, actor=stage.actor("manager"), now=stage.now
    )
    assert convene(stage, "chair-1").state is PanelState.INTERESTS_DECLARED


def test_a_member_who_joins_late_has_to_declare_first(session):
    stage = stages.scored(session)
    panel = convene(stage, "chair", "officer")
    declare(stage, "chair")
    declare(stage, "officer")
    assert panel.state is PanelState.INTERESTS_DECLARED
    seats = [
        Seat(stage.people["chair"].id, is_chair=True),
        Seat(stage.people["officer"].id, is_officer=True),
        Seat(stage.people["member"].id),
    ]
    services.change_members(session, panel, seats, actor=stage.actor("manager"), now=stage.now)
    assert panel.state is PanelState.CONVENED
    declare(stage, "member")
    assert panel.state is PanelState.INTERESTS_DECLARED


def test_a_member_of_the_group_has_a_direct_interest_without_saying_so(session):
    stage = stages.scored(session)
    insider = a_person(session, Role.LEAD, organisation=stage.groups[0][0])
    accounts.give_role(session, insider, stage.office, Role.PANEL_MEMBER, actor=stage.actor("manager"), now=stage.now)
    stage.people["insider"] = insider
    panel = convene(stage, "chair", "officer", "insider")
    found = session.scalars(sa.select(InterestDeclaration).where(InterestDeclaration.person_id == insider.id)).all()
    assert [(row.application_id, row.interest) for row in found] == [(stage.bids[0].id, Interest.DIRECT)]
    assert "interest-found" in actions(session, "application", stage.bids[0].id)
    with pytest.raises(NotFound):
        queries.get_panel_bid(session, stage.actor("insider"), panel.id, stage.bids[0].id)


@pytest.mark.parametrize(
    ("present", "why"),
    [
        (("chair", "officer"), "two of three"),
        (("officer", "member", "member-2"), "no chair"),
        (("chair", "member", "member-2"), "no officer"),
    ],
)
def test_a_panel_that_is_not_quorate_does_not_open(session, present, why):
    stage = stages.scored(session)
    stage.people["member-2"] = staff(session, stage.office, Role.PANEL_MEMBER)
    panel = convene(stage, "chair", "officer", "member", "member-2")
    for name in ("chair", "officer", "member", "member-2"):
        declare(stage, name)
    with pytest.raises(TransitionRefused, match="not-quorate"):
        services.open_panel(
            session, panel, [stage.people[name].id for name in present], actor=stage.actor("chair"), now=stage.now
        )


def test_a_chair_of_the_office_who_does_not_sit_here_opens_nothing(session):
    stage = stages.scored(session)
    stage.people["other"] = staff(session, stage.office, Role.CHAIR)
    panel = convene(stage)
    for name in ("chair", "officer", "member"):
        declare(stage, name)
    present = [each.person_id for each in panel.members]
    with pytest.raises(NotAllowed):
        services.open_panel(session, panel, present, actor=stage.actor("other"), now=stage.now)
    with pytest.raises(NotFound):
        queries.get_panel(session, stage.actor("other"), panel.id)
    services.open_panel(session, panel, present, actor=stage.actor("chair"), now=stage.now)
    assert panel.state is PanelState.IN_SESSION


# Agreed scores


def test_agreed_scores_stand_beside_the_markers_own(session):
    stage = stages.in_session(session)
    bid, criterion = stage.bids[2], stage.round_.criteria[0]
    before = session.execute(sa.select(Score.id, Score.score, Score.version).order_by(Score.id)).all()
    agree(stage, bid, {criterion.code: (4, "The police letter came late")})
    assert bid.state is S.MODERATED
    expected = 40 + criterion.weight * 2 * 20 // 100
    assert queries.percent_of(session, bid) == expected
    assert bid.percent_millionths == expected * 1_000_000
    assert session.execute(sa.select(Score.id, Score.score, Score.version).order_by(Score.id)).all() == before
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "moderate")).one()
    assert entry.detail == {"was": {}, "agreed": {criterion.code: 4}}


def test_a_score_outside_the_markers_own_needs_a_reason(session):
    stage = stages.in_session(session)
    code = stage.round_.criteria[0].code
    with pytest.raises(TransitionRefused, match="agreed-score-needs-reason") as refused:
        agree(stage, stage.bids[0], {code: (4, " ")})
    assert refused.value.detail["criteria"] == (code,)


def test_an_agreed_score_can_be_taken_back_to_the_mean(session):
    stage = stages.in_session(session)
    code = stage.round_.criteria[0].code
    agree(stage, stage.bids[2], {code: (5, "Reason")})
    agree(stage, stage.bids[2], {code: (None, "")})
    assert queries.percent_of(session, stage.bids[2]) == 40


def test_nothing_is_agreed_before_the_panel_sits_or_by_others(session):
    stage = stages.scored(session)
    convene(stage)
    with pytest.raises(TransitionRefused, match="panel-not-in-session"):
        agree(stage, stage.bids[0])
    with pytest.raises(NotAllowed):
        agree(stage, stage.bids[0], name="officer")
    with pytest.raises(NotAllowed):
        agree(stage, stage.bids[0], name="manager")


def test_the_last_bid_agreed_moves_the_round_on(session):
    stage = stages.in_session(session)
    for bid in stage.bids[:2]:
        agree(stage, bid)
    assert stage.round_.state is RoundState.MODERATING
    agree(stage, stage.bids[2])
    assert stage.round_.state is RoundState.RECOMMENDING
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "start-recommending")).one()
    assert entry.actor_person_id == stage.people["chair"].id


def test_a_stale_chair_is_told(session):
    stage = stages.in_session(session)
    seen = stage.bids[0].version
    agree(stage, stage.bids[0], seen_version=seen)
    with pytest.raises(Stale):
        agree(stage, stage.bids[0], seen_version=seen)


def test_a_bid_goes_back_to_its_markers_with_a_reason(session):
    stage = stages.in_session(session)
    services.reopen_scoring(session, stage.bids[0], "A marker stood aside", actor=stage.actor("chair"), now=stage.now)
    assert stage.bids[0].state is S.SCORING
    assert actions(session, "application", stage.bids[0].id)[-1] == "reopen-scoring"


# Outcomes and the line


def test_the_line_places_every_bid_and_the_chair_may_change_each(session):
    stage = moderated(session)
    allocation = draw(stage)
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.RECOMMENDED, S.NOT_RECOMMENDED]
    assert allocation.recommended_pence == 2 * ASK
    assert [bid.was_recommended for bid in stage.bids] == [True, True, False]
    rows = session.scalars(sa.select(Recommendation).order_by(Recommendation.application_id)).all()
    assert [(row.outcome, row.amount_pence, row.reason_code) for row in rows] == [
        ("recommended", ASK, ""),
        ("recommended", ASK, ""),
        ("not_recommended", 0, "below-line"),
    ]
    assert rows[0].crime_reduction_reason == stage.bids[0].crime_reduction_reason != ""
    outcome(stage, stage.bids[1], "reserve", reason="The panel wants a new budget")
    assert (stage.bids[1].state, stage.bids[1].was_recommended) == (S.RESERVE, False)
    assert actions(session, "application", stage.bids[1].id)[-2:] == ["recommend", "put-in-reserve"]


def test_a_bid_that_does_not_fit_goes_in_reserve_and_the_walk_goes_on(session):
    stage = moderated(session, scores=(5, 4, 3), pot_pence=ASK + 100)
    draw(stage)
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.RESERVE, S.RESERVE]
    rows = session.scalars(sa.select(Recommendation).order_by(Recommendation.application_id)).all()
    assert [(row.reason_code, row.reserve_rank) for row in rows] == [
        ("", None),
        ("does-not-fit", 1),
        ("does-not-fit", 2),
    ]


def test_the_pot_holds_whatever_the_chair_types(session):
    stage = moderated(session, scores=(5, 4, 3), pot_pence=2 * ASK)
    draw(stage)
    with pytest.raises(TransitionRefused, match="over-the-pot") as refused:
        outcome(stage, stage.bids[2], "recommended")
    assert refused.value.detail["left"] == 0
    outcome(stage, stage.bids[0], "not_recommended")
    outcome(stage, stage.bids[2], "recommended")
    assert stage.bids[2].state is S.RECOMMENDED


def test_a_part_is_enough_for_the_project_and_says_what_it_leaves_out(session):
    stage = moderated(session)
    # The group says that it can go ahead with £5,000 (question B4).
    for amount, words, code in (
        (499_999, "Hall", "part-out-of-range"),
        (ASK + 1, "Hall", "part-out-of-range"),
        (600_000, " ", "lines-removed-needed"),
    ):
        with pytest.raises(TransitionRefused, match=code):
            outcome(stage, stage.bids[0], "recommended", amount_pence=amount, lines_removed=words)
    row = outcome(stage, stage.bids[0], "recommended", amount_pence=500_000, lines_removed="Hall", conditions="A lease")
    assert (row.amount_pence, row.lines_removed, row.conditions) == (500_000, "Hall", "A lease")
    assert stage.bids[0].state is S.RECOMMENDED_PART
    table = queries.moderation_table(session, stage.panel, stage.actor("chair"))
    assert table.recommended_pence == 500_000
    whole = outcome(stage, stage.bids[0], "recommended", amount_pence=ASK)
    assert (whole.amount_pence, whole.lines_removed, stage.bids[0].state) == (ASK, "", S.RECOMMENDED)


def test_the_part_is_what_is_decided_and_offered(session):
    stage = moderated(session)
    outcome(stage, stage.bids[0], "recommended", amount_pence=500_000, lines_removed="Hall")
    outcome(stage, stage.bids[1], "recommended")
    outcome(stage, stage.bids[2], "not_recommended")
    services.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)
    decision = decisions.raise_decision(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    reasons = {bid.id: "Young people are kept safe." for bid in stage.bids}
    decider = stage.actor("decision-maker")
    decisions.approve_decision(session, decision, reasons, "No interest.", actor=decider, now=stage.now)
    assert [award.amount_pence for award in stage.awards] == [500_000, ASK]
    assert {bid.state for bid in stage.bids[:2]} == {S.APPROVED}


def test_below_the_line_needs_a_reason(session):
    stage = moderated(session)
    with pytest.raises(TransitionRefused, match="below-line-needs-reason"):
        outcome(stage, stage.bids[2], "recommended")
    outcome(stage, stage.bids[2], "recommended", reason="The only bid for the east")
    assert stage.bids[2].state is S.RECOMMENDED


def test_reserve_needs_a_reason(session):
    stage = moderated(session)
    with pytest.raises(TransitionRefused, match="reason-needed"):
        outcome(stage, stage.bids[0], "reserve")


def test_equal_bids_that_the_pot_parts_are_named_and_nothing_is_placed(session):
    stage = moderated(session, scores=(4, 4), pot_pence=ASK)
    with pytest.raises(UnresolvedTie) as refused:
        draw(stage)
    assert set(refused.value.references) == {bid.reference for bid in stage.bids}
    assert {bid.state for bid in stage.bids} == {S.MODERATED}


def test_the_line_is_drawn_when_every_bid_is_moderated(session):
    stage = stages.in_session(session)
    agree(stage, stage.bids[0])
    with pytest.raises(TransitionRefused, match="bids-still-moderating"):
        draw(stage)


def test_drawing_from_an_old_page_does_not_undo_what_another_chair_did(session):
    stage = moderated(session)
    seen = services.line.outcomes_version(stage.bids)
    outcome(stage, stage.bids[0], "reserve", reason="By hand")
    with pytest.raises(Stale):
        draw(stage, seen_version=seen)
    assert stage.bids[0].state is S.RESERVE


def test_the_line_moves_once_for_the_whole_round_with_a_reason(session):
    stage = moderated(session)
    draw(stage)
    chair = stage.actor("chair")
    with pytest.raises(Invalid):
        services.move_line(session, stage.panel, 9000, " ", actor=chair, now=stage.now)
    with pytest.raises(NotAllowed):
        services.move_line(session, stage.panel, 9000, "Quality", actor=stage.actor("officer"), now=stage.now)
    services.move_line(session, stage.panel, 9000, "Quality", actor=chair, now=stage.now)
    assert (stage.panel.line_moved_to_hundredths, stage.panel.line_reason) == (9000, "Quality")
    assert actions(session, "panel", stage.panel.id)[-1] == "move-line"
    with pytest.raises(TransitionRefused, match="line-already-moved"):
        services.move_line(session, stage.panel, 5000, "Again", actor=chair, now=stage.now)
    with pytest.raises(TransitionRefused, match="recommended-below-line") as refused:
        services.close_panel(session, stage.panel, actor=chair, now=stage.now)
    assert refused.value.detail["references"] == (stage.bids[1].reference,)
    draw(stage)
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.NOT_RECOMMENDED, S.NOT_RECOMMENDED]
    services.close_panel(session, stage.panel, actor=chair, now=stage.now)


def test_the_line_does_not_move_before_moderation_is_over(session):
    stage = stages.in_session(session)
    with pytest.raises(TransitionRefused, match="bids-still-moderating"):
        services.move_line(session, stage.panel, 5000, "Early", actor=stage.actor("chair"), now=stage.now)


def test_drawing_the_line_takes_few_queries_however_many_bids(session):
    stage = moderated(session, scores=(5, 4, 3, 2, 1))
    with counted(session) as statements:
        draw(stage)
    assert len(statements) <= 30, len(statements)


# A direct interest


def test_a_chair_with_a_direct_interest_records_nothing_and_another_chair_does(session):
    stage = with_second_chair(session)
    with pytest.raises(NotFound):
        agree(stage, stage.bids[0])
    with pytest.raises(NotFound):
        outcome(stage, stage.bids[0], "not_recommended")
    agree(stage, stage.bids[0], name="chair-2")
    for bid in stage.bids[1:]:
        agree(stage, bid)
    outcome(stage, stage.bids[1], "recommended")
    outcome(stage, stage.bids[2], "not_recommended")
    with pytest.raises(TransitionRefused, match="bids-without-outcome"):
        services.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)
    outcome(stage, stage.bids[0], "recommended", name="chair-2")
    services.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)
    assert stage.panel.state is PanelState.CLOSED


def test_whoever_stands_aside_from_a_bid_neither_draws_nor_moves_the_line(session):
    stage = with_second_chair(session, scores=(5, 4, 3), pot_pence=2 * ASK)
    for bid in stage.bids:
        agree(stage, bid, name="chair-2")
    with pytest.raises(TransitionRefused, match="stands-aside-from-a-bid"):
        draw(stage)
    with pytest.raises(TransitionRefused, match="stands-aside-from-a-bid"):
        services.move_line(session, stage.panel, 5000, "Quality", actor=stage.actor("chair"), now=stage.now)
    assert {bid.state for bid in stage.bids} == {S.MODERATED}
    draw(stage, "chair-2")
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.RECOMMENDED, S.RESERVE]


def test_what_is_left_of_the_pot_is_not_told_to_whoever_stands_aside(session):
    stage = with_second_chair(session, scores=(5, 4, 3), pot_pence=2 * ASK)
    for bid in stage.bids:
        agree(stage, bid, name="chair-2")
    draw(stage, "chair-2")
    own = queries.moderation_table(session, stage.panel, stage.actor("chair"))
    whole = queries.moderation_table(session, stage.panel, stage.actor("chair-2"))
    with pytest.raises(TransitionRefused, match="over-the-pot-unshown") as refused:
        outcome(stage, stage.bids[2], "recommended")
    assert not {"ask", "left"} & set(refused.value.detail)
    assert (own.left_pence, whole.left_pence) == (ASK, 0)


def test_the_table_holds_nothing_of_a_bid_that_one_stands_aside_from(session):
    stage = with_second_chair(session)
    table = queries.moderation_table(session, stage.panel, stage.actor("chair"))
    blank = [line for line in table.lines if line.stands_aside]
    assert len(blank) == 1
    assert (blank[0].application, blank[0].percent, blank[0].markers) == (None, None, ())
    other = queries.moderation_table(session, stage.panel, stage.actor("chair-2"))
    assert not any(line.stands_aside for line in other.lines)


# The table


def test_the_table_shows_best_first_with_what_must_be_talked_about(session):
    stage = stages.in_session(session)
    table = queries.moderation_table(session, stage.panel, stage.actor("chair"))
    assert [line.percent for line in table.lines] == [100, 80, 40]
    assert [line.reaches_line for line in table.lines] == [True, True, False]
    assert [line.spreads.spread for line in table.lines] == [0, 0, 0]
    assert "first-time-below-line" in table.lines[2].discuss
    assert (table.pot_pence, table.left_pence) == (stage.round_.pot_pence, stage.round_.pot_pence)


def test_the_table_hides_marks_while_a_bid_is_with_its_markers(session):
    stage = stages.in_session(session)
    services.reopen_scoring(session, stage.bids[0], "Again", actor=stage.actor("chair"), now=stage.now)
    table = queries.moderation_table(session, stage.panel, stage.actor("chair"))
    hidden = next(line for line in table.lines if line.application.id == stage.bids[0].id)
    assert (hidden.percent, hidden.markers, hidden.spreads) == (None, (), None)


@pytest.mark.parametrize("bids", [2, 7])
def test_the_table_takes_the_same_queries_however_many_bids(session, bids):
    stage = stages.in_session(session, scores=(3,) * bids)
    session.expire_all()
    panel = queries.get_panel(session, stage.actor("chair"), stage.panel.id)
    with counted(session) as statements:
        table = queries.moderation_table(session, panel, stage.actor("chair"))
        assert len([line.application.area.name for line in table.lines]) == bids
    # One of them is `stage.actor`, which reads the chair's roles.
    assert len(statements) <= 6


# Closing


def test_a_closed_panel_makes_marks_final_and_tells_the_managers(session):
    stage = stages.recommended(session)
    assert stage.panel.state is PanelState.CLOSED
    assert set(session.scalars(sa.select(Assignment.state))) == {AssignmentState.FINAL}
    told = session.execute(
        sa.select(OutboxEntry.subject_id, OutboxEntry.audience).where(OutboxEntry.template == "recommendation-recorded")
    ).all()
    assert told == [(stage.panel.id, "managers")]
    with pytest.raises(TransitionRefused, match="panel-not-in-session"):
        outcome(stage, stage.bids[0], "not_recommended")


def test_a_panel_closes_with_an_outcome_for_every_bid(session):
    stage = moderated(session)
    with pytest.raises(TransitionRefused, match="bids-without-outcome"):
        services.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)


def test_the_chair_reopens_with_a_reason_until_the_decision(session):
    stage = stages.recommended(session)
    chair = stage.actor("chair")
    with pytest.raises(TransitionRefused, match="reason-needed"):
        services.reopen_panel(session, stage.panel, "", actor=chair, now=stage.now)
    with pytest.raises(NotAllowed):
        services.reopen_panel(session, stage.panel, "Mistake", actor=stage.actor("manager"), now=stage.now)
    seen = stage.panel.version
    services.reopen_panel(session, stage.panel, "Mistake", actor=chair, now=stage.now, seen_version=seen)
    assert stage.panel.state is PanelState.IN_SESSION
    with pytest.raises(Stale):
        services.close_panel(session, stage.panel, actor=chair, now=stage.now, seen_version=seen)
    outcome(stage, stage.bids[0], "not_recommended")


def test_the_decision_maker_may_reopen(session):
    stage = stages.recommended(session)
    services.reopen_panel(
        session, stage.panel, "Look at the second bid", actor=stage.actor("decision-maker"), now=stage.now
    )
    assert stage.panel.state is PanelState.IN_SESSION


def test_panels_are_listed_for_those_who_sit_or_prepare(session):
    stage = stages.scored(session)
    convene(stage, "chair", "officer")
    listed = lambda name: [each.id for each in queries.list_panels(session, stage.actor(name))]  # noqa: E731
    assert listed("chair") == listed("officer") == listed("manager") == [stage.panel.id]
    assert listed("member") == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Panel)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(PanelMember)) == 2


def test_a_direct_interest_shuts_the_bid_to_the_person_as_an_officer_too(session):
    stage = stages.scored(session)
    panel = convene(stage)
    declare(stage, "officer", Interest.DIRECT, "Volunteers there", bids=stage.bids[:1])
    officer = stage.actor("officer")
    with pytest.raises(NotFound):
        applications.get_application(session, officer, stage.bids[0].id)
    assert applications.get_application(session, officer, stage.bids[1].id) is stage.bids[1]
    assert applications.get_application(session, stage.actor("manager"), stage.bids[0].id) is stage.bids[0]
    with pytest.raises(NotFound):
        queries.get_panel_bid(session, officer, panel.id, stage.bids[0].id)


def test_a_direct_interest_does_not_shut_a_groups_own_bid_to_the_group(session):
    stage = stages.scored(session)
    organisation, lead = stage.groups[0]
    accounts.give_role(session, lead, stage.office, Role.PANEL_MEMBER, actor=stage.actor("manager"), now=stage.now)
    stage.people["insider"] = lead
    convene(stage, "chair", "officer", "insider")
    assert (
        applications.get_application(session, stage.actor("insider"), stage.bids[0].id).organisation_id
        == organisation.id
    )


def test_a_closed_panels_table_keeps_what_was_decided_since(session):
    stage = stages.decided(session)
    table = queries.moderation_table(session, stage.panel, stage.actor("manager"))
    assert len(table.lines) == len(stage.bids)
    assert table.recommended_pence == sum(bid.ask_pence for bid in stage.bids[:2])
    assert table.without_outcome == 0
