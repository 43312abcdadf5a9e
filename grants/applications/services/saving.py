"""Saving: whatever nobody else has changed is kept; where two changed the same answer, both texts are given back.

A save is never refused as a whole because of one answer, and no text that reached the service is without its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.applications.models import Answer, AnswerVersion, Application
from grants.applications.queries import base_facts, list_questions, paper_of
from grants.applications.services.drafting import lock, speaking_for
from grants.applications.services.history import Change, write_answers
from grants.core import transitions
from grants.funds.models import Question
from workflows.actors import Actor
from workflows.application import GROUP, ApplicationState, on_time, round_running
from workflows.errors import NotAllowed, NotFound, Refusal
from workflows.rules import answers as rules


@dataclass(frozen=True, slots=True)
class Conflict:
    """An answer that somebody else changed meanwhile: what stands there, whose it is, and what was not put there."""

    question: Question
    theirs: Any
    mine: Any
    who: str
    saved_at: datetime
    fingerprint: str

    @property
    def code(self) -> str:
        return self.question.code


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save.

    `fingerprints` are of the answers that now stand as the page has them; `newer` are those that the person left
    alone and somebody else has changed; `unknown` belong to no form of the round.
    """

    saved_at: datetime
    written: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    newer: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] | None = None


def save_answers(
    session: Session,
    application: Application,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    received_at: datetime,
    seen: Mapping[str, str] | None = None,
    is_typing: bool = True,
) -> Saved:
    """Write the answers that differ from what is stored, but for those that somebody else changed meanwhile.

    `given` holds typed values by question code (pence, ISO dates, lists of names); None empties an answer. `seen` are
    the fingerprints of what the page showed; an answer that the person left alone is left alone. Over one's own
    later text the newest wins where it was typed (`is_typing`), and both are in the history. Raises TooLate after the
    bid's deadline.
    """
    lock(session, application)
    # Only now: the group may have taken the bid over while this waited.
    actor = speaking_for(actor, application.scope)
    _may_edit(session, application, actor, now, received_at)
    rows = _stored(session, application, given)
    changes, lost, newer, marks = [], [], [], {}
    for code in given:
        if code not in rows:
            continue
        (question, stored, latest), value = rows[code], given[code]
        mark, was = rules.fingerprint(value), rules.fingerprint(stored.value if stored else None)
        shown = was if seen is None else seen.get(code, was)
        if mark == was:
            marks[code] = was
        elif mark == shown:
            newer.append(code)
        elif was != shown and not (is_typing and _is_own(stored, actor)):
            lost.append(Change(question, value, stored, latest, is_aside=True))
        else:
            marks[code] = mark
            changes.append(Change(question, value, stored, latest, is_typing=is_typing and was == shown))
    write_answers(session, application, [*changes, *lost], actor=actor, now=now)
    return Saved(
        saved_at=now,
        written=tuple(each.question.code for each in changes),
        conflicts=_conflicts(session, lost, now),
        newer=tuple(newer),
        unknown=tuple(code for code in given if code not in rows),
        fingerprints=marks,
    )


def put_back(
    session: Session,
    application: Application,
    version: AnswerVersion,
    *,
    actor: Actor,
    now: datetime,
    received_at: datetime,
    seen: str,
) -> Saved:
    """Make an earlier answer the current one again; `seen` is the fingerprint of the one that stood there."""
    if version.application_id != application.id:
        raise NotFound(subject="answer")
    question = session.get_one(Question, version.question_id)
    times = {"now": now, "received_at": received_at}
    given, shown = {question.code: version.value}, {question.code: seen}
    return save_answers(session, application, given, actor=actor, seen=shown, is_typing=False, **times)


# What is stored for one section's questions, each with the last row of its history, read afresh under the lock.
_LATEST = (
    sa.select(sa.func.max(AnswerVersion.id))
    .where(AnswerVersion.application_id == Answer.application_id, AnswerVersion.question_id == Answer.question_id)
    .correlate(Answer)
    .scalar_subquery()
)
_STORED = (
    sa.select(Answer, AnswerVersion)
    .outerjoin(AnswerVersion, AnswerVersion.id == _LATEST)
    .where(
        Answer.application_id == sa.bindparam("application_id"),
        Answer.question_id.in_(sa.bindparam("question_ids", expanding=True)),
    )
    .execution_options(populate_existing=True)
)
Stored = dict[str, tuple[Question, Answer | None, AnswerVersion | None]]


def _stored(session: Session, application: Application, codes: Iterable[str]) -> Stored:
    wanted = set(codes)
    asked = [each for each in paper_of(session, application.round).questions if each.code in wanted]
    # A page that was opened before a new version may hold a question that has left the form; its answer is kept too.
    asked += list_questions(session, application.round, wanted - {each.code for each in asked})
    at = {"application_id": application.id, "question_ids": [each.id for each in asked]}
    found = {answer.question_id: (answer, latest) for answer, latest in session.execute(_STORED, at)}
    return {each.code: (each, *found.get(each.id, (None, None))) for each in asked}


def _is_own(stored: Answer | None, actor: Actor) -> bool:
    return stored is None or stored.person_id == actor.person_id


def _conflicts(session: Session, lost: list[Change], now: datetime) -> tuple[Conflict, ...]:
    if not lost:
        return ()
    people = {each.stored.person_id for each in lost if each.stored}
    rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(people)))
    names = {row.id: row.name for row in rows}
    return tuple(
        Conflict(
            question=each.question,
            theirs=each.stored.value if each.stored else None,
            mine=each.value,
            who=names.get(each.stored.person_id or 0, "") if each.stored else "",
            saved_at=each.stored.saved_at if each.stored else now,
            fingerprint=rules.fingerprint(each.stored.value if each.stored else None),
        )
        for each in lost
    )


def _may_edit(session: Session, application: Application, actor: Actor, now: datetime, received_at: datetime) -> None:
    if not actor.roles_in(application.scope) & GROUP:
        raise NotAllowed()
    facts = base_facts(session, application, now=now, received_at=received_at)
    refusal = round_running(facts, actor) or on_time(facts, actor)
    if application.state is not ApplicationState.DRAFT:
        refusal = Refusal("not-in-this-state", {"action": "save", "state": str(application.state)})
    if refusal:
        raise transitions.error_for(refusal, application)
