"""Who is told: in the life of a whole round each e-mail reaches those it is for, once, and nobody else."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts import services as accounts
from grants.accounts.models import OfficeRole, Person
from grants.applications import services as applications
from grants.core.outbox import OutboxEntry, Progress
from grants.duties import DUTIES
from grants.funds import services as funds
from grants.notifications.audiences import RESOLVERS, resolve
from grants.notifications.services import deliver_due, expand_outbox
from tests import builders, stages
from tests.mail import Kept, a_room, messages
from tests.queries import counted
from workflows.actors import SYSTEM, Role
from workflows.effects import Audience


def told(session: Session) -> dict[str, set[str]]:
    """template -> the addresses that have a message of it, after everything was expanded."""
    while expand_outbox(session, stages.NOW):
        session.commit()
    found: dict[str, set[str]] = defaultdict(set)
    for message in messages(session):
        found[message.template].add(message.address)
    return found


def addresses(*people: Person) -> set[str]:
    return {person.email for person in people}


def test_every_audience_has_somebody_who_finds_it() -> None:
    assert set(RESOLVERS) == set(Audience)


def test_through_the_life_of_a_round_each_is_told_what_is_theirs(session: Session) -> None:
    stage = stages.running(session)
    session.commit()

    found = told(session)

    leads = {lead.email for _, lead in stage.groups}
    people = stage.people
    winners = addresses(stage.groups[0][1], stage.groups[1][1])
    first = addresses(stage.groups[0][1])
    expected = {
        "draft-saved": leads,
        "submission-receipt": leads,
        "progressed-to-assessment": leads,
        "marking-assigned": addresses(people["marker-1"], people["marker-2"]),
        "moderation-ready": addresses(people["chair"]),
        "decision-awaiting": addresses(people["decision-maker"]),
        "offer": winners,
        "outcome-declined": leads - winners,
        "offer-accepted": addresses(people["officer"]),
        "offer-accepted-copy": first,
        "award-active": first,
    }
    assert {name: found[name] for name in expected} == expected
    managers = set(
        session.scalars(
            sa.select(Person.email)
            .join(OfficeRole, OfficeRole.person_id == Person.id)
            .where(OfficeRole.office_id == stage.office.id, OfficeRole.role == Role.MANAGER)
        )
    )
    assert found["recommendation-recorded"] == found["round-decided"] == managers
    assert set(found) == set(expected) | {"recommendation-recorded", "round-decided"}
    # The lead signs for the group, too, and is named by two effects of the same offer.
    assert len(messages(session, "offer")) == 2
    assert set(session.scalars(sa.select(OutboxEntry.progress))) == {Progress.EXPANDED}


def test_all_of_it_is_delivered_in_words_or_is_news_no_more(session: Session) -> None:
    stage = stages.running(session)
    session.commit()
    told(session)
    kept = Kept()

    while deliver_due(session, a_room(kept), now=stage.now):
        pass

    standing = {(message.template, str(message.delivery)) for message in messages(session)}
    assert {delivery for _, delivery in standing} == {"sent", "not_owed"}
    # What has been overtaken by now is not sent; receipts, outcomes and what waits for somebody are.
    assert {name for name, delivery in standing if delivery == "not_owed"} == {
        "draft-saved",
        "marking-assigned",
        "moderation-ready",
        "decision-awaiting",
        "offer",
    }
    # The first group has accepted its offer by now, the second has not.
    assert kept.subjects.count(f"An offer of a grant: £9,000 for {stage.bids[1].project_title}") == 1
    assert {"submission-receipt", "outcome-declined", "award-active"} <= {
        name for name, delivery in standing if delivery == "sent"
    }


def test_who_signs_and_leads_are_told_apart(session: Session, now: datetime) -> None:
    organisation = builders.an_organisation(session)
    lead = builders.a_person(session, Role.LEAD, organisation=organisation)
    signatory = builders.a_person(session, Role.SIGNATORY, organisation=organisation)
    writer = builders.a_person(session, Role.CONTRIBUTOR, organisation=organisation)
    round_ = builders.a_round(session, builders.an_office(session), now=now)
    bid = builders.a_draft(session, round_, organisation, lead, now=now)

    def found(audience: Audience) -> set[int]:
        return {who.person_id for who in resolve(session, "application", audience, [bid.id]).get(bid.id, [])}

    assert found(Audience.LEAD) == {lead.id}
    assert found(Audience.SIGNATORY) == {signatory.id}
    assert found(Audience.MEMBERS) == {lead.id, signatory.id, writer.id}

    accounts.join_organisation(session, writer, organisation, Role.LEAD, actor=SYSTEM, now=now)
    assert found(Audience.LEAD) == {lead.id}
    for membership in lead.memberships:
        membership.ended_at = now
    session.flush()
    assert found(Audience.LEAD) == {writer.id}
    for membership in signatory.memberships:
        membership.ended_at = now
    session.flush()
    # With nobody to sign, the letter reaches whoever leads.
    assert found(Audience.SIGNATORY) == {writer.id}


def test_an_office_without_officers_has_its_managers_told(session: Session, now: datetime) -> None:
    office = builders.an_office(session)
    round_ = builders.a_round(session, office, now=now)
    bid = builders.a_draft(session, round_, now=now)
    managers = {who.person_id for who in resolve(session, "application", Audience.MANAGERS, [bid.id])[bid.id]}

    assert {who.person_id for who in resolve(session, "application", Audience.OFFICERS, [bid.id])[bid.id]} == managers
    officer = builders.staff(session, office, Role.OFFICER)
    builders.staff(session, builders.an_office(session), Role.OFFICER)
    assert [who.person_id for who in resolve(session, "application", Audience.OFFICERS, [bid.id])[bid.id]] == [
        officer.id
    ]


def test_a_moved_deadline_is_told_to_those_who_have_a_bid_that_stands(session: Session, now: datetime) -> None:
    office = builders.an_office(session)
    round_ = builders.a_round(session, office, now=now)
    stays, leaves = builders.a_draft(session, round_, now=now), builders.a_draft(session, round_, now=now)
    assert stays.lead is not None and leaves.lead is not None and round_.closes_at is not None
    applications.withdraw_application(session, leaves, actor=builders.actor_of(session, leaves.lead), now=now)
    manager = builders.actor_of(session, builders.staff(session, office, Role.MANAGER))
    later = round_.closes_at + timedelta(days=2)
    funds.move_deadline(session, round_, later, "A holiday.", actor=manager, now=now)
    session.commit()

    assert told(session)["deadline-moved"] == {stays.lead.email}


def test_five_hundred_entries_cost_a_handful_of_queries(session: Session, now: datetime) -> None:
    round_ = builders.a_round(session, builders.an_office(session), now=now)
    bids = [builders.a_draft(session, round_, now=now) for _ in range(3)]
    session.commit()
    entry = session.scalars(sa.select(OutboxEntry).where(OutboxEntry.subject_type == "application")).first()
    assert entry is not None
    columns = {each.name: getattr(entry, each.name) for each in OutboxEntry.__table__.columns if each.name != "id"}
    rows = [columns | {"subject_id": bids[n % 3].id, "created_at": now + timedelta(seconds=n)} for n in range(1, 497)]
    session.execute(sa.insert(OutboxEntry), rows)
    session.commit()

    with counted(session) as queries:
        assert expand_outbox(session, now) == 500

    assert len([each for each in queries if not each.startswith(("BEGIN", "PRAGMA"))]) <= 10, queries
    # The round's opening has nobody who asked to be told of it.
    assert len(messages(session)) == 499


@pytest.mark.parametrize("name", sorted(set(DUTIES) - {"deliver-outbox"}))
def test_each_duty_does_its_work_once(session: Session, name: str) -> None:
    stage = stages.running(session)
    session.commit()
    # Half a year later, after an outage: returns are owed, offers are over, the next round is long closed.
    late = stage.now + timedelta(days=200)

    while DUTIES[name](session, late):
        session.commit()
    session.commit()
    before = session.scalar(sa.select(sa.func.count()).select_from(OutboxEntry)), len(messages(session))

    assert DUTIES[name](session, late) == 0
    after = session.scalar(sa.select(sa.func.count()).select_from(OutboxEntry)), len(messages(session))
    assert after == before
