"""Returns: scheduled when the grant starts, asked for in time, signed, queried, answered, accepted; reminded once."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from grants.awards import services as awards
from grants.core.audit import AuditEntry
from grants.core.outbox import Message, OutboxEntry, Reminder
from grants.monitoring import queries, services
from tests import stages
from tests.builders import a_person, actor_of
from tests.queries import counted
from workflows.actors import Role
from workflows.award import AwardState
from workflows.errors import NotAllowed, Stale, TransitionRefused
from workflows.monitoring import ReturnState

OPENS = datetime(2024, 6, 23, 8, 0, tzinfo=UTC)  # 09:00 in London, in summer time
DUE = date(2024, 7, 19)
GOOD = {
    "own_rag": "green",
    "narrative": "We ran twelve sessions.",
    "people_new_count": 30,
    "people_continuing_count": 0,
    "sessions_count": 12,
    "attendances_count": 240,
    "spend_pence": 200_000,
}


def opened(session):
    stage = stages.running(session)
    stage.now = OPENS + timedelta(minutes=1)
    services.raise_due_returns(session, stage.now)
    return stage, stage.returns[0]


def ready_to_sign(session):
    stage, first = opened(session)
    services.save_return(session, first, GOOD, actor=stage.group_actor(), now=stage.now)
    services.finish_return(session, first, seen_version=None, actor=stage.group_actor(), now=stage.now)
    return stage, first


def sent(session):
    stage, first = ready_to_sign(session)
    services.submit_return(session, first, "Chair", True, actor=stage.group_actor(), now=stage.now)
    return stage, first


def templates(session, subject="return"):
    return list(
        session.scalars(
            sa.select(OutboxEntry.template).where(OutboxEntry.subject_type == subject).order_by(OutboxEntry.id)
        )
    )


def test_a_grant_that_starts_gets_a_return_for_each_quarter(session):
    stage = stages.running(session)
    assert stage.awards[0].state is AwardState.ACTIVE
    assert [(r.period_start_on, r.period_end_on, r.due_on, r.is_final) for r in stage.returns] == [
        (date(2024, 4, 1), date(2024, 6, 30), date(2024, 7, 19), False),
        (date(2024, 7, 1), date(2024, 9, 30), date(2024, 10, 21), False),
        (date(2024, 10, 1), date(2024, 12, 31), date(2025, 1, 22), False),
        (date(2025, 1, 1), date(2025, 3, 31), date(2025, 4, 23), True),
    ]
    assert {r.state for r in stage.returns} == {ReturnState.SCHEDULED}
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_type == "return")).first()
    assert (entry.action, entry.to_state) == ("schedule", "scheduled")


def test_a_grant_needs_its_period_and_its_conditions_met(session):
    stage = stages.accepted(session)
    award, officer = stage.awards[0], stage.actor("officer")
    with pytest.raises(TransitionRefused) as refused:
        awards.activate_award(session, award, starts_on=None, ends_on=None, actor=officer, now=stage.now)
    assert refused.value.code == "funding-period-needed"
    award.conditions = "Show us the insurance."
    days = {"starts_on": date(2024, 4, 1), "ends_on": date(2024, 6, 30)}
    with pytest.raises(TransitionRefused) as refused:
        awards.activate_award(session, award, **days, actor=officer, now=stage.now)
    assert refused.value.code == "conditions-open"
    services.start_grant(session, award, **days, conditions_note="Seen.", actor=officer, now=stage.now)
    assert len(stage.returns) == 1


def test_a_return_opens_seven_days_before_its_period_ends_and_only_once(session):
    stage = stages.running(session)
    assert services.raise_due_returns(session, OPENS - timedelta(seconds=1)) == 0
    assert services.raise_due_returns(session, OPENS) == 1
    assert services.raise_due_returns(session, OPENS) == 0
    assert stage.returns[0].state is ReturnState.OPEN


def test_the_return_is_written_finished_signed_queried_answered_and_accepted(session):
    stage, first = sent(session)
    officer, lead = stage.actor("officer"), stage.group_actor()
    assert (first.state, first.submitted_at) == (ReturnState.SUBMITTED, stage.now)
    services.query_return(session, first, "How many came twice?", actor=officer, now=stage.now)
    assert first.state is ReturnState.QUERIED
    services.answer_query(session, first, "Eleven.", actor=lead, now=stage.now)
    assert (first.state, first.questions[-1].answer) == (ReturnState.SUBMITTED, "Eleven.")
    services.accept_return(session, first, rag="green", feedback="Thank you.", actor=officer, now=stage.now)
    assert first.state is ReturnState.ACCEPTED
    assert templates(session) == [
        "return-to-sign",
        "return-received",
        "return-receipt",
        "return-queried",
        "return-answered",
        "return-accepted",
    ]


def test_an_incomplete_return_is_kept_and_not_passed_on(session):
    stage, first = opened(session)
    lead = stage.group_actor()
    services.save_return(session, first, {"narrative": "Half"}, actor=lead, now=stage.now)
    assert (first.state, first.narrative) == (ReturnState.IN_PROGRESS, "Half")
    with pytest.raises(TransitionRefused) as refused:
        services.finish_return(session, first, seen_version=None, actor=lead, now=stage.now)
    assert refused.value.code == "return-not-complete"


def test_spending_more_than_the_grant_is_refused(session):
    stage, first = opened(session)
    lead = stage.group_actor()
    much = GOOD | {"spend_pence": stage.awards[0].amount_pence + 1}
    services.save_return(session, first, much, actor=lead, now=stage.now)
    with pytest.raises(TransitionRefused) as refused:
        services.finish_return(session, first, seen_version=None, actor=lead, now=stage.now)
    assert refused.value.code == "spend-over-award"


def test_spend_adds_up_over_the_returns(session):
    stage, first = sent(session)
    second = stage.returns[1]
    second.spend_pence = 1
    assert queries.spend_before(session, second) == GOOD["spend_pence"]
    assert queries.spend_before(session, first) == 0


def test_only_a_signatory_signs(session):
    stage, first = ready_to_sign(session)
    contributor = actor_of(session, a_person(session, Role.CONTRIBUTOR, organisation=stage.groups[0][0]))
    for actor in (contributor, stage.group_actor(1), stage.actor("officer")):
        with pytest.raises(NotAllowed):
            services.submit_return(session, first, "Someone", True, actor=actor, now=stage.now)
    with pytest.raises(TransitionRefused) as refused:
        services.submit_return(session, first, "Chair", False, actor=stage.group_actor(), now=stage.now)
    assert refused.value.code == "certification-needed"


def test_a_sent_return_is_not_changed(session):
    stage, first = sent(session)
    with pytest.raises(TransitionRefused):
        services.save_return(session, first, {"narrative": "Other"}, actor=stage.group_actor(), now=stage.now)
    assert first.narrative == GOOD["narrative"]


def test_a_stale_writer_is_told(session):
    stage, first = sent(session)
    with pytest.raises(Stale):
        services.accept_return(session, first, rag="green", seen_version=1, actor=stage.actor("officer"), now=stage.now)


def test_a_manager_reopens_and_waives_with_a_reason(session):
    stage, first = sent(session)
    manager = stage.actor("manager")
    services.accept_return(session, first, rag="green", actor=stage.actor("officer"), now=stage.now)
    with pytest.raises(TransitionRefused):
        services.reopen_return(session, first, " ", actor=manager, now=stage.now)
    services.reopen_return(session, first, "A figure was wrong.", actor=manager, now=stage.now)
    assert first.state is ReturnState.IN_PROGRESS
    services.waive_return(session, stage.returns[1], "Small grant.", actor=manager, now=stage.now)
    assert stage.returns[1].state is ReturnState.WAIVED


def test_problems_name_the_field_and_what_to_do(session):
    stage = stages.running(session)
    first = stage.returns[0]
    first.own_rag, first.narrative = "red", "word " * 401
    first.people_new_count, first.attendances_count = 5, 3
    found = queries.problems_of(first)
    assert set(found) == {"own_rag_note", "narrative", "spend_pence", "attendances_count"}
    assert found["narrative"] == "Use 400 words or fewer. You wrote 401."


@pytest.mark.parametrize(
    ("at", "offset"),
    [
        (OPENS + timedelta(minutes=1), "open"),
        (datetime(2024, 7, 12, 8, 1, tzinfo=UTC), "-7d"),
        (datetime(2024, 7, 20, 8, 1, tzinfo=UTC), "+1d"),
        (datetime(2024, 8, 16, 8, 1, tzinfo=UTC), "+28d"),
    ],
)
def test_after_any_outage_each_contact_gets_the_one_latest_reminder(session, at, offset):
    stage = stages.running(session)
    services.raise_due_returns(session, at)
    assert services.remind_due_returns(session, at) == 1
    assert services.remind_due_returns(session, at) == 0
    messages = session.scalars(sa.select(Message).where(Message.template == "return-reminder")).all()
    assert [(m.address, m.detail["offset"]) for m in messages] == [(stage.groups[0][1].email, offset)]
    superseded = session.scalars(sa.select(Reminder.offset_code).where(Reminder.is_superseded)).all()
    assert offset not in superseded


def test_nobody_is_reminded_of_what_is_sent_or_waived(session):
    _stage, _first = sent(session)
    later = datetime(2024, 7, 25, 9, tzinfo=UTC)
    services.raise_due_returns(session, later)
    assert services.remind_due_returns(session, later) == 0


def test_the_sweep_takes_as_many_queries_for_many_returns_as_for_one(session):
    stage, _ = opened(session)
    with counted(session) as statements:
        services.remind_due_returns(session, stage.now)
    assert len(statements) <= 8


def test_overdue_is_derived_from_the_london_day(session):
    _stage, first = opened(session)
    assert not queries.is_overdue(first, datetime(2024, 7, 19, 22, 59, tzinfo=UTC))
    assert queries.is_overdue(first, datetime(2024, 7, 19, 23, 1, tzinfo=UTC))
