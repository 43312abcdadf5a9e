"""What the public reads of rounds, in few and narrow queries: these are the busiest pages of the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from grants.accounts.models import Office
from grants.core.kept import Kept
from grants.funds.described import question_values
from grants.funds.models import Criterion, Question, Round, RoundArea, RoundRule, Section
from grants.funds.parts import QuestionDef, RoundDefinition
from workflows.actors import Actor
from workflows.errors import NotFound
from workflows.round import RoundState
from workflows.rules.finding import Found, Wanted, fits

# How long a round that has closed stays on the public list (our default).
SHOWN_AFTER_CLOSING = timedelta(days=60)
# More rounds than all offices of a country have at once.
MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class FormPart:
    """One section of the form with its questions, as rows of plain columns."""

    title: str
    guidance: str
    is_eligibility: bool
    questions: Sequence[Any]


@dataclass(frozen=True, slots=True)
class RoundPage:
    """Everything that the page of one round shows."""

    round: Round
    office: Office
    areas: Sequence[str]
    criteria: Sequence[Any]
    rules: Sequence[Any]
    form: Sequence[FormPart]


_PUBLISHED = sa.select(Round).where(Round.id == sa.bindparam("round_id"), Round.published_at.is_not(None))


def get_public_round(session: Session, actor: Actor, round_id: int) -> Round:
    """A round that was published, for anyone; one being set up does not exist, and a try-out only for its office."""
    round_ = session.scalars(_PUBLISHED, {"round_id": round_id}).one_or_none()
    if round_ is None or (round_.is_trial and round_.office_id not in actor.office_ids):
        raise NotFound(subject="Round")
    return round_


def list_public_rounds(session: Session, *, now: datetime) -> list[tuple[Round, Office]]:
    """What the public may want now: open rounds, then those to come, then those that closed a short while ago.

    The areas of each are loaded with it.
    """
    is_open, is_coming = Round.state == RoundState.OPEN, Round.state == RoundState.SCHEDULED
    recent = sa.and_(Round.state != RoundState.CANCELLED, Round.closes_at > now - SHOWN_AFTER_CLOSING)
    statement = (
        sa.select(Round, Office)
        .join(Office, Office.id == Round.office_id)
        .where(Round.published_at.is_not(None), ~Round.is_trial, sa.or_(is_open, is_coming, recent))
        .options(selectinload(Round.areas))
        .order_by(sa.case((is_open, 0), (is_coming, 1), else_=2), Round.closes_at, Round.id)
        .limit(MOST_LISTED)
    )
    return [(round_, office) for round_, office in session.execute(statement)]


def fitting(found: Sequence[tuple[Round, Office]], wanted: Wanted) -> list[tuple[Round, Office]]:
    """Those of the rounds that fit what somebody looks for."""
    return [(round_, office) for round_, office in found if fits(wanted, found_as(round_, office.code))]


def found_as(round_: Round, office_code: str) -> Found:
    """The round as it is looked for, by its names of areas and by every word that says what it is for."""
    return Found(
        office=office_code,
        areas=tuple(name for area in round_.areas for name in (area.name, *area.aliases)),
        words=f"{round_.title} {round_.theme} {round_.purpose}",
        min_ask_pence=round_.min_ask_pence,
        max_ask_pence=round_.max_ask_pence,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was published with a round and stays as it is."""

    areas: Sequence[str]
    criteria: Sequence[Any]
    rules: Sequence[Any]
    form: Sequence[FormPart]


_parts: Kept[_Parts] = Kept()


def public_page(session: Session, round_: Round) -> RoundPage:
    """The page of a round that `get_public_round` found: one query more, and four when it is the first time."""
    parts = _parts.get(session, round_.form_key, lambda: _read_parts(session, round_.id))
    return RoundPage(
        round=round_,
        office=session.get_one(Office, round_.office_id),
        areas=parts.areas,
        criteria=parts.criteria,
        rules=parts.rules,
        form=parts.form,
    )


def _read_parts(session: Session, own: int) -> _Parts:
    areas = (
        sa.select(RoundArea.name)
        .where(RoundArea.round_id == own, RoundArea.retired_at.is_(None))
        .order_by(RoundArea.position)
    )
    criteria = (
        sa.select(Criterion.code, Criterion.title, Criterion.weight, Criterion.guidance)
        .where(Criterion.round_id == own)
        .order_by(Criterion.position)
    )
    rules = (
        sa.select(RoundRule.code, RoundRule.title, RoundRule.on_breach, RoundRule.settings)
        .where(RoundRule.round_id == own)
        .order_by(RoundRule.position)
    )
    return _Parts(
        areas=session.scalars(areas).all(),
        criteria=session.execute(criteria).all(),
        rules=session.execute(rules).all(),
        form=_form(session, own),
    )


def page_from(session: Session, round_: Round, definition: RoundDefinition) -> RoundPage:
    """The page as it would be with this definition; its round is a copy that no session knows."""
    names = {column.key for column in sa.inspect(Round).column_attrs}
    told = {each.name: getattr(definition, each.name) for each in fields(definition) if each.name in names}
    copy = Round(**{**{name: getattr(round_, name) for name in names}, **told, "state": RoundState.OPEN})
    parts = [
        FormPart(s.title, s.guidance, s.is_eligibility, [_asked(q) for q in s.questions if not q.is_hidden])
        for s in definition.sections
    ]
    return RoundPage(
        round=copy,
        office=session.get_one(Office, round_.office_id),
        areas=[area.name for area in definition.areas],
        criteria=definition.criteria,
        rules=definition.rules,
        form=[part for part in parts if part.questions],
    )


def _asked(question: QuestionDef) -> Question:
    return Question(code=question.code, **question_values(question))


def _form(session: Session, round_id: int) -> list[FormPart]:
    statement = (
        sa.select(
            Section.id.label("section_id"),
            Section.title,
            Section.guidance,
            Section.is_eligibility,
            Question.code,
            Question.kind,
            Question.label,
            Question.help_text,
            Question.word_limit,
            Question.is_required,
            Question.options,
            Question.settings,
            Question.is_hidden,
            Question.criterion_code,
        )
        .join(Section, Section.id == Question.section_id)
        .where(Question.round_id == round_id, Question.retired_at.is_(None), ~Question.is_hidden)
        .order_by(Section.position, Question.position)
    )
    parts = groupby(session.execute(statement).all(), key=lambda row: row.section_id)
    found = [list(rows) for _, rows in parts]
    return [FormPart(rows[0].title, rows[0].guidance, rows[0].is_eligibility, rows) for rows in found]
