"""Merging two records of one group, and undoing it: every row that points at the group moves, and is remembered.

What points at a group is read from the tables themselves, so that no later feature is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, MergedRow, Organisation, OrganisationMerge, Person
from grants.accounts.queries import merge_facts, pointing_columns
from grants.accounts.services import links
from grants.accounts.services.links import Site
from grants.core import audit, transitions
from grants.core.base import Base
from workflows.actors import Actor, Role
from workflows.errors import NotAllowed, Stale, TransitionRefused
from workflows.merging import MergeState

ENDED = "ended_at"


def propose_merge(
    session: Session,
    office_id: int,
    kept: Organisation,
    gone: Organisation,
    reason: str,
    *,
    is_known_here: bool,
    actor: Actor,
    now: datetime,
    site: Site,
) -> OrganisationMerge:
    """Propose that `gone` is `kept`, and merge them at once when nobody has to be asked.

    `is_known_here`: whether the office has a sent bid of one of them, which only features to the right know.
    Leads who have to agree are mailed. Raises TransitionRefused with what stands against it.
    """
    _lock(session, kept, gone)
    standing = sa.select(OrganisationMerge.id).where(
        OrganisationMerge.gone_id.in_([kept.id, gone.id]),
        OrganisationMerge.kept_id.in_([kept.id, gone.id]),
        OrganisationMerge.state == MergeState.PROPOSED,
    )
    if session.scalars(standing.limit(1)).first() is not None:
        raise TransitionRefused("merge-proposed-already")
    merge = OrganisationMerge(
        office_id=office_id,
        kept_id=kept.id,
        gone_id=gone.id,
        reason=reason.strip(),
        proposed_by_id=actor.person_id,
        created_at=now,
    )
    facts = merge_facts(session, merge, kept, gone, now=now, reason=reason, is_known_here=is_known_here)
    transitions.create(session, [merge], "propose", facts, actor=actor, now=now, reason=reason)
    if facts.waits_for_count:
        _ask_leads(session, merge, site=site, now=now)
    else:
        _merge(session, merge, actor=actor, now=now)
    return merge


def agree_to_merge(
    session: Session, merge: OrganisationMerge, *, seen_version: int | None, actor: Actor, now: datetime
) -> bool:
    """A lead agrees for every side that they lead; returns whether that was all that was waited for."""
    _lock(session, merge.kept, merge.gone)
    session.refresh(merge)
    if merge.state is not MergeState.PROPOSED or seen_version not in {None, merge.version}:
        raise Stale(subject="merge", id=merge.id)
    led = {organisation_id for organisation_id, role in actor.organisation_roles if role == Role.LEAD}
    sides = [side for side in (merge.kept_id, merge.gone_id) if side in led]
    if not sides:
        raise NotAllowed()
    if merge.kept_id in sides:
        merge.kept_agreed_by_id = merge.kept_agreed_by_id or actor.person_id
    if merge.gone_id in sides:
        merge.gone_agreed_by_id = merge.gone_agreed_by_id or actor.person_id
    session.flush()
    _record(session, merge, "agree-merge", actor, now, organisations=sides)
    if merge_facts(session, merge, merge.kept, merge.gone, now=now).waits_for_count:
        return False
    _merge(session, merge, actor=actor, now=now, organisation_id=sides[0])
    return True


def drop_merge(
    session: Session,
    merge: OrganisationMerge,
    reason: str,
    *,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
    organisation_id: int | None = None,
) -> None:
    """Take a proposal back, or say no to it as the lead of one of the groups (`organisation_id`)."""
    facts = merge_facts(session, merge, merge.kept, merge.gone, now=now, reason=reason, organisation_id=organisation_id)
    transitions.apply(
        session, merge, "drop", facts, actor=actor, now=now, seen_version=seen_version, reason=reason.strip()
    )


def undo_merge(
    session: Session,
    merge: OrganisationMerge,
    reason: str,
    *,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Put back exactly what the merge moved; returns how many rows. What came since stays with the kept group."""
    _lock(session, merge.kept, merge.gone)
    facts = merge_facts(session, merge, merge.kept, merge.gone, now=now, reason=reason)
    transitions.apply(
        session, merge, "undo", facts, actor=actor, now=now, seen_version=seen_version, reason=reason.strip()
    )
    merge.gone.merged_into_id = None
    session.flush()
    count = sum(_put_back(session, merge, table, column) for table, column in _moved_places(session, merge))
    session.expire_all()
    _record(session, merge, "unmerge", actor, now, reason=reason, organisations=[merge.kept_id, merge.gone_id])
    return count


