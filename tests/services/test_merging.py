"""Two records of one group: who must agree, what moves, what an undo puts back, and what stays shut throughout."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.accounts import queries, services
from grants.accounts.models import Membership, MergedRow, OrganisationMerge
from grants.accounts.services import Site
from grants.applications import queries as bids
from grants.applications import services as applications
from grants.applications.models import Application
from grants.core.audit import AuditEntry
from grants.core.outbox import Message
from grants.documents.models import Document  # noqa: F401  (so that its table is known)
from tests.apps import NOW
from tests.builders import (
    a_draft,
    a_group,
    a_person,
    a_round,
    a_submitted_bid,
    actor_of,
    an_office,
    an_organisation,
    staff,
)
from workflows.actors import SYSTEM, Role
from workflows.errors import NotAllowed, NotFound, Stale, TransitionRefused
from workflows.merging import MergeState

SITE = Site("https://grants.example.org", "tests-only")
LATER = NOW + timedelta(hours=1)
# Every column that points at a group. A new feature's column is moved by itself; read here whether it should be.
KNOWN = {
    "application.organisation_id",
    "award.organisation_id",
    "document.organisation_id",
    "due_diligence.organisation_id",
    "endorsement.organisation_id",
    "event_sign_up.organisation_id",
    "join_request.organisation_id",
    "monitoring_return.organisation_id",
    "review.organisation_id",
}


class Scene:
    """An office with a sent bid of one group, and a second record of the group with its own lead."""

    def __init__(self, session):
        self.session = session
        self.office = an_office(session)
        self.round = a_round(session, self.office)
        self.kept, self.kept_lead = a_group(session, "Anytown Hall (fictional)", charity_number="1234567")
        self.gone, self.gone_lead = a_group(session, "The Anytown Hall (fictional)", charity_number="1234567")
        self.kept_bid = a_submitted_bid(session, self.round, self.kept, self.kept_lead)
        self.officer = actor_of(session, staff(session, self.office, Role.OFFICER))

    def propose(self, kept=None, gone=None, **more):
        given = {"is_known_here": True, "actor": self.officer, "now": NOW, "site": SITE} | more
        office_id = given.pop("office_id", self.office.id)
        return services.propose_merge(
            self.session, office_id, kept or self.kept, gone or self.gone, "The same charity number", **given
        )

    def agree(self, merge, person):
        return services.agree_to_merge(
            self.session, merge, seen_version=None, actor=actor_of(self.session, person), now=NOW
        )

    def merged(self):
        merge = self.propose()
        assert self.agree(merge, self.kept_lead) is False
        assert self.agree(merge, self.gone_lead) is True
        return merge

    def undo(self, merge, **more):
        given = {"seen_version": None, "actor": self.officer, "now": LATER} | more
        return services.undo_merge(self.session, merge, "They are two after all", **given)


@pytest.fixture
def scene(session):
    return Scene(session)


def owners(session, *things):
    return [session.scalar(sa.select(type(each).organisation_id).where(type(each).id == each.id)) for each in things]


def test_every_column_that_points_at_a_group_is_known_here(session):
    assert {f"{table.name}.{column.name}" for table, column in queries.pointing_columns()} == KNOWN
    assert all("id" in table.c for table, _ in queries.pointing_columns())


def test_nothing_moves_before_a_lead_of_each_has_agreed(session, scene):
    bid = a_draft(session, a_round(session, an_office(session)), scene.gone, scene.gone_lead)
    merge = scene.propose()

    assert merge.state is MergeState.PROPOSED
    assert owners(session, bid) == [scene.gone.id]
    told = set(session.scalars(sa.select(Message.person_id).where(Message.template == "merge-to-agree")))
    assert told == {scene.kept_lead.id, scene.gone_lead.id}
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_type == "merge")).one()
    assert (entry.action, entry.office_id, entry.reason) == ("propose", scene.office.id, "The same charity number")

    assert scene.agree(merge, scene.kept_lead) is False
    assert owners(session, bid) == [scene.gone.id]
    assert scene.agree(merge, scene.gone_lead) is True
    assert (merge.state, owners(session, bid)) == (MergeState.MERGED, [scene.kept.id])
    assert scene.gone.merged_into_id == scene.kept.id


def test_the_people_of_both_are_the_people_of_one(session, scene):
    helper = a_person(session, Role.CONTRIBUTOR, organisation=scene.gone)
    services.join_organisation(session, helper, scene.kept, Role.CONTRIBUTOR, actor=SYSTEM, now=NOW)
    scene.merged()

    for person in (scene.kept_lead, scene.gone_lead, helper):
        assert actor_of(session, person).organisation_ids == {scene.kept.id}
    assert bids.get_application(session, actor_of(session, helper), scene.kept_bid.id).id == scene.kept_bid.id


def test_an_undo_puts_back_exactly_what_moved(session, scene):
    services.join_organisation(session, scene.kept_lead, scene.gone, Role.LEAD, actor=SYSTEM, now=NOW)
    other = a_round(session, an_office(session))
    theirs = a_submitted_bid(session, other, scene.gone, scene.gone_lead)
    before = memberships(session)
    merge = scene.propose()
    assert scene.agree(merge, scene.kept_lead) is True, "a lead of both agrees for both"
    since = a_draft(session, a_round(session, scene.office), scene.kept, scene.gone_lead)

    moved = scene.undo(merge)

    assert merge.state is MergeState.UNDONE
    assert owners(session, scene.kept_bid, theirs, since) == [scene.kept.id, scene.gone.id, scene.kept.id]
    assert memberships(session) == before
    assert scene.gone.merged_into_id is None
    assert moved == len(session.scalars(sa.select(MergedRow)).all())
    trail = sa.select(AuditEntry.action).where(AuditEntry.subject_type == "merge").order_by(AuditEntry.id)
    actions = list(session.scalars(trail))
    assert actions == ["propose", "merge", "undo"]


def memberships(session):
    rows = session.execute(sa.select(Membership.id, Membership.organisation_id, Membership.ended_at))
    return {tuple(row) for row in rows}


def test_both_with_a_live_bid_in_one_round_is_refused_with_the_reason(session, scene):
    a_draft(session, scene.round, scene.gone, scene.gone_lead)
    with pytest.raises(TransitionRefused) as raised:
        scene.propose()
    assert (raised.value.code, raised.value.detail["round"]) == ("both-hold-a-live-bid", scene.round.title)


def test_a_live_bid_begun_after_the_proposal_stops_the_merge(session, scene):
    merge = scene.propose()
    scene.agree(merge, scene.kept_lead)
    a_draft(session, scene.round, scene.gone, scene.gone_lead)
    with pytest.raises(TransitionRefused) as raised:
        scene.agree(merge, scene.gone_lead)
    assert raised.value.code == "both-hold-a-live-bid"


def test_another_office_s_round_is_not_named(session, scene):
    other = a_round(session, an_office(session))
    for group, lead in ((scene.kept, scene.kept_lead), (scene.gone, scene.gone_lead)):
        a_draft(session, other, group, lead)
    with pytest.raises(TransitionRefused) as raised:
        scene.propose()
    assert other.title not in str(raised.value.detail)


def test_a_group_without_people_goes_at_once_when_all_its_bids_are_here(session, scene):
    lonely = an_organisation(session, charity_number="1234567")
    paper = paper_bid(session, a_round(session, scene.office), lonely)
    merge = scene.propose(gone=lonely)
    assert merge.state is MergeState.PROPOSED, "the kept group has people, and they come to see it"
    assert scene.agree(merge, scene.kept_lead) is True
    assert owners(session, paper) == [scene.kept.id]


def test_nobody_comes_to_see_another_office_s_bids_by_a_merge(session, scene):
    lonely = an_organisation(session, charity_number="1234567")
    paper_bid(session, a_round(session, an_office(session)), lonely)
    for kept, gone in ((scene.kept, lonely), (lonely, scene.kept)):
        with pytest.raises(TransitionRefused) as raised:
            scene.propose(kept=kept, gone=gone)
        assert raised.value.code == "other-office-holds-bids"


def paper_bid(session, round_, organisation):
    """A bid of a group that has nobody left: its one helper goes when it is sent."""
    person = a_person(session, Role.LEAD, organisation=organisation)
    bid = a_submitted_bid(session, round_, organisation, person)
    membership = session.scalars(sa.select(Membership).where(Membership.person_id == person.id)).one()
    membership.ended_at = NOW
    session.flush()
    return bid


@pytest.mark.parametrize("role", [Role.MARKER, Role.CHAIR, Role.ADMIN, Role.DECISION_MAKER, Role.FINANCE])
def test_only_officers_and_managers_propose(session, scene, role):
    with pytest.raises(NotAllowed):
        scene.propose(actor=actor_of(session, staff(session, scene.office, role)))


def test_another_office_s_manager_can_take_no_group_over(session, scene):
    stranger = actor_of(session, staff(session, an_office(session), Role.MANAGER))
    with pytest.raises(NotAllowed):
        scene.propose(actor=stranger)
    with pytest.raises(TransitionRefused) as raised:
        scene.propose(is_known_here=False)
    assert raised.value.code == "no-bids-here"
    merge = scene.merged()
    with pytest.raises(NotFound):
        queries.get_merge(session, stranger, merge.id)
    with pytest.raises(NotAllowed):
        scene.undo(merge, actor=stranger)
    with pytest.raises(NotFound):
        bids.get_pair(session, stranger, scene.kept.id, scene.gone.id)


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.SIGNATORY])
def test_only_a_lead_agrees(session, scene, role):
    merge = scene.propose()
    with pytest.raises(NotAllowed):
        scene.agree(merge, a_person(session, role, organisation=scene.gone))
    with pytest.raises(NotAllowed):
        scene.agree(merge, a_group(session)[1])


def test_a_group_that_says_no_ends_it(session, scene):
    merge = scene.propose()
    actor = actor_of(session, scene.gone_lead)
    services.drop_merge(session, merge, "", seen_version=None, actor=actor, now=NOW, organisation_id=scene.gone.id)
    assert merge.state is MergeState.DROPPED
    with pytest.raises(Stale):
        scene.agree(merge, scene.kept_lead)
    assert scene.propose().id != merge.id, "it can be asked again"


def test_the_same_pair_is_proposed_once_either_way_round(session, scene):
    scene.propose()
    for pair in ((scene.kept, scene.gone), (scene.gone, scene.kept)):
        with pytest.raises(TransitionRefused) as raised:
            scene.propose(*pair)
        assert raised.value.code == "merge-proposed-already"


def test_what_was_merged_is_not_merged_again_and_not_with_itself(session, scene):
    scene.merged()
    third = an_organisation(session)
    for pair, code in (((third, scene.gone), "merged-already"), ((scene.kept, scene.kept), "merge-with-itself")):
        with pytest.raises(TransitionRefused) as raised:
            scene.propose(*pair)
        assert raised.value.code == code


def test_a_chain_is_undone_from_its_end_and_old_links_follow_it(session, scene):
    first = scene.merged()
    third, third_lead = a_group(session)
    second = scene.propose(kept=third, gone=scene.kept)
    scene.agree(second, scene.kept_lead)
    assert scene.agree(second, third_lead) is True
    assert queries.standing_id(session, scene.gone.id) == third.id
    assert queries.get_organisation(session, actor_of(session, scene.gone_lead), scene.gone.id).id == third.id

    with pytest.raises(TransitionRefused) as raised:
        scene.undo(first)
    assert raised.value.code == "merged-further"
    scene.undo(second)
    scene.undo(first)
    assert owners(session, scene.kept_bid) == [scene.kept.id]
    assert actor_of(session, scene.gone_lead).organisation_ids == {scene.gone.id}
    assert queries.standing_id(session, scene.gone.id) == scene.gone.id


def test_an_undo_twice_and_by_an_old_page_is_refused(session, scene):
    merge = scene.merged()
    with pytest.raises(Stale):
        scene.undo(merge, seen_version=merge.version - 1)
    scene.undo(merge)
    with pytest.raises(TransitionRefused):
        scene.undo(merge)


def test_a_merge_needs_a_reason(session, scene):
    with pytest.raises(TransitionRefused) as raised:
        services.propose_merge(
            session,
            scene.office.id,
            scene.kept,
            scene.gone,
            "  ",
            is_known_here=True,
            actor=scene.officer,
            now=NOW,
            site=SITE,
        )
    assert raised.value.code == "reason-needed"
    assert not session.scalars(sa.select(OrganisationMerge)).all()


def test_what_collides_stays_and_the_rest_goes(session, scene):
    asking = a_person(session)
    for group in (scene.kept, scene.gone):
        services.ask_to_join(session, group, actor=actor_of(session, asking), now=NOW, site=SITE)
    bid = a_submitted_bid(session, a_round(session, an_office(session)), scene.gone, scene.gone_lead)
    merge = scene.merged()
    assert owners(session, bid) == [scene.kept.id]
    left = sa.select(Application.id).where(Application.organisation_id == scene.gone.id)
    assert session.scalars(left).all() == []
    moved = sa.select(MergedRow.table_name).where(MergedRow.merge_id == merge.id)
    assert "join_request" not in set(session.scalars(moved))


def test_after_a_merge_the_group_bids_once(session, scene):
    scene.merged()
    lead = actor_of(session, scene.gone_lead)
    again = applications.start_application(session, scene.round, scene.kept, {}, actor=lead, now=NOW, received_at=NOW)
    assert again.id == scene.kept_bid.id


def test_an_officer_sees_pairs_that_touch_the_office_and_no_others(session, scene):
    actor = scene.officer
    assert {frozenset((a.id, b.id)) for a, b in bids.list_duplicates(session, actor)} == {
        frozenset((scene.kept.id, scene.gone.id))
    }
    other = actor_of(session, staff(session, an_office(session), Role.OFFICER))
    assert bids.list_duplicates(session, other) == []
    marker = actor_of(session, staff(session, scene.office, Role.MARKER))
    assert bids.list_duplicates(session, marker) == []
    scene.merged()
    assert bids.list_duplicates(session, actor) == []


def test_the_same_name_and_postcode_is_a_pair_and_one_person_alone_is_not_shown(session, scene):
    one, lead = a_group(session, "The Example Hut", postcode="LE1 1AA")
    a_submitted_bid(session, scene.round, one, lead)
    same = an_organisation(session, "example hut", postcode="LE1 1AA")
    an_organisation(session, "Example Hut", postcode="LE1 1AA", kind="individual")
    an_organisation(session, "Example Hut", postcode="LE2 2AA")
    found = {frozenset((a.id, b.id)) for a, b in bids.list_duplicates(session, scene.officer)}
    assert frozenset((one.id, same.id)) in found
    assert len(found) == 2
