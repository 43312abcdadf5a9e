"""Scoping: whatever a query lists or gets is limited to the actor's offices and organisations, and never by the page.

Another office's or another group's thing is not refused: it does not exist (404).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from workflows.actors import HELPERS, OFFICE_ROLES, ON_REQUEST, Actor, Role
from workflows.errors import NotFound

M = TypeVar("M")

# Roles that may read an office's bids and awards. Markers read only what they are assigned, panel members only what
# their panel considers, and a system administrator reads no bids at all (domain practice, section 2).
READERS = OFFICE_ROLES - ON_REQUEST


# What shuts single things of a model to a person although their role could read it; features to the right add theirs.
Shutter = Callable[[Actor], sa.ColumnElement[bool]]
_shutters: dict[Any, list[Shutter]] = defaultdict(list)


def shuts(model: Any) -> Callable[[Shutter], Shutter]:
    """Register a clause that is true for the things of `model` that are shut to the actor as staff."""

    def register(shutter: Shutter) -> Shutter:
        _shutters[model].append(shutter)
        return shutter

    return register


def open_to(model: Any, actor: Actor) -> sa.ColumnElement[bool]:
    """The WHERE clause that leaves out what is shut to the actor as staff, for lists that know their office already."""
    return sa.and_(sa.true(), *(~shut(actor) for shut in _shutters.get(model, ())))


def offices_of(actor: Actor, roles: frozenset[Role] = READERS) -> list[int]:
    """The offices in which the actor holds any of these roles."""
    return sorted({office_id for office_id, role in actor.office_roles if role in roles})


def visible(model: Any, actor: Actor, roles: frozenset[Role] = READERS) -> sa.ColumnElement[bool]:
    """The WHERE clause that limits `model` to what the actor may read.

    A model with `office_id` is shown to that office's staff, subject to its own `staff_may_see()` clause and to what
    `shuts` registered; one with
    `organisation_id` is also shown to that organisation's members, subject to `group_may_see()`. What the office
    enters for a group (`helpers_may_see()`) is shown to those who may enter it.
    """
    if actor.is_system:
        return sa.true()
    allowed: list[sa.ColumnElement[bool]] = []
    offices = offices_of(actor, roles)
    if offices and hasattr(model, "office_id"):
        staff = sa.and_(model.office_id.in_(offices), *(~shut(actor) for shut in _shutters.get(model, ())))
        allowed.append(sa.and_(staff, model.staff_may_see()) if hasattr(model, "staff_may_see") else staff)
    if hasattr(model, "helpers_may_see") and (helped := offices_of(actor, HELPERS)):
        open_ = (~shut(actor) for shut in _shutters.get(model, ()))
        allowed.append(sa.and_(model.office_id.in_(helped), model.helpers_may_see(), *open_))
    groups = sorted(actor.organisation_ids)
    if groups and hasattr(model, "organisation_id"):
        group = model.organisation_id.in_(groups)
        allowed.append(sa.and_(group, model.group_may_see()) if hasattr(model, "group_may_see") else group)
    return sa.or_(*allowed) if allowed else sa.false()


def get_visible(
    session: Session,
    model: type[M],
    thing_id: int,
    actor: Actor,
    roles: frozenset[Role] = READERS,
    *,
    along: tuple[str, ...] = (),
) -> M:
    """The thing with this id, if the actor may read it; NotFound whether it is foreign or was never there.

    `along` names what is read with it, in the same query.
    """
    thing = session.scalars(_reading(model, actor, roles, along), {"thing_id": thing_id}).one_or_none()
    if thing is None:
        raise NotFound(subject=model.__name__)
    return thing


@lru_cache(maxsize=1024)
def _reading(model: Any, actor: Actor, roles: frozenset[Role], along: tuple[str, ...]) -> sa.Select[Any]:
    # Putting a statement together costs as much as running it; the same actor's next page finds it here.
    statement = sa.select(model).where(model.id == sa.bindparam("thing_id"), visible(model, actor, roles))
    return statement.options(*(joinedload(getattr(model, name)) for name in along))
