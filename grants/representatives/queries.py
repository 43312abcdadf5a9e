"""Reading about representatives: who they are, what they may judge and whether they are prepared for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Office, OfficeRole, Person
from grants.accounts.queries import get_member, get_office
from grants.applications.models import Application
from grants.core.scoping import offices_of
from grants.funds.models import Round, RoundArea
from grants.representatives.models import PreparationRecord, Reach, out_of_scope, unprepared
from workflows.actors import Actor, Role, Scope
from workflows.errors import NotFound
from workflows.round import FINISHED
from workflows.rules.representing import Preparation

KEEPERS = frozenset({Role.ADMIN, Role.MANAGER})


@dataclass(frozen=True, slots=True)
class Representative:
    """One representative of one office, with what holds now."""

    person: Person
    office: Office
    reaches: tuple[Reach, ...] = ()
    records: tuple[PreparationRecord, ...] = ()

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.office.id)

    def standing(self, kind: Preparation) -> PreparationRecord | None:
        return next((each for each in self.records if each.kind == kind and each.ended_at is None), None)

    @property
    def lacks(self) -> tuple[Preparation, ...]:
        return tuple(kind for kind in Preparation if self.standing(kind) is None)

    @property
    def is_boundless(self) -> bool:
        return any(each.round_id is None and not each.area_name for each in self.reaches)


def list_representatives(session: Session, office: Office) -> list[Representative]:
    """The office's representatives now, by name."""
    people = session.scalars(
        sa.select(Person)
        .join(OfficeRole, OfficeRole.person_id == Person.id)
        .where(OfficeRole.office_id == office.id, OfficeRole.role == Role.COMMUNITY_REP, OfficeRole.ended_at.is_(None))
        .order_by(Person.name, Person.id)
    ).all()
    return _with_all(session, office, people)


def get_representative(session: Session, actor: Actor, office_code: str, person_id: int) -> Representative:
    """Somebody who is a representative of the office now, for those who look after its people."""
    member = get_member(session, actor, office_code, person_id)
    if not any(row.role == Role.COMMUNITY_REP and row.ended_at is None for row in member.roles):
        raise NotFound(subject="Representative")
    return _with_all(session, member.office, [member.person])[0]


def get_own(session: Session, actor: Actor, office_code: str) -> Representative:
    """The actor as a representative of this office."""
    office = get_office(session, actor, office_code)
    if Role.COMMUNITY_REP not in actor.roles_in(Scope(office.id)):
        raise NotFound(subject="Representative")
    return _with_all(session, office, [session.get_one(Person, actor.person_id)])[0]


def list_own(session: Session, actor: Actor) -> list[Representative]:
    """The actor in every office that they are a representative of; no query for anybody else."""
    ids = offices_of(actor, frozenset({Role.COMMUNITY_REP}))
    if not ids:
        return []
    me = session.get_one(Person, actor.person_id)
    offices = session.scalars(sa.select(Office).where(Office.id.in_(ids)).order_by(Office.name, Office.id))
    return [each for office in offices for each in _with_all(session, office, [me])]


def _with_all(session: Session, office: Office, people: Iterable[Person]) -> list[Representative]:
    people = list(people)
    ids = [each.id for each in people]
    reaches = session.scalars(
        sa.select(Reach)
        .options(joinedload(Reach.round))
        .where(Reach.office_id == office.id, Reach.person_id.in_(ids), Reach.ended_at.is_(None))
        .order_by(Reach.id)
    ).all()
    records = session.scalars(
        sa.select(PreparationRecord)
        .options(joinedload(PreparationRecord.recorded_by))
        .where(PreparationRecord.office_id == office.id, PreparationRecord.person_id.in_(ids))
        .order_by(PreparationRecord.id.desc())
    ).all()
    return [
        Representative(
            person,
            office,
            tuple(each for each in reaches if each.person_id == person.id),
            tuple(each for each in records if each.person_id == person.id),
        )
        for person in people
    ]


def get_record(session: Session, actor: Actor, record_id: int) -> PreparationRecord:
    """One record that still holds, for those who look after the office's people."""
    record = session.scalars(
        sa.select(PreparationRecord)
        .options(joinedload(PreparationRecord.person))
        .where(
            PreparationRecord.id == record_id,
            PreparationRecord.office_id.in_(offices_of(actor, KEEPERS)),
            PreparationRecord.ended_at.is_(None),
        )
    ).one_or_none()
    if record is None:
        raise NotFound(subject="PreparationRecord")
    return record


def list_round_choices(session: Session, office: Office) -> list[Round]:
    """The office's rounds that are not over, newest first."""
    return list(
        session.scalars(
            sa.select(Round)
            .where(Round.office_id == office.id, Round.state.not_in(sorted(FINISHED)), ~Round.is_trial)
            .order_by(Round.id.desc())
        )
    )


