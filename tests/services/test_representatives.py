"""Community representatives: nothing opens before training and their word, and only what they represent."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from grants.accounts import services as accounts
from grants.assessment import queries, services
from grants.core.audit import AuditEntry
from grants.meetings.queries import room
from grants.meetings.queries.room import find_meeting
from grants.meetings.queries.story import story_of
from grants.meetings.services import record_presence
from grants.representatives import services as reps
from grants.representatives.models import PreparationRecord
from tests import stages
from tests.apps import NOW
from tests.builders import a_round, actor_of, staff
from tests.meetings import meeting_of
from workflows.actors import Role
from workflows.assignment import AssignmentState, Interest
from workflows.errors import Invalid, NotAllowed, NotFound, TransitionRefused
from workflows.rules.representing import Preparation, last_day, problems

ROLES = (Role.COMMUNITY_REP, Role.MARKER, Role.PANEL_MEMBER)
EAST = "East Example"


def a_rep(stage, *parts, name="rep"):
    """A resident who represents these parts; with none, every round."""
    person = stage.people[name] = staff(stage.session, stage.office, *ROLES)
    reach(stage, parts or (reps.EVERYTHING,), name)
    return person


def a_record(stage):
    """The number of a record of a representative."""
    a_rep(stage)
    return prepare(stage, Preparation.TRAINING).id


def reach(stage, parts, name="rep"):
    reps.set_reach(
        stage.session,
        stage.people[name],
        stage.office,
        parts,
        actor=stage.actor("manager"),
        now=stage.now,
        reason="Asked by the office",
    )


def prepare(stage, *kinds, name="rep"):
    person, office = stage.people[name], stage.office
    for kind in kinds or Preparation:
        if kind is Preparation.TRAINING:
            made = reps.record_preparation(
                stage.session,
                person,
                office,
                kind,
                stage.now.date(),
                "Evening at the office",
                actor=stage.actor("manager"),
                now=stage.now,
            )
        else:
            made = reps.sign_confidentiality(
                stage.session, person, office, "A resident", "I keep it.", actor=stage.actor(name), now=stage.now
            )
    return made


def opens(stage, assignment):
    try:
        queries.get_assignment(stage.session, stage.actor("rep"), assignment.id)
    except NotFound:
        return False
    return True


def declare(stage, bid, name="rep"):
    services.declare_interest(stage.session, bid, Interest.NONE, actor=stage.actor(name), now=stage.now)


def test_a_bid_opens_after_both_and_shuts_when_one_is_taken_back(session):
    stage = stages.eligible(session)
    rep, bid = a_rep(stage), stage.bids[0]
    given = services.assign_marker(session, bid, rep, actor=stage.actor("manager"), now=stage.now)
    assert not opens(stage, given)
    assert queries.list_queue(session, stage.actor("rep")) == []
    trained = prepare(stage, Preparation.TRAINING)
    assert not opens(stage, given)
    with pytest.raises(NotFound):
        declare(stage, bid)
    signed = prepare(stage, Preparation.CONFIDENTIALITY)
    assert (signed.signed_name, signed.evidence, signed.recorded_by_id) == ("A resident", "I keep it.", rep.id)
    assert opens(stage, given)
    declare(stage, bid)
    assert given.state is AssignmentState.INTEREST_DECLARED
    for name in ("marker-1", "marker-2"):
        for each in stage.bids:
            services.assign_marker(session, each, stage.people[name], actor=stage.actor("manager"), now=stage.now)
            declare(stage, each, name)
    services.start_scoring(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    for criterion in stage.round_.criteria:
        services.save_mark(session, given, criterion.code, 3, stages.WORDS, actor=stage.actor("rep"), now=stage.now)
    with pytest.raises(Invalid):
        reps.end_preparation(session, trained, " ", actor=stage.actor("manager"), now=stage.now)
    reps.end_preparation(session, trained, "Wrong person", actor=stage.actor("manager"), now=stage.now)
    assert not opens(stage, given)
    with pytest.raises(TransitionRefused, match="rep-unprepared"):
        services.lock_assignment(session, given, actor=stage.actor("rep"), now=stage.now)
    prepare(stage, Preparation.TRAINING)
    services.lock_assignment(session, given, actor=stage.actor("rep"), now=stage.now)
    assert given.state is AssignmentState.LOCKED
    actions = session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.subject_type == "person", AuditEntry.subject_id == rep.id)
    ).all()
    assert actions.count("record-preparation") == 2
    assert {"set-reach", "sign-confidentiality", "end-preparation"} <= set(actions)


def test_a_round_may_ask_for_no_preparation(session):
    stage = stages.eligible(session, needs_prepared_reps=False)
    given = services.assign_marker(session, stage.bids[0], a_rep(stage), actor=stage.actor("manager"), now=stage.now)
    assert opens(stage, given)
    reach(stage, ())
    assert not opens(stage, given)


def test_what_held_ends_after_its_last_day_in_london(session):
    stage = stages.eligible(session)
    rep = a_rep(stage)
    prepare(stage)
    ends = {row.kind: row.until_on for row in session.scalars(sa.select(PreparationRecord))}
    assert ends[Preparation.TRAINING] == last_day(Preparation.TRAINING, stage.now.date())
    last = ends[Preparation.CONFIDENTIALITY]
    # 22:59 UTC is 23:59 in London in summer: still its last day.
    evening = stage.now.replace(year=last.year, month=last.month, day=last.day, hour=22, minute=59)
    assert reps.expire_preparations(session, evening) == 0
    assert reps.expire_preparations(session, evening + timedelta(hours=2)) == 1
    assert reps.expire_preparations(session, evening + timedelta(hours=2)) == 0
    assert queries.barred_from(session, rep.id, [stage.bids[0].id]) == {stage.bids[0].id}


def test_only_what_they_represent_is_theirs(session):
    stage = stages.eligible(session, answers={"P7": [EAST]})
    mine, other = stage.bids[0], stage.bids[1]
    rep, manager = a_rep(stage, (None, EAST)), stage.actor("manager")
    prepare(stage)
    services.assign_marker(session, mine, rep, actor=manager, now=stage.now)
    with pytest.raises(TransitionRefused, match="rep-out-of-scope"):
        services.assign_marker(session, other, rep, actor=manager, now=stage.now)
    elsewhere = a_round(session, stage.office, now=stage.now)
    reach(stage, [(elsewhere.id, "")])
    assert queries.barred_in(session, stage.round_.id, stage.actor("rep")) == tuple(each.id for each in stage.bids)
    seats = [services.Seat(stage.people["chair"].id, is_chair=True), services.Seat(rep.id)]
    with pytest.raises(Invalid) as refused:
        services.convene_panel(session, stage.round_, seats, actor=manager, now=stage.now)
    assert refused.value.detail["problems"] == {"members": "member-out-of-scope"}


def in_session(session, *parts, **options):
    """A panel that sits with a representative who is prepared."""
    stage = stages.scored(session, **options)
    rep = a_rep(stage, *parts)
    prepare(stage)
    people = stage.people
    seats = [
        services.Seat(people["chair"].id, is_chair=True),
        services.Seat(people["officer"].id, is_officer=True),
        services.Seat(rep.id),
    ]
    stage.panel = services.convene_panel(session, stage.round_, seats, actor=stage.actor("manager"), now=stage.now)
    for name in ("chair", "officer", "rep"):
        for bid in stage.bids:
            if bid.id not in queries.barred_from(session, people[name].id, [bid.id]):
                declare(stage, bid, name)
    return stage


def open_with(stage, *names):
    present = [stage.people[name].id for name in names]
    services.open_panel(stage.session, stage.panel, present, actor=stage.actor("chair"), now=stage.now)


def test_on_a_panel_they_see_only_their_own_area_and_leave_for_the_rest(session):
    stage = in_session(session, (None, EAST), answers={"P7": [EAST]}, needs_community_rep=True)
    open_with(stage, "chair", "officer", "rep")
    rep, panel = stage.actor("rep"), stage.panel
    assert [each.is_community_rep for each in panel.members] == [False, False, True]
    table = queries.moderation_table(session, panel, rep)
    assert [each.application.id for each in table.lines if each.application] == [stage.bids[0].id]
    assert (table.stands_aside, table.undeclared) == (2, frozenset())
    assert queries.moderation_table(session, panel, stage.actor("chair")).stands_aside == 0
    ids = [each.id for each in stage.bids]
    away = room.away_for(session, panel, ids)
    assert away == {each: queries.leaves_for(session, panel, each) for each in ids}
    assert [bool(away[each]) for each in ids] == [False, True, True]
    # Without the resident there is no quorum for what is not theirs.
    assert [room.quorum_of(panel, away[each], stage.now).is_met for each in ids] == [True, False, False]
    with pytest.raises(NotFound):
        queries.get_panel_bid(session, rep, panel.id, ids[1])
    present = next(each for each in story_of(session, meeting_of(stage)) if each.part == "present")
    assert f"before the bids opened to them: {stage.people['rep'].name} (represents residents)." in present.text


def test_who_is_not_prepared_does_not_sit_or_come_in(session):
    stage = in_session(session)
    signed = session.scalars(sa.select(PreparationRecord).where(PreparationRecord.signed_name != "")).one()
    reps.end_preparation(session, signed, "Signed for another round", actor=stage.actor("manager"), now=stage.now)
    with pytest.raises(TransitionRefused, match="reps-unprepared") as refused:
        open_with(stage, "chair", "officer", "rep")
    assert refused.value.detail["names"] == (stage.people["rep"].name,)
    stage.round_.panel_quorum = 2
    open_with(stage, "chair", "officer")
    meeting = find_meeting(session, stage.panel.id)
    with pytest.raises(TransitionRefused, match="rep-unprepared"):
        record_presence(session, meeting, stage.people["rep"].id, True, actor=stage.actor("chair"), now=stage.now)
    assert queries.moderation_table(session, stage.panel, stage.actor("rep")).stands_aside == 3
    prepare(stage, Preparation.CONFIDENTIALITY)
    record_presence(session, meeting, stage.people["rep"].id, True, actor=stage.actor("chair"), now=stage.now)
    assert queries.moderation_table(session, stage.panel, stage.actor("rep")).stands_aside == 0


def test_nobody_is_a_representative_and_staff_of_one_office(session):
    stage = stages.submitted(session)
    rep, manager = a_rep(stage), stage.actor("manager")
    for person, role in ((rep, Role.OFFICER), (stage.people["chair"], Role.COMMUNITY_REP)):
        with pytest.raises(TransitionRefused, match="rep-and-staff"):
            accounts.give_role(session, person, stage.office, role, actor=manager, now=stage.now)
    with pytest.raises(TransitionRefused, match="rep-and-staff"):
        accounts.change_roles(
            session, rep, stage.office, {*ROLES, Role.ADMIN}, actor=manager, now=stage.now, reason="x"
        )
    accounts.change_roles(session, rep, stage.office, {Role.OFFICER}, actor=manager, now=stage.now, reason="Joined us")
    assert actor_of(session, rep).all_roles == {Role.OFFICER}


def test_nobody_signs_for_another_and_only_the_office_records(session):
    stage = stages.submitted(session)
    rep = a_rep(stage)
    with pytest.raises(NotAllowed):
        reps.sign_confidentiality(session, rep, stage.office, "Me", "x", actor=stage.actor("manager"), now=NOW)
    for name in ("rep", "officer"):
        with pytest.raises(NotAllowed):
            reps.record_preparation(
                session, rep, stage.office, Preparation.TRAINING, NOW.date(), "x", actor=stage.actor(name), now=NOW
            )
        with pytest.raises(NotAllowed):
            reps.set_reach(session, rep, stage.office, (), actor=stage.actor(name), now=NOW, reason="x")


TODAY = date(2025, 3, 1)


@pytest.mark.parametrize(
    ("done", "until", "wrong"),
    [
        (date(2025, 3, 1), date(2025, 3, 1), {}),
        (date(2025, 3, 2), date(2026, 3, 1), {"done_on": "done-in-future"}),
        (date(2012, 3, 1), date(2026, 3, 1), {"done_on": "done-too-long-ago"}),
        (date(2025, 2, 1), date(2025, 1, 1), {"until_on": "until-before-done"}),
        (date(2023, 2, 1), date(2025, 2, 28), {"until_on": "until-is-over"}),
    ],
)
def test_days_that_can_not_be(done, until, wrong):
    assert problems(done, until, today=TODAY) == wrong


def test_training_holds_two_years_and_a_signature_one():
    assert last_day(Preparation.TRAINING, date(2024, 2, 29)) == date(2026, 2, 28)
    assert last_day(Preparation.CONFIDENTIALITY, date(2024, 3, 1)) == date(2025, 2, 28)
