"""Asking the group: one question at a time, a day to answer it by, and an answer that is added and never overwrites.

What was sent stays as it was sent. When nobody answers in time the officer is told and decides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Membership, Person
from grants.applications.models import Application
from grants.applications.queries.files import kind_asked
from grants.applications.services.drafting import lock
from grants.core import transitions
from grants.core.sweeps import Series, remind_series
from grants.documents.receiving import Taken
from grants.documents.services import add_document, mark_sent
from grants.eligibility.models import Clarification
from grants.eligibility.queries import check_facts, file_questions, find_clarification, find_proposal
from workflows.actors import SYSTEM, Actor, Role
from workflows.application import ApplicationState
from workflows.deadlines import end_of_day
from workflows.errors import Invalid, TransitionRefused
from workflows.rules.reminders import CLARIFICATION_OFFSETS

# Questions in one batch of the timer, so that no transaction is long.
BATCH = 50
LOOK_AHEAD = timedelta(days=14)


def ask_clarification(
    session: Session,
    application: Application,
    question: str,
    due_on: date | None,
    *,
    wanted: Collection[str] = (),
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Clarification:
    """Put a question to the group, to be answered by the end of `due_on` in London; the check waits for it.

    `wanted` are the questions of the form whose files may come with the answer. Raises Invalid: question-needed,
    answer-day-past, files-of-no-question; else as the table says.
    """
    lock(session, application)
    if application.state is ApplicationState.CHECKING:
        _check_question(question, due_on, now)
        if not set(wanted) <= {each.code for each in file_questions(session, application)}:
            raise Invalid(problems={"wanted": "files-of-no-question"})
    facts = check_facts(
        session,
        application,
        actor=actor,
        now=now,
        proposal=find_proposal(session, application),
        question=question,
        answer_due_at=None if due_on is None else end_of_day(due_on),
    )
    transitions.check(application, "ask", facts, actor, seen_version=seen_version)
    asked = Clarification(
        application_id=application.id,
        question=question.strip(),
        due_on=due_on,
        asked_by_id=actor.person_id,
        asked_at=now,
        wanted=sorted(wanted) or None,
    )
    session.add(asked)
    session.flush()
    transitions.apply(
        session,
        application,
        "ask",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        detail={"clarification_id": asked.id, "due_on": str(due_on), "wanted": sorted(wanted)},
    )
    return asked


def _check_question(question: str, due_on: date | None, now: datetime) -> None:
    problems = {}
    if not question.strip():
        problems["question"] = "question-needed"
    if due_on is None or end_of_day(due_on) <= now:
        problems["due_on"] = "answer-day-past"
    if problems:
        raise Invalid(problems=problems)


def answer_clarification(
    session: Session,
    application: Application,
    answer: str,
    *,
    files: Sequence[tuple[str, Taken]] = (),
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> None:
    """The group answers, with a file for each question that was named for it; the check goes on.

    Raises Invalid answer-needed, file-not-asked-for, and TransitionRefused after the day.
    """
    lock(session, application)
    asked = find_clarification(session, application)
    if asked is not None and not answer.strip():
        raise Invalid(problems={"answer": "answer-needed"})
    facts = _facts(session, application, asked, actor=actor, now=now, received_at=received_at, answer=answer)
    transitions.check(application, "answer", facts, actor, seen_version=seen_version)
    standing = _standing(asked)
    if not {code for code, _ in files} <= set(standing.wanted or ()):
        raise Invalid(problems={"answer": "file-not-asked-for"})
    standing.files = _kept(session, application, files, actor=actor, now=now) or None
    standing.answer, standing.answered_by_id = answer.strip(), actor.person_id
    standing.answered_at = standing.ended_at = now
    _move(session, application, "answer", facts, standing, actor=actor, now=now, seen_version=seen_version)


def _kept(
    session: Session, application: Application, files: Sequence[tuple[str, Taken]], *, actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    """The files as rows of their own beside what was sent; nobody takes them back."""
    kinds = {each.code: kind_asked(each) for each in file_questions(session, application)}
    kept = []
    for code, taken in files:
        document = add_document(
            session,
            taken,
            organisation_id=application.organisation_id,
            office_id=application.office_id,
            application_id=application.id,
            question_code=code,
            kind=kinds[code],
            actor=actor,
            now=now,
        )
        name = {"name": document.file_name, "sha256": document.sha256}
        kept.append({"code": code, "document_id": document.id, **name})
    mark_sent(session, [each["document_id"] for each in kept], now=now)
    return kept


def take_back_clarification(
    session: Session,
    application: Application,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The office needs no answer any more, for a reason that the group reads."""
    lock(session, application)
    asked = find_clarification(session, application)
    facts = _facts(session, application, asked, actor=actor, now=now, reason=reason)
    transitions.check(application, "take-back-question", facts, actor, seen_version=seen_version)
    standing = _standing(asked)
    standing.ended_at, standing.taken_back_reason = now, reason.strip()
    _move(
        session,
        application,
        "take-back-question",
        facts,
        standing,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason.strip(),
    )


