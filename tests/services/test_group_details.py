"""What a group keeps of itself: who may change it, what stays on the record, and what a new bid starts with."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.accounts import queries, services
from grants.accounts.models import OrganisationDetail
from grants.applications import queries as bids
from grants.applications import services as applications
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from tests.apps import NOW
from tests.builders import QUIZ_PASSED, a_draft, a_group, a_person, a_round, a_submitted_bid, actor_of, an_office
from workflows.actors import Role
from workflows.errors import Invalid, NotAllowed, Stale
from workflows.rules.answers import fingerprint

MINE = {"O7": "We run a youth club.", "O8": 5, "O9": 120_000, "O5a": "le1 1aa", "O3": " 123 4567 "}


@pytest.fixture
def group(session):
    return a_group(session)


def keep(session, group, given, **more):
    organisation, lead = group
    return services.save_details(session, organisation, given, actor=actor_of(session, lead), now=NOW, **more)


def kept(session, organisation):
    return {code: each.value for code, each in queries.details_of(session, organisation).items()}


def test_details_are_kept_in_their_register_s_spelling_and_recorded(session, group):
    organisation, lead = group
    written = keep(session, group, MINE)

    assert set(written) == set(MINE)
    assert kept(session, organisation) == MINE | {"O1": organisation.name, "O5a": "LE1 1AA", "O3": "1234567"}
    assert (organisation.postcode, organisation.charity_number) == ("LE1 1AA", "1234567")
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "save-details")).one()
    assert (entry.subject_id, entry.actor_person_id, entry.office_id) == (organisation.id, lead.id, None)
    assert set(entry.detail["codes"]) == set(MINE)
    assert not session.scalars(sa.select(OutboxEntry)).all()


def test_an_earlier_detail_stays_on_the_record(session, group):
    organisation, lead = group
    keep(session, group, {"O8": 5})
    keep(session, group, {"O8": 6})
    keep(session, group, {"O8": 6})

    found = queries.list_detail_versions(session, organisation.id)
    assert [(each.code, each.value, each.person_name) for each in found] == [("O8", 6, lead.name), ("O8", 5, lead.name)]
    assert kept(session, organisation)["O8"] == 6


def test_an_emptied_detail_is_gone_and_its_past_is_not(session, group):
    organisation, _ = group
    keep(session, group, {"O8": 5, "O3": "1234567"})
    keep(session, group, {"O8": None, "O3": ""})

    assert set(kept(session, organisation)) == {"O1"}
    assert organisation.charity_number == ""
    assert len(queries.list_detail_versions(session, organisation.id)) == 4


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.OFFICER, Role.MANAGER])
def test_nobody_but_lead_or_signatory_changes_them(session, group, role):
    organisation, _ = group
    office = an_office(session)
    person = a_person(session, role, office=office, organisation=organisation)
    with pytest.raises(NotAllowed):
        services.save_details(session, organisation, {"O8": 1}, actor=actor_of(session, person), now=NOW)


def test_another_group_s_lead_changes_nothing(session, group):
    _, stranger = a_group(session)
    with pytest.raises(NotAllowed):
        services.save_details(session, group[0], {"O8": 1}, actor=actor_of(session, stranger), now=NOW)


def test_the_second_of_two_over_the_same_detail_is_told(session, group):
    keep(session, group, {"O8": 5, "O10": 9})
    seen = {"O8": fingerprint(5), "O10": fingerprint(9)}
    keep(session, group, {"O8": 6}, seen=seen)

    with pytest.raises(Stale) as raised:
        keep(session, group, {"O8": 7}, seen=seen)
    assert raised.value.detail["codes"] == ["O8"]
    assert keep(session, group, {"O8": 5, "O10": 10}, seen=seen) == ["O10"]
    assert kept(session, group[0])["O8"] == 6


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"O1": "  "}, "organisation-name-needed"),
        ({"O1": "x" * 201}, "name-too-long"),
        ({"O3": "12"}, "charity-number-unreadable"),
        ({"O4": "<script>"}, "company-number-unreadable"),
        ({"O5a": "1" * 200_000}, "postcode-unreadable"),
    ],
)
def test_a_public_fact_that_can_t_be_one_is_refused(session, group, given, code):
    with pytest.raises(Invalid) as raised:
        keep(session, group, {"O8": 4} | given)
    assert raised.value.detail["problems"] == {next(iter(given)): code}
    assert not session.scalars(sa.select(OrganisationDetail)).all()


def test_a_new_bid_starts_with_what_the_group_keeps(session, group):
    organisation, lead = group
    keep(session, group, MINE)
    bid = a_draft(session, a_round(session, an_office(session)), organisation, lead)

    given = bids.answers_of(session, bid)
    assert {code: given.get(code) for code in ("O7", "O8", "O9")} == {"O7": MINE["O7"], "O8": 5, "O9": 120_000}
    assert "O3" not in given, "the round does not ask it"
    assert given["E1"] == QUIZ_PASSED["E1"]


def test_what_does_not_fit_a_round_is_not_filled_in(session, group):
    organisation, lead = group
    keep(session, group, {"O7": "word " * 101, "O8": 101, "O9": -5})
    bid = a_draft(session, a_round(session, an_office(session)), organisation, lead)
    assert not {"O7", "O8", "O9"} & set(bids.answers_of(session, bid))


def test_a_bid_started_twice_is_filled_in_once(session, group):
    organisation, lead = group
    keep(session, group, {"O8": 5})
    round_ = a_round(session, an_office(session))
    bid = a_draft(session, round_, organisation, lead, answers={"O8": 9})
    assert a_draft(session, round_, organisation, lead).id == bid.id
    assert bids.answers_of(session, bid)["O8"] == 9


def test_what_a_bid_says_is_kept_only_when_it_is_ticked(session, group):
    organisation, lead = group
    keep(session, group, {"O8": 5})
    bid = a_submitted_bid(session, a_round(session, an_office(session)), organisation, lead, answers={"O8": 7})
    assert kept(session, organisation)["O8"] == 5

    paper = bids.paper_of(session, bid.round)
    found = bids.differing_details(session, bid, paper, bids.answers_of(session, bid))
    assert {each.question.code for each in found} == {"O7", "O8", "O9", "O10"}
    later = NOW + timedelta(hours=1)
    actor = actor_of(session, lead)
    assert applications.keep_details(session, bid, ["O8", "P1", "nonsense"], actor=actor, now=later) == ["O8"]
    detail = queries.details_of(session, organisation)["O8"]
    assert (detail.value, detail.source, detail.saved_at) == (7, bid.reference, later)
    assert "O7" not in kept(session, organisation)


def test_only_the_group_s_keepers_take_over_what_a_bid_says(session, group):
    organisation, lead = group
    bid = a_draft(session, a_round(session, an_office(session)), organisation, lead, answers={"O8": 7})
    helper = a_person(session, Role.CONTRIBUTOR, organisation=organisation)
    with pytest.raises(NotAllowed):
        applications.keep_details(session, bid, ["O8"], actor=actor_of(session, helper), now=NOW)
