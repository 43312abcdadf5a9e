"""Groups that may be here already, being let into one, two records of one group, and a group as an office sees it."""

import re

import pytest
import sqlalchemy as sa

from grants.accounts import queries, services
from grants.accounts.models import JoinRequest, Organisation, OrganisationMerge, Person
from grants.accounts.services import Site
from grants.core.audit import AuditEntry
from grants.core.outbox import Message
from grants.extensions import db
from tests import stages
from tests.apps import NOW, sign_in
from tests.builders import a_group, a_person, a_round, a_submitted_bid, actor_of, an_office, an_organisation, staff
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role
from workflows.merging import MergeState

SITE = Site("https://grants.example.org", "tests-only")
GROUP = {
    "name": "The Anytown Hall (fictional)",
    "kind": "registered_charity",
    "charity_number": "123 4567",
    "company_number": "",
    "postcode": "le1 1aa",
}
SIGN_UP = GROUP | {"person_name": "Chair of the hall", "email": "chair@hall.example.org", "next": ""}


@pytest.fixture
def here(session):
    """A group that is here already, and its lead."""
    return a_group(session, "Anytown Hall (fictional)", charity_number="1234567", postcode="LE1 1AA")


@pytest.mark.parametrize(
    "known",
    [
        {"name": "Some other name", "charity_number": "1234567"},
        {"name": "anytown hall (FICTIONAL)", "postcode": "LE1 1AA"},
    ],
)
def test_a_group_with_the_same_public_facts_is_noticed_at_sign_up(client, session, known):
    _, lead = a_group(session, **known)
    page = read_page(client.post("/sign-up", data=SIGN_UP), 422)
    assert "is here already" in page.text
    assert page.value("name") == GROUP["name"]
    assert lead.name not in page.text
    assert lead.email not in page.html
    assert not session.scalars(sa.select(Message)).all()


@pytest.mark.parametrize("known", [{"name": "The Anytown Hall (fictional)", "postcode": "LE2 2AA"}, {"name": "X"}])
def test_the_same_name_elsewhere_is_another_group(client, session, known):
    a_group(session, **known)
    assert client.post("/sign-up", data=SIGN_UP).status_code == 303


def test_one_person_who_applied_alone_is_not_shown_to_strangers(client, session):
    an_organisation(session, GROUP["name"], kind="individual", postcode="LE1 1AA")
    assert client.post("/sign-up", data=SIGN_UP).status_code == 303


def test_another_group_goes_on(client, session, here):
    assert client.post("/sign-up", data=SIGN_UP | {"same": "new"}).status_code == 303
    assert session.scalars(sa.select(Message.template)).all() == ["sign-up-link"]


def test_a_stranger_s_number_as_the_choice_is_asked_again(client, session, here):
    other = an_organisation(session)
    page = read_page(client.post("/sign-up", data=SIGN_UP | {"same": str(other.id)}), 422)
    assert "Say whether this is your group" in page.text


def test_who_asks_to_join_at_sign_up_is_let_in_by_a_lead(client, session, here):
    client.post("/sign-up", data=SIGN_UP | {"same": str(here[0].id)})
    letter = session.scalars(sa.select(Message)).one()
    path = re.search(r"/sign-up/link/\S+", letter.detail["url"])[0]
    db.session.commit()
    response = client.post(path)
    assert response.status_code == 303
    asking = session.scalars(sa.select(Person).where(Person.email == SIGN_UP["email"])).one()
    assert session.scalars(sa.select(sa.func.count(Organisation.id))).one() == 1, "no second record"
    assert not actor_of(session, asking).organisation_ids
    told = session.scalars(sa.select(Message).where(Message.template == "join-asked")).one()
    assert told.person_id == here[1].id
    request = session.scalars(sa.select(JoinRequest)).one()

    sign_in(client, here[1])
    where = f"/groups/requests/{request.id}"
    assert where in read_page(client.get("/groups")).links()
    assert SIGN_UP["email"] in read_page(client.get(where)).text
    assert read_page(client.post(where, data={}), 422)
    assert client.post(where, data={"answer": "contributor"}).status_code == 303
    assert actor_of(session, asking).organisation_roles == {(here[0].id, Role.CONTRIBUTOR)}
    assert client.post(where, data={"answer": "lead"}).status_code == 409
    assert session.scalars(sa.select(Message.template).order_by(Message.id.desc())).first() == "join-let-in"


