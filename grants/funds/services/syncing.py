"""Rows made like a definition, by their codes: what stays keeps its row, and with it the answers that it has.

A part that is left out goes with its row while nobody can have answered it; later it is retired, and comes back with
its answers when its code returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.funds.described import question_values
from grants.funds.models import EARLIER, Criterion, Question, Round, RoundArea, RoundRule, Section
from grants.funds.parts import RoundDefinition
from workflows.rules.form_changes import keeps_answers

M = TypeVar("M", bound=Any)

PARTS: Final = ("areas", "criteria", "sections", "questions", "rules")
LONGEST_CODE: Final = 20


def sync_parts(session: Session, round_: Round, definition: RoundDefinition, *, now: datetime) -> None:
    """Make the areas, rubric, rules and form of the round those of the definition; its codes are known to be once.

    Nothing of a round that the public has seen is deleted but criteria and rules, which no bid holds on to before it
    is assessed.
    """
    keeps = round_.published_at is not None
    _sync(session, RoundArea, "name", round_, _areas(definition), now, keeps)
    _sync(session, Criterion, "code", round_, _criteria(definition), now, False)
    _sync(session, RoundRule, "code", round_, _rules(definition), now, False)
    sections = _sync(session, Section, "code", round_, _sections(definition), now, keeps)
    _sync(session, Question, "code", round_, _questions(definition, sections), now, keeps)
    session.flush()
    session.expire(round_, PARTS)


def _sync(
    session: Session,
    model: type[M],
    key: str,
    round_: Round,
    wanted: Mapping[str, dict[str, Any]],
    now: datetime,
    keeps: bool,
) -> dict[str, M]:
    rows = {getattr(row, key): row for row in session.scalars(sa.select(model).where(model.round_id == round_.id))}
    if model is Question and keeps:
        _make_way(session, rows, wanted, now)
    for place, (code, values) in enumerate(wanted.items(), 1):
        row = rows.get(code)
        if row is None:
            row = rows[code] = model(round_id=round_.id, **{key: code})
            session.add(row)
        returned = {"retired_at": None} if hasattr(model, "retired_at") else {}
        for name, value in {**values, **returned, "position": place}.items():
            setattr(row, name, value)
    for code in rows.keys() - wanted.keys():
        _leave_out(session, rows[code], now, keeps)
    return {code: rows[code] for code in wanted}


def _leave_out(session: Session, row: Any, now: datetime, keeps: bool) -> None:
    if not keeps:
        session.delete(row)
    elif row.retired_at is None:
        row.retired_at = now


def _make_way(session: Session, rows: dict[str, Question], wanted: Mapping[str, dict[str, Any]], now: datetime) -> None:
    """Where a code now asks for another kind of answer, the row that holds the old answers steps aside.

    Its name is then the code and a number; it takes the code back when its own kind of question returns.
    """
    for code, values in wanted.items():
        row = rows.get(code)
        if row is None or keeps_answers(_shape(row), values):
            continue
        aside = [each for each in rows.values() if each.code.startswith(code + EARLIER)]
        row.code, row.retired_at = f"{code[: LONGEST_CODE - 4]}{EARLIER}{len(aside) + 1}", now
        rows[row.code] = rows.pop(code)
        # The old name is free in the database before the new row takes it.
        session.flush()
        back = next((each for each in aside if keeps_answers(_shape(each), values)), None)
        if back is not None:
            rows[code] = rows.pop(back.code)
            back.code = code
            session.flush()


def _shape(row: Question) -> dict[str, Any]:
    return {"kind": row.kind, "settings": row.settings, "options": row.options}


def _areas(definition: RoundDefinition) -> dict[str, dict[str, Any]]:
    return {area.name: {"aliases": list(area.aliases)} for area in definition.areas}


def _criteria(definition: RoundDefinition) -> dict[str, dict[str, Any]]:
    same = ("title", "weight", "guidance", "min_score", "max_score")
    return {each.code: {name: getattr(each, name) for name in same} for each in definition.criteria}


def _rules(definition: RoundDefinition) -> dict[str, dict[str, Any]]:
    same = ("title", "is_automatic", "on_breach")
    return {
        rule.code: {name: getattr(rule, name) for name in same} | {"settings": dict(rule.settings)}
        for rule in definition.rules
    }


def _sections(definition: RoundDefinition) -> dict[str, dict[str, Any]]:
    same = ("title", "guidance", "is_eligibility")
    return {part.code: {name: getattr(part, name) for name in same} for part in definition.sections}


def _questions(definition: RoundDefinition, sections: Mapping[str, Section]) -> dict[str, dict[str, Any]]:
    return {
        question.code: {"section": sections[part.code], **question_values(question)}
        for part in definition.sections
        for question in part.questions
    }
