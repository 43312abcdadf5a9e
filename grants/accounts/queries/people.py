"""Reading accounts: who a person is now, as the engine asks it, and the people of an office."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import KeptText, Membership, Office, OfficeRole, Organisation, Person, SignInLink, SignUp
from grants.accounts.queries.merging import standing_id
from grants.core.outbox import Delivery, Message
from grants.core.scoping import offices_of
from workflows.actors import Actor, Role, Scope
from workflows.errors import NotFound


def _roles_now() -> sa.Select[tuple[str, int, int | None, int | None, Role | None]]:
    # The tables and not the models: half the time goes when nothing has to be mapped.
    person, held, member = Person.__table__.c, OfficeRole.__table__.c, Membership.__table__.c
    who = sa.bindparam("person_id")
    in_groups = sa.select(member.person_id, sa.null(), member.organisation_id, member.role).where(
        member.ended_at.is_(None), member.person_id == who
    )
    no_group = sa.null().label("organisation_id")
    roles = (
        sa.select(held.person_id, held.office_id, no_group, held.role.label("role"))
        .where(held.ended_at.is_(None), held.person_id == who)
        .union_all(in_groups)
        .subquery()
    )
    return (
        sa.select(person.name, person.session_epoch, roles.c.office_id, roles.c.organisation_id, roles.c.role)
        .outerjoin(roles, roles.c.person_id == person.id)
        .where(person.id == who)
    )


# Every page of everybody who is signed in asks this, so it is put together once for each process.
_ROLES_NOW = _roles_now()


def get_actor(session: Session, person_id: int, epoch: int | None = None) -> Actor | None:
    """The person as an actor with the roles they hold now; None when gone or when `epoch` was ended."""
    rows = session.execute(_ROLES_NOW, {"person_id": person_id}).all()
    if not rows or (epoch is not None and rows[0].session_epoch != epoch):
        return None
    return Actor(
        person_id=person_id,
        name=rows[0].name,
        office_roles=frozenset((row.office_id, row.role) for row in rows if row.office_id is not None),
        organisation_roles=frozenset(
            (row.organisation_id, row.role) for row in rows if row.organisation_id is not None
        ),
    )


@dataclass(frozen=True, slots=True)
class Member:
    """A person as one office knows them: the roles they hold there, and since when."""

    person: Person
    office: Office
    roles: tuple[OfficeRole, ...]

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.office.id)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person as one group knows them."""

    person: Person
    organisation: Organisation
    roles: tuple[Role, ...]

    @property
    def scope(self) -> Scope:
        return Scope(organisation_id=self.organisation.id)


def find_office(session: Session, code: str) -> Office | None:
    """The office with this code, in whatever case it is written."""
    return session.scalars(sa.select(Office).where(sa.func.lower(Office.code) == code.lower())).one_or_none()


def get_office(session: Session, actor: Actor, office_code: str) -> Office:
    """An office in which the actor holds a role."""
    office = find_office(session, office_code)
    if office is None or office.id not in actor.office_ids:
        raise NotFound(subject="Office")
    return office


def list_offices(session: Session, actor: Actor, roles: frozenset[Role]) -> list[Office]:
    """The offices in which the actor holds any of these roles, by name."""
    ids = offices_of(actor, roles)
    return list(session.scalars(sa.select(Office).where(Office.id.in_(ids)).order_by(Office.name, Office.id)))


def get_member(session: Session, actor: Actor, office_code: str, person_id: int) -> Member:
    """A person who holds, or once held, a role in an office of the actor's."""
    office = get_office(session, actor, office_code)
    rows = session.scalars(
        sa.select(OfficeRole)
        .where(OfficeRole.office_id == office.id, OfficeRole.person_id == person_id)
        .order_by(OfficeRole.started_at, OfficeRole.id)
    ).all()
    if not rows:
        raise NotFound(subject="Person")
    return Member(session.get_one(Person, person_id), office, tuple(rows))


def list_members(
    session: Session, office: Office, *, after: tuple[str, int] | None = None, limit: int = 50
) -> list[Member]:
    """A page of the people who hold roles in the office now, by name; `after` is the last one's name and id."""
    here = sa.select(OfficeRole.person_id).where(OfficeRole.office_id == office.id, OfficeRole.ended_at.is_(None))
    statement = sa.select(Person).where(Person.id.in_(here)).order_by(Person.name, Person.id).limit(limit)
    if after is not None:
        statement = statement.where(sa.tuple_(Person.name, Person.id) > after)
    people = session.scalars(statement).all()
    roles = session.scalars(
        sa.select(OfficeRole)
        .where(
            OfficeRole.office_id == office.id,
            OfficeRole.ended_at.is_(None),
            OfficeRole.person_id.in_([person.id for person in people]),
        )
        .order_by(OfficeRole.role)
    ).all()
    return [Member(person, office, tuple(r for r in roles if r.person_id == person.id)) for person in people]


