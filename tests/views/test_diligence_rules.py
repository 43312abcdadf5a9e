"""What a fund asks of due diligence, and what of a check stays with the bid that it was begun for."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from grants.accounts.models import Office
from grants.assessment.models import InterestDeclaration
from grants.core.audit import AuditEntry
from grants.diligence import queries, services
from grants.diligence.models import DiligenceRules
from grants.extensions import db
from grants.funds.models import Round
from tests import stages
from tests.builders import a_round, a_submitted_bid, actor_of
from tests.pages import read_page
from tests.views.test_diligence import World, clock, world
from workflows.assignment import Interest
from workflows.deadlines import add_months, end_of_day, london_date
from workflows.rules.diligence import tier_of

__all__ = ["clock", "world"]


def test_a_manager_sets_the_rules_of_a_fund_and_new_checks_go_by_them(world: World) -> None:
    manager = world.client("manager")
    with world.app.app_context():
        fund_id = db.session.get_one(Round, world.round_id).fund_id
    url = f"/office/funds/{fund_id}/due-diligence"
    assert url in read_page(manager.get(f"/office/funds/{fund_id}")).links()
    for name in ("officer", "chair", "elsewhere", "lead"):
        assert world.client(name).get(url).status_code in (403, 404), name
    page = read_page(manager.get(url))
    assert (page.value("low"), page.value("months")) == ("1,000", "12")
    good = {"is_needed": "y", "low": "2000", "standard": "20,000", "months": "6", "seen_version": "0"}
    for wrong, words in (
        ({"standard": "1500"}, "Write an amount above that of the low tier."),
        ({"months": "37"}, "Write a number from 1 to 36."),
    ):
        assert words in read_page(manager.post(url, data=good | wrong), 422).text
    page = read_page(manager.post(url, data=good | {"low": "a <lot>"}), 422)
    assert page.value("low") == "a <lot>"
    assert manager.post(url, data=good).status_code == 303
    assert manager.post(url, data=good | {"months": "9"}).status_code == 409
    # Above £10,000 is enhanced by default, and standard by these rules.
    with world.app.app_context():
        row = db.session.scalars(sa.select(DiligenceRules)).one()
        assert (row.is_needed, row.low_pence, row.standard_pence, row.holds_months) == (True, 200_000, 2_000_000, 6)
        done = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "set-diligence-rules")).one()
        assert done.detail["before"] == [False, 100_000, 1_000_000, 12]
        actor = actor_of(db.session, world.people["officer"])
        bid = queries.get_bid(db.session, actor, world.bids[0])
        safe = replace(queries.subject_of(db.session, bid, [], now=stages.NOW), is_new=False, ask_pence=1_500_000)
        limits = queries.rules_of(db.session, fund_id).limits
        assert (tier_of(safe)[0], tier_of(safe, limits)[0]) == ("enhanced", "standard")
        check = services.begin(db.session, bid, actor=actor, now=stages.NOW)
        for code in check.items_wanted:
            services.record_item(db.session, check, code, "done", "Seen.", actor=actor, now=stages.NOW)
        services.finish(db.session, check, "pass", "green", "", "", actor=actor, now=stages.NOW)
        assert check.expires_at == end_of_day(add_months(london_date(stages.NOW), 6))


def test_of_a_check_begun_for_a_shut_bid_another_bid_tells_only_the_result(world: World) -> None:
    officer, manager = world.client("officer"), world.client("manager")
    with world.app.app_context():
        boss = actor_of(db.session, world.people["manager"])
        first = queries.get_bid(db.session, boss, world.bids[0])
        reference = first.reference
        later = a_round(db.session, db.session.get_one(Office, first.office_id))
        second = a_submitted_bid(db.session, later, first.organisation, world.people["lead"])
        check = services.begin(db.session, first, actor=boss, now=stages.NOW)
        for code in check.items_wanted:
            services.record_item(db.session, check, code, "done", "Seen <in> the file.", actor=boss, now=stages.NOW)
        services.finish(
            db.session, check, "conditions", "amber", "Two staged payments.", "", actor=boss, now=stages.NOW
        )
        db.session.add(
            InterestDeclaration(
                application_id=first.id,
                person_id=world.people["officer"].id,
                interest=Interest.DIRECT,
                declared_at=stages.NOW,
            )
        )
        db.session.commit()
        number = second.id
    url = f"/office/applications/{number}/due-diligence"
    told = read_page(officer.get(url)).text
    assert "risk amber" in told and "Two staged payments." in told and "One of this group holds until" in told
    for shut in (reference, "Seen <in> the file.", "Checklist"):
        assert shut not in told, shut
    for path, data in (
        ("/reopen", {"reason": "New accounts."}),
        ("/items", {"code": "bank", "outcome": "done", "evidence": "x", "seen_item": "0"}),
        ("/finish", {}),
    ):
        assert officer.post(url + path, data=data).status_code == 404, path
    assert officer.get(url + "/reopen").status_code == 404
    everything = read_page(manager.get(url)).text
    assert reference in everything and "Seen <in> the file." in everything
