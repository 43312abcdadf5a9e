"""What each kind of change does to one bid: the very service that its own page calls, and nothing besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.bulk.models import BulkKind
from grants.eligibility import services as eligibility
from workflows.actors import Actor, Role


@dataclass(frozen=True, slots=True)
class Turn:
    """One bid's turn: who does it, when, from which version on, with the words typed for all."""

    actor: Actor
    now: datetime
    seen_version: int
    words: Mapping[str, str]

    @property
    def how(self) -> dict[str, Any]:
        return {"seen_version": self.seen_version, "actor": self.actor, "now": self.now}


@dataclass(frozen=True, slots=True)
class Door:
    """How one bid is moved, by whom, and which words are asked for."""

    go: Callable[[Session, Application, Turn], Any]
    who: frozenset[Role] = frozenset({Role.OFFICER, Role.MANAGER})
    asks: tuple[str, ...] = ()


def _pass_checks(session: Session, application: Application, turn: Turn) -> None:
    eligibility.pass_checks(session, application, **turn.how)


def _ask(session: Session, application: Application, turn: Turn) -> None:
    due_on = date.fromisoformat(turn.words["due_on"]) if turn.words.get("due_on") else None
    eligibility.ask_clarification(session, application, turn.words.get("question", ""), due_on, **turn.how)


def _take_back(session: Session, application: Application, turn: Turn) -> None:
    eligibility.take_back_clarification(session, application, turn.words.get("reason", ""), **turn.how)


def _disqualify(session: Session, application: Application, turn: Turn) -> None:
    eligibility.confirm_disqualification(session, application, **turn.how)


DOORS: dict[BulkKind, Door] = {
    BulkKind.PASS_CHECKS: Door(_pass_checks),
    BulkKind.ASK: Door(_ask, asks=("question", "due_on")),
    BulkKind.TAKE_BACK_QUESTION: Door(_take_back, asks=("reason",)),
    BulkKind.DISQUALIFY: Door(_disqualify, who=frozenset({Role.MANAGER})),
}