def list_area_choices(session: Session, office: Office) -> list[str]:
    """The names of areas of all the office's rounds, each once."""
    return list(
        session.scalars(
            sa.select(RoundArea.name)
            .join(Round, Round.id == RoundArea.round_id)
            .where(Round.office_id == office.id, RoundArea.retired_at.is_(None))
            .distinct()
            .order_by(RoundArea.name)
        )
    )


def out_of_scope_pairs(
    session: Session, application_ids: Collection[int], person_ids: Collection[int]
) -> frozenset[tuple[int, int]]:
    """The (bid, person) pairs that the person, as a representative, was not asked to judge; one query."""
    return _pairs(session, _OUT_OF_SCOPE, application_ids, person_ids)


def shut_pairs(
    session: Session, application_ids: Collection[int], person_ids: Collection[int]
) -> frozenset[tuple[int, int]]:
    """The same, with those for which they are not prepared."""
    return _pairs(session, _SHUT, application_ids, person_ids)


def _pairs(
    session: Session,
    statement: sa.Select[tuple[int, int]],
    application_ids: Collection[int],
    person_ids: Collection[int],
) -> frozenset[tuple[int, int]]:
    if not application_ids or not person_ids:
        return frozenset()
    of = {"application_ids": sorted(application_ids), "person_ids": sorted(person_ids)}
    return frozenset((bid, person) for bid, person in session.execute(statement, of))


_PAIRS = (
    sa.select(Application.id, OfficeRole.person_id)
    .join(OfficeRole, OfficeRole.office_id == Application.office_id)
    .where(
        OfficeRole.role == Role.COMMUNITY_REP,
        OfficeRole.ended_at.is_(None),
        OfficeRole.person_id.in_(sa.bindparam("person_ids", expanding=True)),
        Application.id.in_(sa.bindparam("application_ids", expanding=True)),
    )
)
_OUT_OF_SCOPE = _PAIRS.where(out_of_scope(OfficeRole.person_id))
_SHUT = _PAIRS.where(sa.or_(out_of_scope(OfficeRole.person_id), unprepared(OfficeRole.person_id)))


def is_beyond(session: Session, person_id: int, application_id: int) -> bool:
    """Whether the bid is shut to the person as a representative; never to anybody else."""
    return bool(shut_pairs(session, [application_id], [person_id]))


def representatives_among(session: Session, office_id: int, person_ids: Collection[int]) -> frozenset[int]:
    """Who of these people is a representative of the office now."""
    return frozenset(
        session.scalars(
            sa.select(OfficeRole.person_id).where(
                OfficeRole.office_id == office_id,
                OfficeRole.role == Role.COMMUNITY_REP,
                OfficeRole.ended_at.is_(None),
                OfficeRole.person_id.in_(sorted(person_ids)),
            )
        )
    )


def reach_round(session: Session, round_: Round, person_ids: Collection[int]) -> frozenset[int]:
    """Who of these representatives was asked to judge any bid of this round."""
    areas = sa.select(RoundArea.name).where(RoundArea.round_id == round_.id, RoundArea.retired_at.is_(None))
    return frozenset(
        session.scalars(
            sa.select(Reach.person_id).where(
                Reach.office_id == round_.office_id,
                Reach.person_id.in_(sorted(person_ids)),
                Reach.ended_at.is_(None),
                sa.or_(
                    sa.and_(Reach.round_id.is_(None), Reach.area_name == ""),
                    Reach.round_id == round_.id,
                    Reach.area_name.in_(areas),
                ),
            )
        )
    )


def unprepared_among(
    session: Session, round_: Round, person_ids: Collection[int]
) -> dict[int, tuple[Preparation, ...]]:
    """What each representative among these people lacks before the round's bids open to them; one query.

    Nobody is named who lacks nothing, who is no representative, or in a round that asks for no preparation.
    """
    if not round_.needs_prepared_reps or not person_ids:
        return {}
    rows = session.execute(
        sa.select(OfficeRole.person_id, PreparationRecord.kind)
        .outerjoin(
            PreparationRecord,
            sa.and_(
                PreparationRecord.person_id == OfficeRole.person_id,
                PreparationRecord.office_id == OfficeRole.office_id,
                PreparationRecord.ended_at.is_(None),
            ),
        )
        .where(
            OfficeRole.office_id == round_.office_id,
            OfficeRole.role == Role.COMMUNITY_REP,
            OfficeRole.ended_at.is_(None),
            OfficeRole.person_id.in_(sorted(person_ids)),
        )
    ).all()
    has: dict[int, set[Preparation]] = {}
    for person_id, kind in rows:
        has.setdefault(person_id, set()).update(() if kind is None else (kind,))
    lacks = {person_id: tuple(kind for kind in Preparation if kind not in kinds) for person_id, kinds in has.items()}
    return {person_id: kinds for person_id, kinds in lacks.items() if kinds}
