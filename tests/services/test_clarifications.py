"""Questions to the group about its bid: asked, answered in time or not, taken back, and reminded of."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import find_submission
from grants.core.audit import AuditEntry
from grants.core.holidays import bank_holidays
from grants.core.outbox import Message, OutboxEntry
from grants.eligibility import queries, services
from grants.eligibility.models import Clarification
from grants.notifications.owed import is_owed
from grants.notifications.services import expand_outbox
from tests.builders import actor_of
from tests.mail import messages
from tests.services.test_eligibility import one_checking, proposed
from tests.stages import Stage
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.deadlines import london_date
from workflows.errors import Invalid, NotAllowed, Stale, TransitionRefused
from workflows.rules.reminders import CLARIFICATION_OFFSETS, fires_at


def asked(session: Session, days: int = 7) -> tuple[Stage, Application, Clarification]:
    """A bid in its check with a question that waits for an answer."""
    stage, bid = one_checking(session)
    made = services.ask_clarification(
        session,
        bid,
        "Which hall is it?",
        london_date(stage.now) + timedelta(days=days),
        actor=stage.actor("officer"),
        now=stage.now,
    )
    session.commit()
    return stage, bid, made


def lead_of(session: Session, bid: Application) -> Actor:
    assert bid.lead is not None
    return actor_of(session, bid.lead)


def told(session: Session, template: str) -> list[OutboxEntry]:
    return list(session.scalars(sa.select(OutboxEntry).where(OutboxEntry.template == template)))


def trail(session: Session, bid: Application) -> list[AuditEntry]:
    own = AuditEntry.subject_type == "application", AuditEntry.subject_id == bid.id
    return list(session.scalars(sa.select(AuditEntry).where(*own).order_by(AuditEntry.id)))


def answer(session: Session, bid: Application, words: str, at: datetime, **more: object) -> None:
    services.answer_clarification(session, bid, words, actor=lead_of(session, bid), now=at, received_at=at, **more)


def test_a_question_stops_the_check_and_is_told_to_the_group(session: Session) -> None:
    stage, bid, made = asked(session)
    assert bid.state is ApplicationState.CLARIFICATION
    entry = trail(session, bid)[-1]
    assert (entry.action, entry.from_state, entry.to_state) == ("ask", "checking", "clarification")
    assert entry.detail["clarification_id"] == made.id
    assert [each.audience for each in told(session, "clarification-asked")] == ["members"]
    with pytest.raises(TransitionRefused):
        services.pass_checks(session, bid, actor=stage.actor("officer"), now=stage.now)
    assert ApplicationState.CLARIFICATION in queries.PENDING


def test_an_answer_is_added_and_what_was_sent_stays(session: Session) -> None:
    stage, bid, made = asked(session)
    before = find_submission(session, bid).content_hash
    answer(session, bid, "  The hall in Example Street  ", stage.now)
    assert bid.state is ApplicationState.CHECKING
    assert (made.answer, made.answered_by_id, made.ended_at) == (
        "The hall in Example Street",
        bid.lead_person_id,
        stage.now,
    )
    assert find_submission(session, bid).content_hash == before
    assert [each.audience for each in told(session, "clarification-answered")] == ["officers"]
    assert [each.action for each in trail(session, bid)][-2:] == ["ask", "answer"]
    assert queries.find_clarification(session, bid) is None


def test_its_day_lasts_to_midnight_in_london_and_not_a_moment_longer(session: Session) -> None:
    _, bid, made = asked(session)
    with pytest.raises(TransitionRefused) as late:
        answer(session, bid, "Now", made.due_at)
    assert late.value.code == "answer-too-late"
    assert (bid.state, made.answer) == (ApplicationState.CLARIFICATION, "")
    answer(session, bid, "Now", made.due_at - timedelta(microseconds=1))
    assert bid.state is ApplicationState.CHECKING


def test_without_an_answer_the_check_goes_on_and_the_officer_is_told_once(session: Session) -> None:
    _, bid, made = asked(session)
    assert services.end_due_clarifications(session, made.due_at) == 0
    later = made.due_at + timedelta(minutes=2)
    assert services.end_due_clarifications(session, later) == 1
    session.commit()
    assert services.end_due_clarifications(session, later) == 0
    assert bid.state is ApplicationState.CHECKING
    assert (made.answered_at, made.ended_at) == (None, later)
    assert [each.audience for each in told(session, "clarification-overdue")] == ["officers"]
    assert trail(session, bid)[-1].action == "stop-waiting"


def test_the_office_takes_a_question_back_with_a_reason(session: Session) -> None:
    stage, bid, made = asked(session)
    with pytest.raises(TransitionRefused, match="reason-needed"):
        services.take_back_clarification(session, bid, " ", actor=stage.actor("officer"), now=stage.now)
    services.take_back_clarification(session, bid, "We found it.", actor=stage.actor("officer"), now=stage.now)
    assert (bid.state, made.taken_back_reason) == (ApplicationState.CHECKING, "We found it.")
    assert trail(session, bid)[-1].reason == "We found it."


@pytest.mark.parametrize(
    ("question", "days", "problems"),
    [
        (" ", 7, {"question": "question-needed"}),
        ("Which?", -1, {"due_on": "answer-day-past"}),
        ("", -400, {"question": "question-needed", "due_on": "answer-day-past"}),
    ],
)
def test_a_question_without_words_or_time_is_refused_whole(session: Session, question, days, problems) -> None:
    stage, bid = one_checking(session)
    with pytest.raises(Invalid) as refused:
        services.ask_clarification(
            session,
            bid,
            question,
            london_date(stage.now) + timedelta(days=days),
            actor=stage.actor("officer"),
            now=stage.now,
        )
    assert refused.value.detail["problems"] == problems
    assert bid.state is ApplicationState.CHECKING
    assert queries.list_clarifications(session, bid) == []


def test_nothing_is_asked_while_a_disqualification_waits(session: Session) -> None:
    stage, bid = proposed(session)
    day = london_date(stage.now) + timedelta(days=7)
    with pytest.raises(TransitionRefused, match="disqualification-pending"):
        services.ask_clarification(session, bid, "Why?", day, actor=stage.actor("officer"), now=stage.now)


def test_the_group_asks_nothing_and_the_office_answers_nothing(session: Session) -> None:
    stage, bid, made = asked(session)
    with pytest.raises(NotAllowed):
        services.answer_clarification(
            session, bid, "Here", actor=stage.actor("officer"), now=stage.now, received_at=stage.now
        )
    with pytest.raises(NotAllowed):
        services.take_back_clarification(session, bid, "Why", actor=lead_of(session, bid), now=stage.now)
    assert made.ended_at is None


def test_the_second_answer_is_told_that_there_is_one(session: Session) -> None:
    stage, bid, made = asked(session)
    seen = bid.version
    answer(session, bid, "The first", stage.now, seen_version=seen)
    with pytest.raises((Stale, TransitionRefused)):
        answer(session, bid, "The second", stage.now, seen_version=seen)
    assert made.answer == "The first"


def test_the_group_is_reminded_twice_and_not_once_it_has_answered(session: Session) -> None:
    stage, bid, made = asked(session, days=14)
    for offset in CLARIFICATION_OFFSETS:
        morning = fires_at(offset, made.due_on, holidays=bank_holidays())
        assert services.remind_clarifications(session, morning - timedelta(seconds=1)) == 0
        while services.remind_clarifications(session, morning):
            session.commit()
    assert [each.detail["offset"] for each in messages(session, "clarification-reminder")] == ["-2wd", "0d"]
    (first, last) = messages(session, "clarification-reminder")
    assert is_owed(session, last, now=made.due_at - timedelta(hours=1))
    answer(session, bid, "Here", stage.now)
    assert not is_owed(session, last, now=made.due_at - timedelta(hours=1))
    assert not is_owed(session, first, now=made.due_at + timedelta(days=1))


def test_every_letter_about_a_question_can_be_made(session: Session) -> None:
    stage, bid, _ = asked(session)
    answer(session, bid, "Here", stage.now)
    session.commit()
    while expand_outbox(session, stage.now):
        session.commit()
    made = set(session.scalars(sa.select(Message.template).where(Message.subject_id == bid.id)))
    assert made >= {"clarification-asked", "clarification-answered"}
