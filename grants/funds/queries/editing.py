"""What the editor of a round works on: a draft's own rows, or the working copy of a form that the public has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.core.scoping import offices_of
from grants.funds.described import definition_of, question_values
from grants.funds.models import Question, Round, RoundVersion
from grants.funds.parts import QuestionDef, RoundDefinition
from grants.funds.queries.rounds import with_parts
from grants.funds.stored import from_stored
from workflows.actors import Actor
from workflows.errors import NotFound
from workflows.round import SETTING_UP, RoundState
from workflows.rules.form_changes import keeps_answers

# A new version of a form leaves these alone: they are the round's name and promise, or have a door of their own.
FIXED: Final = (
    *("office", "fund", "fund_title", "code", "opens_at", "closes_at", "is_rolling", "grace_minutes"),
    *("is_on_paper", "is_fictional", "events", "warnings"),
)


@dataclass(frozen=True, slots=True)
class Editable:
    """A definition to change, and the version that a save of it names; 0 where the save makes the working copy."""

    definition: RoundDefinition
    seen_version: int
    is_working_copy: bool


def editable(session: Session, round_: Round) -> Editable:
    """What a change of this round starts from."""
    current = current_definition(session, round_)
    if round_.state in SETTING_UP:
        return Editable(current, round_.version, False)
    copy = find_working_copy(session, round_)
    if copy is None:
        return Editable(current, 0, False)
    return Editable(with_fixed(from_stored(copy.content), current), copy.version, True)


def current_definition(session: Session, round_: Round) -> RoundDefinition:
    """The round as its rows have it, with its office's code, as a file names it."""
    office = session.get_one(Office, round_.office_id)
    return replace(definition_of(with_parts(session, round_)), office=office.code)


def with_fixed(changed: RoundDefinition, current: RoundDefinition) -> RoundDefinition:
    """The changed definition with what no version changes as the round has it now."""
    return replace(changed, **{name: getattr(current, name) for name in FIXED})


def used_codes(session: Session, round_: Round) -> frozenset[str]:
    """The codes of all questions that the round has asked, also of those that were left out: answers hang on them."""
    return frozenset(session.scalars(sa.select(Question.code).where(Question.round_id == round_.id)))


def answers_fit(session: Session, round_: Round, question: QuestionDef) -> bool:
    """Whether answers that groups have given under its code can be answers to this question."""
    if round_.published_at is None:
        return True
    statement = sa.select(Question).where(Question.round_id == round_.id, Question.code == question.code)
    row = session.scalars(statement).one_or_none()
    if row is None:
        return True
    return keeps_answers(
        {"kind": row.kind, "settings": row.settings, "options": row.options}, question_values(question)
    )


def find_working_copy(session: Session, round_: Round) -> RoundVersion | None:
    """The unpublished next version, or None."""
    statement = sa.select(RoundVersion).where(RoundVersion.round_id == round_.id, RoundVersion.published_at.is_(None))
    return session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def list_versions(session: Session, round_: Round) -> Sequence[RoundVersion]:
    """The published versions, first to last."""
    statement = sa.select(RoundVersion).where(
        RoundVersion.round_id == round_.id, RoundVersion.published_at.is_not(None)
    )
    return session.scalars(statement.order_by(RoundVersion.number)).all()


def get_trial(session: Session, actor: Actor, round_id: int) -> Round:
    """A try-out of a form of the actor's own office; NotFound for any other round."""
    mine = Round.id == round_id, Round.is_trial, Round.office_id.in_(offices_of(actor))
    found = session.scalars(sa.select(Round).where(*mine)).one_or_none()
    if found is None:
        raise NotFound(subject="Round")
    return found


def list_trials(session: Session, round_: Round) -> Sequence[Round]:
    """The try-outs of the round's form that are open, the latest first."""
    running = Round.trial_of_id == round_.id, Round.state == RoundState.OPEN
    return session.scalars(sa.select(Round).where(*running).order_by(Round.id.desc())).all()
