"""What changes about a representative: what they may judge, and what they did to be prepared for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Person
from grants.accounts.services.people import record
from grants.representatives.models import PreparationRecord, Reach
from grants.representatives.queries import KEEPERS
from workflows.actors import SYSTEM, Actor, Role, Scope
from workflows.deadlines import london_date
from workflows.errors import Invalid, NotAllowed
from workflows.rules.representing import Preparation, last_day, problems

BATCH = 200
# A round's number or None, and an area's name or "": what one row of reach says.
Part = tuple[int | None, str]
EVERYTHING: Part = (None, "")


def set_reach(
    session: Session,
    person: Person,
    office: Office,
    parts: Collection[Part],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> None:
    """Let the representative judge exactly these rounds and areas; none is nothing, `EVERYTHING` is all.

    Raises NotAllowed for anybody but those who look after the office's people.
    """
    _require_keeper(office.id, actor)
    session.execute(sa.select(Office.id).where(Office.id == office.id).with_for_update())
    standing = session.scalars(
        sa.select(Reach).where(Reach.office_id == office.id, Reach.person_id == person.id, Reach.ended_at.is_(None))
    ).all()
    wanted = {EVERYTHING} if EVERYTHING in parts else set(parts)
    for row in standing:
        if (row.round_id, row.area_name) not in wanted:
            row.ended_at = now
    held = {(row.round_id, row.area_name) for row in standing}
    for round_id, area in sorted(wanted - held, key=str):
        session.add(Reach(office_id=office.id, person_id=person.id, round_id=round_id, area_name=area, given_at=now))
    session.flush()
    if wanted != held:
        record(
            session,
            person,
            office,
            "set-reach",
            actor=actor,
            now=now,
            reason=reason,
            rounds=sorted(each for each, _ in wanted if each),
            areas=sorted(each for _, each in wanted if each),
            is_all=EVERYTHING in wanted,
        )


def record_preparation(
    session: Session,
    person: Person,
    office: Office,
    kind: Preparation,
    done_on: date,
    evidence: str,
    *,
    until_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> PreparationRecord:
    """Write down that a representative was trained, or signed on paper; the newest takes the place of what stood.

    Raises Invalid with the field, and NotAllowed for the representative themselves and for anybody but those who look
    after the office's people.
    """
    _require_keeper(office.id, actor)
    if actor.person_id == person.id:
        raise NotAllowed(needs=sorted(KEEPERS))
    until_on = until_on or last_day(kind, done_on)
    wrong = problems(done_on, until_on, today=london_date(now))
    if not evidence.strip():
        wrong["evidence"] = "evidence-needed"
    if wrong:
        raise Invalid(problems=wrong)
    made = PreparationRecord(kind=kind, done_on=done_on, until_on=until_on, evidence=evidence.strip())
    return _put(session, made, person, office, "record-preparation", actor=actor, now=now)


def sign_confidentiality(
    session: Session, person: Person, office: Office, signed_name: str, statement: str, *, actor: Actor, now: datetime
) -> PreparationRecord:
    """The representative's own signature under the very words that they saw. Nobody signs for somebody else."""
    if actor.person_id != person.id or Role.COMMUNITY_REP not in actor.roles_in(Scope(office.id)):
        raise NotAllowed(needs=[Role.COMMUNITY_REP])
    if not signed_name.strip():
        raise Invalid(problems={"signed_name": "signed-name-needed"})
    today, kind = london_date(now), Preparation.CONFIDENTIALITY
    made = PreparationRecord(
        kind=kind,
        done_on=today,
        until_on=last_day(kind, today),
        evidence=statement,
        signed_name=signed_name.strip(),
    )
    return _put(session, made, person, office, "sign-confidentiality", actor=actor, now=now)


def _put(
    session: Session,
    made: PreparationRecord,
    person: Person,
    office: Office,
    action: str,
    *,
    actor: Actor,
    now: datetime,
) -> PreparationRecord:
    made.office_id, made.person_id = office.id, person.id
    session.execute(
        sa.update(PreparationRecord)
        .where(
            PreparationRecord.office_id == made.office_id,
            PreparationRecord.person_id == made.person_id,
            PreparationRecord.kind == made.kind,
            PreparationRecord.ended_at.is_(None),
        )
        .values(ended_at=now, ended_reason="A newer one took its place.")
    )
    made.recorded_by_id, made.recorded_at = actor.person_id, now
    session.add(made)
    session.flush()
    days = {"done_on": made.done_on.isoformat(), "until_on": made.until_on.isoformat()}
    record(session, person, office, action, actor=actor, now=now, kind=str(made.kind), **days)
    return made


def end_preparation(session: Session, prepared: PreparationRecord, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a record back with a reason; every bid shuts to the representative from now on."""
    _require_keeper(prepared.office_id, actor)
    if not reason.strip():
        raise Invalid(problems={"reason": "reason-needed"})
    # In a statement of its own: a refresh repeats the joins that the record was read with, which can't all be held.
    own = sa.select(PreparationRecord.id).where(PreparationRecord.id == prepared.id)
    session.execute(own.with_for_update())
    session.refresh(prepared)
    if prepared.ended_at is not None:
        return
    _end(session, prepared, reason.strip(), actor=actor, now=now)


def expire_preparations(session: Session, now: datetime) -> int:
    """End what held until a day before today in London; what it opened is shut again."""
    due = session.scalars(
        sa.select(PreparationRecord)
        .where(PreparationRecord.ended_at.is_(None), PreparationRecord.until_on < london_date(now))
        .order_by(PreparationRecord.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for each in due:
        _end(session, each, "Its last day is over.", actor=SYSTEM, now=now)
    return len(due)


def _end(session: Session, prepared: PreparationRecord, reason: str, *, actor: Actor, now: datetime) -> None:
    prepared.ended_at, prepared.ended_reason = now, reason
    session.flush()
    office, kind = session.get_one(Office, prepared.office_id), str(prepared.kind)
    record(session, prepared.person, office, "end-preparation", actor=actor, now=now, reason=reason, kind=kind)


def _require_keeper(office_id: int, actor: Actor) -> None:
    if not actor.roles_in(Scope(office_id)) & KEEPERS:
        raise NotAllowed(needs=sorted(KEEPERS))