def test_a_lead_may_say_no(client, session, here):
    asking = a_person(session)
    request = services.ask_to_join(session, here[0], actor=actor_of(session, asking), now=NOW, site=SITE)
    sign_in(client, here[1])
    assert client.post(f"/groups/requests/{request.id}", data={"answer": "no"}).status_code == 303
    assert not actor_of(session, asking).organisation_ids
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "refuse-to-join")).one()
    assert entry.subject_id == here[0].id


def test_a_request_is_shut_to_everybody_but_the_lead(client, session, here):
    asking = a_person(session)
    request = services.ask_to_join(session, here[0], actor=actor_of(session, asking), now=NOW, site=SITE)
    office = an_office(session)
    for person in (
        asking,
        a_group(session)[1],
        a_person(session, Role.SIGNATORY, organisation=here[0]),
        staff(session, office, Role.MANAGER, Role.ADMIN),
    ):
        sign_in(client, person)
        assert client.get(f"/groups/requests/{request.id}").status_code in {403, 404}
        assert client.post(f"/groups/requests/{request.id}", data={"answer": "lead"}).status_code in {403, 404}
    assert not actor_of(session, asking).organisation_ids


def test_asked_twice_is_one_question_and_many_are_too_many(client, session, here):
    asking = a_person(session)
    actor = actor_of(session, asking)
    for _ in range(2):
        services.ask_to_join(session, here[0], actor=actor, now=NOW, site=SITE)
    assert len(session.scalars(sa.select(Message)).all()) == 1
    for _ in range(4):
        services.ask_to_join(session, an_organisation(session), actor=actor, now=NOW, site=SITE)
    sign_in(client, asking)
    one_more = GROUP | {"name": "Hut", "charity_number": "7654321", "postcode": ""}
    an_organisation(session, "Hut", charity_number="7654321")
    known = session.scalars(sa.select(Organisation.id).where(Organisation.charity_number == "7654321")).one()
    assert client.post("/groups/new", data=one_more | {"same": str(known)}).status_code == 429


def test_an_added_group_is_noticed_too(client, session, here):
    sign_in(client, a_group(session)[1])
    assert read_page(client.post("/groups/new", data=GROUP), 422).value("postcode") == "le1 1aa"
    response = client.post("/groups/new", data=GROUP | {"same": str(here[0].id)})
    assert response.status_code == 303
    assert session.scalars(sa.select(JoinRequest.organisation_id)).one() == here[0].id


# Two records of one group


@pytest.fixture
def pair(session, here):
    office = an_office(session)
    round_ = a_round(session, office)
    a_submitted_bid(session, round_, *here)
    other = a_group(session, "Hall of Anytown (fictional)", charity_number="1234567")
    return office, here, other