def _merge(
    session: Session, merge: OrganisationMerge, *, actor: Actor, now: datetime, organisation_id: int | None = None
) -> None:
    facts = merge_facts(
        session, merge, merge.kept, merge.gone, now=now, reason=merge.reason, organisation_id=organisation_id
    )
    merge.merged_at = now
    transitions.apply(session, merge, "merge", facts, actor=actor, now=now)
    for table, column in pointing_columns():
        ids = session.scalars(sa.select(table.c.id).where(column == merge.gone_id)).all()
        _move(session, merge, table, column, ids)
    _unite_people(session, merge, now)
    merge.gone.merged_into_id = merge.kept_id
    session.flush()
    session.expire_all()
    _record(session, merge, "merge", actor, now, reason=merge.reason, organisations=[merge.kept_id, merge.gone_id])


def _move(
    session: Session, merge: OrganisationMerge, table: sa.Table, column: sa.Column[int], ids: Sequence[int]
) -> None:
    # All at once; where the kept group has one of them already, that one stays behind and the others go.
    moved = list(ids)
    if moved and not _moves(session, merge, table, column, moved):
        moved = [each for each in moved if _moves(session, merge, table, column, [each])]
    if moved:
        place = {"merge_id": merge.id, "table_name": table.name, "column_name": column.name}
        session.execute(sa.insert(MergedRow), [place | {"row_id": each} for each in moved])


def _moves(
    session: Session, merge: OrganisationMerge, table: sa.Table, column: sa.Column[int], ids: Sequence[int]
) -> bool:
    change = sa.update(table).where(table.c.id.in_(ids), column == merge.gone_id)
    try:
        with session.begin_nested():
            session.execute(change.values({column.name: merge.kept_id}))
    except IntegrityError:
        return False
    return True


def _unite_people(session: Session, merge: OrganisationMerge, now: datetime) -> None:
    """The gone record's people belong to the kept one; a role that somebody holds in both ends in the gone one."""
    table = Membership.__table__
    theirs = session.scalars(
        sa.select(Membership).where(Membership.organisation_id == merge.gone_id, Membership.ended_at.is_(None))
    ).all()
    held = {
        (row.person_id, row.role)
        for row in session.execute(
            sa.select(Membership.person_id, Membership.role).where(
                Membership.organisation_id == merge.kept_id, Membership.ended_at.is_(None)
            )
        )
    }
    for each in theirs:
        twice = (each.person_id, each.role) in held
        name, value = (ENDED, now) if twice else ("organisation_id", merge.kept_id)
        session.add(MergedRow(merge_id=merge.id, table_name=table.name, column_name=name, row_id=each.id))
        session.execute(sa.update(table).where(table.c.id == each.id).values({name: value}))


def _moved_places(session: Session, merge: OrganisationMerge) -> list[tuple[str, str]]:
    places = sa.select(MergedRow.table_name, MergedRow.column_name).where(MergedRow.merge_id == merge.id).distinct()
    return [(table, column) for table, column in session.execute(places)]


def _put_back(session: Session, merge: OrganisationMerge, table_name: str, column_name: str) -> int:
    table = Base.metadata.tables[table_name]
    column = table.c[column_name]
    moved = sa.select(MergedRow.row_id).where(
        MergedRow.merge_id == merge.id, MergedRow.table_name == table_name, MergedRow.column_name == column_name
    )
    change = sa.update(table).where(table.c.id.in_(moved))
    if column_name == ENDED:
        change = change.where(column == merge.merged_at).values({column_name: None})
    else:
        # What has moved on since, by another merge or by hand, is left where it is.
        change = change.where(column == merge.kept_id).values({column_name: merge.gone_id})
    return len(session.execute(change.returning(table.c.id)).all())


def _lock(session: Session, kept: Organisation, gone: Organisation) -> None:
    # Both rows, always in one order, so that two people who merge the same groups take turns.
    ids = sorted({kept.id, gone.id})
    session.execute(
        sa.select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id).with_for_update(),
        execution_options={"populate_existing": True},
    ).all()


def _ask_leads(session: Session, merge: OrganisationMerge, *, site: Site, now: datetime) -> None:
    rows = session.execute(
        sa.select(Person, Membership.organisation_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id.in_([merge.kept_id, merge.gone_id]),
            Membership.role == Role.LEAD,
            Membership.ended_at.is_(None),
        )
        .order_by(Membership.id)
    )
    for person, organisation_id in {person.id: (person, group) for person, group in rows}.values():
        detail = {
            "kept": merge.kept.name,
            "gone": merge.gone.name,
            "url": site.url(f"/groups/{organisation_id}/merges/{merge.id}"),
        }
        links.queue(
            session,
            "merge-to-agree",
            person.email,
            ("merge", merge.id),
            detail,
            key=f"merge-to-agree:{merge.id}:{person.id}",
            person=person,
            office_id=merge.office_id,
            now=now,
        )


def _record(
    session: Session,
    merge: OrganisationMerge,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    organisations: list[int],
    reason: str = "",
) -> None:
    for organisation_id in organisations:
        audit.record(
            session,
            subject_type="organisation",
            subject_id=organisation_id,
            action=action,
            actor=actor,
            at=now,
            office_id=None,
            reason=reason,
            detail={"merge_id": merge.id, "kept_id": merge.kept_id, "gone_id": merge.gone_id},
        )
