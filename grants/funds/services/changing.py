"""Saving a changed definition: into a draft's rows, or into the working copy of a form that the public has seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core import audit, transitions
from grants.funds import queries
from grants.funds.models import Round, RoundVersion
from grants.funds.parts import RoundDefinition
from grants.funds.services.setting_up import SAME, basic_problems
from grants.funds.services.syncing import sync_parts
from grants.funds.stored import hash_of, stored_of
from workflows.actors import Actor
from workflows.errors import Invalid, Stale
from workflows.round import SETTING_UP, RoundFacts

# The longest code or name of each part, as its column has it.
LONGEST: Final = {"areas": 120, "criteria": 20, "sections": 30, "questions": 20, "rules": 10}
LONGEST_TITLE: Final = 200


def save_definition(
    session: Session,
    round_: Round,
    definition: RoundDefinition,
    *,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Make this the round's set-up, or its working copy once it is published; `seen_version` is `Editable`'s.

    Support events are changed by their own services. Raises Stale for the second of two editors, and Invalid for what
    no row could hold; what is only unsound is saved, and refused when it is to be published.
    """
    problems = _row_problems(definition)
    if round_.state in SETTING_UP:
        _save_draft(session, round_, definition, problems, seen_version, actor, now)
    else:
        _save_copy(session, round_, definition, problems, seen_version, actor, now)


def _save_draft(
    session: Session,
    round_: Round,
    definition: RoundDefinition,
    problems: dict[str, str],
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    before = queries.current_definition(session, round_)
    facts = RoundFacts(scope=round_.scope, now=now)
    transitions.check(round_, "edit", facts, actor, seen_version=seen_version)
    fund = queries.find_fund(session, round_.office_id, definition.fund)
    taken = queries.find_round(session, round_.office_id, definition.code)
    if taken is not None and taken.id != round_.id:
        problems["code"] = "round-code-taken"
    if fund is None:
        problems["fund"] = "fund-unknown"
    _refuse(problems)
    with session.no_autoflush:
        put_columns(round_, definition)
        round_.code, round_.fund = definition.code, fund
    detail = {"changed": changed_fields(before, definition)}
    transitions.apply(session, round_, "edit", facts, actor=actor, now=now, detail=detail)
    sync_parts(session, round_, definition, now=now)


def _save_copy(
    session: Session,
    round_: Round,
    definition: RoundDefinition,
    problems: dict[str, str],
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    # The round's row is the queue: of two editors who begin a working copy the second waits here and is then told.
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    transitions.check(round_, "change-form", RoundFacts(scope=round_.scope, now=now), actor)
    before = queries.editable(session, round_)
    if seen_version is not None and seen_version != before.seen_version:
        raise Stale(subject="round", id=round_.id)
    changed = changed_fields(before.definition, definition)
    _refuse(problems | {name: "fixed-once-published" for name in changed if name in queries.FIXED})
    _write_copy(session, round_, definition, actor, now)
    audit.record(
        session,
        subject_type="round",
        subject_id=round_.id,
        action="change-form",
        actor=actor,
        at=now,
        office_id=round_.office_id,
        detail={"changed": changed, "number": round_.form_version + 1},
    )


def _write_copy(session: Session, round_: Round, definition: RoundDefinition, actor: Actor, now: datetime) -> None:
    copy = queries.find_working_copy(session, round_)
    content = stored_of(definition)
    if copy is None:
        copy = RoundVersion(round_id=round_.id, number=round_.form_version + 1, version=0, created_at=now)
        session.add(copy)
    copy.content, copy.content_hash, copy.person_id = content, hash_of(content), actor.person_id
    copy.version += 1
    session.flush()


def discard_changes(session: Session, round_: Round, *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Throw the working copy away; what is published stays as it is. Raises Stale when somebody has saved it since."""
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    transitions.check(round_, "change-form", RoundFacts(scope=round_.scope, now=now), actor)
    copy = queries.find_working_copy(session, round_)
    if copy is None:
        return
    if seen_version is not None and seen_version != copy.version:
        raise Stale(subject="round", id=round_.id)
    session.delete(copy)
    session.flush()
    audit.record(
        session,
        subject_type="round",
        subject_id=round_.id,
        action="discard-change",
        actor=actor,
        at=now,
        office_id=round_.office_id,
        detail={"number": copy.number},
    )


def put_columns(round_: Round, definition: RoundDefinition) -> None:
    """What a round keeps in its own row, but its code, fund and office."""
    for name in SAME:
        setattr(round_, name, getattr(definition, name))
    round_.band_edges, round_.letters = list(definition.band_edges), dict(definition.letters)
    round_.privacy_notice = definition.privacy_notice


def changed_fields(before: RoundDefinition, after: RoundDefinition) -> list[str]:
    """The fields that differ; support events and the readings of a file are no part of it."""
    names = (each.name for each in fields(RoundDefinition) if each.name not in {"events", "warnings", "fund_title"})
    return sorted(name for name in names if getattr(before, name) != getattr(after, name))


def _row_problems(definition: RoundDefinition) -> dict[str, str]:
    """What no row could hold, by the part or field that it is about."""
    values = {each.name: getattr(definition, each.name) for each in fields(definition)}
    return {**basic_problems(values), **dict(_part_problems(definition))}


def _part_problems(definition: RoundDefinition) -> Iterator[tuple[str, str]]:
    parts = {name: getattr(definition, name) for name in LONGEST}
    for name, members in parts.items():
        codes = [str(getattr(each, "code", "") or getattr(each, "name", "")) for each in members]
        if any(not code.strip() for code in codes):
            yield name, "code-needed"
        elif any(len(code) > LONGEST[name] for code in codes):
            yield name, "code-too-long"
        elif Counter(codes).most_common(1)[:1] and Counter(codes).most_common(1)[0][1] > 1:
            yield name, "code-twice"
    for name in ("criteria", "sections", "rules"):
        if any(len(each.title) > LONGEST_TITLE for each in parts[name]):
            yield name, "title-too-long"
    if any(not 1 <= each.weight <= 100 for each in definition.criteria):
        yield "criteria", "weight-out-of-range"


def _refuse(problems: dict[str, Any]) -> None:
    if problems:
        raise Invalid(problems=problems)
