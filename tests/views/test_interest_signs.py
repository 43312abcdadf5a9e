"""A sign of an interest is asked about: until it is answered nothing opens, and "none" says why."""

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts.models import Membership
from grants.assessment import queries, services
from grants.assessment.models import InterestProposal
from grants.core.audit import AuditEntry
from tests import stages
from tests.apps import sign_in
from tests.builders import an_office, staff
from tests.pages import read_page
from workflows.actors import Role
from workflows.assignment import AssignmentState, Interest, InterestKind
from workflows.errors import Invalid, TransitionRefused


def from_one_body(stage):
    """The first group's lead, one marker and one member of the panel write from one body's domain."""
    stage.groups[0][1].email = "lead@hillyouth.org.uk"
    for name in ("marker-1", "member"):
        stage.people[name].email = f"{name}@hillyouth.org.uk"
    stage.session.flush()
    return stage


@pytest.fixture
def stage(session):
    made = from_one_body(stages.eligible(session))
    with time_machine.travel(made.now):
        yield made


def assign(stage, name="marker-1"):
    manager = {"actor": stage.actor("manager"), "now": stage.now}
    return [services.assign_marker(stage.session, bid, stage.people[name], **manager) for bid in stage.bids]


def declare(stage, name, bid, interest=Interest.NONE, detail=""):
    services.declare_interest(stage.session, bid, interest, detail, actor=stage.actor(name), now=stage.now)


def test_a_marker_answers_it_before_the_bid_opens(session, client, stage):
    work, other = assign(stage)[:2]
    (row,) = session.scalars(sa.select(InterestProposal)).all()
    assert (row.application_id, row.signal, row.evidence) == (stage.bids[0].id, "domain", "hillyouth.org.uk")
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "propose-interest")).one()
    assert entry.detail == {"person_id": stage.people["marker-1"].id, "signal": "domain"}
    session.commit()
    sign_in(client, stage.people["marker-1"])
    path = f"/office/marking/{work.id}/interest"
    page = read_page(client.get(path))
    assert "We think you may have an interest because" in page.text and "hillyouth.org.uk" in page.text
    assert "lead@" not in page.html
    assert "We think" not in read_page(client.get(f"/office/marking/{other.id}/interest")).text
    page = read_page(client.post(path, data={"interest": "none"}), 422)
    assert "Say why it is no interest" in page.text
    group, second = (bid.organisation_id for bid in stage.bids[:2])
    whole = f"/office/marking/rounds/{stage.round_.id}/interests"
    data = {"rest": "y", f"interest_{second}": "indirect", f"kind_{second}": "family", f"detail_{second}": "A cousin"}
    # "None of the others" is no answer to a sign.
    assert client.post(whole, data=data).status_code == 303
    session.expire_all()
    assert work.state is AssignmentState.ASSIGNED and other.state is AssignmentState.INTEREST_DECLARED
    assert client.get(f"/office/marking/{work.id}").location == path
    page = read_page(client.post(whole, data=data | {f"interest_{group}": "none"}), 422)
    assert "Say why it is no interest" in page.text and page.value(f"detail_{second}") == "A cousin"
    client.post(whole, data=data | {f"interest_{group}": "none", f"detail_{group}": "Another branch"})
    session.expire_all()
    assert row.answered_at is not None and work.state is AssignmentState.INTEREST_DECLARED
    read_page(client.get(f"/office/marking/{work.id}"))
    said = queries.interests_of(session, [stage.bids[1].id], [stage.people["marker-1"].id])
    assert [each.kind for each in said.values()] == [InterestKind.FAMILY]


def test_one_that_is_found_after_the_declaration_shuts_the_bid_until_it_is_answered(session):
    stage = stages.scoring(session)
    bid, actor, person = stage.bids[0], stage.actor("marker-2"), stage.people["marker-2"]
    work = queries.assignments_of(session, [bid.id])[bid.id]
    work = next(each for each in work if each.person_id == person.id)
    at = {"started_at": stage.now, "ended_at": stage.now}
    session.add(Membership(person_id=person.id, organisation_id=bid.organisation_id, role=Role.LEAD, **at))
    session.flush()
    manager = {"actor": stage.actor("manager"), "now": stage.now}
    assert services.propose_interests(session, [(bid, person.id)], **manager) == 1
    assert services.propose_interests(session, [(bid, person.id)], **manager) == 0, "each sign is asked once"
    assert queries.must_declare(session, work)
    criterion = stage.round_.criteria[0].code
    with pytest.raises(TransitionRefused, match="interest-proposed"):
        services.save_mark(session, work, criterion, 3, stages.WORDS, actor=actor, now=stage.now)
    with pytest.raises(Invalid):
        declare(stage, "marker-2", bid, detail=" ")
    declare(stage, "marker-2", bid, detail="I left long ago")
    services.save_mark(session, work, criterion, 3, stages.WORDS, actor=actor, now=stage.now)


def test_a_panel_waits_for_it_and_its_chair_reads_of_it(session, client, stage):
    assign(stage)
    people = stage.people
    seats = [
        services.Seat(people["chair"].id, is_chair=True),
        services.Seat(people["officer"].id, is_officer=True),
        services.Seat(people["member"].id),
    ]
    panel = services.convene_panel(session, stage.round_, seats, actor=stage.actor("manager"), now=stage.now)
    for name in ("chair", "officer", "member"):
        for bid in stage.bids[1 if name == "member" else 0 :]:
            declare(stage, name, bid)
    assert set(services.undeclared_pairs(session, panel)) == {(stage.bids[0].id, people["member"].id)}
    foreign = staff(session, an_office(session), Role.MANAGER)
    session.commit()
    path = f"/office/rounds/{stage.round_.id}/interest-signs"
    sign_in(client, people["chair"])
    page = read_page(client.get(path))
    assert page.text.count("Waits") == 2 and stage.bids[0].reference in page.text and "lead@" not in page.text
    sign_in(client, people["member"])
    assert client.get(f"/office/panels/{panel.id}").location.endswith("/interests")
    assert "hillyouth.org.uk" in read_page(client.get(f"/office/panels/{panel.id}/interests")).text
    read_page(client.get(path), 404)
    sign_in(client, foreign)
    read_page(client.get(path), 404)
    declare(stage, "member", stage.bids[0], Interest.DIRECT, "I chair it")
    assert list(services.undeclared_pairs(session, panel)) == []
    session.commit()
    sign_in(client, people["manager"])
    page = read_page(client.get(path))
    assert "Answered: a direct interest" in page.text and page.text.count("Waits") == 1
