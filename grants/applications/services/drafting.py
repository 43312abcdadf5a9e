"""Drafting: a bid is begun once for each group and round, and a save writes only what was changed.

What two people type in two windows is kept from both; over the same answer the second one is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Organisation
from grants.accounts.queries import details_of
from grants.applications.models import Answer, Application, ApplicationArea
from grants.applications.queries import Paper, base_facts, find_live, fitting_details, judge_quiz, paper_of
from grants.core import audit, transitions
from grants.funds import model_form as form
from grants.funds.models import Question, Round, RoundArea
from workflows.actors import Actor, Role
from workflows.application import GROUP, ApplicationState, on_time, round_running
from workflows.errors import Invalid, NotAllowed, Refusal, Stale
from workflows.rules import answers as rules
from workflows.rules.eligibility import Outcome


def start_application(
    session: Session,
    round_: Round,
    organisation: Organisation,
    quiz: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    received_at: datetime,
    reference: str = "",
    paper: Paper | None = None,
) -> Application:
    """Open the group's draft in this round, or give back the bid it has: pressed five times, one draft.

    `quiz` holds the answers to the eligibility questions by code. A paper bid (`actor.on_paper`) skips the quiz and
    may bring its own `reference`; a second one of the same group is then refused, never merged. `paper` spares
    reading the round's form again.
    """
    actor = speaking_for(actor, organisation.id)
    # The round's row is the queue: whoever comes second waits here and then finds the first one's draft.
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    standing = find_live(session, round_.id, organisation.id)
    if standing is not None and not reference:
        return standing
    paper = paper or paper_of(session, round_)
    outcome = Outcome.PASS if actor.on_paper else judge_quiz(session, round_, paper, quiz).outcome
    application = Application(
        office_id=round_.office_id,
        round_id=round_.id,
        round=round_,
        organisation_id=organisation.id,
        organisation=organisation,
        organisation_name=organisation.name,
        lead_person_id=actor.person_id,
        reference=reference or _next_reference(session, round_),
        quiz_outcome=str(outcome),
        form_version=round_.form_version,
        is_fictional=organisation.is_fictional,
        created_at=now,
    )
    facts = base_facts(session, application, now=now, received_at=received_at, has_live_bid=standing is not None)
    transitions.create(session, [application], "start", facts, actor=actor, now=now)
    # What the group keeps of itself is not asked again; the quiz is answered anew each time.
    kept = {} if actor.on_paper else fitting_details(paper, details_of(session, organisation))
    given = kept | dict(quiz)
    _write(
        session, application, [_Change(_known(paper.questions, code), None, given[code]) for code in given], actor, now
    )
    return application


def save_answers(
    session: Session,
    application: Application,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    received_at: datetime,
    seen: Mapping[str, str] | None = None,
) -> list[str]:
    """Write the answers that differ from what is stored; returns the codes written.

    `given` holds typed values by question code (pence, ISO dates, lists of names); None empties an answer. `seen` are
    the fingerprints of what the page showed: an answer that the person left alone is left alone, and one that both
    they and somebody else changed raises Stale with the codes. Raises TooLate after the bid's deadline.
    """
    actor = speaking_for(actor, application.organisation_id)
    lock(session, application)
    _may_edit(session, application, actor, now, received_at)
    rows = _stored(session, application, given)
    changes, lost = [], []
    for code, value in given.items():
        question, stored = _known_row(rows, code)
        mark, was = rules.fingerprint(value), rules.fingerprint(stored.value if stored else None)
        shown = was if seen is None else seen.get(code, was)
        if mark in {was, shown}:
            continue
        if was != shown:
            lost.append(code)
        changes.append(_Change(question, stored, value))
    if lost:
        raise Stale(subject="application", id=application.id, codes=lost)
    _write(session, application, changes, actor, now)
    return [change.question.code for change in changes]


def speaking_for(actor: Actor, organisation_id: int) -> Actor:
    """An import speaks for the group whose paper form it enters; anybody else is only who they are."""
    if not actor.on_paper:
        return actor
    return replace(actor, organisation_roles=actor.organisation_roles | {(organisation_id, Role.LEAD)})


def lock(session: Session, application: Application) -> None:
    """Hold the bid's row until the end of the transaction, and read it afresh: saves and sendings take turns."""
    session.execute(_LOCK, {"application_id": application.id})