def test_an_officer_finds_compares_proposes_and_leads_agree(client, session, pair):
    office, here, other = pair
    officer = staff(session, office, Role.OFFICER)
    sign_in(client, officer)
    assert "/office/organisations/duplicates" in read_page(client.get("/office/organisations")).links()
    listing = read_page(client.get("/office/organisations/duplicates"))
    where = f"/office/organisations/{here[0].id}/merge/{other[0].id}"
    assert where in listing.links()
    page = read_page(client.get(where))
    assert "GB-CHC-1234567" in page.text
    assert here[1].name not in page.text
    bad = read_page(client.post(where, data={"keep": "0", "reason": " "}), 422)
    assert "Write the reason" in bad.text
    response = client.post(where, data={"keep": str(here[0].id), "reason": "The same number"})
    assert response.status_code == 303
    shown = read_page(client.get(response.location))
    assert "Waits for the groups" in shown.text
    merge = session.scalars(sa.select(OrganisationMerge)).one()

    for group, lead in (here, other):
        sign_in(client, lead)
        answer = f"/groups/{group.id}/merges/{merge.id}"
        assert "The same number" in read_page(client.get(answer)).text
        assert read_page(client.post(answer, data={}), 422)
        assert client.post(answer, data={"answer": "yes", "seen_version": "1"}).status_code == 303
    session.refresh(merge)
    assert merge.state is MergeState.MERGED
    # The old link of the record that went leads to the one that stayed.
    assert read_page(client.get(f"/groups/{other[0].id}/details")).h1.endswith(here[0].name)

    sign_in(client, officer)
    assert read_page(client.post(f"/office/merges/{merge.id}/undo", data={"reason": ""}), 422)
    stale = {"reason": "Two after all", "seen_version": "1"}
    assert "Two after all" in read_page(client.post(f"/office/merges/{merge.id}/undo", data=stale), 409).value("reason")
    assert client.post(f"/office/merges/{merge.id}/undo", data={"reason": "Two after all"}).status_code == 303
    assert read_page(client.post(f"/office/merges/{merge.id}/undo", data={"reason": "Again"}), 409)
    assert "Undone" in read_page(client.get(f"/office/merges/{merge.id}")).text


def test_a_lead_says_no_and_nothing_changes(client, session, pair):
    office, here, other = pair
    officer = actor_of(session, staff(session, office, Role.MANAGER))
    merge = services.propose_merge(
        session, office.id, here[0], other[0], "Same", is_known_here=True, actor=officer, now=NOW, site=SITE
    )
    sign_in(client, other[1])
    assert client.post(f"/groups/{other[0].id}/merges/{merge.id}", data={"answer": "no"}).status_code == 303
    session.refresh(merge)
    assert merge.state is MergeState.DROPPED
    assert actor_of(session, other[1]).organisation_ids == {other[0].id}


def test_a_refused_proposal_says_why_and_keeps_what_was_typed(client, session, pair):
    office, here, other = pair
    round_ = session.get_one(type(a_round(session, office)), 1)
    a_submitted_bid(session, round_, *other)
    sign_in(client, staff(session, office, Role.OFFICER))
    where = f"/office/organisations/{here[0].id}/merge/{other[0].id}"
    page = read_page(client.post(where, data={"keep": str(here[0].id), "reason": "Same"}), 409)
    assert "Both have a live bid" in page.text
    assert page.value("reason") == "Same"


def test_merging_is_shut_to_other_offices_and_other_roles(client, session, pair):
    office, here, other = pair
    where = f"/office/organisations/{here[0].id}/merge/{other[0].id}"
    merge = services.propose_merge(
        session,
        office.id,
        here[0],
        other[0],
        "Same",
        is_known_here=True,
        actor=actor_of(session, staff(session, office, Role.MANAGER)),
        now=NOW,
        site=SITE,
    )
    sign_in(client, staff(session, an_office(session), Role.MANAGER, Role.OFFICER))
    assert where not in read_page(client.get("/office/organisations/duplicates")).links()
    for path in (where, f"/office/merges/{merge.id}"):
        assert client.get(path).status_code == 404
    assert client.post(where, data={"keep": str(here[0].id), "reason": "Mine"}).status_code == 404
    assert client.post(f"/office/merges/{merge.id}/drop", data={"reason": "Mine"}).status_code == 404
    sign_in(client, staff(session, office, Role.CHAIR))
    assert client.get("/office/organisations/duplicates").status_code == 403
    assert client.get(where).status_code in {403, 404}
    sign_in(client, a_group(session)[1])
    assert client.get(f"/groups/{here[0].id}/merges/{merge.id}").status_code == 404
    sign_in(client, a_person(session, Role.CONTRIBUTOR, organisation=here[0]))
    assert client.post(f"/groups/{here[0].id}/merges/{merge.id}", data={"answer": "yes"}).status_code == 403


# A group as an office sees it


