"""Roles are given and ended with who and why, nobody is locked out, and an ended session is ended everywhere."""

import pytest
import sqlalchemy as sa

from grants.accounts import queries
from grants.accounts import services as accounts
from grants.accounts.models import Office, OfficeRole, Person
from grants.core.audit import AuditEntry
from grants.core.outbox import Message, OutboxEntry
from tests.builders import a_group, a_person, actor_of, an_office, staff
from workflows.actors import SYSTEM, Role
from workflows.errors import Invalid, NotFound, TransitionRefused


def trail(session, subject_type, subject_id):
    rows = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id)
    )
    return [(row.action, row.detail.get("role"), row.reason) for row in rows]


def told(session):
    return session.scalar(sa.select(sa.func.count(OutboxEntry.id))) + session.scalar(
        sa.select(sa.func.count(Message.id))
    )


def test_an_office_is_made_once_whatever_the_case_of_its_code(session, now):
    office = accounts.create_office(session, "LLR", "Example Office (fictional)", actor=SYSTEM, now=now)
    assert trail(session, "office", office.id) == [("create", None, "")]
    with pytest.raises(Invalid) as refused:
        accounts.create_office(session, "llr", "Another (fictional)", actor=SYSTEM, now=now)
    assert refused.value.detail["problems"] == {"code": "office-code-taken"}
    assert session.scalar(sa.select(sa.func.count(Office.id))) == 1


@pytest.mark.parametrize(
    ("code", "name", "field"), [("a b", "Name", "code"), ("x", "Name", "code"), ("abc", " ", "name")]
)
def test_an_office_needs_a_plain_code_and_a_name(session, now, code, name, field):
    with pytest.raises(Invalid) as refused:
        accounts.create_office(session, code, name, actor=SYSTEM, now=now)
    assert list(refused.value.detail["problems"]) == [field]


def test_a_person_is_one_person_whatever_the_case_of_the_address(session, now):
    first = accounts.ensure_person(session, " Officer@office.Example.org", "Grants officer", now=now)
    again = accounts.ensure_person(session, "officer@OFFICE.example.org", "Someone else", now=now)
    assert (again.id, again.name, again.email) == (first.id, "Grants officer", "officer@office.example.org")


def test_a_role_is_held_from_now_and_given_once(session, now):
    office = an_office(session)
    person = a_person(session)
    for _ in range(2):
        accounts.give_role(session, person, office, Role.OFFICER, actor=SYSTEM, now=now, reason="New post")
    assert queries.get_actor(session, person.id).office_roles == {(office.id, Role.OFFICER)}
    assert trail(session, "person", person.id) == [("give-role", "officer", "New post")]
    assert told(session) == 0


def test_a_group_role_is_not_an_office_role(session, now):
    office, person = an_office(session), a_person(session)
    with pytest.raises(Invalid):
        accounts.give_role(session, person, office, Role.LEAD, actor=SYSTEM, now=now)
    organisation, _ = a_group(session)
    with pytest.raises(Invalid):
        accounts.join_organisation(session, person, organisation, Role.OFFICER, actor=SYSTEM, now=now)


def test_becoming_staff_ends_the_sessions_made_without_a_code(session, now):
    _, lead = a_group(session)
    before = lead.session_epoch
    accounts.give_role(session, lead, an_office(session), Role.PANEL_MEMBER, actor=SYSTEM, now=now)
    assert queries.get_actor(session, lead.id, before) is None
    accounts.give_role(session, lead, an_office(session), Role.MARKER, actor=SYSTEM, now=now)
    assert lead.session_epoch == before + 1, "a second role needs no new sign-in"


def test_an_ended_role_keeps_its_row_and_may_be_given_again(session, now):
    office = an_office(session)
    keeper = staff(session, office, Role.MANAGER)
    person = staff(session, office, Role.OFFICER, Role.MARKER)
    accounts.end_role(
        session, person, office, Role.OFFICER, actor=actor_of(session, keeper), now=now, reason="Moved team"
    )
    assert actor_of(session, person).office_roles == {(office.id, Role.MARKER)}
    assert trail(session, "person", person.id)[-1] == ("end-role", "officer", "Moved team")
    accounts.give_role(session, person, office, Role.OFFICER, actor=SYSTEM, now=now)
    rows = session.scalars(sa.select(OfficeRole.ended_at).where(OfficeRole.role == Role.OFFICER)).all()
    assert sorted(rows, key=str) == [now, None]
    with pytest.raises(NotFound):
        accounts.end_role(session, person, office, Role.CHAIR, actor=SYSTEM, now=now)


def test_ending_access_ends_every_role_here_and_every_session(session, now):
    office, other = an_office(session), an_office(session)
    keeper = staff(session, office, Role.ADMIN)
    person = staff(session, office, Role.OFFICER, Role.MANAGER)
    accounts.give_role(session, person, other, Role.MARKER, actor=SYSTEM, now=now)
    epoch = person.session_epoch
    ended = accounts.end_access(session, person, office, actor=actor_of(session, keeper), now=now, reason="Left")
    assert ended == 2
    assert queries.get_actor(session, person.id, epoch) is None, "the session must end on the next request"
    assert actor_of(session, person).office_roles == {(other.id, Role.MARKER)}
    assert trail(session, "person", person.id)[-3:] == [
        ("end-role", "officer", "Left"),
        ("end-role", "manager", "Left"),
        ("end-sessions", None, "Left"),
    ]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_nobody_ends_their_own_last_way_in(session, now, role):
    office = an_office(session)
    staff(session, office, Role.ADMIN)
    person = staff(session, office, role, Role.OFFICER)
    actor = actor_of(session, person)
    with pytest.raises(TransitionRefused, match="own-last-access"):
        accounts.end_role(session, person, office, role, actor=actor, now=now, reason="x")
    with pytest.raises(TransitionRefused, match="own-last-access"):
        accounts.end_access(session, person, office, actor=actor, now=now, reason="x")
    accounts.end_role(session, person, office, Role.OFFICER, actor=actor, now=now, reason="x")
    assert actor_of(session, person).office_roles == {(office.id, role)}


def test_an_office_keeps_somebody_who_can_invite(session, now):
    office = an_office(session)
    only = staff(session, office, Role.ADMIN)
    with pytest.raises(TransitionRefused, match="last-keeper-of-office"):
        accounts.end_access(session, only, office, actor=SYSTEM, now=now, reason="x")
    assert session.get(Person, only.id).session_epoch == only.session_epoch


def test_a_group_keeps_a_lead(session, now):
    organisation, lead = a_group(session)
    actor = actor_of(session, lead)
    with pytest.raises(TransitionRefused, match="last-lead-of-group"):
        accounts.end_membership(session, lead, organisation, Role.LEAD, actor=actor, now=now)
    second = a_person(session, Role.LEAD, organisation=organisation)
    accounts.end_membership(session, lead, organisation, Role.LEAD, actor=actor, now=now, reason="Handed over")
    assert actor_of(session, second).organisation_roles == {(organisation.id, Role.LEAD)}
    assert trail(session, "organisation", organisation.id)[-1] == ("leave", "lead", "Handed over")
