"""Reminding markers: two before and one after the day scoring ends, once each, and only who still owes marks."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from grants.assessment import services
from grants.core.outbox import Message, Reminder
from tests import stages
from tests.services.test_assessment_marking import declare, lock
from workflows.assignment import Interest

# Wednesday 14 February 2024, five in the afternoon in London.
ENDS = datetime(2024, 2, 14, 17, tzinfo=UTC)


def at(day, hour=9):
    return datetime(2024, 2, day, hour, tzinfo=UTC)


@pytest.fixture
def stage(session):
    made = stages.scoring(session, scores=(3,), scoring_ends_at=ENDS)
    assert made.now < at(7) - timedelta(days=2)
    return made


def sent(session):
    return [
        tuple(row)
        for row in session.execute(sa.select(Reminder.offset_code, Reminder.is_superseded).order_by(Reminder.id))
    ]


@pytest.mark.parametrize(("moment", "offset"), [(at(7), "-5wd"), (at(12), "-2wd"), (at(15), "+1wd")])
def test_each_marker_who_owes_marks_is_reminded_once(session, stage, moment, offset):
    services.remind_due_markers(session, moment - timedelta(minutes=1))
    before = session.scalar(sa.select(sa.func.count()).select_from(Message))
    assert services.remind_due_markers(session, moment) == 2
    assert services.remind_due_markers(session, moment) == 0
    messages = session.scalars(sa.select(Message).order_by(Message.id)).all()[before:]
    assert {message.person_id for message in messages} == {stage.people[f"marker-{n}"].id for n in (1, 2)}
    assert {(m.template, m.subject_type, m.detail["offset"]) for m in messages} == {
        ("marking-reminder", "assignment", offset)
    }


def test_after_an_outage_only_the_latest_goes(session, stage):
    assert services.remind_due_markers(session, at(16)) == 2
    assert sorted(sent(session)) == sorted([("+1wd", False), ("-2wd", True), ("-5wd", True)] * 2)
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2


def test_who_locked_or_stood_aside_is_left_in_peace(session, stage):
    lock(stage, "marker-1")
    declare(stage, "marker-2", Interest.DIRECT, "Runs the group")
    assert services.remind_due_markers(session, at(12)) == 0


def test_nobody_is_reminded_where_no_day_is_set(session):
    stages.scoring(session, scores=(3,))
    assert services.remind_due_markers(session, at(15)) == 0