def test_an_office_sees_public_facts_bids_to_it_and_grants_of_all(client, session):
    stage = stages.running(session)
    group, lead = stage.groups[0]
    services.save_details(
        session,
        group,
        {"O6": "www.example.org", "O8": 77, "O9": 4_321_000, "O3": "1234567"},
        actor=actor_of(session, lead),
        now=NOW,
    )
    other = an_office(session)
    foreign = a_submitted_bid(session, a_round(session, other), group, lead)

    sign_in(client, stage.people["officer"])
    own = read_page(client.get(f"/office/organisations/{group.id}"))
    assert stage.bids[0].reference in own.text
    assert "GB-CHC-1234567" in own.text
    assert "www.example.org" in own.text
    assert stage.awards[0].reference in own.text
    assert foreign.reference not in own.text
    for secret in ("77", "43,210", lead.name, lead.email):
        assert secret not in own.text

    sign_in(client, staff(session, other, Role.OFFICER))
    theirs = read_page(client.get(f"/office/organisations/{group.id}"))
    assert foreign.reference in theirs.text
    assert stage.bids[0].reference not in theirs.links()
    assert f"/office/applications/{stage.bids[0].id}" not in theirs.links()
    assert stage.awards[0].reference in theirs.text, "a published grant is public"


def test_an_offer_that_is_not_taken_up_is_not_shown_to_another_office(client, session):
    stage = stages.announced(session)
    group, lead = stage.groups[0]
    other = an_office(session)
    a_submitted_bid(session, a_round(session, other), group, lead)
    sign_in(client, staff(session, other, Role.OFFICER))
    assert stage.awards[0].reference not in read_page(client.get(f"/office/organisations/{group.id}")).text


def test_the_list_of_groups_is_searched_and_scoped(client, session, here):
    office = an_office(session)
    round_ = a_round(session, office)
    a_submitted_bid(session, round_, *here)
    hidden = a_group(session, "Elsewhere Group (fictional)")
    a_submitted_bid(session, a_round(session, an_office(session)), *hidden)
    sign_in(client, staff(session, office, Role.OFFICER))
    for words in ("", "hall", "anyt", "123 4567", "le1 1AA", "%", "zz"):
        page = read_page(client.get("/office/organisations", query_string={"q": words}))
        assert (f"/office/organisations/{here[0].id}" in page.links()) is (words not in {"%", "zz"}), words
        assert f"/office/organisations/{hidden[0].id}" not in page.links()


def test_somebody_who_applied_alone_is_known_to_that_office_only(client, session):
    alone = a_group(session, "One person", kind="individual")
    office = an_office(session)
    a_submitted_bid(session, a_round(session, office), *alone)
    sign_in(client, staff(session, an_office(session), Role.OFFICER))
    assert client.get(f"/office/organisations/{alone[0].id}").status_code == 404
    sign_in(client, staff(session, office, Role.OFFICER))
    assert client.get(f"/office/organisations/{alone[0].id}").status_code == 200
    assert client.get("/office/organisations/999999").status_code == 404


def test_the_list_of_groups_asks_few_questions(client, session, here):
    office = an_office(session)
    for _ in range(3):
        a_submitted_bid(session, a_round(session, office))
    sign_in(client, staff(session, office, Role.OFFICER))
    with counted(session) as statements:
        client.get("/office/organisations")
    assert len(statements) <= 5, statements


def test_a_group_sees_its_own_history_without_what_is_embargoed(client, session):
    stage = stages.decided(session)
    group, lead = stage.groups[0]
    foreign = a_submitted_bid(session, a_round(session, an_office(session)), group, lead)
    sign_in(client, lead)
    page = read_page(client.get(f"/groups/{group.id}/history"))
    assert stage.bids[0].reference in page.text
    assert foreign.reference in page.text
    assert "Being assessed" in page.text
    assert f"/grants/{stage.awards[0].id}" not in page.links(), "an offer in draft does not exist for its group"
    sign_in(client, a_group(session)[1])
    assert client.get(f"/groups/{group.id}/history").status_code == 404
    assert queries.has_people(session, group.id)
