"""Merges under strain: two officers at one instant, and any sequence of merges and undos, lose and double nothing."""

import threading

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from grants.accounts import queries, services
from grants.accounts.models import Membership, Organisation, OrganisationMerge
from grants.accounts.services import Site
from grants.applications.models import Application
from grants.extensions import db
from tests.apps import NOW
from tests.builders import a_group, a_round, a_submitted_bid, actor_of, an_office, staff
from workflows.actors import SYSTEM, Role
from workflows.errors import DomainError
from workflows.merging import MergeState

SITE = Site("https://grants.example.org", "tests-only")


def propose(session, office_id, kept_id, gone_id, actor):
    kept, gone = session.get_one(Organisation, kept_id), session.get_one(Organisation, gone_id)
    return services.propose_merge(
        session, office_id, kept, gone, "The same", is_known_here=True, actor=actor, now=NOW, site=SITE
    )


def test_two_officers_who_press_at_once_make_one_proposal(app):
    with app.app_context():
        office = an_office(db.session)
        one, lead = a_group(db.session)
        other, _ = a_group(db.session)
        a_submitted_bid(db.session, a_round(db.session, office), one, lead)
        actors = [actor_of(db.session, staff(db.session, office, Role.OFFICER)) for _ in range(2)]
        numbers = (office.id, one.id, other.id)
        db.session.commit()
        engine, told = db.engine, []

    def press(actor, kept, gone):
        with app.app_context(), Session(engine) as own:
            try:
                propose(own, numbers[0], kept, gone, actor)
                own.commit()
                told.append("done")
            except (DomainError, sa.exc.IntegrityError) as error:
                told.append(getattr(error, "code", "constraint"))

    # The second one holds them the other way round, so that neither can wait for the other for ever.
    threads = [
        threading.Thread(target=press, args=(actors[0], numbers[1], numbers[2])),
        threading.Thread(target=press, args=(actors[1], numbers[2], numbers[1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == ["done", "merge-proposed-already"]
    with app.app_context():
        assert len(db.session.scalars(sa.select(OrganisationMerge)).all()) == 1


STEPS = st.lists(st.tuples(st.sampled_from(["merge", "undo"]), st.integers(0, 3), st.integers(0, 3)), max_size=8)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_any_merges_and_undos_lose_no_bid_and_no_member(_sqlite_app, steps):
    with _sqlite_app.app_context():
        session = db.session
        try:
            _walk(session, steps)
        finally:
            session.rollback()


def _walk(session, steps):
    office = an_office(session)
    lead_of_all = a_group(session)[1]
    groups = []
    for _ in range(4):
        group, _ = a_group(session)
        services.join_organisation(session, lead_of_all, group, Role.LEAD, actor=SYSTEM, now=NOW)
        groups.append(group)
    bids = [a_submitted_bid(session, a_round(session, office), group, lead_of_all).id for group in groups]
    officer = actor_of(session, staff(session, office, Role.MANAGER))
    owners = dict(session.execute(sa.select(Application.id, Application.organisation_id)).all())
    people = memberships(session)
    merges = []
    for what, one, other in steps:
        try:
            if what == "merge":
                merge = propose(session, office.id, groups[one].id, groups[other].id, officer)
                while merge.state is MergeState.PROPOSED:
                    _agree(session, merge)
                merges.append(merge)
            elif merges:
                merge = merges[one % len(merges)]
                services.undo_merge(session, merge, "No", seen_version=None, actor=officer, now=NOW)
        except DomainError:
            continue
        standing = {queries.standing_id(session, each.id) for each in groups}
        held = set(session.scalars(sa.select(Application.organisation_id).where(Application.id.in_(bids))))
        assert held <= standing, "every bid belongs to a record that stands"
        assert session.scalar(sa.select(sa.func.count(Application.id)).where(Application.id.in_(bids))) == len(bids)
    for merge in reversed([each for each in merges if each.state is MergeState.MERGED]):
        services.undo_merge(session, merge, "All back", seen_version=None, actor=officer, now=NOW)
    assert dict(session.execute(sa.select(Application.id, Application.organisation_id)).all()) == owners
    assert memberships(session) == people


def memberships(session):
    rows = session.execute(sa.select(Membership.id, Membership.organisation_id, Membership.ended_at))
    return {tuple(row) for row in rows}


def _agree(session, merge):
    for organisation_id in (merge.kept_id, merge.gone_id):
        leads = sa.select(Membership.person_id).where(
            Membership.organisation_id == organisation_id, Membership.role == Role.LEAD, Membership.ended_at.is_(None)
        )
        for person_id in session.scalars(leads).all():
            actor = queries.get_actor(session, person_id)
            if merge.state is MergeState.PROPOSED:
                services.agree_to_merge(session, merge, seen_version=None, actor=actor, now=NOW)
