"""The offices, people and groups of the sample: named for what they do, with addresses that reach nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from grants.accounts import services as accounts
from grants.accounts.models import Office, Organisation, Person
from grants.accounts.queries import get_actor
from workflows.actors import NOBODY, Actor, Role
from workflows.rules.eligibility_facts import OrgType

DOMAIN = "sample.example.org"
SETTER_UP = Actor(name="Sample")

# Code, name, contact, and how many people hold each role.
OFFICES = (
    (
        "llr",
        "Leicester, Leicestershire and Rutland",
        {
            Role.OFFICER: 2,
            Role.MANAGER: 2,
            Role.MARKER: 3,
            Role.CHAIR: 1,
            Role.PANEL_MEMBER: 3,
            Role.COMMUNITY_REP: 2,
            Role.DECISION_MAKER: 1,
            Role.CHIEF_EXECUTIVE: 1,
            Role.FINANCE: 1,
            Role.ADMIN: 1,
        },
    ),
    (
        "lincs",
        "Lincolnshire",
        {Role.OFFICER: 1, Role.MANAGER: 1, Role.MARKER: 2, Role.CHAIR: 1, Role.DECISION_MAKER: 1, Role.ADMIN: 1},
    ),
    (
        "lancs",
        "Lancashire",
        {Role.OFFICER: 1, Role.MANAGER: 1, Role.MARKER: 2, Role.CHAIR: 1, Role.DECISION_MAKER: 1, Role.ADMIN: 1},
    ),
)
TITLES = {
    Role.OFFICER: "Grants officer",
    Role.MANAGER: "Grants manager",
    Role.MARKER: "Marker",
    Role.CHAIR: "Panel chair",
    Role.PANEL_MEMBER: "Panel member",
    Role.COMMUNITY_REP: "Community representative",
    Role.DECISION_MAKER: "Commissioner",
    Role.CHIEF_EXECUTIVE: "Chief executive",
    Role.FINANCE: "Finance officer",
    Role.ADMIN: "Administrator",
}
KEYS = {Role.PANEL_MEMBER: "panel", Role.COMMUNITY_REP: "resident"}
# A representative marks and sits; the role alone gives neither.
WITH = {Role.COMMUNITY_REP: (Role.MARKER, Role.PANEL_MEMBER)}

GROUPS = (
    ("Example Street Youth Club (fictional)", OrgType.REGISTERED_CHARITY, "LE3 1AA"),
    ("Sample Row Youth Trust (fictional)", OrgType.REGISTERED_CHARITY, "LE5 1AA"),
    ("Pretend Square Arts (fictional)", OrgType.CIC_GUARANTEE, "LE5 2AA"),
    ("Paper Mill Parish Council (fictional)", OrgType.PARISH_COUNCIL, "LE11 1AA"),
    ("Fable Street Faith Centre (fictional)", OrgType.FAITH_BODY, "LE5 3AA"),
    ("Notional Lane Residents (fictional)", OrgType.UNINCORPORATED_GROUP, "LE11 2AA"),
    ("Pretend Park Sports Club (fictional)", OrgType.SPORTS_CLUB, "LE5 4AA"),
    ("Storyville Co-operative (fictional)", OrgType.SOCIETY, "PE21 1AA"),
)
# Everybody may lead; the lead of a small group signs for it too.
LEAD_ROLES = (Role.LEAD, Role.SIGNATORY)
# The first group is large enough to share the work.
MORE_OF_THE_FIRST = ((Role.CONTRIBUTOR, "contributor"), (Role.SIGNATORY, "signatory"))


@dataclass
class Cast:
    """Everybody of the sample: offices by code, people by key such as "llr.officer-1", groups by number."""

    session: Session
    offices: dict[str, Office] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[int, Organisation] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """The person as services take them."""
        if key not in self._actors:
            self._actors[key] = get_actor(self.session, self.people[key].id) or NOBODY
        return self._actors[key]

    def lead_of(self, organisation_id: int) -> str | None:
        """The key of the person who leads this group, if it is one of the sample's own."""
        return next((f"group-{n}.lead" for n, group in self.groups.items() if group.id == organisation_id), None)


def make_cast(session: Session, *, now: datetime) -> Cast:
    """Make every office, person and group of the sample; `now` is when they joined."""
    cast = Cast(session)
    for code, name, roles in OFFICES:
        office = accounts.create_office(session, code, name, actor=SETTER_UP, now=now)
        office.contact_email = f"grants@{code}.{DOMAIN}"
        cast.offices[code] = office
        for role, count in roles.items():
            for number in range(1, count + 1):
                _employ(cast, office, role, number, now)
    for number, (name, kind, postcode) in enumerate(GROUPS, 1):
        cast.groups[number] = accounts.create_organisation(
            session, name=name, kind=kind, now=now, postcode=postcode, is_fictional=True
        )
        _join(cast, number, LEAD_ROLES, "lead", now)
    for role, word in MORE_OF_THE_FIRST:
        _join(cast, 1, (role,), word, now)
    session.flush()
    return cast


def _employ(cast: Cast, office: Office, role: Role, number: int, now: datetime) -> None:
    key = f"{office.code}.{KEYS.get(role, role.replace('_', '-'))}-{number}"
    person = _person(cast, key, f"{TITLES[role]} {number}", now)
    for each in (role, *WITH.get(role, ())):
        accounts.give_role(cast.session, person, office, each, actor=SETTER_UP, now=now, reason="Sample")


def _join(cast: Cast, number: int, roles: tuple[Role, ...], word: str, now: datetime) -> None:
    person = _person(cast, f"group-{number}.{word}", f"Group {number} {word}", now)
    for role in roles:
        accounts.join_organisation(cast.session, person, cast.groups[number], role, actor=SETTER_UP, now=now)


def _person(cast: Cast, key: str, name: str, now: datetime) -> Person:
    person = accounts.ensure_person(cast.session, f"{key}@{DOMAIN}", name, now=now)
    person.sample_key = key
    cast.people[key] = person
    return person
