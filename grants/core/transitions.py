"""The one door: only these functions write a `state` column, and each change decides, compares, sets, audits and tells.

They flush and never commit; the request, task or command that called them commits once, or nothing happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from grants.core import audit, news, outbox
from grants.core.columns import Stateful
from workflows.actors import Actor
from workflows.engine import NEW, Allowed, Facts, Option, available, decide
from workflows.errors import DomainError, NotAllowed, Refusal, Stale, TooLate, TransitionRefused

# Pairs in one UPDATE; far below the parameter limits of both databases.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to move. `seen_version` is the version that the person saw; None when read in this transaction."""

    thing: Stateful
    facts: Facts
    seen_version: int | None = None
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    hold_key: str | None = None


def options(thing: Stateful, facts: Facts, actor: Actor) -> list[Option]:
    """What the actor's role could do with the thing now, each with why not when it can't be done."""
    return available(thing.__workflow__, thing.state, facts, actor)


def check(thing: Stateful, action: str, facts: Facts, actor: Actor, *, seen_version: int | None = None) -> None:
    """Raise what `apply` would raise, and change nothing: for services that must set columns before the state."""
    _judge(action, Move(thing, facts, seen_version), actor)


def apply(
    session: Session,
    thing: Stateful,
    action: str,
    facts: Facts,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    hold_key: str | None = None,
) -> None:
    """Move one thing: `apply_many` with a list of one."""
    move = Move(thing, facts, seen_version, reason, detail or {}, hold_key)
    apply_many(session, action, [move], actor=actor, now=now)


def apply_many(session: Session, action: str, moves: Sequence[Move], *, actor: Actor, now: datetime) -> None:
    """Move every thing by `action`, or none of them.

    Raises NotAllowed, TooLate or TransitionRefused when the table says no to any, and Stale when any was changed
    by someone else: by the version that the person saw, or between reading and writing.
    """
    if not moves:
        return
    answers = [_judge(action, move, actor) for move in moves]
    # What the caller set beside the state (who, when, how much) reaches the database before the state, so that a
    # CHECK which ties them together holds at the instant of the change.
    session.flush()
    sources = [move.thing.state for move in moves]
    _compare_and_set(session, moves, answers, now)
    _write_trail(session, action, list(zip(moves, sources, answers, strict=True)), actor, now)


def create(
    session: Session,
    things: Iterable[Stateful],
    action: str,
    facts: Facts,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Bring new things into being in their machine's first state; `facts` hold for all of them."""
    made = list(things)
    moves = [Move(thing, facts, reason=reason, detail=detail or {}) for thing in made]
    answers = [_judge(action, move, actor, is_new=True) for move in moves]
    _number_ahead(session, made)
    for thing, answer in zip(made, answers, strict=True):
        thing.state, thing.state_entered_at = answer.target, now
        session.add(thing)
    session.flush()
    _write_trail(session, action, [(m, NEW, a) for m, a in zip(moves, answers, strict=True)], actor, now)


def _number_ahead(session: Session, things: Sequence[Stateful]) -> None:
    # To learn new ids SQLite inserts row by row. Its writer is alone (BEGIN IMMEDIATE), so the ids can be known first.
    if len(things) < 2 or session.get_bind().dialect.name != "sqlite":
        return
    model: Any = type(things[0])
    last = session.scalar(sa.select(sa.func.max(model.id))) or 0
    for number, thing in enumerate(things, start=last + 1):
        thing.id = number


def _judge(action: str, move: Move, actor: Actor, *, is_new: bool = False) -> Allowed[Any]:
    thing = move.thing
    if move.seen_version is not None and move.seen_version != thing.version:
        raise Stale(subject=thing.__workflow__.name, id=thing.id)
    answer = decide(thing.__workflow__, action, NEW if is_new else thing.state, move.facts, actor)
    if isinstance(answer, Refusal):
        raise error_for(answer, thing)
    return answer


def error_for(refusal: Refusal, thing: Stateful | None = None) -> DomainError:
    """The exception that carries a refusal, of the class that its HTTP status hangs on."""
    kinds: dict[str, type[DomainError]] = {"not-allowed": NotAllowed, "deadline-passed": TooLate}
    kind = kinds.get(refusal.code, TransitionRefused)
    subject = {} if thing is None else {"subject": thing.__workflow__.name, "id": thing.id}
    return kind(refusal.code, **{**subject, **refusal.detail})


def _compare_and_set(session: Session, moves: Sequence[Move], answers: Sequence[Allowed[Any]], now: datetime) -> None:
    groups: dict[tuple[type[Stateful], Any], list[Stateful]] = defaultdict(list)
    for move, answer in zip(moves, answers, strict=True):
        groups[type(move.thing), answer.target].append(move.thing)
    for (model, target), things in groups.items():
        for start in range(0, len(things), BATCH):
            _set_batch(session, model, target, things[start : start + BATCH], now)


def _set_batch(session: Session, model: Any, target: Any, things: list[Stateful], now: datetime) -> None:
    pairs = [(thing.id, thing.version) for thing in things]
    changed = session.execute(_setting(model), {"pairs": pairs, "to_state": target, "entered_at": now})
    missing = {thing.id for thing in things} - set(changed.scalars())
    if missing:
        raise Stale(subject=model.__workflow__.name, ids=sorted(missing))
    for thing in things:
        set_committed_value(thing, "state", target)
        set_committed_value(thing, "version", thing.version + 1)
        set_committed_value(thing, "state_entered_at", now)


@cache
def _setting(model: type[Stateful]) -> sa.Update:
    # One for each kind of thing; the rows themselves are told what happened by `_set_batch`.
    table = model.__table__.c
    return (
        sa.update(model.__table__)
        .where(sa.tuple_(table.id, table.version).in_(sa.bindparam("pairs", expanding=True)))
        .values(
            state=sa.bindparam("to_state", type_=table.state.type),
            version=table.version + 1,
            state_entered_at=sa.bindparam("entered_at", type_=table.state_entered_at.type),
        )
        .returning(table.id)
    )


def _write_trail(
    session: Session,
    action: str,
    done: Sequence[tuple[Move, Any, Allowed[Any]]],
    actor: Actor,
    now: datetime,
) -> None:
    entries, letters = [], []
    happened: dict[str, list[Stateful]] = defaultdict(list)
    for move, source, answer in done:
        workflow, scope = move.thing.__workflow__, move.thing.scope
        subject = {"subject_type": workflow.name, "subject_id": move.thing.id, "office_id": scope.office_id}
        entries.append(
            audit.entry_values(
                **subject,
                action=action,
                actor=actor,
                at=now,
                from_state=source,
                to_state=answer.target,
                reason=move.reason,
                detail=move.detail,
            )
        )
        event = workflow.event(action, answer.target, source)
        happened[event].append(move.thing)
        letters += [
            outbox.entry_values(
                **subject,
                event=event,
                template=effect.template,
                audience=effect.audience,
                at=now,
                actor=actor,
                detail=move.detail,
                hold_key=move.hold_key,
            )
            for effect in answer.effects
        ]
    session.execute(audit.INSERT, entries)
    outbox.ask(session, letters)
    for event, things in happened.items():
        news.spread(session, event, things, actor, now)
