"""Offers: made by one announcement, accepted by a signatory in time, ended by the timer otherwise."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from grants.awards import services
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry, Progress
from tests import stages
from tests.builders import a_person, actor_of
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.award import AwardState
from workflows.decision import DecisionState
from workflows.errors import NotAllowed, Stale, TransitionRefused
from workflows.round import RoundState


def letters(session, after=0):
    return sorted(session.execute(sa.select(OutboxEntry.template, OutboxEntry.audience).where(OutboxEntry.id > after)))


def last_letter(session):
    return session.scalar(sa.select(sa.func.max(OutboxEntry.id))) or 0


def test_announcing_makes_the_offers_publishes_the_notice_and_tells_every_group(session):
    stage = stages.decided(session)
    before = last_letter(session)
    services.announce_round(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    assert stage.round_.state is RoundState.ANNOUNCED
    assert stage.decision.state is DecisionState.PUBLISHED
    assert stage.decision.published_at == stage.now
    assert {award.state for award in stage.awards} == {AwardState.OFFERED}
    assert letters(session, before) == [
        ("offer", "lead"),
        ("offer", "lead"),
        ("offer", "signatory"),
        ("offer", "signatory"),
        ("outcome-declined", "lead"),
    ]
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(5)).all()
    assert set(actions) == {"announce-declined", "offer", "publish", "announce"}


def test_announcing_twice_is_refused(session):
    stage = stages.announced(session)
    with pytest.raises(TransitionRefused):
        services.announce_round(session, stage.round_, actor=stage.actor("manager"), now=stage.now)


def test_announcing_needs_a_decision_and_a_manager(session):
    stage = stages.with_decision_maker(session)
    with pytest.raises(TransitionRefused) as refused:
        services.announce_round(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    assert refused.value.code == "decision-not-approved"
    decided = stages.decided(session)
    with pytest.raises(NotAllowed):
        services.announce_round(session, decided.round_, actor=decided.actor("officer"), now=decided.now)


def test_letters_that_were_held_go_with_the_announcement(session):
    stage = stages.decided(session)
    session.execute(
        sa.insert(OutboxEntry),
        [
            {
                "office_id": stage.office.id,
                "event": "application.disqualified",
                "template": "application-disqualified",
                "audience": "lead",
                "subject_type": "application",
                "subject_id": stage.bids[2].id,
                "created_at": stage.now,
                "progress": Progress.HELD,
                "hold_key": f"round:{stage.round_.id}",
            }
        ],
    )
    services.announce_round(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    held = sa.select(sa.func.count()).where(OutboxEntry.progress == Progress.HELD)
    assert session.scalar(held) == 0


def test_the_offer_is_open_for_twenty_working_days(session):
    stage = stages.decided(session)
    now = datetime(2024, 3, 1, 12, tzinfo=UTC)
    services.announce_round(session, stage.round_, actor=stage.actor("manager"), now=now)
    # Good Friday and Easter Monday 2024 lie between.
    assert stage.awards[0].accept_by_on == date(2024, 4, 2)


def test_the_signatory_accepts_and_the_bid_becomes_an_award(session):
    stage = stages.announced(session)
    before = last_letter(session)
    award = stage.awards[0]
    services.accept_offer(session, award, "Chair of the group", "Chair", True, actor=stage.group_actor(), now=stage.now)
    assert award.state is AwardState.ACCEPTED
    assert (award.signed_name, award.accepted_at) == ("Chair of the group", stage.now)
    assert stage.bids[0].state is S.AWARDED
    assert letters(session, before) == [("offer-accepted", "officers"), ("offer-accepted-copy", "signatory")]


@pytest.mark.parametrize(
    ("name", "agreed", "code"),
    [("Chair", False, "terms-not-agreed"), ("  ", True, "signature-needed")],
)
def test_signing_takes_the_terms_and_a_name(session, name, agreed, code):
    stage = stages.announced(session)
    with pytest.raises(TransitionRefused) as refused:
        services.accept_offer(session, stage.awards[0], name, "Chair", agreed, actor=stage.group_actor(), now=stage.now)
    assert refused.value.code == code
    assert stage.bids[0].state is S.APPROVED


def test_a_contributor_and_another_groups_signatory_do_not_sign(session):
    stage = stages.announced(session)
    contributor = a_person(session, Role.CONTRIBUTOR, organisation=stage.groups[0][0])
    for actor in (actor_of(session, contributor), stage.group_actor(1), stage.actor("manager")):
        with pytest.raises(NotAllowed):
            services.accept_offer(session, stage.awards[0], "Someone", "Chair", True, actor=actor, now=stage.now)


def test_an_offer_is_accepted_on_its_last_day_and_not_after(session):
    stage = stages.announced(session)
    last = stage.awards[0].accept_by_on
    too_late = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    with pytest.raises(TransitionRefused) as refused:
        services.accept_offer(session, stage.awards[0], "Chair", "Chair", True, actor=stage.group_actor(), now=too_late)
    assert refused.value.code == "offer-expired"
    in_time = too_late - timedelta(minutes=1)
    services.accept_offer(session, stage.awards[0], "Chair", "Chair", True, actor=stage.group_actor(), now=in_time)
    assert stage.awards[0].state is AwardState.ACCEPTED


def test_a_stale_acceptance_is_told(session):
    stage = stages.announced(session)
    with pytest.raises(Stale):
        services.accept_offer(
            session, stage.awards[0], "Chair", "Chair", True, seen_version=1, actor=stage.group_actor(), now=stage.now
        )


def test_turning_an_offer_down_frees_the_money_and_says_why(session):
    stage = stages.announced(session)
    before = last_letter(session)
    services.decline_offer(session, stage.awards[0], "We found other money.", actor=stage.group_actor(), now=stage.now)
    assert stage.awards[0].state is AwardState.DECLINED_BY_RECIPIENT
    assert stage.bids[0].state is S.OFFER_LAPSED
    assert letters(session, before) == [("offer-declined", "officers")]


def test_offers_that_nobody_answered_lapse_once(session):
    stage = stages.accepted(session)
    after = datetime(2024, 6, 1, 9, tzinfo=UTC)
    before = last_letter(session)
    assert services.lapse_due_offers(session, after) == 1
    assert services.lapse_due_offers(session, after) == 0
    assert [award.state for award in stage.awards] == [AwardState.ACCEPTED, AwardState.LAPSED]
    assert stage.bids[1].state is S.OFFER_LAPSED
    assert letters(session, before) == [("offer-lapsed", "lead"), ("offer-lapsed", "officers")]


def test_nothing_lapses_before_its_day_is_over(session):
    stage = stages.announced(session)
    last = stage.awards[0].accept_by_on
    assert services.lapse_due_offers(session, datetime(last.year, last.month, last.day, 12, tzinfo=UTC)) == 0
