"""Keeping a filter of the list under a name, for oneself or for the whole office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.bulk.models import SavedView
from grants.core import audit
from grants.funds.models import Round
from workflows.actors import Actor
from workflows.errors import Invalid

MOST_VIEWS = 30


def keep_view(
    session: Session,
    round_: Round,
    name: str,
    asked: Mapping[str, str],
    *,
    is_shared: bool = False,
    actor: Actor,
    now: datetime,
) -> SavedView:
    """Keep the parts of the list's address under a name; the same name again replaces what it stood for.

    Raises Invalid: view-name-needed, nothing-to-keep (a filter that filters nothing), too-many-views.
    """
    name = " ".join(name.split())
    problem = _problem(session, round_, name, asked, actor)
    if problem:
        raise Invalid(problems={"name": problem})
    view = _find(session, round_, name, actor)
    if view is None:
        view = SavedView(office_id=round_.office_id, round_id=round_.id, person_id=actor.person_id, name=name)
        session.add(view)
    view.asked, view.is_shared, view.created_at = dict(asked), is_shared, now
    session.flush()
    _record(session, view, "keep-view", actor, now)
    return view


def _problem(session: Session, round_: Round, name: str, asked: Mapping[str, str], actor: Actor) -> str:
    if not name:
        return "view-name-needed"
    if not asked:
        return "nothing-to-keep"
    own = sa.select(sa.func.count()).where(SavedView.round_id == round_.id, SavedView.person_id == actor.person_id)
    is_new = _find(session, round_, name, actor) is None
    return "too-many-views" if is_new and (session.scalar(own) or 0) >= MOST_VIEWS else ""


def _find(session: Session, round_: Round, name: str, actor: Actor) -> SavedView | None:
    return session.scalars(
        sa.select(SavedView).where(
            SavedView.round_id == round_.id, SavedView.person_id == actor.person_id, SavedView.name == name
        )
    ).one_or_none()


def drop_view(session: Session, view: SavedView, *, actor: Actor, now: datetime) -> None:
    """Forget a view; the bids are untouched."""
    _record(session, view, "drop-view", actor, now)
    session.delete(view)


def _record(session: Session, view: SavedView, action: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        subject_type="round",
        subject_id=view.round_id,
        action=action,
        actor=actor,
        at=now,
        office_id=view.office_id,
        detail={"name": view.name, "is_shared": view.is_shared},
    )