def get_organisation(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    """A group to which the actor belongs."""
    if organisation_id not in actor.organisation_ids:
        # An old link to a record that was merged leads to the one that was kept.
        organisation_id = standing_id(session, organisation_id)
    found = session.get(Organisation, organisation_id) if organisation_id in actor.organisation_ids else None
    if found is None:
        raise NotFound(subject="Organisation")
    return found


def list_colleagues(session: Session, actor: Actor) -> list[tuple[Organisation, list[Colleague]]]:
    """The actor's groups by name, each with its people and the roles they hold there now."""
    rows = session.execute(
        sa.select(Organisation, Person, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Organisation.id.in_(sorted(actor.organisation_ids)), Membership.ended_at.is_(None))
        .order_by(Organisation.name, Organisation.id, Person.name, Person.id, Membership.id)
    ).all()
    groups: dict[int, tuple[Organisation, dict[int, tuple[Person, list[Role]]]]] = {}
    for organisation, person, role in rows:
        _, people = groups.setdefault(organisation.id, (organisation, {}))
        people.setdefault(person.id, (person, []))[1].append(role)
    return [
        (organisation, [Colleague(person, organisation, tuple(roles)) for person, roles in people.values()])
        for organisation, people in groups.values()
    ]


def get_colleague(session: Session, actor: Actor, organisation_id: int, person_id: int) -> Colleague:
    """A person who holds a role in a group of the actor's now."""
    organisation = get_organisation(session, actor, organisation_id)
    roles = session.scalars(
        sa.select(Membership.role)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.person_id == person_id,
            Membership.ended_at.is_(None),
        )
        .order_by(Membership.id)
    ).all()
    if not roles:
        raise NotFound(subject="Person")
    return Colleague(session.get_one(Person, person_id), organisation, tuple(roles))


def has_same_name(session: Session, name: str, *, besides: int | None = None) -> bool:
    """Whether a group of this name exists, in whatever case it is written."""
    same = sa.select(Organisation.id).where(sa.func.lower(Organisation.name) == name.strip().lower())
    if besides is not None:
        same = same.where(Organisation.id != besides)
    return session.scalars(same.limit(1)).first() is not None


def is_link_open(session: Session, token_hash: str, *, now: datetime) -> bool:
    """Whether a sign-in link would still work; looking does not use it up."""
    return _is_open(session, SignInLink, token_hash, now)


def is_sign_up_open(session: Session, token_hash: str, *, now: datetime) -> bool:
    """Whether the link of a sign-up would still work."""
    return _is_open(session, SignUp, token_hash, now)


def _is_open(session: Session, model: type[SignInLink] | type[SignUp], token_hash: str, now: datetime) -> bool:
    live = sa.select(model.id).where(model.token_hash == token_hash, model.spent_at.is_(None), model.expires_at > now)
    return session.scalars(live).first() is not None


def list_kept_paths(session: Session, person_id: int, *, now: datetime) -> list[str]:
    """The pages whose text is kept for this person."""
    kept = sa.select(KeptText.path).where(KeptText.person_id == person_id, KeptText.expires_at > now)
    return list(session.scalars(kept.order_by(KeptText.id)))


def find_kept(session: Session, person_id: int, path: str, *, now: datetime) -> dict[str, list[str]] | None:
    """What is kept for this person on this page."""
    return session.scalars(
        sa.select(KeptText.form).where(
            KeptText.person_id == person_id, KeptText.path == path, KeptText.expires_at > now
        )
    ).one_or_none()


def get_sample_person(session: Session, key: str) -> Person:
    """The person whom the sample made under this key."""
    person = session.scalars(sa.select(Person).where(Person.sample_key == key)).one_or_none()
    if person is None:
        raise NotFound(subject="Person")
    return person


def list_sample_people(session: Session) -> list[tuple[Person, list[tuple[Role, str]]]]:
    """The people that the sample made, by their key, each with roles and the office or group of each."""
    people = session.scalars(sa.select(Person).where(Person.sample_key.is_not(None)).order_by(Person.sample_key))
    places: dict[int, list[tuple[Role, str]]] = defaultdict(list)
    for model, place in ((OfficeRole, Office), (Membership, Organisation)):
        key = model.office_id if model is OfficeRole else model.organisation_id
        rows = session.execute(
            sa.select(model.person_id, model.role, place.name)
            .join(place, place.id == key)
            .join(Person, Person.id == model.person_id)
            .where(model.ended_at.is_(None), Person.sample_key.is_not(None))
            .order_by(model.id)
        )
        for person_id, role, name in rows:
            places[person_id].append((role, name))
    return [(person, places[person.id]) for person in people]


def list_mailbox(session: Session, *, limit: int = 200) -> list[Message]:
    """The last e-mails that were sent, newest first."""
    sent = sa.select(Message).where(Message.delivery == Delivery.SENT)
    return list(session.scalars(sent.order_by(Message.sent_at.desc(), Message.id.desc()).limit(limit)))


def find_sent(session: Session, message_id: int) -> Message | None:
    """One e-mail that was sent."""
    return session.scalars(
        sa.select(Message).where(Message.id == message_id, Message.delivery == Delivery.SENT)
    ).one_or_none()


def has_lead(session: Session, organisation_id: int) -> bool:
    """Whether anybody leads the group here, and so gets its letters."""
    asked = sa.select(Membership.id).where(
        Membership.organisation_id == organisation_id, Membership.role == Role.LEAD, Membership.ended_at.is_(None)
    )
    return bool(session.scalar(sa.select(asked.exists())))
