"""Rulings on indirect interests and interests found late: who leaves, what becomes of the marks, and the record."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from grants.assessment import queries, services
from grants.assessment.models import Assignment, Score
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.extensions import db
from tests import stages
from tests.builders import staff
from tests.pages import read_page
from tests.stages import Stage
from tests.views.test_reporting import World
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.assignment import AssignmentState, Interest
from workflows.errors import Invalid, NotAllowed, NotFound, TransitionRefused


def indirect(session: Any, name: str = "member", **options: Any) -> Stage:
    """A panel in session whose member has an indirect interest in the first bid."""
    stage = stages.in_session(session, **options)
    services.declare_interest(
        session, stage.bids[0], Interest.INDIRECT, "A neighbour chairs it", actor=stage.actor(name), now=stage.now
    )
    return stage


def only_line(stage: Stage) -> queries.InterestLine:
    assert stage.panel is not None
    (line,) = queries.interests_for_minutes(stage.session, stage.panel)
    return line


def rule(stage: Stage, ruling: str, reason: str = "It is far enough", name: str = "chair") -> None:
    assert stage.panel is not None
    services.rule_on_interest(
        stage.session, stage.panel, only_line(stage), ruling, reason, actor=stage.actor(name), now=stage.now
    )


def test_a_member_leaves_until_a_chair_rules_that_they_take_part(session: Any) -> None:
    stage = indirect(session)
    bid, member = stage.bids[0], stage.people["member"].id
    assert queries.leaves_for(session, stage.panel, bid.id) == {member}
    assert only_line(stage).waits
    rule(stage, "takes_part")
    assert queries.leaves_for(session, stage.panel, bid.id) == frozenset()
    line = only_line(stage)
    assert (line.waits, line.ruling.reason) == (False, "It is far enough")
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "rule-on-interest")).one()
    assert (entry.reason, entry.detail["person_id"]) == ("It is far enough", member)


def test_ruled_to_leave_the_bid_is_shut_as_by_a_direct_interest(session: Any) -> None:
    stage = indirect(session)
    rule(stage, "leaves", "They meet each week")
    member = stage.actor("member")
    table = queries.moderation_table(session, stage.panel, member)
    assert table.stands_aside == 1
    with pytest.raises(NotFound):
        queries.get_panel_bid(session, member, stage.panel.id, stage.bids[0].id)
    lines = queries.interests_for_minutes(session, stage.panel)
    assert [(each.declaration.interest, each.is_standing) for each in lines] == [
        (Interest.INDIRECT, False),
        (Interest.DIRECT, True),
    ]
    assert "They meet each week" in lines[1].declaration.detail


def test_nobody_rules_on_themselves_and_only_a_chair_or_manager_rules(session: Any) -> None:
    stage = indirect(session, "chair")
    with pytest.raises(TransitionRefused, match="own-interest"):
        rule(stage, "takes_part")
    with pytest.raises(NotAllowed):
        rule(stage, "takes_part", name="officer")
    with pytest.raises(TransitionRefused, match="interest-not-ruled"):
        services.save_agreed_scores(session, stage.bids[0], {}, actor=stage.actor("chair"), now=stage.now)
    for ruling, reason, field in (("maybe", "Why", "ruling"), ("leaves", " ", "reason")):
        with pytest.raises(Invalid) as error:
            rule(stage, ruling, reason, name="manager")
        assert set(error.value.detail["problems"]) == {field}
    rule(stage, "takes_part", name="manager")
    services.save_agreed_scores(session, stage.bids[0], {}, actor=stage.actor("chair"), now=stage.now)
    assert stage.bids[0].state is S.MODERATED


def test_an_interest_found_late_voids_the_marks_and_sends_the_bid_back_for_another_marker(session: Any) -> None:
    stage = stages.in_session(session)
    bid, marker = stage.bids[0], stage.people["marker-1"]
    work = session.scalars(
        sa.select(Assignment).where(Assignment.application_id == bid.id, Assignment.person_id == marker.id)
    ).one()
    find = {"actor": stage.actor("chair"), "now": stage.now}
    with pytest.raises(Invalid):
        services.record_found_interest(session, stage.panel, bid, stage.people["decision-maker"], "Kin", **find)
    services.record_found_interest(session, stage.panel, bid, marker, "Married to its treasurer", **find)
    assert (work.state, bid.state) == (AssignmentState.RECUSED, S.SCORING)
    rows = session.scalars(sa.select(Score).where(Score.assignment_id == work.id)).all()
    assert rows and all(row.voided_at == stage.now and row.score == 5 for row in rows)
    told = session.scalars(sa.select(OutboxEntry).where(OutboxEntry.template == "marker-recused")).all()
    assert [(entry.subject_id, entry.audience) for entry in told] == [(work.id, "managers")]
    with pytest.raises(TransitionRefused, match="interest-known"):
        services.record_found_interest(session, stage.panel, bid, marker, "Again", **find)
    # Another marker takes the place, and the bid comes back to the panel.
    stage.people["marker-3"] = staff(session, stage.office, Role.MARKER)
    new = services.assign_marker(session, bid, stage.people["marker-3"], actor=stage.actor("manager"), now=stage.now)
    actor = stage.actor("marker-3")
    services.declare_interest(session, bid, Interest.NONE, "", actor=actor, now=stage.now)
    for criterion in stage.round_.criteria:
        services.save_mark(session, new, criterion.code, 3, stages.WORDS, actor=actor, now=stage.now)
    services.lock_assignment(session, new, actor=actor, now=stage.now)
    assert bid.state is S.SCORED
    assert queries.percent_of(session, bid) == 80


def test_the_pages_rule_refuse_and_keep_what_was_typed(app: Flask) -> None:
    world = World(app, indirect)
    with app.app_context():
        panel_id = db.session.scalar(sa.text("SELECT id FROM panel"))
        declaration_id = db.session.scalar(sa.text("SELECT max(id) FROM interest_declaration"))
    path = f"/office/panels/{panel_id}/rulings"
    chair = world.client("chair")
    assert "Rule on it" in read_page(chair.get(path)).text
    page = read_page(chair.post(f"{path}/{declaration_id}", data={"reason": "Far enough"}), 422)
    assert "Choose whether they take part" in page.text and page.value("reason") == "Far enough"
    for name, status in (("member", 403), ("elsewhere", 404), ("marker-1", 404)):
        assert world.client(name).get(path).status_code == status
    answer = chair.post(f"{path}/{declaration_id}", data={"ruling": "leaves", "reason": "Too near"})
    assert answer.status_code == 303
    assert "Too near" in read_page(chair.get(path)).text
    bid = f"/office/panels/{panel_id}/bids/{world.bids[1]}"
    assert "Somebody's interest came to light" in read_page(chair.get(bid)).text
    assert "Write the reason" in read_page(chair.post(f"{bid}/found", data={"reason": ""}), 422).text
    marker = world.ids["marker-2"]
    assert chair.post(f"{bid}/found", data={"person": marker, "reason": "Kin"}).status_code == 303
    assert world.client("member").get(f"{bid}/found").status_code == 403
    member = world.client("member")
    assert member.get(f"/office/panels/{panel_id}/bids/{world.bids[0]}").status_code == 404
