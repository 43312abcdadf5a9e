"""Turning "who is told" into people: each audience is a relation to the thing, read when the message is made.

Whoever's role has ended by then is not told, and an audience is read for many things in one query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, OfficeRole, Person
from grants.applications.models import Application
from grants.assessment.models import Assignment, Panel, PanelMember
from grants.awards.models import Award
from grants.decisions.models import Decision
from grants.documents.models import Document
from grants.endorsements.models import Endorsement
from grants.endorsements.queries import endorsers
from grants.events.queries import everybody
from grants.funds.models import Round
from grants.monitoring.models import MonitoringReturn
from grants.reviews.models import Review
from grants.subscriptions.queries import subscribers as waiting_for
from workflows.actors import GROUP_ROLES, Role
from workflows.application import LIVE
from workflows.effects import Audience


class Recipient(NamedTuple):
    """One person to write to; without a `person_id` somebody who has no account, told for what `detail` names."""

    person_id: int | None
    address: str
    detail: Mapping[str, Any] = MappingProxyType({})

    @property
    def key(self) -> str:
        """Who it is, for the promise that one thing is told to one person once."""
        if self.person_id is not None:
            return str(self.person_id)
        return f"address-{sha256(self.address.encode()).hexdigest()[:32]}"


People = dict[int, list[Recipient]]


def resolve(session: Session, subject_type: str, audience: str, subject_ids: Collection[int]) -> People:
    """The people of this audience for each of these things; a thing without any is left out."""
    found = RESOLVERS[Audience(audience)](session, subject_type, subject_ids)
    tried = _trials(session, subject_type, subject_ids)
    return found | ({each: [] for each in tried} | leads(session, subject_type, tried) if tried else {})


def _trials(session: Session, subject_type: str, ids: Collection[int]) -> list[int]:
    """Those that belong to a try-out of a form: whatever they send goes to its tester alone."""
    if subject_type == "application":
        asked = sa.select(Application.id).where(Application.id.in_(ids), Application.is_trial)
    elif subject_type == "document":
        asked = (
            sa.select(Document.id)
            .join(Application, Application.id == Document.application_id)
            .where(Document.id.in_(ids), Application.is_trial)
        )
    else:
        return []
    return list(session.scalars(asked))


def _group_of(subject_type: str) -> Any:
    # (thing, organisation, who leads this bid) for whatever belongs to a group.
    if subject_type == "application":
        return sa.select(Application.id, Application.organisation_id, Application.lead_person_id)
    if subject_type == "document":
        return sa.select(Document.id, Document.organisation_id, Application.lead_person_id).outerjoin(
            Application, Application.id == Document.application_id
        )
    if subject_type == "award":
        return sa.select(Award.id, Award.organisation_id, Application.lead_person_id).join(Award.application)
    if subject_type == "review":
        return sa.select(Review.id, Review.organisation_id, Application.lead_person_id).join(Review.application)
    if subject_type == "endorsement":
        return sa.select(Endorsement.id, Endorsement.organisation_id, Application.lead_person_id).join(
            Endorsement.application
        )
    return (
        sa.select(MonitoringReturn.id, MonitoringReturn.organisation_id, Application.lead_person_id)
        .join(MonitoringReturn.award)
        .join(Award.application)
    )


_OFFICE_OF: dict[str, Any] = {
    "round": Round,
    "application": Application,
    "assignment": Assignment,
    "panel": Panel,
    "decision": Decision,
    "document": Document,
    "award": Award,
    "return": MonitoringReturn,
    "review": Review,
}


def members(session: Session, subject_type: str, ids: Collection[int], roles: Collection[Role]) -> People:
    """The people who hold one of these roles in the thing's organisation now."""
    things = _group_of(subject_type).subquery()
    thing_id, organisation_id, _ = things.c
    rows = session.execute(
        sa.select(thing_id, Person.id, Person.email)
        .join(Membership, Membership.organisation_id == organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(thing_id.in_(ids), Membership.ended_at.is_(None), Membership.role.in_(sorted(roles)))
        .distinct()
        .order_by(thing_id, Person.id)
    )
    return _gathered(rows)


def leads(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """The person who leads the bid; when they lead no more, whoever leads the group now."""
    things = _group_of(subject_type).subquery()
    thing_id, _, lead_id = things.c
    named = {row[0]: row[1] for row in session.execute(sa.select(thing_id, lead_id).where(thing_id.in_(ids)))}
    found = members(session, subject_type, ids, {Role.LEAD})
    return {
        each: [who for who in people if who.person_id == named.get(each)] or people for each, people in found.items()
    }


def signatories(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """Those who may sign for the group; the leads of a group that has named nobody, so that no letter is lost."""
    found = members(session, subject_type, ids, {Role.SIGNATORY})
    missing = sorted(set(ids) - set(found))
    return found | (leads(session, subject_type, missing) if missing else {})


def staff(session: Session, subject_type: str, ids: Collection[int], role: Role) -> People:
    """Those who hold the role in the thing's office now."""
    thing_id, office_id = _office_columns(subject_type)
    rows = session.execute(
        sa.select(thing_id, Person.id, Person.email)
        .join(OfficeRole, OfficeRole.office_id == office_id)
        .join(Person, Person.id == OfficeRole.person_id)
        .where(thing_id.in_(ids), OfficeRole.ended_at.is_(None), OfficeRole.role == role)
        .order_by(thing_id, Person.id)
    )
    return _gathered(rows)


def officers(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """The office's grants officers; its managers where there is none."""
    found = staff(session, subject_type, ids, Role.OFFICER)
    missing = sorted(set(ids) - set(found))
    return found | (staff(session, subject_type, missing, Role.MANAGER) if missing else {})


def chairs(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """The chair of the round's panel; the office's chairs while none is convened."""
    thing_id, round_id = _round_columns(subject_type)
    rows = session.execute(
        sa.select(thing_id, Person.id, Person.email)
        .join(Panel, Panel.round_id == round_id)
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .join(Person, Person.id == PanelMember.person_id)
        .where(thing_id.in_(ids), PanelMember.is_chair)
        .order_by(thing_id, Person.id)
    )
    found = _gathered(rows)
    missing = sorted(set(ids) - set(found))
    return found | (staff(session, subject_type, missing, Role.CHAIR) if missing else {})


def markers(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """The marker whose work it is; marks brought in from paper have none."""
    rows = session.execute(
        sa.select(Assignment.id, Person.id, Person.email)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.id.in_(ids))
    )
    return _gathered(rows)


def applicants(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """Whoever leads a bid that still stands in the round; once each, however many bids they lead."""
    rows = session.execute(
        sa.select(Application.round_id, Application.id).where(
            Application.round_id.in_(ids), Application.state.in_(sorted(LIVE))
        )
    )
    round_of = {application_id: round_id for round_id, application_id in rows}
    found: dict[int, dict[int, Recipient]] = defaultdict(dict)
    for application_id, people in _in_parts(session, sorted(round_of)).items():
        found[round_of[application_id]] |= {who.person_id: who for who in people}
    return {round_id: list(people.values()) for round_id, people in found.items()}


def subscribers(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """Whoever asked to be told of the round; people without an account."""
    found = waiting_for(session, ids)
    return {
        round_id: [Recipient(None, each.email, {"subscription": each.id}) for each in wanted]
        for round_id, wanted in found.items()
    }


def sign_ups(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """Whoever signed up to the event and still wants to come; people without an account."""
    return {
        event_id: [Recipient(None, each.email, {"place": each.id}) for each in coming]
        for event_id, coming in everybody(session, ids).items()
    }


def endorser(session: Session, subject_type: str, ids: Collection[int]) -> People:
    """Whoever was asked to endorse the bid; somebody without an account."""
    found = endorsers(session, ids)
    return {number: [Recipient(None, address, {"endorsement": number})] for number, address in found.items()}


def _in_parts(session: Session, application_ids: list[int], size: int = 500) -> People:
    found: People = {}
    for start in range(0, len(application_ids), size):
        found |= leads(session, "application", application_ids[start : start + size])
    return found


def _office_columns(subject_type: str) -> tuple[Any, Any]:
    model = _OFFICE_OF[subject_type]
    return model.id, model.office_id


def _round_columns(subject_type: str) -> tuple[Any, Any]:
    if subject_type == "round":
        return Round.id, Round.id
    model = _OFFICE_OF[subject_type]
    return model.id, model.round_id


def _gathered(rows: Iterable[Any]) -> People:
    found: People = defaultdict(list)
    for thing_id, person_id, address in rows:
        found[thing_id].append(Recipient(person_id, address))
    return dict(found)


Resolver = Callable[[Session, str, Collection[int]], People]
RESOLVERS: Mapping[Audience, Resolver] = {
    Audience.LEAD: leads,
    Audience.SIGNATORY: signatories,
    Audience.MEMBERS: lambda session, kind, ids: members(session, kind, ids, GROUP_ROLES),
    Audience.OFFICERS: officers,
    Audience.MANAGERS: lambda session, kind, ids: staff(session, kind, ids, Role.MANAGER),
    Audience.MARKER: markers,
    Audience.CHAIR: chairs,
    Audience.DECISION_MAKERS: lambda session, kind, ids: staff(session, kind, ids, Role.DECISION_MAKER),
    Audience.APPLICANTS: applicants,
    Audience.SUBSCRIBERS: subscribers,
    Audience.ENDORSER: endorser,
    Audience.SIGN_UPS: sign_ups,
}