def end_due_clarifications(session: Session, now: datetime) -> int:
    """Go on with the check of bids whose question was not answered in time; a timed duty, one batch."""
    waiting = session.scalars(
        sa.select(Clarification)
        .join(Clarification.application)
        .where(
            Clarification.ended_at.is_(None),
            Clarification.due_on < now.date(),
            Application.state == ApplicationState.CLARIFICATION,
        )
        .options(joinedload(Clarification.application).joinedload(Application.round))
        .order_by(Clarification.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Clarification)
    ).all()
    done = 0
    for asked in waiting:
        facts = _facts(session, asked.application, asked, actor=SYSTEM, now=now)
        try:
            transitions.check(asked.application, "stop-waiting", facts, SYSTEM)
        except TransitionRefused:
            # Still within its last minute: the next tick comes soon.
            continue
        asked.ended_at = now
        _move(session, asked.application, "stop-waiting", facts, asked, actor=SYSTEM, now=now)
        done += 1
    return done


def remind_clarifications(session: Session, now: datetime) -> int:
    """Remind the group of a question, two working days before its day and on it; one batch."""
    return remind_series(session, QUESTIONS, now)


def _facts(session: Session, application: Application, asked: Clarification | None, **known: Any) -> Any:
    due_at = None if asked is None else asked.due_at
    return check_facts(session, application, answer_due_at=due_at, **known)


def _standing(asked: Clarification | None) -> Clarification:
    if asked is None:
        # The table asks for the state that only a question brings.
        raise TransitionRefused("no-question-waits")
    return asked


def _move(
    session: Session, application: Application, action: str, facts: Any, asked: Clarification, **more: Any
) -> None:
    transitions.apply(session, application, action, facts, detail={"clarification_id": asked.id}, **more)


def _open(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Clarification)
        .join(Clarification.application)
        .where(Clarification.ended_at.is_(None), Application.state == ApplicationState.CLARIFICATION)
    )


def _anchors(now: datetime) -> Any:
    soon = Clarification.due_on.between(now.date() - timedelta(days=1), (now + LOOK_AHEAD).date())
    return _open(Clarification.due_on, sa.null()).where(soon).distinct()


def _people(due_on: date, _: None) -> Any:
    return (
        _open(Clarification.id, Application.office_id, Person.id, Person.email, Clarification.asked_at)
        .join(Membership, Membership.organisation_id == Application.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Clarification.due_on == due_on,
            Membership.ended_at.is_(None),
            Membership.role.in_([Role.LEAD, Role.CONTRIBUTOR]),
        )
    )


QUESTIONS = Series(
    obligation="clarification",
    subject_type="clarification",
    template="clarification-reminder",
    offsets=CLARIFICATION_OFFSETS,
    thing=Clarification.id,
    person=Person.id,
    since=Clarification.asked_at,
    anchors=_anchors,
    people=_people,
)
