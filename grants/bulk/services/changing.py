"""Planning a change of many bids by doing it and undoing it, so that what is shown is what would happen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.bulk.models import BulkItem, BulkJob, BulkKind, ItemResult
from grants.bulk.queries import facts_for_job
from grants.bulk.services.doors import DOORS, Turn
from grants.core import transitions
from grants.core.installed import settings_of
from grants.core.outbox import OutboxEntry
from grants.core.scoping import get_visible
from grants.funds.models import Round
from grants.notifications.rendering import Letterhead
from grants.notifications.services import letters_of
from workflows.actors import Actor
from workflows.bulk import BulkFacts
from workflows.errors import DomainError, Invalid, NotAllowed

# What a person can still look through, and a worker do well within its time (our default).
MOST_BIDS: Final = 200


@dataclass(frozen=True, slots=True)
class _Tried:
    application_id: int
    seen_version: int
    letters: Sequence[Mapping[str, Any]] = ()
    code: str = ""
    detail: Mapping[str, Any] | None = None


def plan(
    session: Session,
    round_: Round,
    applications: Sequence[Application],
    kind: BulkKind,
    words: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    letterhead: Letterhead,
) -> BulkJob:
    """Try the change on each bid by its own service, undo it, and keep what it would do: nothing is done yet.

    A bid that the service refuses is left out with its reason. Raises Invalid: bids-needed, too-many-bids, and what
    the service says of the words (such as question-needed) when it says it of every bid; NotAllowed.
    """
    if not DOORS[kind].who & actor.roles_in(round_.scope):
        raise NotAllowed(needs=sorted(DOORS[kind].who))
    if not applications:
        raise Invalid(problems={"bids": "bids-needed"})
    if len(applications) > MOST_BIDS:
        raise Invalid("too-many-bids", problems={"bids": "too-many-bids"})
    # What is undone takes with it all that the session has read, so only ids go in and out.
    where = {"office_id": round_.office_id, "round_id": round_.id}
    pairs = [(each.id, each.version) for each in applications]
    tried = [_try(session, kind, words, pair, actor, now, letterhead) for pair in pairs]
    _refuse_words(tried)
    job = BulkJob(**where, kind=kind, words=dict(words), planned_by_id=actor.person_id, planned_at=now)
    job.items = [_item(each) for each in tried]
    facts = BulkFacts(scope=job.scope, now=now, planned_by=actor.person_id, planned_at=now)
    detail = {"kind": kind.value, "bids": [each.application_id for each in tried]}
    transitions.create(session, [job], "plan", facts, actor=actor, now=now, detail=detail)
    return job


def _try(
    session: Session,
    kind: BulkKind,
    words: Mapping[str, str],
    pair: tuple[int, int],
    actor: Actor,
    now: datetime,
    letterhead: Letterhead,
) -> _Tried:
    number, version = pair
    undoable = session.begin_nested()
    try:
        newest = session.scalar(sa.select(sa.func.max(OutboxEntry.id))) or 0
        application = get_visible(session, Application, number, actor)
        DOORS[kind].go(session, application, Turn(actor, now, version, words))
        session.flush()
        asked = session.scalars(sa.select(OutboxEntry).where(OutboxEntry.id > newest).order_by(OutboxEntry.id)).all()
        letters = [asdict(each) for each in letters_of(session, asked, letterhead, now=now)]
        return _Tried(number, version, letters)
    except DomainError as error:
        return _Tried(number, version, code=error.code, detail=error.detail)
    finally:
        undoable.rollback()
        # The door sets states behind the session's back; what it holds now was never so.
        session.expire_all()


def _refuse_words(tried: Sequence[_Tried]) -> None:
    # Words that no bid could be moved with are a mistake in the form, to be mended beside its field.
    if all(each.code == Invalid.code for each in tried):
        raise Invalid(problems=(tried[0].detail or {}).get("problems", {}))


def _item(tried: _Tried) -> BulkItem:
    return BulkItem(
        application_id=tried.application_id,
        seen_version=tried.seen_version,
        letters=list(tried.letters),
        result=ItemResult.LEFT_OUT if tried.code else ItemResult.PLANNED,
        code=tried.code,
        detail=plain(tried.detail),
    )


def plain(detail: Mapping[str, Any] | None) -> dict[str, Any]:
    """A refusal's detail as it can be kept: what JSON has no form for becomes text."""
    return dict(json.loads(json.dumps(dict(detail or {}), default=str)))


def confirm(session: Session, job: BulkJob, *, seen_version: int | None = None, actor: Actor, now: datetime) -> None:
    """Let the change wait for its time; until then anybody of the office's officers can call it back."""
    job.due_at = now + timedelta(minutes=settings_of(session).recall_minutes)
    facts = facts_for_job(session, job, now=now)
    transitions.apply(session, job, "confirm", facts, actor=actor, now=now, seen_version=seen_version)


def call_back(session: Session, job: BulkJob, *, seen_version: int | None = None, actor: Actor, now: datetime) -> None:
    """Stop a change that waits; nothing of it is done and nobody is told."""
    facts = facts_for_job(session, job, now=now)
    transitions.apply(session, job, "call-back", facts, actor=actor, now=now, seen_version=seen_version)
