"""Reading merges: what points at a group, what stands against a merge, and which record stands for an old one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Membership, Organisation, OrganisationMerge
from grants.core.base import Base
from grants.core.scoping import offices_of
from workflows.actors import Actor, Role, Scope
from workflows.errors import NotFound
from workflows.merging import MergeFacts, MergeState

HANDLERS: Final = frozenset({Role.OFFICER, Role.MANAGER})
# What a merge sees to itself, and what stays with the record that wrote it.
SEEN_TO: Final = frozenset({"organisation", "organisation_merge", "membership"})
STAYS: Final = frozenset({"organisation_detail"})

# (session, one organisation's id, the other's) -> the office and title of each round in which both hold a live bid
Clash = Callable[[Session, int, int], list[tuple[int, str]]]
ELSEWHERE: Final = "a round of another office"
_clashes: list[Clash] = []


def clash(check: Clash) -> Clash:
    """Register what stands against a merge; features to the right know of bids, this one does not."""
    _clashes.append(check)
    return check


def pointing_columns() -> list[tuple[sa.Table, sa.Column[Any]]]:
    """Every column of every table that points at a group and moves with a merge, whatever feature it belongs to."""
    return [
        (table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "organisation" and table.name not in SEEN_TO | STAYS
    ]


def standing_id(session: Session, organisation_id: int) -> int:
    """The record that stands for this one now, through however many merges."""
    seen = {organisation_id}
    while True:
        asked = sa.select(Organisation.merged_into_id).where(Organisation.id == organisation_id)
        following = session.scalar(asked)
        if following is None or following in seen:
            return organisation_id
        seen.add(following)
        organisation_id = following


def has_people(session: Session, organisation_id: int) -> bool:
    """Whether anybody belongs to the group now."""
    mine = sa.select(Membership.id).where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
    return session.scalars(mine.limit(1)).first() is not None


def offices_with(session: Session, organisation_id: int) -> set[int]:
    """The offices to which the group has bids, drafts among them, or from which it has anything else."""
    return offices_by_group(session, [organisation_id])[organisation_id]


def offices_by_group(session: Session, organisation_ids: Collection[int]) -> dict[int, set[int]]:
    """The same for several groups in one query."""
    found: dict[int, set[int]] = {each: set() for each in organisation_ids}
    parts = [
        sa.select(column.label("organisation_id"), table.c.office_id).where(
            column.in_(organisation_ids), table.c.office_id.is_not(None)
        )
        for table, column in pointing_columns()
        if "office_id" in table.c
    ]
    for organisation_id, office_id in session.execute(sa.union(*parts)):
        found[organisation_id].add(office_id)
    return found


def get_merge(session: Session, actor: Actor, merge_id: int) -> OrganisationMerge:
    """A merge of an office in which the actor may merge."""
    found = session.get(OrganisationMerge, merge_id, options=_BOTH)
    if found is None or not actor.roles_in(found.scope) & HANDLERS:
        raise NotFound(subject="merge")
    return found


def get_merge_of_group(session: Session, actor: Actor, organisation_id: int, merge_id: int) -> OrganisationMerge:
    """A merge that waits for this group, for the people of the group."""
    found = session.get(OrganisationMerge, merge_id, options=_BOTH)
    is_of_it = found is not None and organisation_id in {found.kept_id, found.gone_id}
    if found is None or not is_of_it or organisation_id not in actor.organisation_ids:
        raise NotFound(subject="merge")
    return found


def list_merges(session: Session, actor: Actor, *, limit: int = 50) -> Sequence[OrganisationMerge]:
    """The merges of the offices in which the actor may merge, the latest first."""
    mine = OrganisationMerge.office_id.in_(offices_of(actor, HANDLERS))
    asked = sa.select(OrganisationMerge).where(mine).options(*_BOTH).order_by(OrganisationMerge.id.desc()).limit(limit)
    return session.scalars(asked).all()


_BOTH = (joinedload(OrganisationMerge.kept), joinedload(OrganisationMerge.gone), joinedload(OrganisationMerge.office))


def merge_facts(
    session: Session,
    merge: OrganisationMerge,
    kept: Organisation,
    gone: Organisation,
    *,
    now: datetime,
    reason: str = "",
    is_known_here: bool = False,
    organisation_id: int | None = None,
) -> MergeFacts:
    """Everything that the guards of a merge ask; `organisation_id` is the group whose lead acts, where one does."""
    peopled = {each.id: has_people(session, each.id) for each in (kept, gone)}
    agreed = {kept.id: merge.kept_agreed_by_id, gone.id: merge.gone_agreed_by_id}
    later = sa.select(OrganisationMerge.id).where(
        OrganisationMerge.state == MergeState.MERGED,
        OrganisationMerge.id != merge.id,
        OrganisationMerge.gone_id == kept.id,
    )
    return MergeFacts(
        scope=Scope(merge.office_id, organisation_id),
        now=now,
        reason=reason,
        are_two=kept.id != gone.id,
        is_known_here=is_known_here,
        both_stand=kept.merged_into_id is None and gone.merged_into_id is None,
        clash=_clash(session, merge, kept, gone),
        waits_for_count=sum(peopled[each] and agreed[each] is None for each in peopled),
        opens_other_offices=_opens_others(session, merge.office_id, peopled),
        is_last=session.scalars(later.limit(1)).first() is None,
    )


def _clash(session: Session, merge: OrganisationMerge, kept: Organisation, gone: Organisation) -> str:
    found = [each for check in _clashes for each in check(session, kept.id, gone.id)]
    # Another office's round is not named: who applies there is that office's to know.
    return next((title if office_id == merge.office_id else ELSEWHERE for office_id, title in found), "")


def _opens_others(session: Session, office_id: int, peopled: dict[int, bool]) -> bool:
    if all(peopled.values()) or not any(peopled.values()):
        # Both are asked; or there is nobody who would come to see anything.
        return False
    lonely = next(each for each, has in peopled.items() if not has)
    return bool(offices_with(session, lonely) - {office_id})
