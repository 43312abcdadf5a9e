"""Scenarios decide nothing; making one the recommendation places every bid through its own table, with reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from grants.allocation import queries, services
from grants.allocation.models import Followed, Scenario
from grants.applications.services import withdraw_application
from grants.assessment import services as assessment
from grants.assessment.models import Recommendation
from grants.core.audit import AuditEntry
from grants.extensions import db
from grants.funding.queries import ceiling_pence
from tests import stages
from tests.builders import actor_of, staff
from tests.pages import read_page
from tests.queries import counted
from tests.services.test_assessment_panel import with_second_chair
from tests.stages import Stage
from tests.views.test_reporting import World
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.errors import Invalid, NotAllowed, NotFound, Stale, TransitionRefused

ASK = 900_000


def moderated(session: Any, **options: Any) -> Stage:
    """Three bids with agreed scores of 100, 80 and 40 percent, each asking for £9,000; the panel sits."""
    stage = stages.in_session(session, **options)
    for bid in stage.bids:
        assessment.save_agreed_scores(session, bid, {}, actor=stage.actor("chair"), now=stage.now)
    return stage


def saved(stage: Stage, name: str = "All", who: str = "chair", **asked: Any) -> Scenario:
    return services.save_scenario(stage.session, stage.panel, name, asked, actor=stage.actor(who), now=stage.now)


def follow(stage: Stage, scenario: Scenario, reasons: Any = (), lines: Any = (), who: str = "chair") -> Followed:
    worked = queries.get_scenario(stage.session, stage.actor(who), scenario.id)
    how = {"actor": stage.actor(who), "now": stage.now, "seen_version": scenario.version}
    return services.record_recommendation(stage.session, worked, dict(reasons), dict(lines), **how)


def test_a_scenario_finds_the_best_and_moves_no_bid(session: Any) -> None:
    stage = moderated(session)
    before = [(bid.state, bid.version) for bid in stage.bids]
    made = saved(stage, pot_pence=2 * ASK)
    ids = [str(bid.id) for bid in stage.bids]
    assert made.awards == {ids[0]: ASK, ids[1]: ASK}
    assert made.findings["worth"] == made.findings["bound"] == str((100 + 80) * ASK // 100)
    small = saved(stage, "Small", pot_pence=ASK + 500_000, allows_parts=True)
    # The group says that it can go ahead with £5,000 (question B4).
    assert small.awards == {ids[0]: ASK, ids[1]: 500_000}
    assert [(bid.state, bid.version) for bid in stage.bids] == before
    assert session.scalar(sa.select(sa.func.count()).select_from(Recommendation)) == 0
    with pytest.raises(Invalid):
        saved(stage, "small")
    impossible = saved(stage, "No", pot_pence=2 * ASK, areas={"East Example": {"least_count": 1}})
    assert (impossible.awards, impossible.findings["conflict"]) == ({}, ["area East Example"])
    with pytest.raises(TransitionRefused, match="scenario-impossible"):
        follow(stage, impossible)


def test_the_recommendation_follows_it_with_a_reason_for_each_departure(session: Any) -> None:
    stage = moderated(session)
    first, second, third = stage.bids
    musts = {
        str(third.id): {"must": "fund", "reason": "The only bid for the estate"},
        str(second.id): {"must": "not", "reason": "Paid by another fund"},
    }
    made = saved(stage, pot_pence=2 * ASK, musts=musts)
    assert set(made.awards) == {str(first.id), str(third.id)}
    followed = follow(stage, made)
    assert followed.reasons == {
        second.reference: "Paid by another fund",
        third.reference: "The only bid for the estate",
    }
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.NOT_RECOMMENDED, S.RECOMMENDED]
    assert followed.taken["name"] == "All"
    assert "follow-scenario" in session.scalars(sa.select(AuditEntry.action)).all()
    assessment.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)
    with pytest.raises(TransitionRefused, match="scenario-followed"):
        worked = queries.get_scenario(session, stage.actor("chair"), made.id)
        services.drop_scenario(session, worked, actor=stage.actor("chair"), now=stage.now)


def test_without_its_reasons_and_lines_nothing_is_placed(session: Any) -> None:
    stage = moderated(session)
    made = saved(stage, pot_pence=ASK + 600_000, allows_parts=True)
    second = stage.bids[1]
    with pytest.raises(Invalid) as error:
        follow(stage, made)
    assert error.value.detail["problems"] == {f"lines_{second.id}": "lines-removed-needed"}
    assert {bid.state for bid in stage.bids} == {S.MODERATED}
    follow(stage, made, lines={second.reference: "The hall"})
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.RECOMMENDED_PART, S.NOT_RECOMMENDED]
    row = session.scalars(sa.select(Recommendation).where(Recommendation.application_id == second.id)).one()
    assert (row.amount_pence, row.lines_removed) == (600_000, "The hall")


def test_what_does_not_fit_is_in_reserve_with_a_rank_and_a_last_day(session: Any) -> None:
    stage = moderated(session)
    made = saved(stage, pot_pence=ASK)
    follow(stage, made)
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.RESERVE, S.NOT_RECOMMENDED]
    row = session.scalars(sa.select(Recommendation).where(Recommendation.application_id == stage.bids[1].id)).one()
    assert row.reserve_rank == 1
    assert row.reserve_until_on is not None and row.reserve_until_on > stage.now.date()


def test_a_freed_amount_proposes_the_first_that_fits_until_its_last_day(session: Any) -> None:
    stage = stages.recommended(session, scores=(5, 4, 3), pot_pence=2 * ASK)
    first, _, third = stage.bids
    assert [bid.state for bid in stage.bids] == [S.RECOMMENDED, S.RECOMMENDED, S.RESERVE]
    today, manager = stage.now.date(), stage.actor("manager")
    found = queries.reserve_of(session, stage.round_, manager, today)
    assert (found.free_pence, found.next) == (0, None)
    withdraw_application(session, first, reason="We closed", actor=stage.group_actor(0), now=stage.now)
    found = queries.reserve_of(session, stage.round_, manager, today)
    assert (found.free_pence, found.next.application, found.next.fits_pence) == (ASK, third, ASK)
    over = found.next.recommendation.reserve_until_on + timedelta(days=1)
    assert queries.reserve_of(session, stage.round_, manager, over).next is None
    third.ask_pence = ASK + 100_000
    session.flush()
    part = queries.reserve_of(session, stage.round_, manager, today).next
    assert (part.fits_pence, part.least_pence) == (ASK, 500_000)


def test_a_scenario_that_is_out_of_date_is_no_recommendation(session: Any) -> None:
    stage = moderated(session)
    made = saved(stage)
    assessment.save_agreed_scores(session, stage.bids[0], {}, actor=stage.actor("chair"), now=stage.now)
    with pytest.raises(TransitionRefused, match="scenario-stale"):
        follow(stage, made)
    old = made.version
    again = {"scenario": made, "actor": stage.actor("chair"), "now": stage.now}
    services.save_scenario(session, stage.panel, "All", {}, seen_version=old, **again)
    with pytest.raises(Stale):
        services.save_scenario(session, stage.panel, "All", {}, seen_version=old, **again)
    follow(stage, made)
    assert stage.bids[0].state is S.RECOMMENDED


def test_over_programming_is_finances_to_allow_and_is_then_the_ceiling(session: Any) -> None:
    stage = moderated(session, pot_pence=ASK + 800_000)
    finance = actor_of(session, staff(session, stage.office, Role.FINANCE))
    allow = {"now": stage.now}
    with pytest.raises(NotAllowed):
        services.authorise_over_programming(
            session, stage.round_, 1000, "Underspend", actor=stage.actor("manager"), **allow
        )
    with pytest.raises(Invalid):
        services.authorise_over_programming(session, stage.round_, 5001, " ", actor=finance, **allow)
    made = saved(stage)
    assert len(made.awards) == 1
    services.authorise_over_programming(session, stage.round_, 1000, "A tenth is never spent", actor=finance, **allow)
    assert ceiling_pence(session, stage.round_.id, stage.round_.pot_pence) == 1_870_000
    assert len(saved(stage, "Over").awards) == 2
    follow(stage, queries.list_scenarios(session, stage.panel)[1])
    assessment.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)


def test_whoever_stands_aside_sees_no_scenario_that_holds_the_bid_and_records_none(session: Any) -> None:
    stage = with_second_chair(session)
    for bid in stage.bids:
        assessment.save_agreed_scores(session, bid, {}, actor=stage.actor("chair-2"), now=stage.now)
    whole, own = saved(stage, "Whole", "chair-2"), saved(stage, "Own")
    barred = str(stage.bids[0].id)
    assert barred in whole.awards and barred not in own.awards
    assert queries.shown_scenarios(session, stage.panel, stage.actor("chair")) == [own]
    with pytest.raises(NotFound):
        queries.get_scenario(session, stage.actor("chair"), whole.id)
    board = queries.board_of(session, stage.panel, stage.actor("chair"))
    assert (board.hidden, len(board.candidates)) == (1, 2)
    with pytest.raises(TransitionRefused, match="stands-aside-from-a-bid"):
        follow(stage, own)
    follow(stage, whole, who="chair-2")
    assert stage.bids[0].state is S.RECOMMENDED


def test_the_pages_work_a_scenario_out_and_make_it_the_recommendation(app: Flask) -> None:
    world = World(app, moderated)
    with app.app_context():
        panel = db.session.scalar(sa.text("SELECT id FROM panel"))
    chair, path = world.client("chair"), f"/office/panels/{panel}/scenarios"
    assert "There is no scenario yet" in read_page(chair.get(path)).text
    wrong = {"name": "", "pot": "lots", f"must_{world.bids[1]}": "not", f"why_{world.bids[1]}": ""}
    page = read_page(chair.post(f"{path}/new", data=wrong), 422)
    assert "Give the scenario a name" in page.text and page.value("pot") == "lots"
    typed = {"name": "Nine", "pot": "18,000", f"must_{world.bids[1]}": "not"}
    assert "Write why the panel says so" in read_page(chair.post(f"{path}/new", data=typed), 422).text
    answer = chair.post(f"{path}/new", data=typed | {f"why_{world.bids[1]}": "Funded elsewhere"})
    assert answer.status_code == 303
    where = answer.headers["Location"]
    page = read_page(chair.get(where))
    assert "No other set of awards under these rules is worth more" in page.text
    assert "Departs: needs a reason" not in page.text
    assert "Nine" in read_page(world.client("member").get(path)).text
    for name, status in (("elsewhere", 404), ("marker-1", 404), ("decision-maker", 404), ("lead", 404)):
        assert world.client(name).get(where).status_code == status
    assert world.client("member").post(f"{where}/drop").status_code == 403
    with app.app_context(), counted(db.session) as statements:
        chair.get(where)
    assert len(statements) <= 22, len(statements)
    copied = read_page(chair.get(f"{path}/new?copy={where.rsplit('/', 1)[1]}"))
    assert copied.value("name") == "Copy of Nine" and copied.value("pot") == "18,000"
    form = read_page(chair.get(f"{where}/follow"))
    answer = chair.post(f"{where}/follow", data={"seen_version": form.value("seen_version")})
    assert answer.status_code == 303
    assert "recommendation follows “Nine”" in read_page(chair.get(path)).text
    finance = f"/office/rounds/{world.round}/over-programming"
    assert "Only finance can allow it" in read_page(world.client("manager").get(finance)).text
    page = read_page(world.client("finance").post(finance, data={"percent": "60", "reason": "x"}), 422)
    assert "from 0 to 50" in page.text
    assert world.client("finance").post(finance, data={"percent": "7.5", "reason": "x"}).status_code == 303
