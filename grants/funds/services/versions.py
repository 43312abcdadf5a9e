"""Versions of a form: publishing freezes the first, and each change of it is published whole, with its reason."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core import transitions
from grants.funds import queries
from grants.funds.changes import changes_between, touches_rubric
from grants.funds.models import Fund, Round, RoundVersion
from grants.funds.services.changing import put_columns
from grants.funds.services.syncing import sync_parts
from grants.funds.stored import hash_of, stored_of
from workflows.actors import Actor
from workflows.errors import Stale


def freeze_form(session: Session, round_: Round, *, actor: Actor, now: datetime) -> RoundVersion:
    """Keep the round's form as it is now as its next published version."""
    content = stored_of(queries.current_definition(session, round_))
    round_.form_version += 1
    version = RoundVersion(
        round_id=round_.id,
        number=round_.form_version,
        content=content,
        content_hash=hash_of(content),
        person_id=actor.person_id,
        created_at=now,
        published_at=now,
    )
    session.add(version)
    session.flush()
    return version


def publish_change(
    session: Session,
    round_: Round,
    reason: str,
    *,
    seen_version: int | None,
    judged_count: int,
    actor: Actor,
    now: datetime,
) -> RoundVersion | None:
    """Make the working copy the form that is asked from now on, and tell everyone who has a bid in the round.

    `seen_version` is the working copy's; `judged_count` says how many bids are being assessed, for then their rubric
    and rules stay. Raises TransitionRefused nothing-changed, round-not-ready, rubric-in-use or reason-needed.
    """
    # One change at a time, and the fund's row with it: a larger pot and another round's approval take turns.
    session.execute(sa.select(Fund.id).where(Fund.id == round_.fund_id).with_for_update())
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    session.refresh(round_)
    start, copy = queries.editable(session, round_), queries.find_working_copy(session, round_)
    if seen_version is not None and seen_version != start.seen_version:
        raise Stale(subject="round", id=round_.id)
    definition, before = start.definition, queries.current_definition(session, round_)
    changes = changes_between(before, definition)
    facts = queries.facts_for_round(
        session,
        round_,
        now=now,
        definition=definition,
        reason=reason,
        has_changes=bool(copy and changes),
        judged_by_it=judged_count if touches_rubric(changes) else 0,
    )
    transitions.check(round_, "revise", facts, actor)
    if copy is None:
        return None
    _put_first(session, round_, copy, actor, now)
    number = round_.form_version + 1
    content = stored_of(definition)
    copy.number, copy.content, copy.content_hash = number, content, hash_of(content)
    copy.reason, copy.person_id, copy.published_at = reason.strip(), actor.person_id, now
    put_columns(round_, definition)
    round_.form_version = number
    detail = {"number": number, "changed": [f"{each.part} {each.code}".strip() for each in changes]}
    transitions.apply(session, round_, "revise", facts, actor=actor, now=now, reason=reason.strip(), detail=detail)
    sync_parts(session, round_, definition, now=now)
    return copy


def _put_first(session: Session, round_: Round, copy: RoundVersion, actor: Actor, now: datetime) -> None:
    """A round that was published before versions were kept has its form frozen now, in the working copy's place."""
    if round_.form_version == 0:
        copy.number = 2
        session.flush()
        freeze_form(session, round_, actor=actor, now=round_.published_at or now)