_LOCK = (
    sa.select(Application)
    .where(Application.id == sa.bindparam("application_id"))
    .with_for_update(of=Application)
    .execution_options(populate_existing=True)
)
# What is stored for one section's questions, read afresh under the lock.
_STORED = (
    sa.select(Answer)
    .where(
        Answer.application_id == sa.bindparam("application_id"),
        Answer.question_id.in_(sa.bindparam("question_ids", expanding=True)),
    )
    .execution_options(populate_existing=True)
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


Stored = dict[str, tuple[Question, Answer | None]]


def _stored(session: Session, application: Application, codes: Iterable[str]) -> Stored:
    wanted = set(codes)
    asked = [each for each in paper_of(session, application.round).questions if each.code in wanted]
    at = {"application_id": application.id, "question_ids": [each.id for each in asked]}
    stored = {answer.question_id: answer for answer in session.scalars(_STORED, at)}
    return {each.code: (each, stored.get(each.id)) for each in asked}


def _known_row(rows: Stored, code: str) -> tuple[Question, Answer | None]:
    if code not in rows:
        raise Invalid("unknown-question", question=code)
    return rows[code]


def _known(questions: Iterable[Question], code: str) -> Question:
    found = next((question for question in questions if question.code == code), None)
    if found is None:
        raise Invalid("unknown-question", question=code)
    return found


@dataclass(frozen=True, slots=True)
class _Change:
    question: Question
    stored: Answer | None
    value: Any


def _write(session: Session, application: Application, changes: list[_Change], actor: Actor, now: datetime) -> None:
    if not changes:
        return
    new = []
    for change in changes:
        if change.stored is not None:
            change.stored.value, change.stored.person_id, change.stored.saved_at = change.value, actor.person_id, now
        elif not rules.is_blank(change.value):
            new.append(
                {
                    "application_id": application.id,
                    "question_id": change.question.id,
                    "value": change.value,
                    "person_id": actor.person_id,
                    "saved_at": now,
                }
            )
    if new:
        session.execute(sa.insert(Answer), new)
    _keep_columns(session, application, {change.question.code: change.value for change in changes})
    session.flush()
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action="save-answers",
        actor=actor,
        at=now,
        office_id=application.office_id,
        detail={"codes": [change.question.code for change in changes]},
    )


# The bid's own columns that lists read: which question each comes from, and the longest text it holds.
TEXT_COLUMNS = {
    form.PROJECT_TITLE: ("project_title", 200),
    form.SUMMARY: ("summary", rules.MOST_CHARACTERS),
    form.REASON: ("crime_reduction_reason", rules.MOST_CHARACTERS),
}
PENCE_COLUMNS = {
    form.ASK: "ask_pence",
    form.PROJECT_COST: "project_cost_pence",
    form.MINIMUM_VIABLE: "minimum_viable_pence",
}


def _keep_columns(session: Session, application: Application, changed: Mapping[str, Any]) -> None:
    for code, (column, longest) in TEXT_COLUMNS.items():
        if code in changed:
            setattr(application, column, (changed[code] if isinstance(changed[code], str) else "").strip()[:longest])
    for code, column in PENCE_COLUMNS.items():
        if code in changed:
            setattr(application, column, changed[code] if isinstance(changed[code], int) else None)
    if form.AREAS in changed:
        _keep_areas(session, application, changed[form.AREAS])
    application.search_text = " ".join(
        part
        for part in (
            application.reference,
            application.organisation_name,
            application.project_title,
            application.summary,
        )
        if part
    )


def _keep_areas(session: Session, application: Application, names: Any) -> None:
    named = names if isinstance(names, list) else []
    offered = RoundArea.round_id == application.round_id, RoundArea.retired_at.is_(None)
    rows = session.execute(sa.select(RoundArea.name, RoundArea.id).where(*offered))
    known = {row.name: row.id for row in rows}
    ids = [known[name] for name in dict.fromkeys(named) if name in known]
    application.area_id = ids[0] if ids else None
    session.execute(sa.delete(ApplicationArea).where(ApplicationArea.application_id == application.id))
    if ids:
        rows = [{"application_id": application.id, "area_id": area_id} for area_id in ids]
        session.execute(sa.insert(ApplicationArea), rows)


def _next_reference(session: Session, round_: Round) -> str:
    number = session.scalars(
        sa.update(Round)
        .where(Round.id == round_.id)
        .values(last_reference=Round.last_reference + 1)
        .returning(Round.last_reference)
        .execution_options(synchronize_session=False)
    ).one()
    return f"{round_.code}-{number:04d}"
