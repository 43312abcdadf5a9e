"""The engine: one table of rows is the law of a lifecycle, checked when it is imported.

`decide` answers one question (may this actor do this now, and what then?) and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from workflows.actors import Actor, Role, Scope
from workflows.effects import Effect
from workflows.errors import Refusal

S = TypeVar("S", bound=StrEnum)


class Facts(Protocol):
    """What guards may ask about. Each lifecycle has its own frozen dataclass; all know their scope."""

    @property
    def scope(self) -> Scope: ...


Guard = Callable[[Any, Actor], Refusal | None]
# The source of a row that brings a thing into being: it has no state before.
NEW: None = None


class TableError(ValueError):
    """A table that contradicts itself; raised at import, so that it can never be deployed."""


@dataclass(frozen=True, slots=True)
class Row(Generic[S]):
    """One line of the law: this action takes the thing from any of `sources` to `target`."""

    action: str
    sources: frozenset[S | None]
    target: S
    who: frozenset[Role]
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Allowed(Generic[S]):
    """Yes: the state to write and the effects to ask for."""

    action: str
    target: S
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One action that the actor's role could take from here, with the refusal when it can't be taken now."""

    action: str
    refusal: Refusal | None

    @property
    def is_allowed(self) -> bool:
        return self.refusal is None


RowSpec = tuple[str, Any, S, Iterable[Role], Sequence[Guard], Sequence[Effect]]


class Workflow(Generic[S]):
    """A validated lifecycle. `name` is the subject's name in audit entries, events and diagrams."""

    def __init__(
        self, name: str, states: type[S], *, initial: S, terminal: Iterable[S], rows: Iterable[RowSpec[S]]
    ) -> None:
        self.name = name
        self.states = states
        self.initial = initial
        self.terminal = frozenset(terminal)
        self.rows = tuple(_row(spec) for spec in rows)
        self._by_key = {(row.action, source): row for row in self.rows for source in row.sources}
        self._validate()

    def _validate(self) -> None:
        pairs = sum(len(row.sources) for row in self.rows)
        if pairs != len(self._by_key):
            raise TableError(f"{self.name}: two rows for the same action and state")
        for row in self.rows:
            if not row.who:
                raise TableError(f"{self.name}.{row.action}: nobody may do it")
            if (NEW in row.sources) != (row.sources == {NEW}):
                raise TableError(f"{self.name}.{row.action}: NEW can't be mixed with states")
            if NEW in row.sources and row.target != self.initial:
                raise TableError(f"{self.name}.{row.action}: must create {self.initial}")
            # An ended thing may still be told about or re-opened in place, never moved.
            if any(source in self.terminal and source != row.target for source in row.sources if source):
                raise TableError(f"{self.name}.{row.action}: leaves an ended state")
        self._validate_reach()

    def _validate_reach(self) -> None:
        reached: set[S] = {self.initial}
        grew = True
        while grew:
            found = {row.target for row in self.rows if row.sources & reached} - reached
            grew = bool(found)
            reached |= found
        lost = set(self.states) - reached
        if lost:
            raise TableError(f"{self.name}: unreachable: {', '.join(sorted(lost))}")
        leaving = {source for row in self.rows for source in row.sources if source and source != row.target}
        stuck = set(self.states) - leaving - self.terminal
        if stuck:
            raise TableError(f"{self.name}: no way out of: {', '.join(sorted(stuck))}")

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action once, in the table's order."""
        return tuple(dict.fromkeys(row.action for row in self.rows))

    def row(self, action: str, state: S | None) -> Row[S] | None:
        return self._by_key.get((action, state))

    def event(self, action: str, target: S, source: S | None) -> str:
        """The event's name: `application.submitted`; an action that stays in its state names itself."""
        return f"{self.name}.{target}" if target != source else f"{self.name}.{action}"


def _row(spec: RowSpec[S]) -> Row[S]:
    action, source, target, who, guards, effects = spec
    sources = frozenset(source) if isinstance(source, (set, frozenset, tuple, list)) else frozenset({source})
    return Row(action, sources, target, frozenset(who), tuple(guards), tuple(effects))


def decide(workflow: Workflow[S], action: str, state: S | None, facts: Facts, actor: Actor) -> Allowed[S] | Refusal:
    """Answer yes with the target and effects, or no with the first refusal in the table's order.

    Role comes before state, so that a person without the role learns nothing of the thing's state.
    """
    if action not in workflow.actions:
        raise TableError(f"{workflow.name} has no action {action!r}")
    row = workflow.row(action, state)
    who = row.who if row else frozenset().union(*(r.who for r in workflow.rows if r.action == action))
    if not who & actor.roles_in(facts.scope):
        return Refusal("not-allowed", {"action": action})
    if row is None:
        return Refusal("not-in-this-state", {"action": action, "state": str(state)})
    for guard in row.guards:
        refusal = guard(facts, actor)
        if refusal is not None:
            return refusal
    return Allowed(action, row.target, row.effects)


def available(workflow: Workflow[S], state: S, facts: Facts, actor: Actor) -> list[Option]:
    """The actions that the actor's role has from this state, each with why not when a guard says no."""
    roles = actor.roles_in(facts.scope)
    options = []
    for row in workflow.rows:
        if state in row.sources and row.who & roles:
            answer = decide(workflow, row.action, state, facts, actor)
            options.append(Option(row.action, answer if isinstance(answer, Refusal) else None))
    return options
